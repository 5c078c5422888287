/* figures.h - the metrics of a server, written as JSON (/stats) and for Prometheus (/metrics). */
#pragma once

#include "shards.h"

#include <stdio.h>

#define FIGURE_NONE UINT64_MAX /* a limit that is not set */

struct figures {
    const char *policy, *summary, *version;
    uint64_t pid, uptime_ns, requests, connections, threads;
    uint64_t capacity_entries, capacity_bytes, ttl_ns, session_records;
    struct cache_stats cache;
    struct memory_zone_figures zones;
    struct shards_figures records;
    struct memory_figures memory;
};

/* `subject` is a struct figures. */
void figures_write_json(const void *subject, FILE *out);
/* The Prometheus text format, version 0.0.4. */
void figures_write_metrics(const void *subject, FILE *out);
