/* interpreter.h - one client's Lua: statements that run in slices, within a budget of time and
 * memory.
 *
 * A statement may take BUDGET_NS of CPU time, and the client's variables BUDGET_BYTES. A statement
 * that exceeds its budget is stopped, and cannot catch that. Only safe libraries are available:
 * nothing reaches the system or other threads.
 *
 * One thread. Times are monotonic unless said otherwise.
 */
#pragma once

#include "module.h"

#include <stdbool.h>

#define BUDGET_NS        UINT64_C(100000000)
#define BUDGET_NS_MAX    UINT64_C(60000000000)
#define BUDGET_BYTES     (UINT64_C(16) << 20)
#define BUDGET_BYTES_MAX (UINT64_C(64) << 20)
/* Of all clients together, before one more is refused memory. */
#define CLIENTS_BYTES_MAX (UINT64_C(128) << 20)
#define STRING_BYTES      (UINT64_C(1) << 20) /* of the longest string */
#define SLICE_NS          UINT64_C(200000)    /* of CPU time, after which a statement pauses */

struct interpreter;

/* `write` receives what statements print. It returns false when the statement is to pause, because
 * enough is waiting to be sent. The interpreter is not ready yet. */
struct interpreter *
interpreter_create(const struct module_host *host,
                   bool (*write)(void *context, const char *bytes, size_t count), void *context);
/* Takes time in proportion to the client's variables: call interpreter_drop_variables and
 * interpreter_free_slice first where that matters. */
void interpreter_destroy(struct interpreter *interpreter);

/* Whether a statement can begin. If not, each call of interpreter_prepare does a slice of the work
 * that is left until then, and returns false if there is not enough memory. */
bool interpreter_ready(const struct interpreter *interpreter);
bool interpreter_prepare(struct interpreter *interpreter);
/* Ends the statement and drops all variables. Each call of interpreter_free_slice then frees a
 * slice of them, and returns false when little is left. */
void interpreter_drop_variables(struct interpreter *interpreter);
bool interpreter_free_slice(struct interpreter *interpreter);

enum progress {
    PROGRESS_RUNNING, /* call interpreter_step, not before interpreter_wake_ns */
    PROGRESS_DONE,
    PROGRESS_FAILED,     /* interpreter_error says why */
    PROGRESS_INCOMPLETE, /* the statement needs more lines; interpreter_error says where it ends */
};

/* Begins a statement. None may be running. */
enum progress interpreter_begin(struct interpreter *interpreter, struct span statement);
/* Begins to write the completions of a prefix, one per line. No statement may be running. */
enum progress interpreter_complete(struct interpreter *interpreter, struct span prefix);
/* Runs one slice. */
enum progress interpreter_step(struct interpreter *interpreter);
/* Makes the next interpreter_step, which is due now, fail. */
void interpreter_interrupt(struct interpreter *interpreter);

/* 0: at once. */
uint64_t interpreter_wake_ns(const struct interpreter *interpreter);
/* One line, until the next call. */
const char *interpreter_error(const struct interpreter *interpreter);

/* For the C functions of modules. */

struct interpreter *interpreter_of(lua_State *L);
bool interpreter_write(struct interpreter *interpreter, const char *bytes, size_t count);
/* Adds to the CPU time that the running statement may take. */
void interpreter_extend(struct interpreter *interpreter, uint64_t ns);
/* Pauses the statement for that time, once it yields. */
void interpreter_sleep(struct interpreter *interpreter, uint64_t ns);
/* Gives a resource to the running statement, and releases the one that it held. `release` is called
 * once: by interpreter_release, or when the statement ends, fails, is interrupted or abandoned. */
void interpreter_hold(struct interpreter *interpreter, void *resource,
                      void (*release)(const struct module_host *host, void *resource));
void *interpreter_resource(const struct interpreter *interpreter); /* NULL: none */
void interpreter_release(struct interpreter *interpreter);
/* Sets the budget of this statement and of later ones; 0 leaves it as it is. */
void interpreter_budget(struct interpreter *interpreter, uint64_t ns, uint64_t bytes);
