/* bench_results.h - the result files of a bench: created, kept up to date, printed as JSON. */
#pragma once

#include "bench.h"

#define OTHER_FOLDER       "/against" /* below the output folder: results of the other build */
#define RESULTS_PATH_BYTES (RESULT_LINE_BYTES + RESULT_NAME_BYTES + 32)

/* Creates the output folder, locks it against a second bench until the process ends, and checks
 * that results can be written there. 0, or -1 and one line in error. */
int results_folder_open(struct bench *bench, struct error *error);
void results_create(struct bench *bench, int argc, char **argv);
/* Makes JUDGEMENT_REFERENCE the reference, or the first of our servers, of those that have not
 * failed. A new reference has an empty control. */
void results_reference_choose(struct bench *bench);
void results_destroy(struct bench *bench);
/* Writes the subject's result, and the dump of the allocator beside it: both or neither. Only a
 * complete result replaces a complete one of an earlier bench. Complains and sets the bench's
 * status if it cannot be written. */
void results_save(struct bench *bench, size_t subject);
/* Names on stderr the results of earlier benches that stay. */
void results_print_earlier(const struct bench *bench);
/* All results as one JSON array, to a path as in file_write. 0, or -1 and one line in error. */
int results_write_json(const struct bench *bench, const char *path, struct error *error);
