/* bench_file.h - bench.json: what belongs to the whole bench, not to one server. */
#pragma once

#include "bench.h"

/* Checks that OUT/bench.json could be written. 0, or -1 and one line in error. */
int bench_file_check(const struct bench *bench, struct error *error);
/* Writes OUT/bench.json as file_write does. 0, or -1 and one line in error. */
int bench_file_write(const struct bench *bench, struct error *error);
