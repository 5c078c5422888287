/* kind.h - what a kind of object is called, and what its objects refer to.
 *
 * With it whoever looks from outside can walk from what is known to be held to all that hangs from
 * it. A kind is a constant table; asking costs the object nothing until somebody does.
 */
#ifndef KIND_H
#define KIND_H

#include <stddef.h>

#define KIND_LABEL_BYTES 48

struct record;
struct visit;

struct kind {
    const char *name;
    /* Tells the visit of each reference that the object has: the caller sees to it that the object
     * stays as it is meanwhile. NULL: it refers to nothing. */
    void (*refers)(const void *object, struct visit *visit);
    /* What tells it from others of its kind, as a key does. NULL: nothing. */
    void (*label)(const void *object, char label[KIND_LABEL_BYTES]);
};

/* A visitor of references. The member through which it is referred to needs no name: there is one
 * of a kind. */
struct visit {
    const struct kind *record; /* that of records, whose insides only the cache knows */
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

#endif
