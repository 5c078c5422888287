/* trace_fuzz.c - libFuzzer's entry point: reads any bytes as a trace and checks what is returned.
 * The first byte selects the format, the second the size of the pieces that the rest arrives in. */
#include "trace_file.h"

#include "count_of.h"
#include "fuzz_check.h"
#include "recording.h"
#include "xmalloc.h"

#include <stdlib.h>
#include <string.h>

#define BATCH        61
#define REQUESTS_MAX 20000 /* a block of ids or a compressed file may hold very many */

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
    "json-log",
    "json-log:url=a.b,time=t,size=s",
    "w3c",
    "squid",
    "haproxy",
    "alb",
    "s3",
    "log:%h %^ [%t] \"%m %u %^\" %s %b",
    "log:%d %t|%v|%U|%q|%b",
    "csv:id=2+3,offset=1,size=4,op=5,block=512B",
    "csv:id=1,count=2,delimiter=blank",
    "csv:id=2,time_ms=1,delimiter=tab",
    "cachelib-kv",
    "ibm-objects",
    "msr:block=4KiB",
    "spc",
    "address:block=64B",
    "vscsi",
    "vscsi:block=4KiB",
    "lcs",
};

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

/* Repairs the checksums of a recording's blocks, so that the reader gets to see the rest. */
static void blocks_seal(char *bytes, size_t count)
{
    struct recording_head head;
    for (size_t at = 0; at + RECORDING_HEAD_BYTES <= count; at++)
        if (recording_read_head(bytes + at, &head) &&
            head.stored_bytes <= count - at - RECORDING_HEAD_BYTES)
            recording_seal(bytes + at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct error error = {""};
    const char *format = formats[data[0] % COUNT_OF(formats)];
    char *bytes = xmalloc(size - 2);
    memcpy(bytes, data + 2, size - 2);
    blocks_seal(bytes, size - 2);
    struct source *source =
        trace_file_open_memory("fuzz", bytes, size - 2, data[1], format, &error);
    check((source == NULL) == (error.text[0] != '\0'));
    if (source != NULL) {
        read_all(source, &error);
        source->kind->close(source);
    }
    free(bytes);
    return 0;
}
