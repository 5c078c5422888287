/* recommendation.c - compares candidates, and puts it in words. */
#include "recommendation.h"

#include "units.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define COLLAPSE_POINTS 10.0 /* below the best of the same window */
#define LIST_BYTES      300

static double percent(double ratio)
{
    return 100 * ratio;
}

/* The most hits first; of equals the one that comes first in policies.def. */
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

/* What answers are made of. */

struct speaker {
    struct choice *choice;
    struct candidate *ranking[CHOICE_POLICIES_MAX];
    size_t count;
    char memory[UNITS_TEXT_BYTES];
};

__attribute__((format(printf, 2, 3))) static void say(struct speaker *speaker, const char *format,
                                                      ...)
{
    struct answer *answer = &speaker->choice->answer;
    va_list arguments;
    if (answer->reason_count == CHOICE_REASONS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(answer->reasons[answer->reason_count++], CHOICE_WORDS_BYTES, format, arguments);
    va_end(arguments);
}

/* The best hit ratio that any candidate has in a window. */
static double window_best(const struct speaker *speaker, size_t window)
{
    double best = 0;
    for (size_t i = 0; i < speaker->count; i++)
        best = fmax(best, window_hit_ratio(&speaker->ranking[i]->now, window));
    return best;
}

/* The window in which it falls furthest behind the best; by how many points. */
static size_t window_furthest(const struct speaker *speaker, const struct candidate *candidate,
                              double *points)
{
    size_t furthest = 1;
    *points = 0;
    for (size_t window = 1; window < REPLAY_WINDOWS; window++) {
        double behind =
            percent(window_best(speaker, window) - window_hit_ratio(&candidate->now, window));
        if (behind > *points) {
            *points = behind;
            furthest = window;
        }
    }
    return furthest;
}

/* Of each candidate. */

static int words_hits(const struct speaker *speaker, const struct candidate *candidate, char *text,
                      size_t room)
{
    const struct candidate *baseline = speaker->choice->baseline;
    double own = hit_ratio(&candidate->now), theirs = hit_ratio(&baseline->now);
    const char *name = baseline->policy->name;
    if (candidate == baseline)
        return snprintf(text, room, "the baseline");
    if (is_worth_having(own, theirs))
        return snprintf(text, room, "%.1f points more hits than %s", percent(own - theirs), name);
    if (is_worth_having(theirs, own))
        return snprintf(text, room, "%.1f points fewer hits than %s", percent(theirs - own), name);
    return snprintf(text, room, "no difference worth having to %s (%+.2f points)", name,
                    percent(own - theirs));
}

static void words_find(const struct speaker *speaker, struct candidate *candidate)
{
    double points;
    size_t furthest = window_furthest(speaker, candidate, &points);
    int length = words_hits(speaker, candidate, candidate->words, CHOICE_WORDS_BYTES);
    if (points >= COLLAPSE_POINTS)
        snprintf(candidate->words + length, CHOICE_WORDS_BYTES - (size_t)length,
                 "; falls behind: %.1f %% of window %zu, where %.1f %% were possible",
                 percent(window_hit_ratio(&candidate->now, furthest)), furthest + 1,
                 percent(window_best(speaker, furthest)));
}

/* Of the one that is chosen. */

static void say_hits(struct speaker *speaker, const struct candidate *chosen)
{
    const struct candidate *baseline = speaker->choice->baseline;
    double own = hit_ratio(&chosen->now), theirs = hit_ratio(&baseline->now);
    char mean[UNITS_TEXT_BYTES], before[UNITS_TEXT_BYTES];
    if (chosen == baseline)
        return;
    say(speaker,
        "%.1f points more hits than %s at %s (%.2f %% instead of %.2f %%): %.1f %% fewer "
        "misses",
        percent(own - theirs), baseline->policy->name, speaker->memory, percent(own),
        percent(theirs), percent((own - theirs) / (1 - theirs)));
    if (chosen->predicted.mean_ns > 0 && chosen->predicted.mean_ns < baseline->predicted.mean_ns)
        say(speaker, "mean latency %s instead of %s, as predicted",
            units_format_duration(mean, chosen->predicted.mean_ns),
            units_format_duration(before, baseline->predicted.mean_ns));
}

static void say_alike(struct speaker *speaker, const struct candidate *chosen)
{
    char list[LIST_BYTES] = "";
    size_t length = 0;
    for (size_t i = 0; i < speaker->count && length < sizeof list; i++) {
        const struct candidate *other = speaker->ranking[i];
        double own = hit_ratio(&chosen->now), theirs = hit_ratio(&other->now);
        if (other == chosen || is_worth_having(own, theirs) || is_worth_having(theirs, own))
            continue;
        length +=
            (size_t)snprintf(list + length, sizeof list - length, "%s%s (%+.2f)",
                             length > 0 ? ", " : "", other->policy->name, percent(theirs - own));
    }
    if (length > 0)
        say(speaker, "as good, within what is worth having, in points: %s", list);
}

static void say_regret(struct speaker *speaker, const struct candidate *chosen)
{
    const struct choice *choice = speaker->choice;
    char entries[UNITS_TEXT_BYTES];
    say(speaker,
        "%.1f points below %s (%.2f %%: belady with %s entries, as many as the roomiest policy "
        "held)",
        regret_points(choice, chosen),
        choice->sized ? "a reference that knows the future, but counts entries and not bytes"
                      : "the optimum",
        percent(hit_ratio(&choice->optimum)), units_format_count(entries, choice->optimum_entries));
}

static void say_window(struct speaker *speaker, const struct candidate *chosen)
{
    size_t worst = worst_window(&chosen->now);
    char first[UNITS_TEXT_BYTES], last[UNITS_TEXT_BYTES], misses[UNITS_TEXT_BYTES];
    uint64_t requests = chosen->now.requests;
    double hits = window_hit_ratio(&chosen->now, worst);
    say(speaker,
        "in its worst window (requests %s to %s) %.1f %% hits, where the best policy had %.1f %% "
        "and "
        "belady %.1f %%: the origin gets %s requests/s",
        units_format_count(first, replay_window(requests, worst) + 1),
        units_format_count(last, replay_window(requests, worst + 1)), percent(hits),
        percent(window_best(speaker, worst)),
        percent(window_hit_ratio(&speaker->choice->optimum, worst)),
        units_format_count(misses,
                           (uint64_t)(speaker->choice->question.rate_rps * (1 - hits) + 0.5)));
}

static void say_sizes(struct speaker *speaker, const struct candidate *chosen)
{
    const struct candidate *baseline = speaker->choice->baseline;
    char half[UNITS_TEXT_BYTES], twice[UNITS_TEXT_BYTES];
    double bytes = (double)speaker->choice->question.memory_bytes;
    units_format_size(half, bytes / 2);
    units_format_size(twice, 2 * bytes);
    if (chosen == baseline)
        say(speaker, "%.1f %% at %s, %.1f %% at %s", percent(hit_ratio(&chosen->half)), half,
            percent(hit_ratio(&chosen->twice)), twice);
    else
        say(speaker, "%.1f %% at %s (%s: %.1f %%), %.1f %% at %s (%s: %.1f %%)",
            percent(hit_ratio(&chosen->half)), half, baseline->policy->name,
            percent(hit_ratio(&baseline->half)), percent(hit_ratio(&chosen->twice)), twice,
            baseline->policy->name, percent(hit_ratio(&baseline->twice)));
}

static void say_need(struct speaker *speaker, const struct candidate *chosen)
{
    const struct choice *choice = speaker->choice;
    char need[UNITS_TEXT_BYTES], theirs[UNITS_TEXT_BYTES];
    const struct candidate *baseline = choice->baseline;
    double target = percent(choice->target_hit_ratio);
    if (hit_ratio(&choice->everything) < choice->target_hit_ratio)
        say(speaker, "%.1f %% hits cannot be had: with no limit at all there are %.2f %%", target,
            percent(hit_ratio(&choice->everything)));
    if (chosen->bytes_for_target == 0 ||
        (chosen == baseline && choice->question.target_hit_ratio == 0))
        return;
    units_format_size(need, (double)chosen->bytes_for_target);
    if (chosen == baseline || baseline->bytes_for_target == 0)
        say(speaker, "%.1f %% hits take %s", target, need);
    else
        say(speaker, "%.1f %% hits take %s, with %s %s", target, need, baseline->policy->name,
            units_format_size(theirs, (double)baseline->bytes_for_target));
}

/* A percentile above the hit ratio is a miss's, and that takes as long as the origin does. */
static void say_slo_missed(struct speaker *speaker, double own)
{
    const struct choice *choice = speaker->choice;
    const struct question *question = &choice->question;
    char bound[UNITS_TEXT_BYTES], cost[UNITS_TEXT_BYTES];
    double percentile = question->slo_percentile, most = percent(hit_ratio(&choice->everything));
    units_format_duration(bound, (double)question->slo_ns);
    units_format_duration(cost, (double)question->miss_cost_ns);
    if (most < percentile)
        say(speaker,
            "p%g of %s cannot be kept with any memory: it takes %g %% hits, since a miss costs %s, "
            "and without limits there are %.1f %%",
            percentile, bound, percentile, cost, most);
    else
        say(speaker,
            "p%g of %s is not kept: with %.1f %% hits a miss decides it, which costs %s; it takes "
            "%g %% hits (--target-hits %g%% tells how much memory), and the optimum has %.1f %%",
            percentile, bound, own, cost, percentile, percentile,
            percent(hit_ratio(&choice->optimum)));
}

static void say_slo(struct speaker *speaker, const struct candidate *chosen)
{
    const struct question *question = &speaker->choice->question;
    char bound[UNITS_TEXT_BYTES], found[UNITS_TEXT_BYTES];
    double own = percent(hit_ratio(&chosen->now));
    if (question->slo_percentile == 0)
        return;
    if (question->slo_ns < question->miss_cost_ns && own < question->slo_percentile)
        say_slo_missed(speaker, own);
    else if (chosen->predicted.slo_ns > 0)
        say(speaker, "p%g of %s is %s: %s, as predicted", question->slo_percentile,
            units_format_duration(bound, (double)question->slo_ns),
            chosen->predicted.slo_ns <= (double)question->slo_ns ? "kept" : "not kept",
            units_format_duration(found, chosen->predicted.slo_ns));
}

static void say_age(struct speaker *speaker)
{
    char age[UNITS_TEXT_BYTES];
    uint64_t age_ns = speaker->choice->question.max_age_ns;
    if (age_ns > 0)
        say(speaker, "nothing older than %s is handed out",
            units_format_duration(age, (double)age_ns));
}

static void say_all(struct speaker *speaker, const struct candidate *chosen)
{
    say_hits(speaker, chosen);
    say_alike(speaker, chosen);
    say_slo(speaker, chosen);
    say_age(speaker);
    say_need(speaker, chosen);
    say_regret(speaker, chosen);
    say_window(speaker, chosen);
    say_sizes(speaker, chosen);
}

/* The answer. */

static void answer_none(struct speaker *speaker)
{
    struct answer *answer = &speaker->choice->answer;
    const struct replay_result *everything = &speaker->choice->everything;
    if (speaker->count == 0) {
        snprintf(answer->words, CHOICE_WORDS_BYTES, "every policy is ruled out");
        return;
    }
    snprintf(answer->words, CHOICE_WORDS_BYTES, "no cache helps: not one request is a hit");
    if (everything->hits == 0)
        say(speaker, "no id comes twice, so that no memory would change it");
    else
        say(speaker,
            "ids come again, but never while any policy keeps them; with no limit at all "
            "%.2f %% are hits",
            percent(hit_ratio(everything)));
}

/* Where the baseline is as good as any. */
static void words_alike(struct speaker *speaker, const struct candidate *best)
{
    struct choice *choice = speaker->choice;
    const struct candidate *baseline = choice->baseline;
    char bytes[UNITS_TEXT_BYTES], better[UNITS_TEXT_BYTES * 4] = "";
    if (best != baseline)
        snprintf(better, sizeof better, " (the best, %s, has %.2f points more hits)",
                 best->policy->name, percent(hit_ratio(&best->now) - hit_ratio(&baseline->now)));
    if (baseline->now.hits == choice->everything.hits)
        snprintf(choice->answer.words, CHOICE_WORDS_BYTES,
                 "%s at %s: any policy will do, everything fits (it takes %s)",
                 baseline->policy->name, speaker->memory,
                 units_format_size(bytes, (double)choice->everything.peak_bytes));
    else
        snprintf(choice->answer.words, CHOICE_WORDS_BYTES,
                 "%s at %s: no other policy helps, there is no difference worth having%s",
                 baseline->policy->name, speaker->memory, better);
}

static void answer_words(struct speaker *speaker, const struct candidate *best)
{
    struct answer *answer = &speaker->choice->answer;
    const struct candidate *baseline = speaker->choice->baseline;
    double best_ratio = hit_ratio(&best->now), base_ratio = hit_ratio(&baseline->now);
    answer->is_worth = is_worth_having(best_ratio, base_ratio);
    answer->chosen = answer->is_worth ? best : baseline;
    if (speaker->count == 1)
        snprintf(answer->words, CHOICE_WORDS_BYTES, "%s at %s: all others are ruled out",
                 best->policy->name, speaker->memory);
    else if (answer->is_worth)
        snprintf(answer->words, CHOICE_WORDS_BYTES, "%s at %s: %.1f points more hits than %s",
                 best->policy->name, speaker->memory, percent(best_ratio - base_ratio),
                 baseline->policy->name);
    else
        words_alike(speaker, best);
}

void answer_find(struct choice *choice)
{
    struct speaker speaker = {.choice = choice};
    choice->answer = (struct answer){0};
    speaker.count = answer_ranking(choice, speaker.ranking);
    units_format_size(speaker.memory, (double)choice->question.memory_bytes);
    for (size_t i = 0; i < speaker.count; i++)
        words_find(&speaker, speaker.ranking[i]);
    if (speaker.count == 0 || speaker.ranking[0]->now.hits == 0) {
        answer_none(&speaker);
        return;
    }
    answer_words(&speaker, speaker.ranking[0]);
    say_all(&speaker, choice->answer.chosen);
}
