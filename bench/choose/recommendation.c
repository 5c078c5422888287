/* recommendation.c - compares candidates and writes the reasons. */
#include "recommendation.h"

#include "units.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WEAK_POINTS 10.0 /* below the best policy in the same window */

static double percent(double ratio)
{
    return 100 * ratio;
}

/* Most hits first; among equals, the order of policies.def. */
static int ranking_compare(const void *a, const void *b)
{
    const struct candidate *one = *(struct candidate *const *)a;
    const struct candidate *other = *(struct candidate *const *)b;
    if (one->now.hits != other->now.hits)
        return one->now.hits > other->now.hits ? -1 : 1;
    return (one > other) - (one < other);
}

size_t answer_ranking(struct choice *choice, struct candidate *ranking[CHOICE_POLICIES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < choice->count; i++)
        if (is_eligible(&choice->candidates[i]))
            ranking[count++] = &choice->candidates[i];
    qsort(ranking, count, sizeof ranking[0], ranking_compare);
    return count;
}

/* The state while an answer is written. */
struct writer {
    struct choice *choice;
    const struct candidate *baseline;
    struct candidate *ranking[CHOICE_POLICIES_MAX];
    size_t count;
    char memory[UNITS_TEXT_BYTES];
};

__attribute__((format(printf, 2, 3))) static void reason_add(struct writer *writer,
                                                             const char *format, ...)
{
    struct answer *answer = &writer->choice->answer;
    va_list arguments;
    if (answer->reason_count == CHOICE_REASONS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(answer->reasons[answer->reason_count++], CHOICE_WORDS_BYTES, format, arguments);
    va_end(arguments);
}

/* The best hit ratio of all candidates in a window. */
static double window_best(const struct writer *writer, size_t window)
{
    double best = 0;
    for (size_t i = 0; i < writer->count; i++)
        best = fmax(best, window_hit_ratio(&writer->ranking[i]->now, window));
    return best;
}

/* The window in which the candidate is most points below the best. */
static size_t window_weakest(const struct writer *writer, const struct candidate *candidate,
                             double *points)
{
    size_t weakest = 1;
    *points = 0;
    for (size_t window = 1; window < REPLAY_WINDOWS; window++) {
        double below =
            percent(window_best(writer, window) - window_hit_ratio(&candidate->now, window));
        if (below > *points) {
            *points = below;
            weakest = window;
        }
    }
    return weakest;
}

/* The words of each candidate. */

static int words_hits(const struct writer *writer, const struct candidate *candidate, char *text,
                      size_t room)
{
    double own = hit_ratio(&candidate->now), theirs = hit_ratio(&writer->baseline->now);
    const char *name = writer->baseline->policy->name;
    if (candidate == writer->baseline)
        return snprintf(text, room, "the baseline");
    if (difference_matters(own, theirs))
        return snprintf(text, room, "%.1f points more hits than %s", percent(own - theirs), name);
    if (difference_matters(theirs, own))
        return snprintf(text, room, "%.1f points fewer hits than %s", percent(theirs - own), name);
    return snprintf(text, room, "about the same hits as %s (%+.2f points)", name,
                    percent(own - theirs));
}

static void words_fill(const struct writer *writer, struct candidate *candidate)
{
    double points;
    size_t window = window_weakest(writer, candidate, &points);
    int length = words_hits(writer, candidate, candidate->words, CHOICE_WORDS_BYTES);
    if (points >= WEAK_POINTS)
        snprintf(candidate->words + length, CHOICE_WORDS_BYTES - (size_t)length,
                 "; weak in part %zu of %d of the trace: %.1f %% hits, where the best policy has "
                 "%.1f %%",
                 window + 1, REPLAY_WINDOWS, percent(window_hit_ratio(&candidate->now, window)),
                 percent(window_best(writer, window)));
}

/* The reasons for the chosen policy. */

static void hits_explain(struct writer *writer, const struct candidate *chosen)
{
    const struct candidate *baseline = writer->baseline;
    double own = hit_ratio(&chosen->now), theirs = hit_ratio(&baseline->now);
    char mean[UNITS_TEXT_BYTES], before[UNITS_TEXT_BYTES];
    if (chosen == baseline)
        return;
    reason_add(writer,
               "%.1f points more hits than %s at %s (%.2f %% instead of %.2f %%), so %.1f %% fewer "
               "misses",
               percent(own - theirs), baseline->policy->name, writer->memory, percent(own),
               percent(theirs), percent((own - theirs) / (1 - theirs)));
    if (chosen->predicted.mean_ns > 0 && chosen->predicted.mean_ns < baseline->predicted.mean_ns)
        reason_add(writer, "the predicted mean latency is %s instead of %s",
                   units_format_duration(mean, chosen->predicted.mean_ns),
                   units_format_duration(before, baseline->predicted.mean_ns));
}

static void equals_explain(struct writer *writer, const struct candidate *chosen)
{
    char list[CHOICE_WORDS_BYTES] = "";
    size_t length = 0;
    for (size_t i = 0; i < writer->count && length < sizeof list; i++) {
        const struct candidate *other = writer->ranking[i];
        double own = hit_ratio(&chosen->now), theirs = hit_ratio(&other->now);
        if (other == chosen || difference_matters(own, theirs) || difference_matters(theirs, own))
            continue;
        length +=
            (size_t)snprintf(list + length, sizeof list - length, "%s%s %+.2f",
                             length > 0 ? ", " : "", other->policy->name, percent(theirs - own));
    }
    if (length > 0)
        reason_add(writer, "equally good, or too close to matter (points of hit ratio): %s", list);
}

static void regret_explain(struct writer *writer, const struct candidate *chosen)
{
    const struct choice *choice = writer->choice;
    char entries[UNITS_TEXT_BYTES];
    reason_add(writer,
               "%.1f points below %.2f %%, which belady reaches with %s entries, the most that any "
               "policy here held; it knows the future%s",
               regret_points(choice, chosen), percent(hit_ratio(&choice->optimum)),
               units_format_count(entries, choice->optimum_entries),
               choice->sized ? ", but counts entries and not bytes" : "");
}

static void window_explain(struct writer *writer, const struct candidate *chosen)
{
    size_t worst = worst_window(&chosen->now);
    char first[UNITS_TEXT_BYTES], last[UNITS_TEXT_BYTES], misses[UNITS_TEXT_BYTES];
    uint64_t requests = chosen->now.requests;
    double hits = window_hit_ratio(&chosen->now, worst);
    double misses_rps = writer->choice->question.rate_rps * (1 - hits);
    reason_add(writer,
               "in its worst part of the trace, requests %s to %s, %.1f %% are hits (best policy: "
               "%.1f %%, belady: %.1f %%); the origin then gets %s requests/s",
               units_format_count(first, replay_window(requests, worst) + 1),
               units_format_count(last, replay_window(requests, worst + 1)), percent(hits),
               percent(window_best(writer, worst)),
               percent(window_hit_ratio(&writer->choice->optimum, worst)),
               units_format_count(misses, (uint64_t)(misses_rps + 0.5)));
}

static void sizes_explain(struct writer *writer, const struct candidate *chosen)
{
    const struct candidate *baseline = writer->baseline;
    char half[UNITS_TEXT_BYTES], twice[UNITS_TEXT_BYTES];
    double bytes = (double)writer->choice->question.memory_bytes;
    units_format_size(half, bytes / 2);
    units_format_size(twice, 2 * bytes);
    if (chosen == baseline)
        reason_add(writer, "%.1f %% hits with %s, %.1f %% with %s",
                   percent(hit_ratio(&chosen->half)), half, percent(hit_ratio(&chosen->twice)),
                   twice);
    else
        reason_add(writer, "%.1f %% hits with %s (%s: %.1f %%), %.1f %% with %s (%s: %.1f %%)",
                   percent(hit_ratio(&chosen->half)), half, baseline->policy->name,
                   percent(hit_ratio(&baseline->half)), percent(hit_ratio(&chosen->twice)), twice,
                   baseline->policy->name, percent(hit_ratio(&baseline->twice)));
}

static void memory_explain(struct writer *writer, const struct candidate *chosen)
{
    const struct choice *choice = writer->choice;
    const struct candidate *baseline = writer->baseline;
    char need[UNITS_TEXT_BYTES], theirs[UNITS_TEXT_BYTES];
    double target = percent(choice->target_hit_ratio);
    if (hit_ratio(&choice->everything) < choice->target_hit_ratio)
        reason_add(writer, "%.1f %% hits are impossible: a cache without limits has %.2f %%",
                   target, percent(hit_ratio(&choice->everything)));
    if (chosen->bytes_for_target == 0 ||
        (chosen == baseline && choice->question.target_hit_ratio == 0))
        return;
    units_format_size(need, (double)chosen->bytes_for_target);
    if (chosen == baseline || baseline->bytes_for_target == 0)
        reason_add(writer, "%.1f %% hits need %s", target, need);
    else
        reason_add(writer, "%.1f %% hits need %s; %s needs %s for them", target, need,
                   baseline->policy->name,
                   units_format_size(theirs, (double)baseline->bytes_for_target));
}

/* A percentile above the hit ratio is the latency of a miss, which the origin decides. */
static void slo_explain_missed(struct writer *writer, double own)
{
    const struct choice *choice = writer->choice;
    const struct question *question = &choice->question;
    char bound[UNITS_TEXT_BYTES], cost[UNITS_TEXT_BYTES];
    double percentile = question->slo_percentile, most = percent(hit_ratio(&choice->everything));
    units_format_duration(bound, (double)question->slo_ns);
    units_format_duration(cost, (double)question->miss_cost_ns);
    if (most < percentile)
        reason_add(writer,
                   "p%g of %s is impossible with any memory: a miss takes %s, so %g %% of the "
                   "requests must be hits, and a cache without limits has %.1f %%",
                   percentile, bound, cost, percentile, most);
    else
        reason_add(
            writer,
            "p%g of %s is missed: %.1f %% are hits, and a miss takes %s. It needs %g %% hits "
            "(--target-hits %g%% finds the memory for them); the optimum has %.1f %%",
            percentile, bound, own, cost, percentile, percentile,
            percent(hit_ratio(&choice->optimum)));
}

static void slo_explain(struct writer *writer, const struct candidate *chosen)
{
    const struct question *question = &writer->choice->question;
    char bound[UNITS_TEXT_BYTES], predicted[UNITS_TEXT_BYTES];
    double own = percent(hit_ratio(&chosen->now));
    if (question->slo_percentile == 0)
        return;
    if (question->slo_ns < question->miss_cost_ns && own < question->slo_percentile)
        slo_explain_missed(writer, own);
    else if (chosen->predicted.slo_ns > 0)
        reason_add(writer, "p%g of %s is %s: %s is predicted", question->slo_percentile,
                   units_format_duration(bound, (double)question->slo_ns),
                   chosen->predicted.slo_ns <= (double)question->slo_ns ? "kept" : "missed",
                   units_format_duration(predicted, chosen->predicted.slo_ns));
}

static void age_explain(struct writer *writer)
{
    char age[UNITS_TEXT_BYTES];
    uint64_t age_ns = writer->choice->question.max_age_ns;
    if (age_ns > 0)
        reason_add(writer, "no reply is older than %s", units_format_duration(age, (double)age_ns));
}

static void all_explain(struct writer *writer, const struct candidate *chosen)
{
    hits_explain(writer, chosen);
    equals_explain(writer, chosen);
    slo_explain(writer, chosen);
    age_explain(writer);
    memory_explain(writer, chosen);
    regret_explain(writer, chosen);
    window_explain(writer, chosen);
    sizes_explain(writer, chosen);
}

/* The answer. */

__attribute__((format(printf, 2, 3))) static void answer_set(struct writer *writer,
                                                             const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(writer->choice->answer.words, CHOICE_WORDS_BYTES, format, arguments);
    va_end(arguments);
}

static void answer_none(struct writer *writer)
{
    const struct replay_result *everything = &writer->choice->everything;
    if (writer->count == 0) {
        answer_set(writer, "every policy is ruled out");
        return;
    }
    answer_set(writer, "no cache helps: no request is a hit");
    if (everything->hits == 0)
        reason_add(writer, "no id is requested twice, so no amount of memory helps");
    else
        reason_add(writer,
                   "ids are requested again only after every policy has evicted them; a cache "
                   "without limits has %.2f %% hits",
                   percent(hit_ratio(everything)));
}

/* No other policy is better than the baseline. */
static void answer_baseline(struct writer *writer, const struct candidate *best)
{
    const struct candidate *baseline = writer->baseline;
    const struct replay_result *everything = &writer->choice->everything;
    const char *name = baseline->policy->name;
    char bytes[UNITS_TEXT_BYTES];
    if (baseline->now.hits == everything->hits)
        answer_set(writer, "%s at %s: any policy will do, since everything fits (it takes %s)",
                   name, writer->memory, units_format_size(bytes, (double)everything->peak_bytes));
    else if (best == baseline)
        answer_set(writer, "%s at %s: no other policy has more hits", name, writer->memory);
    else
        answer_set(writer,
                   "%s at %s: no other policy makes a difference that matters (the best, %s, has "
                   "%.2f points more hits)",
                   name, writer->memory, best->policy->name,
                   percent(hit_ratio(&best->now) - hit_ratio(&baseline->now)));
}

static void answer_choose(struct writer *writer, const struct candidate *best)
{
    struct answer *answer = &writer->choice->answer;
    const struct candidate *baseline = writer->baseline;
    double best_ratio = hit_ratio(&best->now), base_ratio = hit_ratio(&baseline->now);
    answer->is_worth = difference_matters(best_ratio, base_ratio);
    answer->chosen = answer->is_worth ? best : baseline;
    if (writer->count == 1)
        answer_set(writer, "%s at %s: all others are ruled out", best->policy->name,
                   writer->memory);
    else if (answer->is_worth)
        answer_set(writer, "%s at %s: %.1f points more hits than %s", best->policy->name,
                   writer->memory, percent(best_ratio - base_ratio), baseline->policy->name);
    else
        answer_baseline(writer, best);
}

void answer_find(struct choice *choice)
{
    struct writer writer = {.choice = choice, .baseline = choice->baseline};
    choice->answer = (struct answer){0};
    writer.count = answer_ranking(choice, writer.ranking);
    units_format_size(writer.memory, (double)choice->question.memory_bytes);
    for (size_t i = 0; i < writer.count; i++)
        words_fill(&writer, writer.ranking[i]);
    if (writer.count == 0 || writer.ranking[0]->now.hits == 0) {
        answer_none(&writer);
        return;
    }
    answer_choose(&writer, writer.ranking[0]);
    all_explain(&writer, choice->answer.chosen);
}
