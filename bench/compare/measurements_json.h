/* measurements_json.h - one reader for each program's JSON; only measurements_read.c calls them. */
#pragma once

#include "counters.h"
#include "measurements.h"

#include <jansson.h>

/* 0, or -1 and one line in error. counters: those of google-benchmark to read, too; may be NULL. */
int measurements_from_gbench(struct measurements *measurements, const json_t *json,
                             const struct counters *counters, struct error *error);
int measurements_from_hyperfine(struct measurements *measurements, const json_t *json,
                                const struct counters *counters, struct error *error);
/* Cannot fail: result_parse has checked the result. */
struct measurements *measurements_of_result(const struct result *result, const char *path);
