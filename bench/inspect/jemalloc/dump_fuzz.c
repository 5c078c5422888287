/* dump_fuzz.c - libFuzzer's entry point: any bytes are either explained or refused with an error.
 */
#include "dump_output.h"
#include "dump_read.h"
#include "fuzz_check.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

static void explain(const struct dump *dump, const struct dump *before,
                    const struct dump_list *points)
{
    struct facts facts;
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = xmemstream(&text, &bytes);
    facts_gather(&facts, dump, before);
    facts.points = points;
    dump_print(&facts, true, out);
    json_t *json = dump_json(&facts);
    check(json_dumpf(json, out, 0) == 0);
    json_decref(json);
    fclose(out);
    check(bytes > 0 && strstr(text, "What to do") != NULL);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {""};
    struct dump_list list = {.dumps = NULL}, half = {.dumps = NULL};
    if (dumps_parse(&list, "fuzz", (const char *)data, size, &error) < 0) {
        check(error.text[0] != '\0' && strchr(error.text, '\n') == NULL && list.count == 0);
        dump_list_clear(&list);
        return 0;
    }
    check(error.text[0] == '\0' && list.count > 0);
    const struct dump *last = list.dumps[list.count - 1];
    explain(last, NULL, &list);
    explain(last, list.dumps[0], &list);
    /* Half of the bytes may be another dump. */
    if (dumps_parse(&half, "fuzz", (const char *)data, size / 2, &error) == 0)
        explain(half.dumps[0], last, &half);
    dump_list_clear(&half);
    dump_list_clear(&list);
    return 0;
}
