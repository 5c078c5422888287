/* hdr_log.h - latencies as an HdrHistogram interval log, which its own tools read.
 *
 * One line about every second for all good answers; where there are any, further ones tagged hit,
 * miss, and sent (latency since the sending, in an open loop). At the end the same four once more
 * over the whole run, tagged total, total-hit, total-miss and total-sent.
 * Lines stay in memory, uncompressed, until they are written: the load is not to be disturbed.
 */
#ifndef HDR_LOG_H
#define HDR_LOG_H

#include "errors.h"
#include "histogram.h"

#define HDR_LOG_LINE_NS UINT64_C(1000000000)

enum hdr_log_tag { HDR_LOG_ALL, HDR_LOG_HIT, HDR_LOG_MISS, HDR_LOG_SENT, HDR_LOG_TAGS };

struct hdr_log;

struct hdr_log *hdr_log_create(void); /* NULL: out of memory */
void hdr_log_destroy(struct hdr_log *log);
/* The measured part begins (CLOCK_MONOTONIC). */
void hdr_log_begin(struct hdr_log *log, uint64_t now_ns);
/* Adds what was recorded since the last call, each tag's latencies by themselves. NULL: none. */
void hdr_log_add(struct hdr_log *log, uint64_t now_ns,
                 const struct histogram *const latencies[HDR_LOG_TAGS]);
/* The measured part ended: the lines at hand, and the totals. */
void hdr_log_end(struct hdr_log *log, uint64_t now_ns);
/* Through a temporary file. 0, or -1 and one line in error. */
int hdr_log_write(const struct hdr_log *log, const char *path, struct error *error);

/* A histogram in HdrHistogram's compressed V2 encoding, as the log has it: base64 text, to be
 * freed. */
char *hdr_log_encode(const struct histogram *histogram);

#endif
