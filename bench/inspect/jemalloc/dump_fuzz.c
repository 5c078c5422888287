/* dump_fuzz.c - libFuzzer's entry point: any bytes are either explained or refused with an error.
 */
#include "dump_output.h"
#include "dump_read.h"
#include "xmalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void explain(const struct dump *dump, const struct dump *before)
{
    struct facts facts;
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = xmemstream(&text, &bytes);
    facts_gather(&facts, dump, before);
    dump_print(&facts, true, out);
    json_t *json = dump_json(&facts);
    assert(json_dumpf(json, out, 0) == 0);
    json_decref(json);
    fclose(out);
    assert(bytes > 0 && strstr(text, "What to do") != NULL);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {""};
    struct dump *dump = dump_parse("fuzz", (const char *)data, size, &error);
    if (dump == NULL) {
        assert(error.text[0] != '\0' && strchr(error.text, '\n') == NULL);
        return 0;
    }
    assert(error.text[0] == '\0');
    /* Half of the bytes may be another dump. */
    struct dump *half = dump_parse("fuzz", (const char *)data, size / 2, &error);
    explain(dump, NULL);
    explain(dump, dump);
    if (half != NULL)
        explain(half, dump);
    dump_destroy(half);
    dump_destroy(dump);
    return 0;
}
