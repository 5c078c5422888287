/* recommendation.c - ranks the candidates, and chooses the simplest of the best. */
#include "recommendation.h"

#include "reasons.h"
#include "simplicity.h"
#include "units.h"

#include <stdarg.h>
#include <stdlib.h>

static double percent(double ratio)
{
    return 100 * ratio;
}

/* The best first; among equals the simplest. */
static int ranking_compare(const void *a, const void *b, void *context)
{
    const struct candidate *one = *(struct candidate *const *)a;
    const struct candidate *other = *(struct candidate *const *)b;
    double own = score(context, one), theirs = score(context, other);
    size_t own_rank = simplicity_rank(one->policy), their_rank = simplicity_rank(other->policy);
    if (own != theirs)
        return own > theirs ? -1 : 1;
    if (own_rank != their_rank)
        return own_rank < their_rank ? -1 : 1;
    return (one > other) - (one < other);
}

size_t answer_ranking(struct choice *choice, struct candidate *ranking[CHOICE_POLICIES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < choice->count; i++)
        if (is_eligible(&choice->candidates[i]))
            ranking[count++] = &choice->candidates[i];
    qsort_r(ranking, count, sizeof ranking[0], ranking_compare, choice);
    return count;
}

__attribute__((format(printf, 2, 3))) static void answer_set(struct reasons *reasons,
                                                             const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reasons->choice->answer.words, CHOICE_WORDS_BYTES, format, arguments);
    va_end(arguments);
}

static void answer_none(struct reasons *reasons)
{
    const struct replay_result *everything = &reasons->choice->everything;
    if (reasons->count == 0) {
        answer_set(reasons, "every policy is ruled out");
        return;
    }
    answer_set(reasons, "no cache helps: no request is a hit");
    if (everything->hits == 0)
        reason_add(reasons, "no id is requested twice%s, so no amount of memory helps",
                   reasons->choice->question.max_age_ns > 0 ? " within --max-age" : "");
    else
        reason_add(reasons,
                   "ids are requested again only after every policy has evicted them; a cache "
                   "without limits has %.2f %% hits",
                   percent(hit_ratio(everything)));
}

/* The simplest of those that are equal to the best. */
static const struct candidate *simplest_of_the_best(const struct reasons *reasons)
{
    const struct candidate *simplest = reasons->ranking[0];
    for (size_t i = 1; i < reasons->count; i++)
        if (are_equal(reasons->choice, reasons->ranking[0], reasons->ranking[i]) &&
            simplicity_rank(reasons->ranking[i]->policy) < simplicity_rank(simplest->policy))
            simplest = reasons->ranking[i];
    return simplest;
}

/* The difference to the baseline does not matter. */
static void answer_equal(struct reasons *reasons, const struct candidate *chosen)
{
    const struct choice *choice = reasons->choice;
    const struct replay_result *everything = &choice->everything;
    const struct candidate *baseline = reasons->baseline, *best = reasons->ranking[0];
    const char *name = chosen->policy->name;
    char bytes[UNITS_TEXT_BYTES];
    if (chosen->now.hits == everything->hits)
        answer_set(reasons, "%s at %s: any policy will do, since everything fits (it takes %s)%s",
                   name, reasons->memory, units_format_size(bytes, (double)everything->peak_bytes),
                   reasons->count > 1 ? "; this is the simplest" : "");
    else if (chosen != baseline)
        answer_set(reasons, "%s at %s: about the same as %s (%+.2f points), and %s", name,
                   reasons->memory, baseline->policy->name,
                   percent(score(choice, chosen) - score(choice, baseline)),
                   best == chosen ? "no other policy is better" : "the simplest of the best");
    else if (best == baseline)
        answer_set(reasons, "%s at %s: no other policy is better", name, reasons->memory);
    else
        answer_set(reasons,
                   "%s at %s: no other policy makes a difference that matters (the best, %s, has "
                   "%.2f points more)",
                   name, reasons->memory, best->policy->name,
                   percent(score(choice, best) - score(choice, baseline)));
}

static void answer_choose(struct reasons *reasons)
{
    struct choice *choice = reasons->choice;
    struct answer *answer = &choice->answer;
    const struct candidate *baseline = reasons->baseline, *chosen = simplest_of_the_best(reasons);
    char words[CHOICE_WORDS_BYTES / 2];
    answer->chosen = chosen;
    answer->is_worth = difference_matters(score(choice, chosen), score(choice, baseline));
    words_difference(choice, chosen, baseline, words, sizeof words);
    if (reasons->count == 1)
        answer_set(reasons, "%s at %s: all others are ruled out", chosen->policy->name,
                   reasons->memory);
    else if (answer->is_worth)
        answer_set(reasons, "%s at %s: %s than %s", chosen->policy->name, reasons->memory, words,
                   baseline->policy->name);
    else
        answer_equal(reasons, chosen);
}

/* Whether the trace is too short, by the policy that is chosen, or else the baseline. */
static void warning_set(struct choice *choice)
{
    struct answer *answer = &choice->answer;
    const struct candidate *candidate = answer->chosen != NULL ? answer->chosen : choice->baseline;
    const struct replay_setup setup = {.capacity_bytes = choice->question.memory_bytes};
    if (candidate == NULL)
        return;
    turnover_words(&setup, &candidate->now, answer->warning);
    answer->requests_needed = turnover_of(&setup, &candidate->now).requests_needed;
}

void answer_find(struct choice *choice)
{
    struct reasons reasons = {.choice = choice, .baseline = choice->baseline};
    choice->answer = (struct answer){0};
    reasons.count = answer_ranking(choice, reasons.ranking);
    units_format_size(reasons.memory, (double)choice->question.memory_bytes);
    for (size_t i = 0; i < reasons.count; i++)
        reasons_compare(&reasons, reasons.ranking[i]);
    if (reasons.count == 0 || reasons.ranking[0]->now.hits == 0) {
        answer_none(&reasons);
    } else {
        answer_choose(&reasons);
        reasons_explain(&reasons, choice->answer.chosen);
    }
    warning_set(choice);
}
