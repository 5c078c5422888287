/* bench_folder.h - the results of a folder, judged with what its bench.json adds. */
#pragma once

#include "judgement.h"
#include "sources.h"

/* Owns all that it points to. Results are in the order of the bench if that is known. */
struct bench_folder {
    struct result **results; /* without samples but the last of each run */
    size_t count;
    struct judgement *judgement;
    json_t *bench; /* bench.json; NULL: there is none */
    struct judgement_hits *hits;
    struct result_hits *values; /* of the hits */
    size_t hits_count;
    struct result *control; /* NULL: it is not known */
};

/* Results that cannot be read are named on stderr and left out. The caller calls
 * bench_folder_destroy. */
struct bench_folder *bench_folder_read(const struct sources *sources, const char *name);
void bench_folder_destroy(struct bench_folder *folder);

/* Whether the source is a result, and the first of its folder. */
bool bench_folder_is_first(const struct sources *sources, size_t at);
