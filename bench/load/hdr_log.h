/* hdr_log.h - latencies as an HdrHistogram interval log, for HdrHistogram's own tools.
 *
 * About every second, the log gets a line for all good responses and, unless they are empty, lines
 * tagged hit, miss and sent (open loop: latency since the request was sent). At the end the same
 * four follow for the whole run, tagged total, total-hit, total-miss and total-sent.
 * Lines stay in memory, uncompressed, until they are written, so that the load is not disturbed.
 */
#pragma once

#include "errors.h"
#include "histogram.h"

#define HDR_LOG_LINE_NS UINT64_C(1000000000)

enum hdr_log_tag { HDR_LOG_ALL, HDR_LOG_HIT, HDR_LOG_MISS, HDR_LOG_SENT, HDR_LOG_TAGS };

struct hdr_log;

struct hdr_log *hdr_log_create(void);
void hdr_log_destroy(struct hdr_log *log); /* NULL: does nothing */
/* The measured part begins (CLOCK_MONOTONIC): clears the log. */
void hdr_log_begin(struct hdr_log *log, uint64_t now_ns);
/* Adds the latencies since the last call, one histogram for each tag. NULL: none. */
void hdr_log_add(struct hdr_log *log, uint64_t now_ns,
                 const struct histogram *const latencies[HDR_LOG_TAGS]);
/* The measured part ended: adds the last lines and the totals. */
void hdr_log_end(struct hdr_log *log, uint64_t now_ns);
/* As file_write. 0, or -1 and one line in error. */
int hdr_log_write(const struct hdr_log *log, const char *path, struct error *error);

/* A histogram in HdrHistogram's compressed V2 encoding, as base64 text. The caller frees it. */
char *hdr_log_encode(const struct histogram *histogram);
