/* trace_account.h - what was read of a trace, what was skipped, and why.
 *
 * A line without a request is skipped for a reason, such as "not GET". A line that is not
 * understood is skipped, too, but if there are too many of them the trace is an error.
 */
#pragma once

#include "errors.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_REASONS_MAX   16
#define TRACE_WHY_BYTES     256
#define TRACE_ACCOUNT_BYTES 1024

struct trace_account {
    const char *format; /* that was taken; NULL: the trace was generated */
    uint64_t lines;     /* that were read; in a binary format, records */
    struct {
        const char *reason; /* a literal */
        uint64_t lines;
    } skipped[TRACE_REASONS_MAX];
    size_t reasons;            /* how many there are */
    uint64_t bad;              /* lines that were not understood */
    uint64_t first_bad;        /* the number of the first one, from 1 */
    char why[TRACE_WHY_BYTES]; /* what is wrong with it */
};

/* Counts a line that has no request. More than TRACE_REASONS_MAX reasons become "other". */
void trace_account_skip(struct trace_account *account, const char *reason);
/* The lines that were skipped, for whatever reason. */
uint64_t trace_account_skipped(const struct trace_account *account);
/* Whether more than 1 % of the lines were not understood. To be asked at the end of the trace,
 * since a few foreign lines may come first. */
bool trace_account_is_bad(const struct trace_account *account);
/* Whether the trace can hardly be in this format: over 1,000 lines and more than half of all were
 * not understood. For a trace that has not ended. */
bool trace_account_is_hopeless(const struct trace_account *account);
/* "27 of 2,000 lines skipped: 25 not GET, 2 not understood, the first is line 42: expected ..."; ""
 * if none was skipped. */
void trace_account_words(const struct trace_account *account, char words[TRACE_ACCOUNT_BYTES]);
/* The same as an object. results/README.md explains its keys. */
json_t *trace_account_json(const struct trace_account *account);
