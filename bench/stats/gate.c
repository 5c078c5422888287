/* gate.c - parses gate conditions and decides whether they hold. */
#include "gate.h"

#include "blocks.h"
#include "stats_rank.h"
#include "xmalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERDICT_NAME "verdict"

const char *const gate_outcome_names[] = {
    [GATE_PASSED] = "passed", [GATE_FAILED] = "failed", [GATE_UNDECIDED] = "undecided"};

bool gate_applies(const struct gate *gate, const struct figure *figure)
{
    if (gate->is_verdict || figure == NULL)
        return gate->is_verdict && figure == NULL;
    return strcmp(gate->name, figure->name) == 0 || strcmp(gate->name, figure->brief) == 0;
}

static bool names_one_of(const struct gate *gate, const struct figure *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (gate_applies(gate, &list[i]))
            return true;
    return false;
}

/* Parses what follows the name: <, >, <= or >=, a number, and optionally %. */
static int limit_parse(struct gate *gate, const char *text)
{
    char *end;
    if (*text != '<' && *text != '>')
        return -1;
    gate->below = *text++ == '<';
    gate->or_equal = *text == '=';
    text += gate->or_equal;
    while (*text == ' ')
        text++;
    if (*text == '\0' || strspn(text, "0123456789.eE+-% ") != strlen(text))
        return -1;
    gate->limit = strtod(text, &end);
    if (end == text || !isfinite(gate->limit))
        return -1;
    end += strspn(end, " ");
    gate->is_relative = *end == '%';
    gate->limit /= gate->is_relative ? 100 : 1;
    return end[gate->is_relative] == '\0' ? 0 : -1;
}

int gate_parse(struct gate *gate, const char *text, struct error *error)
{
    return gate_parse_with(gate, text, NULL, 0, error);
}

int gate_parse_with(struct gate *gate, const char *text, const struct figure *more,
                    size_t more_count, struct error *error)
{
    size_t count = strcspn(text, "<> ");
    const char *limit = text + count + strspn(text + count, " ");
    *gate = (struct gate){.is_verdict = strcmp(text, VERDICT_NAME) == 0};
    snprintf(gate->text, sizeof gate->text, "%s", text);
    snprintf(gate->name, sizeof gate->name, "%.*s", (int)(count < 90 ? count : 90), text);
    if (!gate->is_verdict && !names_one_of(gate, figures, figures_count) &&
        !names_one_of(gate, more, more_count))
        return error_set(error, "--gate: there is no figure '%s'; --figures help lists them",
                         gate->name);
    if (!gate->is_verdict && limit_parse(gate, limit) != 0)
        return error_set(error,
                         "--gate: '%s' is not a condition; examples: p99<+5%%, hits>-1%%, "
                         "bytes_per_request<=0, verdict",
                         text);
    return 0;
}

static bool is_beyond(const struct gate *gate, double value)
{
    if (gate->below)
        return gate->or_equal ? value > gate->limit : value >= gate->limit;
    return gate->or_equal ? value < gate->limit : value <= gate->limit;
}

static void verdict_decide(struct gate_finding *finding)
{
    const struct comparison *comparison = finding->comparison;
    finding->outcome = comparison->outcome == OUTCOME_UNKNOWN ? GATE_UNDECIDED
                       : comparison->outcome == OUTCOME_WORSE ? GATE_FAILED
                                                              : GATE_PASSED;
    if (comparison->outcome == OUTCOME_UNKNOWN)
        snprintf(finding->reason, sizeof finding->reason, "%s", comparison->reason);
    else
        snprintf(finding->reason, sizeof finding->reason, "was %s, is %s",
                 verdict_class_name(comparison->before_class),
                 verdict_class_name(comparison->after_class));
}

static void absolute_decide(struct gate_finding *finding)
{
    const struct comparison *comparison = finding->comparison;
    const struct gate *gate = finding->gate;
    struct stats_interval after = comparison->after;
    char value[UNITS_TEXT_BYTES], low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    if (comparison->method == METHOD_TOLERANCE) {
        after.low -= compare_tolerance(comparison->figure, after.value);
        after.high += compare_tolerance(comparison->figure, after.value);
    }
    bool failed =
        is_beyond(gate, after.value) && is_beyond(gate, gate->below ? after.low : after.high);
    finding->outcome = failed ? GATE_FAILED : GATE_PASSED;
    snprintf(finding->reason, sizeof finding->reason, "is %s, from %s to %s%s",
             figure_format(value, comparison->figure, after.value),
             figure_format(low, comparison->figure, after.low),
             figure_format(high, comparison->figure, after.high),
             !failed && is_beyond(gate, after.value)
                 ? "; the interval reaches back across the limit"
                 : "");
}

/* The change as a share of the old value; NAN: that is 0. */
static double change_share(const struct comparison *comparison)
{
    double before = fabs(comparison->before.value);
    if (comparison->has_ratio)
        return comparison->change.value - 1;
    return before > 0 ? comparison->change.value / before : NAN;
}

static bool is_established(const struct comparison *comparison, double p_corrected)
{
    double none = comparison->has_ratio ? 1 : 0;
    bool excludes = comparison->change.low > none || comparison->change.high < none;
    if (!compare_is_tested(comparison))
        return comparison->outcome == OUTCOME_BETTER || comparison->outcome == OUTCOME_WORSE;
    return excludes && p_corrected <= COMPARE_ALPHA && compare_is_beyond_floor(comparison);
}

/* ", noise floor 3.0 %", ", tolerance 1.2 MiB", or "" where neither counts. */
static void floor_describe(const struct comparison *comparison, char text[UNITS_TEXT_BYTES])
{
    char value[UNITS_TEXT_BYTES];
    text[0] = '\0';
    if (comparison->method == METHOD_TOLERANCE)
        snprintf(text, UNITS_TEXT_BYTES, ", tolerance %.18s",
                 figure_format(value, comparison->figure, comparison->floor));
    else if (compare_is_tested(comparison) ||
             (comparison->method == METHOD_BLOCKS && comparison->floor_is_known))
        snprintf(text, UNITS_TEXT_BYTES, ", noise floor %.1f %%", 100 * comparison->floor);
}

static void share_explain(struct gate_finding *finding, double share, const char *note)
{
    const struct comparison *comparison = finding->comparison;
    char low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES], floor[UNITS_TEXT_BYTES];
    floor_describe(comparison, floor);
    if (comparison->has_ratio)
        snprintf(finding->reason, sizeof finding->reason, "%+.2f %% (%+.2f to %+.2f)%s%s",
                 100 * share, 100 * (comparison->change.low - 1),
                 100 * (comparison->change.high - 1), floor, note);
    else
        snprintf(finding->reason, sizeof finding->reason, "%+.2f %%, difference %s to %s%s%s",
                 100 * share, figure_format(low, comparison->figure, comparison->change.low),
                 figure_format(high, comparison->figure, comparison->change.high), floor, note);
}

static bool asks_for_improvement(const struct gate *gate)
{
    return gate->below ? gate->limit < 0 : gate->limit > 0;
}

static void improvement_decide(struct gate_finding *finding, double share, bool established)
{
    bool beyond = is_beyond(finding->gate, share);
    finding->outcome = !beyond && established ? GATE_PASSED : GATE_FAILED;
    share_explain(finding, share, !beyond && !established ? "; not established" : "");
}

static void worsening_decide(struct gate_finding *finding, double share, bool established)
{
    bool beyond = is_beyond(finding->gate, share), worse = finding->gate->below == (share > 0);
    finding->outcome = beyond && established && worse ? GATE_FAILED : GATE_PASSED;
    share_explain(finding, share,
                  beyond && !established ? "; beyond the limit, but not established" : "");
}

/* `tests`: how many tests all gates corrected rest on. */
static void relative_decide(struct gate_finding *finding, double p_corrected, size_t tests)
{
    const struct comparison *comparison = finding->comparison;
    double share = change_share(comparison);
    finding->outcome = GATE_UNDECIDED;
    if (!isfinite(share))
        snprintf(finding->reason, sizeof finding->reason,
                 "the base is 0, so there is no relative change: give a limit without %%");
    else if (comparison->figure->kind == KIND_SPEED && !compare_repeats_suffice(comparison, tests))
        snprintf(finding->reason, sizeof finding->reason,
                 "too few repetitions to establish any change: at least %llu are needed",
                 (unsigned long long)(compare_is_tested(comparison) ? compare_repeats_least(tests)
                                                                    : BLOCKS_REPETITIONS_MIN));
    else if (asks_for_improvement(finding->gate))
        improvement_decide(finding, share, is_established(comparison, p_corrected));
    else
        worsening_decide(finding, share, is_established(comparison, p_corrected));
}

static bool is_relative_test(const struct gate_finding *finding)
{
    return finding->comparison != NULL && finding->gate->is_relative &&
           compare_is_tested(finding->comparison);
}

static void finding_decide(struct gate_finding *finding, double p_corrected, size_t tests)
{
    if (finding->comparison == NULL) {
        finding->outcome = GATE_UNDECIDED;
        snprintf(finding->reason, sizeof finding->reason, "no comparison has this figure");
    } else if (finding->gate->is_verdict) {
        verdict_decide(finding);
    } else if (finding->comparison->method == METHOD_NONE) {
        finding->outcome = GATE_UNDECIDED;
        snprintf(finding->reason, sizeof finding->reason, "%s", finding->comparison->reason);
    } else if (finding->gate->is_relative) {
        relative_decide(finding, p_corrected, tests);
    } else {
        absolute_decide(finding);
    }
}

static size_t findings_list(struct gate_finding *findings, const struct gate *gate,
                            const struct comparison *comparisons, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        if (gate_applies(gate, comparisons[i].figure))
            findings[found++] = (struct gate_finding){.gate = gate, .comparison = &comparisons[i]};
    if (found == 0)
        findings[found++] = (struct gate_finding){.gate = gate};
    return found;
}

size_t gates_decide(struct gate_finding *findings, const struct gate *gates, size_t gate_count,
                    const struct comparison *comparisons, size_t count)
{
    size_t found = 0, tests = 0;
    for (size_t i = 0; i < gate_count; i++)
        found += findings_list(findings + found, &gates[i], comparisons, count);
    double *corrected = xreallocarray(NULL, found + 1, sizeof *corrected);
    for (size_t i = 0; i < found; i++)
        if (is_relative_test(&findings[i]))
            corrected[tests++] = findings[i].comparison->p;
    stats_holm(corrected, tests);
    for (size_t i = 0, next = 0; i < found; i++)
        finding_decide(&findings[i], is_relative_test(&findings[i]) ? corrected[next++] : 1, tests);
    free(corrected);
    return found;
}
