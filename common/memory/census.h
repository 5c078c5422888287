/* census.h - numbers and bytes of live objects, by container and type, and the changes between two
 * censuses.
 *
 * The owners of the objects count them anyway and add their rows. A census is a plain struct that
 * may be copied. A row beyond CENSUS_ROWS (servers have about 20) is added to the last row. Bytes
 * are usable sizes where the owner knows them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CENSUS_ROWS       64
#define CENSUS_NAME_BYTES 64

struct census_row {
    char container[CENSUS_NAME_BYTES]; /* "main.cache.order.history" */
    char type[CENSUS_NAME_BYTES];      /* "slots" */
    uint64_t live, live_bytes;         /* now */
    uint64_t total, total_bytes;       /* ever created */
};

struct census {
    uint64_t time_ns;
    size_t count;
    struct census_row rows[CENSUS_ROWS];
};

/* Adds the row; one of the same container and type is increased. */
void census_add(struct census *census, const struct census_row *row);
/* NULL: there is no such row. */
const struct census_row *census_find(const struct census *census, const char *container,
                                     const char *type);
/* The live bytes of a container and of the containers in it. "" is all. */
uint64_t census_bytes(const struct census *census, const char *container);
/* Whether `inner` is the container or lies in it: "a.b" lies in "a". */
bool census_within(const char *inner, const char *container);

struct census_change {
    const struct census_row *row;    /* in `after`, or in `before` if it is not in `after` */
    int64_t live, live_bytes;        /* the difference; negative: it shrank */
    uint64_t created, created_bytes; /* between the two */
};

/* The rows that changed, largest growth in bytes first. Returns their number. changes[].row points
 * into the two censuses, which must outlive it. */
size_t census_compare(const struct census *before, const struct census *after,
                      struct census_change changes[CENSUS_ROWS]);
/* Finds where the growth is: starting at `container`, goes to an inner container as long as that
 * one has CENSUS_SHARE of the growth of the outer one. Writes its name to `name`. */
#define CENSUS_SHARE 0.8
void census_culprit(const struct census *before, const struct census *after, const char *container,
                    char name[CENSUS_NAME_BYTES]);
