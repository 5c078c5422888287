/* judged_memory.c - the run that stands for a variant's memory, and the sentence on leaks. */
#include "judgement_parts.h"

#include "finding.h"
#include "sentence.h"
#include "summary.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void judge_memory(struct judged_row *row, const char *workload)
{
    row->summary = summary_find(row->result, workload);
    if (row->summary != NULL)
        row->run = summary_representative(row->result, row->summary);
}

/* The bound that holds for all runs that did not fail. */
static double bound_of(const struct judged_row *row)
{
    double bound = 0;
    for (size_t i = 0; i < row->result->run_count; i++) {
        const struct result_run *run = row->result->runs[i];
        if (strcmp(run->workload, row->summary->workload) == 0 && run->status != RUN_FAILED)
            bound = fmax(bound, run->verdict.high);
    }
    return bound;
}

/* What the verdicts of a variant under all workloads are. */
struct variant_memory {
    const char *variant;
    size_t judged, leaks;
    size_t bounded;     /* of the workloads: those of which all runs are */
    size_t unexplained; /* of the leaks: of programs whose accounts are not known */
    double leak_least, leak_most, bound; /* B/request */
};

static struct variant_memory memory_of(const struct judgement *judgement, const char *variant)
{
    struct variant_memory memory = {.variant = variant, .leak_least = INFINITY};
    for (size_t i = 0; i < judgement->count; i++) {
        const struct judged_row *row = judged_row_find(&judgement->workloads[i], variant);
        if (row == NULL || row->summary == NULL)
            continue;
        memory.judged++;
        if (row->run == NULL)
            continue;
        const struct result_verdict *verdict = &row->run->verdict;
        if (verdict_is_leak(verdict->class)) {
            memory.leaks++;
            memory.unexplained += verdict->class == VERDICT_LEAK_GROWS;
            memory.leak_least = fmin(memory.leak_least, verdict->bytes_per_request);
            memory.leak_most = fmax(memory.leak_most, verdict->bytes_per_request);
        } else if (row->summary->verdicts[VERDICT_BOUNDED] == judged_runs(row)) {
            memory.bounded++;
            memory.bound = fmax(memory.bound, bound_of(row));
        }
    }
    return memory;
}

/* The variants of all workloads, each once. */
struct variant_list {
    struct variant_memory *list;
    size_t count;
};

static void variants_fill(struct variant_list *variants, const struct judgement *judgement)
{
    size_t most = 1;
    for (size_t i = 0; i < judgement->count; i++)
        most += judgement->workloads[i].served_count;
    *variants = (struct variant_list){.list = xcalloc(most, sizeof *variants->list)};
    for (size_t i = 0; i < judgement->count; i++)
        for (size_t j = 0; j < judgement->workloads[i].served_count; j++) {
            const char *variant = judgement->workloads[i].rows[j].variant;
            size_t at = 0;
            while (at < variants->count && strcmp(variants->list[at].variant, variant) != 0)
                at++;
            struct variant_memory memory = memory_of(judgement, variant);
            if (at == variants->count && memory.judged > 0)
                variants->list[variants->count++] = memory;
        }
}

static bool is_leak(const struct judged_row *row)
{
    return row != NULL && row->run != NULL && verdict_is_leak(row->run->verdict.class);
}

/* The runs of the class that are named with it: not those that are bounded, nor leaks of what was
 * said to leak. VERDICT_CLASSES stands for a failure of all. */
static uint64_t named_runs(const struct judged_row *row, size_t class)
{
    if (row->summary == NULL)
        return 0;
    if (class == VERDICT_CLASSES)
        return row->run == NULL ? row->summary->failed : 0;
    bool said =
        class == VERDICT_BOUNDED || (is_leak(row) && verdict_is_leak((enum verdict_class) class));
    return said ? 0 : row->summary->verdicts[class];
}

/* " under random and zipf": where the variant leaks. */
static void leak_workloads_print(FILE *out, const struct judgement *judgement, const char *variant)
{
    const char **names = xcalloc(judgement->count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < judgement->count; i++)
        if (is_leak(judged_row_find(&judgement->workloads[i], variant)))
            names[count++] = judgement->workloads[i].name;
    fputs(" under ", out);
    sentence_list(out, names, count);
    free(names);
}

/* "unbounded leaks 390 to 437 B/request under random and zipf" */
static size_t leaks_print(FILE *out, const struct judgement *judgement,
                          const struct variant_list *variants)
{
    char least[JUDGEMENT_TEXT_BYTES], most[JUDGEMENT_TEXT_BYTES];
    size_t leaking = 0;
    for (size_t i = 0; i < variants->count; i++) {
        const struct variant_memory *memory = &variants->list[i];
        if (memory->leaks == 0)
            continue;
        int digits = finding_rate_digits(memory->leak_least);
        snprintf(least, sizeof least, "%.*f", digits, memory->leak_least);
        snprintf(most, sizeof most, "%.*f", digits, memory->leak_most);
        fprintf(out, "%s%s %s %s%s%s B/request", leaking++ > 0 ? "; " : "", memory->variant,
                memory->unexplained == memory->leaks ? "grows by" : "leaks", least,
                strcmp(least, most) == 0 ? "" : " to ", strcmp(least, most) == 0 ? "" : most);
        leak_workloads_print(out, judgement, memory->variant);
    }
    return leaking;
}

/* "; the other 7 are bounded (at most 0.4 B/request)" */
static void bounded_print(FILE *out, const struct variant_list *variants, size_t leaking)
{
    size_t bounded = 0, others = variants->count - leaking;
    const char *name = "";
    double bound = 0;
    for (size_t i = 0; i < variants->count; i++)
        if (variants->list[i].bounded == variants->list[i].judged) {
            bounded++;
            name = variants->list[i].variant;
            bound = fmax(bound, variants->list[i].bound);
        }
    if (bounded == 0)
        return;
    fputs(leaking > 0 ? "; " : "", out);
    if (bounded == 1)
        fprintf(out, "%s is", name);
    else if (bounded == others)
        fprintf(out, "%s %zu are", leaking > 0 ? "the other" : "all", bounded);
    else
        fprintf(out, "%zu of %s%zu are", bounded, leaking > 0 ? "the other " : "", others);
    char text[FINDING_RATE_BYTES];
    fprintf(out, " bounded (at most %s B/request)", finding_bound(text, bound));
}

/* "; undecided: ttl (zipf), weak (random, 1 of 3 runs)" */
static void class_print(FILE *out, const struct judgement *judgement, size_t class,
                        const char **separator)
{
    const char *between = NULL;
    for (size_t i = 0; i < judgement->count; i++)
        for (size_t j = 0; j < judgement->workloads[i].served_count; j++) {
            const struct judged_row *row = &judgement->workloads[i].rows[j];
            uint64_t runs = named_runs(row, class);
            if (runs == 0)
                continue;
            if (between == NULL)
                fprintf(out, "%s%s: ", *separator,
                        class == VERDICT_CLASSES ? "failed"
                                                 : verdict_class_name((enum verdict_class) class));
            fprintf(out, "%s%s (%s", between == NULL ? "" : between, row->variant,
                    judgement->workloads[i].name);
            if (class < VERDICT_CLASSES && runs < judged_runs(row))
                fprintf(out, ", %llu of %llu runs", (unsigned long long)runs,
                        (unsigned long long)judged_runs(row));
            fputs(")", out);
            between = ", ";
            *separator = "; ";
        }
}

char *memory_sentence(const struct judgement *judgement)
{
    struct variant_list variants;
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    variants_fill(&variants, judgement);
    bounded_print(out, &variants, leaks_print(out, judgement, &variants));
    fflush(out);
    const char *separator = bytes > 0 ? "; " : "";
    for (size_t class = 0; class <= VERDICT_CLASSES; class ++)
        class_print(out, judgement, class, &separator);
    fclose(out);
    free(variants.list);
    return text;
}
