/* counter.h - reads a counter that a program publishes over HTTP, as a JSON key or Prometheus
 * metric.
 *
 * No function raises a signal. One thread at a time.
 */
#pragma once

#include "errors.h"

#include <stddef.h>
#include <stdint.h>

struct counter;

/* `name` is "requests" or "cache.misses" for JSON, "http_requests_total" or
 * "http_requests_total{code=\"200\"}" for Prometheus: the sum of the series that have these labels,
 * whatever others they have. Both texts must outlive the counter. NULL and one line in error: the
 * URL is wrong or its host is unknown. Released with counter_close. */
struct counter *counter_open(const char *url, const char *name, struct error *error);
void counter_close(struct counter *counter); /* NULL is fine */
/* Fetches the URL; fails if the complete response takes more than about a second. 0, or -1 and one
 * line in error. */
int counter_read(struct counter *counter, uint64_t *value, struct error *error);

/* Finds the number in a body, which is JSON if it begins with '{'; *series is of how many series it
 * is the sum, 1 in JSON. 0, or -1: there is no such number, or it is negative or no number. */
int counter_find(const char *body, size_t bytes, const char *name, uint64_t *value, size_t *series);
/* Of how many series the last value that was read is the sum. */
size_t counter_series(const struct counter *counter);
