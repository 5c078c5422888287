/* operation_count.c - a program that does a known number of operations, to count instructions.
 *
 * usage: operation_count [--callgrind] POLICY...
 *
 * Prints a line for each policy and operation, with the instructions of each stretch of
 * count_plan.h, from the processor's counter; exit status 3: there is none. With --callgrind it
 * prints nothing: callgrind is to write its counts at each call of count_mark.
 */
#include "count_plan.h"
#include "errors.h"
#include "instruction_counter.h"
#include "policies.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STATUS_OK, STATUS_BAD, STATUS_USAGE, STATUS_NO_COUNTER };

/* More keys than the cache is asked to insert, so that every put is of a key that is not there. */
#define KEYS (COUNT_ENTRIES * (3 + 3 * COUNT_PAIRS * COUNT_OPERATIONS / COUNT_ENTRIES))

struct counting {
    int counter; /* -1: callgrind counts */
    uint64_t at[COUNT_MARKS];
    size_t marks;
    bool failed;
};

/* Its own function, which is called: callgrind knows it by its name. */
__attribute__((noinline)) void count_mark(struct counting *counting);

void count_mark(struct counting *counting)
{
    uint64_t *at = &counting->at[counting->marks++];
    if (counting->counter >= 0 && instruction_counter_read(counting->counter, at) < 0)
        counting->failed = true;
}

/* Prints the line of an operation. */
static void counts_print(const struct counting *counting, const char *policy,
                         enum operation operation)
{
    printf("%s %s", policy, operation_names[operation]);
    for (size_t i = 0; i < COUNT_STRETCHES; i++)
        printf(" %" PRIu64, counting->at[i + 1] - counting->at[i]);
    putchar('\n');
}

static int operation_run(struct counting *counting, struct filled_cache *cache,
                         const struct policy *policy, enum operation operation)
{
    const char *wrong = NULL;
    filled_cache_do(cache, operation, COUNT_ENTRIES);
    counting->marks = 0;
    count_mark(counting);
    for (size_t i = 0; i < COUNT_STRETCHES && wrong == NULL; i++) {
        uint64_t hits = filled_cache_do(cache, operation, count_stretch(i));
        count_mark(counting);
        wrong = filled_cache_check(cache, operation, count_stretch(i), hits);
    }
    if (wrong != NULL) {
        fprintf(stderr, "operation_count: %s: %s\n", operation_names[operation], wrong);
        return -1;
    }
    if (counting->counter >= 0)
        counts_print(counting, policy->name, operation);
    return 0;
}

static int policy_run(struct counting *counting, struct memory_zone *zone, const struct key *keys,
                      const struct policy *policy)
{
    int status = 0;
    struct filled_cache *cache = filled_cache_create(zone, policy, COUNT_ENTRIES, keys, KEYS);
    for (int operation = 0; operation < OPERATIONS && status == 0; operation++)
        status = operation_run(counting, cache, policy, operation);
    filled_cache_destroy(cache);
    return status;
}

static int policies_run(struct counting *counting, int count, char **names)
{
    int status = STATUS_OK;
    struct memory_zone *zone = memory_zone_create();
    struct key *keys = keys_create(zone, KEYS);
    for (int i = 0; i < count && status == STATUS_OK; i++) {
        const struct policy *policy = policy_find(names[i]);
        if (policy == NULL)
            status = STATUS_USAGE;
        else if (policy_run(counting, zone, keys, policy) < 0)
            status = STATUS_BAD;
    }
    memory_free(keys);
    memory_zone_destroy(zone);
    return counting->failed ? STATUS_NO_COUNTER : status;
}

int main(int argc, char **argv)
{
    struct error error;
    struct counting counting = {.counter = -1};
    bool callgrind = argc > 1 && strcmp(argv[1], "--callgrind") == 0;
    if (argc < 2 + callgrind) {
        fprintf(stderr, "usage: operation_count [--callgrind] POLICY...\n");
        return STATUS_USAGE;
    }
    if (!callgrind && (counting.counter = instruction_counter_open(&error)) < 0) {
        fprintf(stderr, "operation_count: %s\n", error.text);
        return STATUS_NO_COUNTER;
    }
    return policies_run(&counting, argc - 1 - callgrind, argv + 1 + callgrind);
}
