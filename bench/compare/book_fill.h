/* book_fill.h - how the readers of the formats fill a book; inside the room only. */
#ifndef BOOK_FILL_H
#define BOOK_FILL_H

#include "book.h"

#include <jansson.h>

struct book *book_create(const char *path, enum figure_source source);
/* NULL: there are BOOK_SERIES_MAX already. */
struct book_series *book_series_add(struct book *book, const char *workload,
                                    const struct figure *figure);
/* The one that is there, or a new one. */
struct book_series *book_series_get(struct book *book, const char *workload,
                                    const struct figure *figure);
/* What is too much is left out. */
void book_value_add(struct book_series *series, double value, uint64_t repetition, uint64_t seed);
__attribute__((format(printf, 4, 5))) void book_setting_add(struct book *book, const char *name,
                                                            enum setting_weight weight,
                                                            const char *format, ...);
/* Appends to what is said already. */
__attribute__((format(printf, 2, 3))) void book_flaw_add(struct book *book, const char *format,
                                                         ...);

/* 0, or -1: what the reader stumbled over is in error. */
int book_gbench_fill(struct book *book, const json_t *json, char error[RESULT_ERROR_BYTES]);
int book_hyperfine_fill(struct book *book, const json_t *json, char error[RESULT_ERROR_BYTES]);

#endif
