/* trace_fuzz.c - no bytes, however strange, may make a reader do wrong. libFuzzer's entry point;
 * the first byte picks the format, the second how the rest is cut into pieces. */
#include "reader.h"

#include <stdlib.h>

#define BATCH 61
#define REQUESTS_MAX                                                                               \
    20000 /* a block or a compressed file may hold more than one likes to wait for */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const formats[] = {
    NULL,
    "text",
    "sized",
    "csv",
    "twitter",
    "arc",
    "oracle",
    "be32",
    "be64",
    "csv:id=2",
    "csv:id=2,time=1,size=3,op=4,ttl=5",
    "csv:id=key,time=time",
    "recorded",
    "access-log",
    "access-log:/([a-z]+)",
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void read_all(struct source *source, const struct error *error)
{
    struct trace_request requests[BATCH];
    uint64_t last_ns = 0;
    size_t got = BATCH, total = 0;
    for (; got == BATCH && total < REQUESTS_MAX; total += got) {
        got = source->kind->read(source, requests, BATCH);
        check(got <= BATCH);
        for (size_t i = 0; i < got; i++) {
            check(requests[i].time_ns >= last_ns);
            last_ns = requests[i].time_ns;
        }
        check(got < BATCH || total > 0 || requests[0].time_ns == 0);
    }
    if (got < BATCH)
        check(source->kind->read(source, requests, BATCH) == 0);
    check(strchr(error->text, '\n') == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct error error = {""};
    const char *format = formats[data[0] % (sizeof(formats) / sizeof(formats[0]))];
    struct source *source =
        reader_open_memory("fuzz", (const char *)data + 2, size - 2, data[1], format, &error);
    if (source == NULL) {
        check(error.text[0] != '\0');
        return 0;
    }
    check(error.text[0] == '\0');
    read_all(source, &error);
    source->kind->close(source);
    return 0;
}
