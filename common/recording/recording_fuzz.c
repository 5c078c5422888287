/* recording_fuzz.c - any block is unpacked or refused, and what was unpacked can be packed again.
 *
 * The input is a block whose magic number, lengths and checksum are repaired, so that the parser
 * gets to see the rest. After a "p" at the beginning what follows the header is not compressed yet.
 */
#include "recording.h"

#include "fuzz_check.h"
#include "xmalloc.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define MAGIC      "tblk"
#define STORED_AT  8
#define PLAIN_AT   12
#define INPUT_MAX  65536
#define BLOCK_ROOM (RECORDING_HEAD_BYTES + INPUT_MAX + INPUT_MAX / 128 + 512)

static void u32_put(char *at, size_t value)
{
    uint32_t little = htole32((uint32_t)value);
    memcpy(at, &little, sizeof little);
}

static char *block_repair(const char *data, size_t size)
{
    char *block = xmalloc(BLOCK_ROOM);
    size_t stored = size - RECORDING_HEAD_BYTES;
    bool is_plain = data[0] == 'p';
    memcpy(block, data, size);
    memcpy(block, MAGIC, sizeof MAGIC - 1);
    if (is_plain) {
        u32_put(block + PLAIN_AT, stored);
        stored = ZSTD_compress(block + RECORDING_HEAD_BYTES, BLOCK_ROOM - RECORDING_HEAD_BYTES,
                               data + RECORDING_HEAD_BYTES, stored, 1);
        check(!ZSTD_isError(stored));
    }
    u32_put(block + STORED_AT, stored);
    recording_seal(block);
    return xreallocarray(block, RECORDING_HEAD_BYTES + stored, 1);
}

static void requests_check(const struct recording_request *requests, size_t count)
{
    const char *block;
    struct recording_packer *packer = recording_packer_create();
    struct recording_request *again = xcalloc(count, sizeof *again);
    for (size_t i = 1; i < count; i++)
        check(requests[i].time_us >= requests[i - 1].time_us);
    recording_pack(packer, requests, count, &block);
    check(recording_unpack(block, again) == NULL);
    for (size_t i = 0; i < count; i++)
        check(again[i].id == requests[i].id && again[i].time_us == requests[i].time_us &&
              again[i].bytes == requests[i].bytes && again[i].hit == requests[i].hit);
    free(again);
    recording_packer_destroy(packer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct recording_head head;
    if (size < RECORDING_HEAD_BYTES || size > INPUT_MAX)
        return 0;
    char *block = block_repair((const char *)data, size);
    if (recording_read_head(block, &head)) {
        struct recording_request *requests = xcalloc(head.requests, sizeof *requests);
        if (recording_unpack(block, requests) == NULL)
            requests_check(requests, head.requests);
        free(requests);
    }
    free(block);
    return 0;
}
