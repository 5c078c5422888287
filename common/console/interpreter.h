/* interpreter.h - one client's Lua: statements that run in slices, within a budget of time and
 * memory.
 *
 * A statement may run BUDGET_NS, counting only the CPU time that it takes, and all that the
 * client's variables hold may be BUDGET_BYTES. Whatever breaks the budget is stopped, and cannot
 * catch that. Only safe libraries are there: nothing reaches the system or other threads.
 *
 * One thread. Time is monotonic.
 */
#ifndef INTERPRETER_H
#define INTERPRETER_H

#include "module.h"

#include <stdbool.h>

#define BUDGET_NS         UINT64_C(100000000)
#define BUDGET_NS_MOST    UINT64_C(60000000000)
#define BUDGET_BYTES      (UINT64_C(16) << 20)
#define BUDGET_BYTES_MOST (UINT64_C(256) << 20)
#define STRING_BYTES      (UINT64_C(1) << 20) /* no string is longer */
#define SLICE_NS          UINT64_C(200000)

struct interpreter;

/* Where a statement's text goes. write: true, unless the receiver has enough for now. */
struct outlet {
    bool (*write)(void *context, const char *bytes, size_t count);
    void *context;
};

/* It is not ready yet. */
struct interpreter *interpreter_create(const struct module_host *host, const struct outlet *outlet);
/* Takes the longer, the more its variables hold: interpreter_shrink first. */
void interpreter_destroy(struct interpreter *interpreter);

/* Whether a statement may begin. If not, interpreter_prepare brings it nearer, a slice a call. */
bool interpreter_ready(const struct interpreter *interpreter);
void interpreter_prepare(struct interpreter *interpreter);
/* Drops all that it has, for good; then interpreter_shrink frees it, a slice a call. False: what is
 * left is little. */
void interpreter_abandon(struct interpreter *interpreter);
bool interpreter_shrink(struct interpreter *interpreter);

enum progress {
    PROGRESS_RUNNING,    /* wants another slice, not before interpreter_wake_ns */
    PROGRESS_DONE,       /* all is well */
    PROGRESS_FAILED,     /* interpreter_reason says why */
    PROGRESS_INCOMPLETE, /* the statement goes on */
};

/* Nothing may be running. */
enum progress interpreter_begin(struct interpreter *interpreter, struct span statement);
/* Writes the ways to end the prefix, a line each. */
enum progress interpreter_complete(struct interpreter *interpreter, struct span prefix);
/* One slice of what runs. */
enum progress interpreter_step(struct interpreter *interpreter);
/* What runs fails in its next slice, which is due now. */
void interpreter_interrupt(struct interpreter *interpreter);

/* 0: at once. */
uint64_t interpreter_wake_ns(const struct interpreter *interpreter);
/* One line, until the next call. */
const char *interpreter_reason(const struct interpreter *interpreter);

/* For steps (module.h's kit). */
struct interpreter *interpreter_of(lua_State *L);
bool interpreter_write(struct interpreter *interpreter, const char *bytes, size_t count);
void interpreter_extend(struct interpreter *interpreter, uint64_t ns);
void interpreter_sleep(struct interpreter *interpreter, uint64_t ns);
/* Gives a resource to the running statement, in place of the one that it has. `release` is called
 * once: by interpreter_release, or when the statement ends, fails, is interrupted or abandoned. */
void interpreter_hold(struct interpreter *interpreter, void *resource,
                      void (*release)(const struct module_host *host, void *resource));
void *interpreter_resource(const struct interpreter *interpreter); /* NULL: none */
void interpreter_release(struct interpreter *interpreter);
/* The budget of this statement and of those to come; 0 leaves it. */
void interpreter_budget(struct interpreter *interpreter, uint64_t ns, uint64_t bytes);

#endif
