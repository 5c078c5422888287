/* page_words.c - what was measured, and what `tidemark choose` was asked. */
#include "page_words.h"

#include "provenance.h"
#include "units.h"
#include "xmalloc.h"

#include <stdio.h>
#include <string.h>

#define DAY_CHARS 10 /* of 2026-01-02T03:04:05Z */

/* Whether the servers have nothing else that differs: one bench, one build, only our policies. */
static bool differ_in_policy_only(struct result *const *results, size_t count)
{
    const struct result_made_by *first = &results[0]->made_by;
    for (size_t i = 0; i < count; i++) {
        const struct result_made_by *made = &results[i]->made_by;
        if (results[i]->policy[0] == '\0' || !made_by_one_bench(made, first) ||
            strcmp(made->commit, first->commit) != 0 ||
            strcmp(made->compiler, first->compiler) != 0 ||
            strcmp(made->flags, first->flags) != 0 ||
            strcmp(made->allocator, first->allocator) != 0 ||
            strcmp(made->allocator_options, first->allocator_options) != 0)
            return false;
    }
    return count > 1;
}

static bool share_a_machine(struct result *const *results, size_t count)
{
    const struct result_made_by *first = &results[0]->made_by;
    for (size_t i = 1; i < count; i++)
        if (strcmp(results[i]->made_by.machine, first->machine) != 0 ||
            strcmp(results[i]->made_by.cpu_model, first->cpu_model) != 0 ||
            results[i]->made_by.cores != first->cores)
            return false;
    return first->cpu_model[0] != '\0';
}

static bool share_a_day(struct result *const *results, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (strncmp(results[i]->made_by.time, results[0]->made_by.time, DAY_CHARS) != 0)
            return false;
    return strlen(results[0]->made_by.time) >= DAY_CHARS;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

char *words_lead(struct result *const *results, size_t count, size_t workloads)
{
    char *text;
    size_t bytes;
    FILE *out = xmemstream(&text, &bytes);
    if (count > 0) {
        const struct result_made_by *made = &results[0]->made_by;
        fprintf(out, "%zu server%s%s under %zu workload%s", count, plural(count),
                differ_in_policy_only(results, count)
                    ? ", which differ only in the policy of their cache,"
                    : "",
                workloads, plural(workloads));
        if (share_a_machine(results, count))
            fprintf(out, ", on %s with %llu core%s", made->cpu_model,
                    (unsigned long long)made->cores, plural((size_t)made->cores));
        if (share_a_day(results, count))
            fprintf(out, ", %.*s", DAY_CHARS, made->time);
        fputs(".", out);
    }
    fclose(out);
    return text;
}

static void duration_print(FILE *out, const json_t *choice, const char *key, const char *format)
{
    char text[UNITS_TEXT_BYTES];
    double ns = json_number_value(json_object_get(choice, key));
    if (ns > 0)
        fprintf(out, format, units_format_duration(text, ns));
}

char *words_question(const json_t *choice)
{
    const char *trace = json_string_value(json_object_get(choice, "trace"));
    double bytes = json_number_value(json_object_get(choice, "memory_bytes"));
    double rate = json_number_value(json_object_get(choice, "rate_rps"));
    char *text, size[UNITS_TEXT_BYTES];
    size_t length;
    FILE *out = xmemstream(&text, &length);
    fprintf(out, "For %s", trace != NULL ? trace : "a trace");
    if (bytes > 0)
        fprintf(out, " within %s", units_format_size(size, bytes));
    duration_print(out, choice, "miss_cost_ns", ", %s for a miss");
    if (rate > 0)
        fprintf(out, ", %s requests per second", units_format_count(size, (uint64_t)rate));
    duration_print(out, choice, "max_age_ns", ", nothing older than %s");
    fclose(out);
    return text;
}
