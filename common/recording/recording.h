/* recording.h - the form of a recording: blocks of requests, each whole in itself.
 *
 * A file is RECORDING_MAGIC and then blocks; the magic may stand between blocks, so that recordings
 * may be joined by cat. A block is a head and, compressed by zstd, its requests column by column:
 * hashes of ids (u64), times (varints: microseconds since the last), sizes (varints: bytes * 2,
 * + 1 for a hit). All numbers are little-endian. Whoever is killed while writing loses no block but
 * the last. All is pure: no file, no clock.
 */
#ifndef RECORDING_H
#define RECORDING_H

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
    uint32_t stored_bytes; /* that follow the head */
    uint32_t plain_bytes;  /* before compression */
    uint64_t first_us;     /* time from which the first request's is counted */
    uint64_t checksum;     /* of the rest of the head and what is stored: XXH3 */
};

/* The most that a block takes with its head. */
#define RECORDING_PLAIN_MAX ((size_t)RECORDING_BLOCK_MAX * (8 + 10 + 5))
#define RECORDING_STORED_MAX                                                                       \
    (RECORDING_HEAD_BYTES + RECORDING_PLAIN_MAX + RECORDING_PLAIN_MAX / 128)

/* What packing needs beside its input; for any number of blocks, one after the other. */
struct recording_packer;
struct recording_packer *recording_packer_create(void);
void recording_packer_destroy(struct recording_packer *packer);
/* Bytes of the block, head included, which lie at *block until the next call. Times that run back
 * count as the one before. 1 to RECORDING_BLOCK_MAX requests. */
size_t recording_pack(struct recording_packer *packer, const struct recording_request *requests,
                      size_t count, const char **block);

/* False: it is no head of a block. */
bool recording_read_head(const char bytes[RECORDING_HEAD_BYTES], struct recording_head *head);
/* The head.requests requests of a block whose head begins at `block` and that lies there whole.
 * NULL, or what is wrong with it. */
const char *recording_unpack(const char *block, struct recording_request *requests);

#endif
