/* recording.c - packs requests into blocks and unpacks them. */
#include "recording.h"

#include "xmalloc.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#define BLOCK_MAGIC      UINT32_C(0x6b6c6274) /* "tblk" */
#define CHECKSUM_AT      24
#define LEVEL            (-3) /* fast: the files are about 5 % larger than at level 1 */
#define VARINT_BITS      7
#define VARINT_CONTINUES 0x80u
#define ID_BYTES         8

struct recording_packer {
    ZSTD_CCtx *context;
    char plain[RECORDING_PLAIN_MAX];
    char stored[RECORDING_STORED_MAX];
};

struct recording_packer *recording_packer_create(void)
{
    struct recording_packer *packer = xmalloc(sizeof *packer);
    packer->context = xchecked(ZSTD_createCCtx());
    return packer;
}

void recording_packer_destroy(struct recording_packer *packer)
{
    ZSTD_freeCCtx(packer->context);
    free(packer);
}

static void u32_write(char *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof value);
}

static void u64_write(char *at, uint64_t value)
{
    value = htole64(value);
    memcpy(at, &value, sizeof value);
}

static uint32_t u32_read(const char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

static uint64_t u64_read(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return le64toh(value);
}

static char *varint_write(char *at, uint64_t value)
{
    for (; value >= VARINT_CONTINUES; value >>= VARINT_BITS)
        *at++ = (char)(value | VARINT_CONTINUES);
    *at++ = (char)value;
    return at;
}

/* Returns what follows the number, or NULL: it is cut off or too long. */
static const char *varint_read(const char *at, const char *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; at < end && shift < 64; shift += VARINT_BITS) {
        unsigned char byte = (unsigned char)*at++;
        *value |= (uint64_t)(byte & ~VARINT_CONTINUES) << shift;
        if (byte < VARINT_CONTINUES)
            return at;
    }
    return NULL;
}

static size_t plain_write(char *plain, const struct recording_request *requests, size_t count)
{
    char *at = plain;
    uint64_t last_us = requests[0].time_us;
    for (size_t i = 0; i < count; i++, at += ID_BYTES)
        u64_write(at, requests[i].id);
    for (size_t i = 0; i < count; i++) {
        uint64_t time_us = requests[i].time_us > last_us ? requests[i].time_us : last_us;
        at = varint_write(at, time_us - last_us);
        last_us = time_us;
    }
    for (size_t i = 0; i < count; i++)
        at = varint_write(at, (uint64_t)requests[i].bytes << 1 | requests[i].hit);
    return (size_t)(at - plain);
}

/* The checksum of a block, over everything except the checksum itself. */
static uint64_t checksum_of(const char *block, size_t stored_bytes)
{
    uint64_t head = XXH3_64bits(block, CHECKSUM_AT);
    return XXH3_64bits_withSeed(block + RECORDING_HEAD_BYTES, stored_bytes, head);
}

void recording_seal(char *block)
{
    u64_write(block + CHECKSUM_AT, checksum_of(block, u32_read(block + 8)));
}

size_t recording_pack(struct recording_packer *packer, const struct recording_request *requests,
                      size_t count, const char **block)
{
    char *head = packer->stored;
    size_t plain = plain_write(packer->plain, requests, count);
    size_t stored = ZSTD_compressCCtx(packer->context, head + RECORDING_HEAD_BYTES,
                                      sizeof packer->stored - RECORDING_HEAD_BYTES, packer->plain,
                                      plain, LEVEL);
    if (ZSTD_isError(stored)) /* out of memory: the buffer is large enough for any result */
        die_of(ZSTD_getErrorName(stored));
    u32_write(head, BLOCK_MAGIC);
    u32_write(head + 4, (uint32_t)count);
    u32_write(head + 8, (uint32_t)stored);
    u32_write(head + 12, (uint32_t)plain);
    u64_write(head + 16, requests[0].time_us);
    recording_seal(head);
    *block = head;
    return RECORDING_HEAD_BYTES + stored;
}

bool recording_read_head(const char bytes[RECORDING_HEAD_BYTES], struct recording_head *head)
{
    *head = (struct recording_head){
        .requests = u32_read(bytes + 4),
        .stored_bytes = u32_read(bytes + 8),
        .plain_bytes = u32_read(bytes + 12),
        .first_us = u64_read(bytes + 16),
        .checksum = u64_read(bytes + CHECKSUM_AT),
    };
    return u32_read(bytes) == BLOCK_MAGIC && head->requests > 0 &&
           head->requests <= RECORDING_BLOCK_MAX && head->plain_bytes <= RECORDING_PLAIN_MAX &&
           head->stored_bytes <= RECORDING_STORED_MAX - RECORDING_HEAD_BYTES;
}

/* Returns whether exactly all bytes were read. */
static bool plain_read(const char *plain, const struct recording_head *head,
                       struct recording_request *requests)
{
    const char *at = plain, *end = plain + head->plain_bytes;
    uint64_t time_us = head->first_us, value;
    if (head->plain_bytes < (size_t)head->requests * ID_BYTES)
        return false;
    for (uint32_t i = 0; i < head->requests; i++, at += ID_BYTES)
        requests[i].id = u64_read(at);
    for (uint32_t i = 0; i < head->requests; i++) {
        at = varint_read(at, end, &value);
        if (at == NULL || __builtin_add_overflow(time_us, value, &time_us))
            return false;
        requests[i].time_us = time_us;
    }
    for (uint32_t i = 0; i < head->requests; i++) {
        at = varint_read(at, end, &value);
        if (at == NULL || value >> 1 > UINT32_MAX)
            return false;
        requests[i].bytes = (uint32_t)(value >> 1);
        requests[i].hit = value & 1;
    }
    return at == end;
}

const char *recording_unpack(const char *block, struct recording_request *requests)
{
    struct recording_head head;
    if (!recording_read_head(block, &head))
        return "it has no valid header";
    if (checksum_of(block, head.stored_bytes) != head.checksum)
        return "its checksum is wrong";
    char *plain = xmalloc(head.plain_bytes);
    size_t bytes =
        ZSTD_decompress(plain, head.plain_bytes, block + RECORDING_HEAD_BYTES, head.stored_bytes);
    bool good = bytes == head.plain_bytes && plain_read(plain, &head, requests);
    free(plain);
    return good ? NULL : "its requests cannot be decoded";
}
