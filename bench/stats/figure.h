/* figure.h - the table of figures that can be compared: name, unit, which direction is better, and
 * the noise floor. */
#pragma once

#include "result.h"
#include "units.h"

/* The assumed noise floor of speeds, as a share, where none was calibrated or given. Medians of the
 * same program differed by 4 % (HTTP/1.1) to 9 % (HTTP/2) between benches that ran one after the
 * other. Speeds of one bench, which were measured in turns, need no floor to differ; they are the
 * same if their whole interval is within this. */
#define FIGURE_FLOOR_UNPAIRED 0.10
#define FIGURE_FLOOR_PAIRED   0.03
/* The floors of p99.9 and max are larger by this factor. */
#define FIGURE_TAIL 2

enum figure_unit { UNIT_RATE, UNIT_US, UNIT_NS, UNIT_SECONDS, UNIT_SHARE, UNIT_BYTES, UNIT_REAL };
enum figure_source { SOURCE_RESULT, SOURCE_GBENCH, SOURCE_HYPERFINE };
enum figure_kind {
    KIND_SPEED,  /* depends on the machine; floor: calibrated, or FIGURE_FLOOR_... */
    KIND_HITS,   /* exact in a replay; over HTTP it differs a little between runs */
    KIND_COUNT,  /* depends on the program; differs a little between runs */
    KIND_MEMORY, /* depends on kernel and allocator, too */
    KIND_GROWTH, /* has an interval of its own in each run; may be 0 or negative */
};
enum figure_direction { LESS_IS_BETTER, MORE_IS_BETTER };

/* RSS and resident memory of two runs of the same program may differ by so much more than the share
 * of their `floor`. */
#define FIGURE_MEMORY_BYTES (1024.0 * 1024)

/* Figures that the summary of the runs lacks; these continue the index of result_figure_name. */
enum figure_extra { FIGURE_INSTRUCTIONS = RESULT_FIGURES, FIGURE_ALLOCATIONS, FIGURE_STEADY_HITS };

struct figure {
    const char *name, *brief; /* as in the files; and as in tables and options */
    enum figure_source source;
    size_t index; /* among the figures of its source */
    enum figure_unit unit;
    enum figure_kind kind;
    enum figure_direction direction;
    bool is_default;
    double floor; /* a share; of speeds a factor of FIGURE_FLOOR_...; of growth absolute */
};

extern const struct figure figures[];
extern const size_t figures_count;

/* Finds a figure by name or brief, the first `count` characters of `name`. NULL if there is none.
 */
const struct figure *figure_find(const char *name, size_t count, enum figure_source source);
/* "10.6 us" */
char *figure_format(char text[UNITS_TEXT_BYTES], const struct figure *figure, double value);
