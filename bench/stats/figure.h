/* figure.h - what can be compared: for each figure its unit, which way is better, how far it may
 * lie apart without meaning anything. */
#ifndef FIGURE_H
#define FIGURE_H

#include "result.h"
#include "units.h"

/* Where no calibration is stored: by how much two speeds of the same program differ, as a share.
 * The medians of benches that ran one after the other differed by 4 % (HTTP/1.1) to 9 % (HTTP/2);
 * runs in turns share what drifts. */
#define FIGURE_FLOOR_APART    0.10
#define FIGURE_FLOOR_IN_TURNS 0.03
/* The last thousandth of the requests is so many times as restless. */
#define FIGURE_TAIL 2

enum figure_unit { UNIT_RATE, UNIT_US, UNIT_NS, UNIT_SECONDS, UNIT_SHARE, UNIT_BYTES, UNIT_REAL };
enum figure_source { SOURCE_RESULT, SOURCE_GBENCH, SOURCE_HYPERFINE };
enum figure_kind {
    KIND_SPEED,  /* as the machine pleases: its floor is calibrated, or FIGURE_FLOOR_... */
    KIND_COUNT,  /* as the program decides: where it never varies, equal means equal */
    KIND_MEMORY, /* in pages, as the kernel and the allocator please */
    KIND_SLOPE,  /* lies around 0: has no ratio, only a difference */
};
enum figure_way { LESS_IS_BETTER, MORE_IS_BETTER };

/* What the runs of a result have beside the figures of its summaries; index of a figure, too. */
enum figure_beside { FIGURE_INSTRUCTIONS = RESULT_FIGURES, FIGURE_ALLOCATIONS };

struct figure {
    const char *name, *brief; /* in full, as in the files; and for tables and command lines */
    enum figure_source source;
    size_t index; /* of a result's figures, or of those of the other formats */
    enum figure_unit unit;
    enum figure_kind kind;
    enum figure_way way;
    bool is_default;
    double floor; /* a share; of speeds times FIGURE_FLOOR_...; of slopes itself */
};

extern const struct figure figures[];
extern const size_t figures_count;

/* By its full or its brief name, so many characters of it; NULL: there is none. */
const struct figure *figure_find(const char *name, size_t count, enum figure_source source);
/* "10.6 us" */
char *figure_format(char text[UNITS_TEXT_BYTES], const struct figure *figure, double value);

#endif
