/* kind.h - the name of a kind of object, and a function that visits the references of an object.
 *
 * Reference walks (reference_walk.h) follow them from the roots. A kind is a constant table: it
 * costs the objects neither memory nor time.
 */
#pragma once

#include <stddef.h>

#define KIND_LABEL_BYTES 48

struct record;
struct visit;

struct kind {
    const char *name;
    /* Calls visit_refer for each reference of the object, which the caller keeps from changing
     * meanwhile. NULL: it has no references. */
    void (*refers)(const void *object, struct visit *visit);
    /* Writes what identifies the object among its kind, such as a key. NULL: nothing does. */
    void (*label)(const void *object, char label[KIND_LABEL_BYTES]);
};

/* A visitor of references: `refer` is called for each. */
struct visit {
    const struct kind *record; /* the kind of records, which kit and variants do not know */
    void (*refer)(struct visit *visit, const struct kind *kind, const void *object);
};

static inline void visit_refer(struct visit *visit, const struct kind *kind, const void *object)
{
    if (object != NULL)
        visit->refer(visit, kind, object);
}

static inline void visit_record(struct visit *visit, const struct record *record)
{
    visit_refer(visit, visit->record, record);
}
