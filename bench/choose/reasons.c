/* reasons.c - writes the words of each candidate and the reasons for the chosen one. */
#include "reasons.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define WEAK_POINTS 10.0 /* below the best policy in the same window */

static double percent(double ratio)
{
    return 100 * ratio;
}

/* By how much less the other misses, in percent of its misses; 0: it has none. */
static double fewer_percent(double own, double theirs)
{
    return theirs < 1 ? percent(fabs(own - theirs) / (1 - theirs)) : 0;
}

void reason_add(struct reasons *reasons, const char *format, ...)
{
    struct answer *answer = &reasons->choice->answer;
    va_list arguments;
    if (answer->reason_count == CHOICE_REASONS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(answer->reasons[answer->reason_count++], CHOICE_WORDS_BYTES, format, arguments);
    va_end(arguments);
}

/* The best hit ratio of all candidates in a window. */
static double window_best(const struct reasons *reasons, size_t window)
{
    double best = 0;
    for (size_t i = 0; i < reasons->count; i++)
        best = fmax(best, window_hit_ratio(&reasons->ranking[i]->now, window));
    return best;
}

/* The window in which the candidate is most points below the best. */
static size_t window_weakest(const struct reasons *reasons, const struct candidate *candidate,
                             double *points)
{
    size_t weakest = first_steady_window(&candidate->now);
    *points = 0;
    for (size_t window = weakest; window < REPLAY_WINDOWS; window++) {
        double below =
            percent(window_best(reasons, window) - window_hit_ratio(&candidate->now, window));
        if (below > *points) {
            *points = below;
            weakest = window;
        }
    }
    return weakest;
}

/* The words of each candidate. */

int words_difference(const struct choice *choice, const struct candidate *one,
                     const struct candidate *other, char *text, size_t room)
{
    double own = score(choice, one), theirs = score(choice, other);
    const char *more = own >= theirs ? "more" : "fewer", *less = own >= theirs ? "less" : "more";
    if (choice->question.objective != OPTIMISE_LATENCY)
        return snprintf(text, room, "%.1f points %s %s", percent(fabs(own - theirs)), more,
                        objective_unit(choice->question.objective));
    return snprintf(text, room, "%.1f %% %s waiting for the origin", fewer_percent(own, theirs),
                    less);
}

static int words_score(const struct reasons *reasons, const struct candidate *candidate, char *text,
                       size_t room)
{
    const struct choice *choice = reasons->choice;
    const struct candidate *baseline = reasons->baseline;
    char words[CHOICE_WORDS_BYTES / 2];
    if (candidate == baseline)
        return snprintf(text, room, "the baseline");
    if (are_equal(choice, candidate, baseline))
        return snprintf(text, room, "about the same as %s (%+.2f points of %s)",
                        baseline->policy->name,
                        percent(score(choice, candidate) - score(choice, baseline)),
                        objective_unit(choice->question.objective));
    words_difference(choice, candidate, baseline, words, sizeof words);
    return snprintf(text, room, "%s than %s", words, baseline->policy->name);
}

void reasons_compare(const struct reasons *reasons, struct candidate *candidate)
{
    double points;
    size_t window = window_weakest(reasons, candidate, &points);
    int length = words_score(reasons, candidate, candidate->words, CHOICE_WORDS_BYTES);
    if (points >= WEAK_POINTS)
        snprintf(candidate->words + length, CHOICE_WORDS_BYTES - (size_t)length,
                 "; weak in part %zu of %d of the trace: %.1f %% hits, where the best policy has "
                 "%.1f %%",
                 window + 1, REPLAY_WINDOWS, percent(window_hit_ratio(&candidate->now, window)),
                 percent(window_best(reasons, window)));
}

/* The reasons for the chosen policy. */

/* Whatever is optimised, the hits are named: steady ones, and those with the cold start. */
static void hits_explain(struct reasons *reasons, const struct candidate *chosen)
{
    const struct candidate *baseline = reasons->baseline;
    double own = steady_ratio(&chosen->now), theirs = steady_ratio(&baseline->now);
    if (chosen == baseline || chosen->now.hits == baseline->now.hits)
        reason_add(reasons, "%.2f %% hits at %s after the warm-up, %.2f %% with the cold start",
                   percent(own), reasons->memory, percent(hit_ratio(&chosen->now)));
    else
        reason_add(reasons,
                   "%.2f %% hits at %s after the warm-up instead of %.2f %%, so %.1f %% %s misses; "
                   "%.2f %% instead of %.2f %% with the cold start",
                   percent(own), reasons->memory, percent(theirs), fewer_percent(own, theirs),
                   own >= theirs ? "fewer" : "more", percent(hit_ratio(&chosen->now)),
                   percent(hit_ratio(&baseline->now)));
}

/* What is optimised, if it is not the hits. */
static void objective_explain(struct reasons *reasons, const struct candidate *chosen)
{
    const struct choice *choice = reasons->choice;
    const struct candidate *baseline = reasons->baseline;
    double cost_ns = (double)choice->question.miss_cost_ns;
    double own = score(choice, chosen), theirs = score(choice, baseline);
    char wait[UNITS_TEXT_BYTES], before[UNITS_TEXT_BYTES];
    if (choice->question.objective == OPTIMISE_BYTES)
        reason_add(reasons, "%.2f %% of the bytes are hits (%s: %.2f %%)", percent(own),
                   baseline->policy->name, percent(theirs));
    if (choice->question.objective == OPTIMISE_LATENCY)
        reason_add(reasons, "a request waits %s for the origin on average (%s: %s)",
                   units_format_duration(wait, (1 - own) * cost_ns), baseline->policy->name,
                   units_format_duration(before, (1 - theirs) * cost_ns));
    if (chosen->predicted.mean_ns > 0 && chosen->predicted.mean_ns < baseline->predicted.mean_ns)
        reason_add(reasons, "the predicted mean latency is %s instead of %s",
                   units_format_duration(wait, chosen->predicted.mean_ns),
                   units_format_duration(before, baseline->predicted.mean_ns));
}

static void equals_explain(struct reasons *reasons, const struct candidate *chosen)
{
    const struct choice *choice = reasons->choice;
    char list[CHOICE_WORDS_BYTES / 2] = "";
    size_t length = 0, count = 0;
    for (size_t i = 0; i < reasons->count && length < sizeof list; i++) {
        const struct candidate *other = reasons->ranking[i];
        if (other == chosen || !are_equal(choice, reasons->ranking[0], other))
            continue;
        length += (size_t)snprintf(list + length, sizeof list - length, "%s%s %+.2f",
                                   length > 0 ? ", " : "", other->policy->name,
                                   percent(score(choice, other) - score(choice, chosen)));
        count++;
    }
    if (count > 1 && count + 1 == reasons->count)
        snprintf(list, sizeof list, "all %zu policies", reasons->count);
    if (length > 0)
        reason_add(
            reasons,
            "equal to within %.1f points or %.0f %% of the misses: %s; %s is the simplest of "
            "them",
            MATTERS_POINTS, percent(MATTERS_MISSES_SHARE), list, chosen->policy->name);
}

static void regret_explain(struct reasons *reasons, const struct candidate *chosen)
{
    const struct choice *choice = reasons->choice;
    double points = regret_points(choice, chosen);
    reason_add(reasons,
               "%.1f points %s belady (%.2f %% hits), which knows the future, within the same "
               "limits%s",
               fabs(points), points >= 0 ? "below" : "above",
               percent(steady_ratio(&choice->optimum)),
               choice->sized ? "; it is the optimum only for records of one size" : "");
}

static void window_explain(struct reasons *reasons, const struct candidate *chosen)
{
    size_t worst = worst_window(&chosen->now);
    char first[UNITS_TEXT_BYTES], last[UNITS_TEXT_BYTES], misses[UNITS_TEXT_BYTES];
    uint64_t requests = chosen->now.requests;
    double hits = window_hit_ratio(&chosen->now, worst);
    double misses_rps = reasons->choice->question.rate_rps * (1 - hits);
    reason_add(reasons,
               "in its worst part of the trace, requests %s to %s, %.1f %% are hits (best policy: "
               "%.1f %%, belady: %.1f %%); the origin then gets %s requests/s",
               units_format_count(first, replay_window(requests, worst) + 1),
               units_format_count(last, replay_window(requests, worst + 1)), percent(hits),
               percent(window_best(reasons, worst)),
               percent(window_hit_ratio(&reasons->choice->optimum, worst)),
               units_format_count(misses, (uint64_t)(misses_rps + 0.5)));
}

static void sizes_explain(struct reasons *reasons, const struct candidate *chosen)
{
    const struct candidate *baseline = reasons->baseline;
    char half[UNITS_TEXT_BYTES], twice[UNITS_TEXT_BYTES];
    double bytes = (double)reasons->choice->question.memory_bytes;
    units_format_size(half, bytes / 2);
    units_format_size(twice, 2 * bytes);
    if (chosen == baseline)
        reason_add(reasons, "%.1f %% hits with %s, %.1f %% with %s",
                   percent(steady_ratio(&chosen->half)), half,
                   percent(steady_ratio(&chosen->twice)), twice);
    else
        reason_add(reasons, "%.1f %% hits with %s (%s: %.1f %%), %.1f %% with %s (%s: %.1f %%)",
                   percent(steady_ratio(&chosen->half)), half, baseline->policy->name,
                   percent(steady_ratio(&baseline->half)), percent(steady_ratio(&chosen->twice)),
                   twice, baseline->policy->name, percent(steady_ratio(&baseline->twice)));
}

static void memory_explain(struct reasons *reasons, const struct candidate *chosen)
{
    const struct choice *choice = reasons->choice;
    const struct candidate *baseline = reasons->baseline;
    char need[UNITS_TEXT_BYTES], theirs[UNITS_TEXT_BYTES];
    double target = percent(choice->target_hit_ratio);
    if (steady_ratio(&choice->everything) < choice->target_hit_ratio)
        reason_add(reasons,
                   "%.1f %% hits are impossible on this trace: a cache without limits has %.2f %% "
                   "after the warm-up",
                   target, percent(steady_ratio(&choice->everything)));
    if (chosen->bytes_for_target == 0 ||
        (chosen == baseline && choice->question.target_hit_ratio == 0))
        return;
    units_format_size(need, (double)chosen->bytes_for_target);
    if (chosen == baseline || baseline->bytes_for_target == 0)
        reason_add(reasons, "%.1f %% hits need %s", target, need);
    else
        reason_add(reasons, "%.1f %% hits need %s; %s needs %s for them", target, need,
                   baseline->policy->name,
                   units_format_size(theirs, (double)baseline->bytes_for_target));
}

/* Not even a cache without limits has enough hits. First requests for an id become rarer along many
 * traces, so that a longer one may have enough. */
static void slo_explain_impossible(struct reasons *reasons, const char *bound, const char *cost)
{
    const struct choice *choice = reasons->choice;
    const struct replay_result *everything = &choice->everything;
    char falls[CHOICE_WORDS_BYTES / 2] = "";
    double percentile = choice->question.slo_percentile;
    if (choice->late_firsts < choice->early_firsts)
        snprintf(
            falls, sizeof falls,
            "; but first requests for an id become rarer, from %.1f to %.1f %% of the requests "
            "after the warm-up, so a longer trace may show that it can be kept",
            percent(choice->early_firsts), percent(choice->late_firsts));
    reason_add(reasons,
               "p%g of %s is missed with any memory on this trace: a miss takes %s, so %g %% must "
               "be hits, and a cache without limits has %.1f %% after the warm-up (%.1f %% with "
               "the cold start)%s",
               percentile, bound, cost, percentile, percent(steady_ratio(everything)),
               percent(hit_ratio(everything)), falls);
}

/* A percentile above the hit ratio is the latency of a miss, which the origin decides. */
static void slo_explain_missed(struct reasons *reasons, const struct candidate *chosen)
{
    const struct choice *choice = reasons->choice;
    const struct question *question = &choice->question;
    char bound[UNITS_TEXT_BYTES], cost[UNITS_TEXT_BYTES];
    double percentile = question->slo_percentile;
    units_format_duration(bound, (double)question->slo_ns);
    units_format_duration(cost, (double)question->miss_cost_ns);
    if (percent(steady_ratio(&choice->everything)) < percentile)
        slo_explain_impossible(reasons, bound, cost);
    else
        reason_add(reasons,
                   "p%g of %s is missed: %.1f %% are hits after the warm-up (%.1f %% with the cold "
                   "start), and a miss takes %s. It needs %g %% hits (--target-hits %g%% finds the "
                   "memory for them); belady has %.1f %%",
                   percentile, bound, percent(steady_ratio(&chosen->now)),
                   percent(hit_ratio(&chosen->now)), cost, percentile, percentile,
                   percent(steady_ratio(&choice->optimum)));
}

static void slo_explain(struct reasons *reasons, const struct candidate *chosen)
{
    const struct question *question = &reasons->choice->question;
    char bound[UNITS_TEXT_BYTES], predicted[UNITS_TEXT_BYTES];
    double own = percent(steady_ratio(&chosen->now));
    units_format_duration(bound, (double)question->slo_ns);
    if (question->slo_percentile == 0)
        return;
    if (question->slo_ns < question->miss_cost_ns && own < question->slo_percentile)
        slo_explain_missed(reasons, chosen);
    else if (chosen->predicted.slo_ns > 0)
        reason_add(reasons,
                   "p%g of %s is %s: %s is predicted for %.1f %% hits after the warm-up (%.1f %% "
                   "with the cold start)",
                   question->slo_percentile, bound,
                   chosen->predicted.slo_ns <= (double)question->slo_ns ? "kept" : "missed",
                   units_format_duration(predicted, chosen->predicted.slo_ns), own,
                   percent(hit_ratio(&chosen->now)));
    else if (own >= question->slo_percentile)
        reason_add(reasons,
                   "p%g of %s is the latency of a hit: %.1f %% are hits after the warm-up (%.1f %% "
                   "with the cold start)",
                   question->slo_percentile, bound, own, percent(hit_ratio(&chosen->now)));
}

static void age_explain(struct reasons *reasons, const struct candidate *chosen)
{
    char age[UNITS_TEXT_BYTES];
    uint64_t age_ns = reasons->choice->question.max_age_ns;
    if (age_ns == 0)
        return;
    units_format_duration(age, (double)age_ns);
    if (chosen->policy->limits & KEEPS_AGE)
        reason_add(reasons, "no reply is older than %s", age);
    else
        reason_add(reasons,
                   "no reply is older than %s if a record of that age counts as a miss, as in this "
                   "replay: %s keeps no age, and serve-%s cannot be given one",
                   age, chosen->policy->name, chosen->policy->name);
}

void reasons_explain(struct reasons *reasons, const struct candidate *chosen)
{
    objective_explain(reasons, chosen);
    hits_explain(reasons, chosen);
    equals_explain(reasons, chosen);
    slo_explain(reasons, chosen);
    age_explain(reasons, chosen);
    memory_explain(reasons, chosen);
    regret_explain(reasons, chosen);
    window_explain(reasons, chosen);
    sizes_explain(reasons, chosen);
}
