/* census.h - what lives, by container and type, and what has changed between two counts.
 *
 * Nothing is counted for it: whoever owns objects already knows how many there are, and adds a row
 * when asked. A census is a plain struct, to be copied and kept; rows beyond CENSUS_ROWS, which no
 * server comes near, are added to the last. Bytes are usable sizes where the owner knows them.
 */
#ifndef CENSUS_H
#define CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CENSUS_ROWS       64
#define CENSUS_NAME_BYTES 64

struct census_row {
    char container[CENSUS_NAME_BYTES]; /* "main.cache.order.history" */
    char type[CENSUS_NAME_BYTES];      /* "slots" */
    uint64_t live, live_bytes;         /* now */
    uint64_t total, total_bytes;       /* ever made */
};

struct census {
    uint64_t time_ns;
    size_t count;
    struct census_row rows[CENSUS_ROWS];
};

/* To the row of the same container and type, if there is one. */
void census_add(struct census *census, const struct census_row *row);
/* All rows of a type become one, of no container. */
void census_by_type(const struct census *census, struct census *types);
/* By live bytes, most first. */
void census_sort(struct census *census);
/* NULL: there is no such row. */
const struct census_row *census_find(const struct census *census, const char *container,
                                     const char *type);
/* Live bytes in a container and in those within it. */
uint64_t census_bytes(const struct census *census, const char *container);
/* True: `inner` is the container or lies in it. */
bool census_within(const char *inner, const char *container);

struct census_change {
    const struct census_row *row; /* as it is in `after`, or in `before` if it is gone */
    int64_t live, live_bytes;     /* grew by so many */
    uint64_t made, made_bytes;    /* since */
};

/* What grew or shrank, the largest growth in bytes first; at most CENSUS_ROWS. The rows lie in the
 * two, which must outlive the changes. */
size_t census_compare(const struct census *before, const struct census *after,
                      struct census_change changes[CENSUS_ROWS]);
/* The container that grew most: the innermost that accounts for CENSUS_SHARE of the growth of the
 * one around it, starting from `container`; its name is written to `name`. */
#define CENSUS_SHARE 0.8
void census_culprit(const struct census *before, const struct census *after, const char *container,
                    char name[CENSUS_NAME_BYTES]);

#endif
