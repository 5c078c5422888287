/* counter.h - a counter that a program publishes over HTTP: a key in JSON, or a Prometheus metric.
 *
 * Nothing here raises a signal. One thread at a time.
 */
#ifndef COUNTER_H
#define COUNTER_H

#include "errors.h"

#include <stddef.h>
#include <stdint.h>

struct counter;

/* `name` is "requests", "cache.misses" for JSON, "http_requests_total" or
 * "http_requests_total{code=\"200\"}" for Prometheus, where a bare name is the sum of its series.
 * Both texts must outlive the counter. NULL, and one line in error, for a wrong URL. Released with
 * counter_close. */
struct counter *counter_open(const char *url, const char *name, struct error *error);
void counter_close(struct counter *counter); /* NULL is fine */
/* Asks now; waits no longer than a second. 0, or -1 and one line in error. */
int counter_read(struct counter *counter, uint64_t *value, struct error *error);

/* What an answer says, by its form. 0, or -1: it is not there, or no number. */
int counter_find(const char *body, size_t bytes, const char *name, uint64_t *value);

#endif
