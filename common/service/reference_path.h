/* reference_path.h - the names along a chain of references, from a root to a record. */
#pragma once

#include "record.h"

#define REFERENCE_PATH_STEPS 8
#define REFERENCE_STEP_BYTES 80
#define REFERENCE_NO_NUMBER  UINT64_MAX /* there is only one object of that name */

/* For example "main.connections", "connection 7", "session", "record "alice"". */
struct reference_path {
    unsigned count;
    bool unreachable; /* it starts at an object that no root reaches */
    bool owns;        /* false: the reference does not keep the record alive (a weak cache) */
    char steps[REFERENCE_PATH_STEPS][REFERENCE_STEP_BYTES];
};

struct path_step {
    const char *name; /* of a place without a kind */
    uint64_t number;
    const struct kind *kind; /* NULL: a place, not an object */
    const void *object;
};

/* The path to what is visited at the moment. */
struct path_stack {
    size_t depth; /* may exceed REFERENCE_PATH_STEPS; deeper steps are not kept */
    struct path_step steps[REFERENCE_PATH_STEPS];
};

void path_push(struct path_stack *stack, struct path_step step);
bool path_contains(const struct path_stack *stack, const void *object);
/* Sets the path's count and steps; clears the rest. */
void path_write(const struct path_stack *stack, struct reference_path *path);

/* Finds a chain of references from the record back to itself. The count is 0 if there is none. */
void path_find_cycle(const struct record *record, struct reference_path *cycle);
