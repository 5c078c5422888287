/* dump_check.h - whether the parts of a dump add up to its totals. */
#pragma once

#include "dump.h"

#define DOUBTS_MAX  8
#define DOUBT_BYTES 256

struct dump_check {
    bool arenas_add_up;  /* to within 1 %: what is said of pages is of all pages */
    bool classes_add_up; /* likewise */
    size_t count;
    char doubts[DOUBTS_MAX][DOUBT_BYTES]; /* sentences: what differs, what is missing */
};

/* Of a dump that has totals. */
void dump_check_make(struct dump_check *check, const struct dump *dump);
