/* dump_fuzz.c - no bytes, however strange, may make the explanation do wrong. libFuzzer's entry
 * point. */
#include "dump_facts.h"
#include "dump_output.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void explain(const struct dump *dump, const struct dump *before)
{
    struct facts facts;
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    facts_gather(&facts, dump, before);
    show_text(&facts, true, out);
    check(show_json(&facts, out) == 0);
    fclose(out);
    check(bytes > 0 && strstr(text, "What to do") != NULL);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {""};
    struct dump *dump = dump_parse("fuzz", (const char *)data, size, &error);
    if (dump == NULL) {
        check(error.text[0] != '\0' && strchr(error.text, '\n') == NULL);
        return 0;
    }
    check(error.text[0] == '\0');
    /* Half of the same bytes is another dump, when it is one. */
    struct dump *half = dump_parse("fuzz", (const char *)data, size / 2, &error);
    explain(dump, NULL);
    explain(dump, dump);
    if (half != NULL)
        explain(half, dump);
    dump_destroy(half);
    dump_destroy(dump);
    return 0;
}
