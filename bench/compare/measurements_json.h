/* measurements_json.h - one reader for each program's JSON; only measurements_read.c calls them. */
#pragma once

#include "measurements.h"

#include <jansson.h>

/* 0, or -1 and one line in error. */
int measurements_from_gbench(struct measurements *measurements, const json_t *json,
                             struct error *error);
int measurements_from_hyperfine(struct measurements *measurements, const json_t *json,
                                struct error *error);
/* Cannot fail: result_parse has checked the result. */
struct measurements *measurements_of_result(const struct result *result, const char *path);
