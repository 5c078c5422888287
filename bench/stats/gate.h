/* gate.h - conditions that a change has to meet, such as p99<+5%; pure.
 *
 * A relative limit (%) applies to the change from the base. The gate fails if the estimated change
 * is beyond the limit, and a change for the worse is established: the figure differs as compare.h
 * says, but p-values are corrected over all gates instead of all comparisons. A change beyond the
 * limit that is not established passes, and the reason says so. If the limit demands an improvement
 * (cpu<-5%), only an established one passes. With too few repetitions of speeds to establish
 * anything the gate is undecided.
 *
 * An absolute limit applies to each new result alone. The gate fails if both the value and its
 * interval are beyond the limit. The interval is: of memory and counts their tolerance, of growth
 * that of the runs, of speeds that of the median (of under STATS_BOOTSTRAP_MIN values their range).
 */
#pragma once

#include "compare.h"

#define GATE_TEXT_BYTES 96

struct gate {
    char text[GATE_TEXT_BYTES], name[GATE_TEXT_BYTES];
    bool is_verdict; /* "verdict": the memory verdict must not become worse */
    bool below;      /* < or <=: the figure must be below */
    bool or_equal;
    bool is_relative;
    double limit; /* a share where relative */
};

enum gate_outcome { GATE_PASSED, GATE_FAILED, GATE_UNDECIDED };

struct gate_finding {
    const struct gate *gate;
    const struct comparison *comparison; /* NULL: no comparison has the figure */
    enum gate_outcome outcome;
    char reason[MEASUREMENTS_REASON_BYTES];
};

extern const char *const gate_outcome_names[];

/* 0, or -1 and one line in error. */
int gate_parse(struct gate *gate, const char *text, struct error *error);
/* The same, with figures beside those of the table. */
int gate_parse_with(struct gate *gate, const char *text, const struct figure *more, size_t count,
                    struct error *error);
/* Whether the gate applies to the figure; figure NULL is the verdict. */
bool gate_applies(const struct gate *gate, const struct figure *figure);
/* Writes one finding for each comparison that a gate applies to, or one if it applies to none, and
 * returns how many. `findings` has room for gate_count * (count + 1). */
size_t gates_decide(struct gate_finding *findings, const struct gate *gates, size_t gate_count,
                    const struct comparison *comparisons, size_t count);
