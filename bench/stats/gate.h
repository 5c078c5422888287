/* gate.h - conditions that a change has to meet, such as p99<+5%; pure.
 *
 * Relative (%): against the base. It fails when the estimated change goes beyond the limit, and
 * beyond the noise floor, and a change for the worse is established (the 95 % interval leaves "no
 * change" out, and so does the test, corrected for all that the gates look at). What goes beyond
 * the limit without being established passes, and it is said how many repeats may tell. Where the
 * limit asks for an improvement, only an established one passes. Too few repeats to establish
 * anything leave a gate undecided, which is no pass.
 *
 * Absolute: on each new result alone. It fails when the median and its interval (with few runs:
 * every run; of slopes also the median of the runs' own intervals) go beyond the limit.
 */
#ifndef GATE_H
#define GATE_H

#include "compare.h"

#define GATE_TEXT_BYTES 96

struct gate {
    char text[GATE_TEXT_BYTES], name[GATE_TEXT_BYTES];
    bool is_verdict; /* "verdict": it must not become worse */
    bool below;      /* < or <=: the figure has to stay below */
    bool or_equal;
    bool is_relative;
    double limit; /* a share where relative */
};

enum gate_outcome { GATE_PASSED, GATE_FAILED, GATE_UNDECIDED };

struct gate_finding {
    const struct gate *gate;
    const struct comparison *comparison; /* NULL: nothing has the figure */
    enum gate_outcome outcome;
    char reason[MEASUREMENTS_REASON_BYTES];
};

extern const char *const gate_outcome_names[];

/* 0, or -1 and one line in error. */
int gate_parse(struct gate *gate, const char *text, char error[MEASUREMENTS_REASON_BYTES]);
bool gate_is_about(const struct gate *gate, const struct figure *figure); /* NULL: the verdict */
/* One finding for each comparison that a gate is about, or one for the gate if none is. The
 * findings have room for gate_count * (count + 1); returns how many there are. */
size_t gates_decide(struct gate_finding *findings, const struct gate *gates, size_t gate_count,
                    const struct comparison *comparisons, size_t count);

#endif
