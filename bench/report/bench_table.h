/* bench_table.h - the tables of a bench: one for each workload, a row for each variant served. */
#pragma once

#include "judgement.h"

#include <stdio.h>

/* At most 100 columns wide, in the order of the judgement; a column in which nothing stands, or in
 * all rows the same, is left out. Below a table stand notes on what failed, was stopped, disagrees
 * or has no figure of speed; below all tables the sentences of the judgement. */
void bench_table_print(const struct judgement *judgement, FILE *out);
