/* recording.h - the format of a recording: blocks of requests, each of which can be read on its
 * own.
 *
 * A file is RECORDING_MAGIC and then blocks. The magic may also occur between blocks, so that
 * recordings can be joined by cat. A block is a header and, compressed by zstd, its requests in
 * columns: hashes of ids (u64), times (varints: microseconds since the last request), sizes
 * (varints: bytes * 2, + 1 for a hit). All numbers are little-endian. A process that is killed
 * while writing loses its last block only. The functions use no file and no clock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDING_MAGIC       "tiderec1"
#define RECORDING_MAGIC_BYTES 8
#define RECORDING_HEAD_BYTES  32
#define RECORDING_BLOCK_MAX   4096 /* requests */

struct recording_request {
    uint64_t id;      /* a keyed hash */
    uint64_t time_us; /* since 1970 */
    uint32_t bytes;   /* of the body */
    bool hit;
};

struct recording_head {
    uint32_t requests;
    uint32_t stored_bytes; /* that follow the header */
    uint32_t plain_bytes;  /* before compression */
    uint64_t first_us;     /* time from which the first request's is counted */
    uint64_t checksum;     /* of the rest of the head and what is stored: XXH3 */
};

/* The maximum sizes of a block: before compression, and as stored with its header. */
#define RECORDING_PLAIN_MAX ((size_t)RECORDING_BLOCK_MAX * (8 + 10 + 5))
#define RECORDING_STORED_MAX                                                                       \
    (RECORDING_HEAD_BYTES + RECORDING_PLAIN_MAX + RECORDING_PLAIN_MAX / 128)

/* Buffers for packing any number of blocks, one after the other. */
struct recording_packer;
struct recording_packer *recording_packer_create(void);
void recording_packer_destroy(struct recording_packer *packer);
/* Packs 1 to RECORDING_BLOCK_MAX requests. Returns the size of the block with its header; *block is
 * valid until the next call. A time before the previous one is replaced by that one. */
size_t recording_pack(struct recording_packer *packer, const struct recording_request *requests,
                      size_t count, const char **block);

/* Sets the checksum of a complete block. */
void recording_seal(char *block);

/* Returns whether the bytes are the header of a block. */
bool recording_read_head(const char bytes[RECORDING_HEAD_BYTES], struct recording_head *head);
/* Reads head.requests requests from a complete block. Returns NULL, or what is wrong with the
 * block. */
const char *recording_unpack(const char *block, struct recording_request *requests);
