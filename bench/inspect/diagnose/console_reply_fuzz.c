/* console_reply_fuzz.c - whatever a console or /stats answers is read into terminated texts, or
 * refused in one line.
 */
#include "console_reply.h"
#include "stats_parse.h"

#include "fuzz_check.h"

#include <math.h>
#include <string.h>

#define TERMINATED(text) check(memchr(text, '\0', sizeof(text)) != NULL)

static void error_check(int status, const struct error *error)
{
    check((status == 0) == (error->text[0] == '\0'));
    check(strchr(error->text, '\n') == NULL);
}

static void snapshot_fuzz(const char *text, size_t size)
{
    static struct snapshot snapshot;
    struct console_reply_server server;
    struct error error = {""};
    int status = console_reply_snapshot(text, size, &snapshot, &server, &error);
    error_check(status, &error);
    if (status == 0)
        TERMINATED(server.policy);
}

static void unreachable_fuzz(const char *text, size_t size)
{
    static struct unreachable found;
    struct error error = {""};
    error_check(console_reply_unreachable(text, size, &found, &error), &error);
    check(found.type_count <= DIAGNOSIS_TYPES && found.example_count <= DIAGNOSIS_EXAMPLES);
    TERMINATED(found.held);
    for (size_t i = 0; i < found.type_count; i++)
        TERMINATED(found.types[i].type);
    for (size_t i = 0; i < found.example_count; i++) {
        TERMINATED(found.examples[i].record);
        TERMINATED(found.examples[i].holder);
        TERMINATED(found.examples[i].cycle);
    }
}

static void stats_fuzz(const char *text, size_t size)
{
    struct result_sample sample = {0};
    struct error error = {""};
    error_check(stats_parse(text, size, &sample, &error), &error);
    double allocations = stats_parse_allocations(text, size);
    check(isnan(allocations) || allocations >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    snapshot_fuzz((const char *)data, size);
    unreachable_fuzz((const char *)data, size);
    stats_fuzz((const char *)data, size);
    return 0;
}
