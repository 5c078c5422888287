/* result_fuzz.c - a result file that is read can be written, and then says the same. */
#include "result.h"

#include "fuzz_check.h"

#include <stdlib.h>
#include <string.h>

static json_t *written(const struct result *result)
{
    json_t *json = result_json(result);
    check(json != NULL);
    return json;
}

/* Reads what was written, and writes it again. */
static void again_check(const json_t *json)
{
    struct error error = {""};
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    check(text != NULL);
    struct result *again = result_parse("again", text, strlen(text), &error);
    check(again != NULL);
    json_t *second = written(again);
    check(json_equal(json, second));
    json_decref(second);
    result_destroy(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {""};
    struct result *result = result_parse("fuzz", (const char *)data, size, &error);
    if (result == NULL) {
        check(error.text[0] != '\0' && strchr(error.text, '\n') == NULL);
        return 0;
    }
    check(error.text[0] == '\0');
    json_t *json = written(result);
    again_check(json);
    json_decref(json);
    result_destroy(result);
    return 0;
}
