/* reference_path.c - names the steps of a path; finds the path from a record back to itself. */
#include "reference_path.h"

#include <stdio.h>

void path_push(struct path_stack *stack, struct path_step step)
{
    if (stack->depth < REFERENCE_PATH_STEPS)
        stack->steps[stack->depth] = step;
    stack->depth++;
}

static size_t steps_kept(const struct path_stack *stack)
{
    return stack->depth < REFERENCE_PATH_STEPS ? stack->depth : REFERENCE_PATH_STEPS;
}

bool path_contains(const struct path_stack *stack, const void *object)
{
    for (size_t i = 0; i < steps_kept(stack); i++)
        if (stack->steps[i].object == object)
            return true;
    return false;
}

static void step_write(const struct path_step *step, char text[REFERENCE_STEP_BYTES])
{
    char label[KIND_LABEL_BYTES] = "";
    if (step->kind && step->kind->label)
        step->kind->label(step->object, label);
    if (step->kind)
        snprintf(text, REFERENCE_STEP_BYTES, "%s%s%s", step->kind->name, *label ? " " : "", label);
    else if (step->number == REFERENCE_NO_NUMBER)
        snprintf(text, REFERENCE_STEP_BYTES, "%s", step->name);
    else
        snprintf(text, REFERENCE_STEP_BYTES, "%s %llu", step->name,
                 (unsigned long long)step->number);
}

void path_write(const struct path_stack *stack, struct reference_path *path)
{
    *path = (struct reference_path){.count = (unsigned)steps_kept(stack)};
    for (size_t i = 0; i < path->count; i++)
        step_write(&stack->steps[i], path->steps[i]);
}

/* A depth-first search from the record. */
struct cycle_search {
    struct visit visit;
    const struct record *record;
    struct path_stack stack;
    struct reference_path *cycle;
};

static void cycle_refer(struct visit *visit, const struct kind *kind, const void *object)
{
    struct cycle_search *search = (struct cycle_search *)visit;
    if (search->stack.depth == REFERENCE_PATH_STEPS || search->cycle->count > 0)
        return;
    path_push(&search->stack, (struct path_step){.kind = kind, .object = object});
    if (object == search->record) {
        path_write(&search->stack, search->cycle);
        search->cycle->owns = true;
    } else if (kind->refers && kind != &record_kind) { /* another record may be freed meanwhile */
        kind->refers(object, visit);
    }
    search->stack.depth--;
}

void path_find_cycle(const struct record *record, struct reference_path *cycle)
{
    struct cycle_search search = {
        .visit = {&record_kind, cycle_refer}, .record = record, .cycle = cycle};
    cycle->count = 0;
    path_push(&search.stack, (struct path_step){.kind = &record_kind, .object = record});
    record_kind.refers(record, &search.visit);
}
