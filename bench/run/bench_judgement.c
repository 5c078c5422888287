/* bench_judgement.c - the results of a bench, handed to its judge. */
#include "bench_judgement.h"

#include "xmalloc.h"

#include <stdlib.h>

size_t bench_results_of(const struct bench *bench, enum bench_side side,
                        struct result *selected[SUBJECTS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < bench->plan.subjects.count; i++) {
        enum bench_side of = bench->plan.subjects.list[i].other ? SIDE_OTHER : SIDE_OURS;
        if (side == SIDE_BOTH || side == of)
            selected[count++] = bench->results[i];
    }
    return count;
}

/* The replays are those of our build. */
static struct judgement_hits *hits_list(const struct bench *bench)
{
    struct judgement_hits *list = xcalloc(bench->hits_count + 1, sizeof *list);
    for (size_t i = 0; i < bench->hits_count; i++)
        list[i] = (struct judgement_hits){
            .policy = bench->hits[i].policy->name,
            .limits = plan_limits(&bench->plan, bench->hits[i].policy),
            .seed = bench->plan.seed,
            .hits = &bench->hits[i].hits,
        };
    return list;
}

struct judgement *bench_judge(const struct bench *bench, enum bench_side side)
{
    struct result *selected[SUBJECTS_MAX];
    struct judgement_hits *hits = hits_list(bench);
    const struct judgement_setup setup = {
        .results = selected,
        .count = bench_results_of(bench, side, selected),
        .reference = bench->reference->name,
        .control = side != SIDE_OTHER && bench->control->speed_count > 0 ? bench->control : NULL,
        .hits = hits,
        .hits_count = side == SIDE_OURS ? bench->hits_count : 0,
    };
    struct judgement *judgement = judgement_make(&setup);
    free(hits);
    return judgement;
}
