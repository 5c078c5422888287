/* interpreter.c - a coroutine for each statement, and a hook that checks the clock as it runs.
 *
 * The hook runs after a number of instructions, which it lowers where they take long. It yields at
 * the end of a slice. Where the budget is used up it yields, too, and the coroutine is never
 * resumed: no error is raised, so none can be caught. Inside a C function that called back into Lua
 * it cannot yield; there it raises an error, and from then on after every instruction.
 */
#include "interpreter.h"

#include "clock.h"
#include "errors.h"
#include "sandbox.h"
#include "xmalloc.h"

#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES_MAX (UINT64_C(4) << 20) /* of one allocation: Lua copies a table that grows */
#define CALLBACK_NS_MAX UINT64_C(5000000)   /* of Lua called back from C, which cannot pause */
/* Of one client: where Lua gets no memory, it looks through all of them at once. */
#define BLOCKS_MAX        120000
#define HOOK_COUNT_MAX    1024                /* instructions between two hooks */
#define HOOK_BYTES_MAX    (UINT64_C(2) << 20) /* of long strings that these instructions may read */
#define BLOCK_READS       64 /* so many bytes of a table take the time of one byte of a string */
#define HOOK_SLOW_NS      (SLICE_NS / 4)  /* with more time between two hooks, lower the count */
#define HOOK_FAST_NS      (SLICE_NS / 64) /* with less, raise it */
#define RESERVE_BYTES     (UINT64_C(512) << 10) /* are freed at once */
#define COLLECT_STEP_LOG2 9 /* of the bytes allocated between two steps of the collector */
#define COLLECT_CYCLES    2 /* free all that was dropped */

enum stop { STOP_NONE, STOP_TIME, STOP_MEMORY, STOP_BLOCKS, STOP_CALLBACK, STOP_INTERRUPT, STOPS };

static const char *const stop_reasons[STOPS] = {
    [STOP_TIME] = "stopped: it used up the time that a statement may run; see help(budget)",
    [STOP_MEMORY] = "stopped: it uses more memory than a client may; see help(budget)",
    [STOP_BLOCKS] = "stopped: its tables, strings and functions are too many",
    [STOP_CALLBACK] = "stopped: a function called back from C ran for too long",
    [STOP_INTERRUPT] = "interrupted",
};

struct interpreter {
    struct module_host host;
    bool (*write)(void *context, const char *bytes, size_t count);
    void *context; /* of write */
    lua_State *L;
    lua_State *thread; /* the statement's coroutine; NULL: no statement runs */
    uint64_t used_bytes, limit_bytes;
    uint64_t blocks;       /* of memory that Lua has: a table has up to three */
    uint64_t opened_bytes; /* used by the libraries */
    uint64_t
        longest_bytes; /* what one instruction may read: the longest string, or a table's part */
    uint64_t budget_ns, statement_ns; /* of every statement, and of this one */
    uint64_t spent_ns;                /* CPU time of this statement's slices that are over */
    uint64_t slice_ns, hook_ns;       /* CPU time when this slice began, and at the last hook */
    uint64_t wake_ns;
    int hook_count;  /* instructions until the next hook */
    unsigned parts;  /* of the sandbox that are open */
    unsigned cycles; /* of the collector that are left until L can be closed */
    bool ready;      /* a statement can begin */
    bool dropped;    /* L is to be closed and made anew */
    bool allocation_failed;
    enum stop stop;
    void *resource; /* that the statement holds; NULL: none */
    void (*release)(const struct module_host *host, void *resource);
    struct error error;
};

/* The CPU time of this thread, so that other processes do not use up a statement's budget. */
static uint64_t cpu_ns(void)
{
    return clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
}

struct interpreter *interpreter_of(lua_State *L)
{
    return *(struct interpreter **)lua_getextraspace(L);
}

const struct module_host *module_host(lua_State *L)
{
    return &interpreter_of(L)->host;
}

/* Memory. */

static void hook_run(lua_State *L, lua_Debug *event);

static void hook_set(struct interpreter *interpreter, lua_State *L, int count)
{
    interpreter->hook_count = count;
    lua_sethook(L, hook_run, LUA_MASKCOUNT, count);
}

static void *allocation_refuse(struct interpreter *interpreter)
{
    interpreter->allocation_failed = true;
    if (interpreter->thread)
        lua_sethook(interpreter->thread, hook_run, LUA_MASKCOUNT, 1);
    return NULL;
}

/* The instructions between two hooks: with long strings fewer, as each may read one. */
static int hook_count_max(const struct interpreter *interpreter)
{
    uint64_t count = HOOK_BYTES_MAX / (interpreter->longest_bytes + 1) + 1;
    return count < HOOK_COUNT_MAX ? (int)count : HOOK_COUNT_MAX;
}

static void longest_note(struct interpreter *interpreter, uint64_t bytes)
{
    if (bytes <= interpreter->longest_bytes)
        return;
    interpreter->longest_bytes = bytes;
    int most = hook_count_max(interpreter);
    if (interpreter->thread && interpreter->hook_count > most)
        hook_set(interpreter, interpreter->thread, most);
}

static void used_add(struct interpreter *interpreter, uint64_t bytes)
{
    interpreter->used_bytes += bytes;
    *interpreter->host.client_bytes += bytes;
}

/* The bound of all clients does not count while the libraries are opened. */
static bool limit_is_exceeded(const struct interpreter *interpreter, uint64_t more, bool is_new)
{
    if (is_new && interpreter->blocks >= BLOCKS_MAX)
        return true;
    return interpreter->used_bytes + more > interpreter->limit_bytes ||
           (interpreter->ready && *interpreter->host.client_bytes + more > CLIENTS_BYTES_MAX);
}

/* Lua's allocator. For a new object, `old` is not its old size but the kind of object. */
static void *allocate(void *context, void *memory, size_t old, size_t bytes)
{
    struct interpreter *interpreter = context;
    bool is_string = memory == NULL && old == LUA_TSTRING;
    old = memory == NULL ? 0 : old;
    if (bytes == 0) {
        used_add(interpreter, 0 - (uint64_t)old);
        interpreter->blocks -= memory != NULL;
        free(memory);
        return NULL;
    }
    if (bytes > old && bytes > (is_string ? STRING_BYTES : BLOCK_BYTES_MAX))
        return NULL;
    if (bytes > old && limit_is_exceeded(interpreter, bytes - old, memory == NULL))
        return allocation_refuse(interpreter);
    void *moved = realloc(memory, bytes);
    if (moved == NULL)
        return allocation_refuse(interpreter);
    used_add(interpreter, bytes - old);
    interpreter->blocks += memory == NULL;
    longest_note(interpreter, is_string ? bytes : bytes / BLOCK_READS);
    return moved;
}

/* Running. */

static void stop(struct interpreter *interpreter, enum stop why)
{
    if (interpreter->stop == STOP_NONE)
        interpreter->stop = why;
}

/* Adapts the number of instructions to the time that the last ones took. */
static void hook_pace(struct interpreter *interpreter, lua_State *L, uint64_t now_ns)
{
    uint64_t passed_ns = now_ns - interpreter->hook_ns;
    int count = interpreter->hook_count;
    interpreter->hook_ns = now_ns;
    if (passed_ns > HOOK_SLOW_NS && count > 1)
        hook_set(interpreter, L, count / 8 + 1);
    else if (passed_ns < HOOK_FAST_NS && count * 2 <= hook_count_max(interpreter))
        hook_set(interpreter, L, count * 2);
}

/* After a refused allocation: Lua has collected its garbage, after which there may be enough. */
static void memory_check(struct interpreter *interpreter, lua_State *L)
{
    interpreter->allocation_failed = false;
    if (interpreter->used_bytes / 4 * 5 > interpreter->limit_bytes)
        stop(interpreter, STOP_MEMORY);
    else if (interpreter->blocks / 4 * 5 > BLOCKS_MAX)
        stop(interpreter, STOP_BLOCKS);
    else
        hook_set(interpreter, L, 1);
}

static void hook_run(lua_State *L, lua_Debug *event)
{
    struct interpreter *interpreter = interpreter_of(L);
    uint64_t now_ns = cpu_ns(), slice_ns = now_ns - interpreter->slice_ns;
    hook_pace(interpreter, L, now_ns);
    if (interpreter->allocation_failed)
        memory_check(interpreter, L);
    if (interpreter->spent_ns + slice_ns > interpreter->statement_ns)
        stop(interpreter, STOP_TIME);
    if (interpreter->stop == STOP_NONE && slice_ns < SLICE_NS)
        return;
    if (lua_isyieldable(L)) {
        lua_yield(L, 0);
        return;
    }
    if (slice_ns > CALLBACK_NS_MAX)
        stop(interpreter, STOP_CALLBACK);
    if (interpreter->stop == STOP_NONE)
        return;
    hook_set(interpreter, L, 1);
    luaL_error(L, "%s", stop_reasons[interpreter->stop]);
}

static void statement_end(struct interpreter *interpreter)
{
    interpreter_release(interpreter);
    lua_settop(interpreter->L, 0); /* drops the coroutine */
    interpreter->thread = NULL;
}

static enum progress statement_fail(struct interpreter *interpreter, const char *reason)
{
    error_set(&interpreter->error, "%s", "");
    error_add(&interpreter->error, "%s", reason ? reason : "an error that is not a string");
    for (char *at = interpreter->error.text; (at = strchr(at, '\n'));)
        *at = ' ';
    statement_end(interpreter);
    return PROGRESS_FAILED;
}

static const char *text_at_top(lua_State *L)
{
    return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

static enum progress statement_resume(struct interpreter *interpreter, int arguments)
{
    lua_State *thread = interpreter->thread;
    int results = 0;
    interpreter->wake_ns = 0;
    interpreter->slice_ns = interpreter->hook_ns = cpu_ns();
    int status = lua_resume(thread, interpreter->L, arguments, &results);
    interpreter->spent_ns += cpu_ns() - interpreter->slice_ns;
    if (interpreter->stop != STOP_NONE)
        return statement_fail(interpreter, stop_reasons[interpreter->stop]);
    if (status == LUA_YIELD)
        return PROGRESS_RUNNING;
    if (status != LUA_OK || (results > 0 && text_at_top(thread))) /* as sandbox.h says */
        return statement_fail(interpreter, text_at_top(thread));
    statement_end(interpreter);
    return PROGRESS_DONE;
}

enum progress interpreter_step(struct interpreter *interpreter)
{
    if (interpreter->stop != STOP_NONE)
        return statement_fail(interpreter, stop_reasons[interpreter->stop]);
    return statement_resume(interpreter, 0);
}

void interpreter_interrupt(struct interpreter *interpreter)
{
    if (interpreter->thread == NULL)
        return;
    stop(interpreter, STOP_INTERRUPT);
    interpreter->wake_ns = 0;
}

/* Beginning. */

/* The parser's error at the end of an incomplete statement ends with "<eof>". */
static bool error_is_incomplete(lua_State *L)
{
    static const char mark[] = "<eof>";
    size_t count, mark_count = sizeof mark - 1;
    const char *text = lua_tolstring(L, -1, &count);
    return text && count >= mark_count && strcmp(text + count - mark_count, mark) == 0;
}

struct beginning {
    struct span text;
    const char *runner; /* the key of the function that runs it (sandbox.h) */
    bool is_statement;  /* Lua to be compiled; false: a prefix to be completed */
    bool incomplete;    /* out */
};

/* Leaves a function, or an error and returns false. */
static bool statement_load(lua_State *L, const char *before, struct span text)
{
    size_t count;
    lua_pushstring(L, before);
    lua_pushlstring(L, text.bytes, text.count);
    lua_concat(L, 2);
    const char *source = lua_tolstring(L, -1, &count);
    int status = luaL_loadbufferx(L, source, count, "=console", "t");
    lua_remove(L, -2);
    return status == LUA_OK;
}

/* Compiles an expression, or else statements. Leaves a function, or raises an error. */
static void statement_compile(lua_State *L, struct beginning *beginning)
{
    if (statement_load(L, "return ", beginning->text))
        return;
    beginning->incomplete = error_is_incomplete(L);
    lua_pop(L, 1);
    if (statement_load(L, "", beginning->text))
        return;
    beginning->incomplete |= error_is_incomplete(L);
    lua_error(L);
}

/* Takes a struct beginning. Returns a coroutine to be resumed with one argument. */
static int statement_prepare(lua_State *L)
{
    struct beginning *beginning = lua_touserdata(L, 1);
    lua_State *thread = lua_newthread(L);
    lua_getfield(L, LUA_REGISTRYINDEX, beginning->runner);
    if (beginning->is_statement)
        statement_compile(L, beginning);
    else
        lua_pushlstring(L, beginning->text.bytes, beginning->text.count);
    lua_xmove(L, thread, 2);
    return 1;
}

static enum progress begin_fail(struct interpreter *interpreter, int status, bool incomplete)
{
    statement_fail(interpreter, text_at_top(interpreter->L));
    if (incomplete)
        return PROGRESS_INCOMPLETE;
    if (status != LUA_ERRMEM)
        return PROGRESS_FAILED;
    interpreter_drop_variables(interpreter); /* the variables leave no memory for any statement */
    return statement_fail(interpreter, "your variables used all the memory that a client may have, "
                                       "and were deleted");
}

/* What is longer than all variables was collected. */
static void longest_forget(struct interpreter *interpreter)
{
    uint64_t left_bytes = interpreter->used_bytes > interpreter->opened_bytes
                              ? interpreter->used_bytes - interpreter->opened_bytes
                              : 0;
    if (interpreter->longest_bytes > left_bytes)
        interpreter->longest_bytes = left_bytes;
}

static enum progress begin(struct interpreter *interpreter, struct beginning *beginning)
{
    lua_State *L = interpreter->L;
    interpreter->stop = STOP_NONE;
    interpreter->spent_ns = 0;
    interpreter->statement_ns = interpreter->budget_ns;
    longest_forget(interpreter);
    lua_settop(L, 0);
    lua_pushcfunction(L, statement_prepare);
    lua_pushlightuserdata(L, beginning);
    int status = lua_pcall(L, 1, 1, 0);
    if (status != LUA_OK)
        return begin_fail(interpreter, status, beginning->incomplete);
    interpreter->thread = lua_tothread(L, 1);
    hook_set(interpreter, interpreter->thread, 1);
    return statement_resume(interpreter, 1);
}

enum progress interpreter_begin(struct interpreter *interpreter, struct span statement)
{
    return begin(interpreter, &(struct beginning){
                                  .text = statement, .runner = SANDBOX_RUN, .is_statement = true});
}

enum progress interpreter_complete(struct interpreter *interpreter, struct span prefix)
{
    return begin(interpreter, &(struct beginning){.text = prefix, .runner = SANDBOX_COMPLETE});
}

/* Creation and destruction. */

/* Leaves NULL in L if there is no memory. */
static void state_create(struct interpreter *interpreter)
{
    interpreter->parts = 0;
    interpreter->L = lua_newstate(allocate, interpreter);
    if (interpreter->L == NULL)
        return;
    lua_gc(interpreter->L, LUA_GCINC, 0, 0, COLLECT_STEP_LOG2);
    *(struct interpreter **)lua_getextraspace(interpreter->L) = interpreter;
}

static void state_close(struct interpreter *interpreter)
{
    if (interpreter->L)
        lua_close(interpreter->L);
    interpreter->L = NULL;
}

/* Returns what it leaves on its stack, which is that of the last part. */
static int part_open_protected(lua_State *L)
{
    struct interpreter *interpreter = interpreter_of(L);
    interpreter->ready = !sandbox_open(L, interpreter->parts++);
    return lua_gettop(L);
}

/* Opens a part of the sandbox, whatever limit the client has set. False: there is no memory. */
static bool part_open(struct interpreter *interpreter)
{
    uint64_t limit_bytes = interpreter->limit_bytes;
    lua_State *L = interpreter->L;
    interpreter->limit_bytes = BUDGET_BYTES;
    lua_pushcfunction(L, part_open_protected);
    lua_insert(L, 1);
    int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    interpreter->limit_bytes = limit_bytes;
    interpreter->opened_bytes = interpreter->used_bytes;
    return status == LUA_OK;
}

struct interpreter *
interpreter_create(const struct module_host *host,
                   bool (*write)(void *context, const char *bytes, size_t count), void *context)
{
    struct interpreter *interpreter = xcalloc(1, sizeof *interpreter);
    interpreter->host = *host;
    interpreter->write = write;
    interpreter->context = context;
    interpreter->budget_ns = BUDGET_NS;
    interpreter->limit_bytes = BUDGET_BYTES;
    state_create(interpreter);
    return interpreter;
}

void interpreter_destroy(struct interpreter *interpreter)
{
    interpreter_release(interpreter);
    state_close(interpreter);
    free(interpreter);
}

bool interpreter_ready(const struct interpreter *interpreter)
{
    return interpreter->ready;
}

bool interpreter_prepare(struct interpreter *interpreter)
{
    if (interpreter->cycles > 0 && interpreter_free_slice(interpreter))
        return true;
    if (interpreter->dropped) {
        state_close(interpreter);
        state_create(interpreter);
        interpreter->dropped = false;
        return interpreter->L != NULL;
    }
    return interpreter->L && part_open(interpreter);
}

/* Drops globals, libraries and the metatable of strings: the collector frees all objects. */
static void registry_clear(lua_State *L)
{
    lua_pushnil(L);
    while (lua_next(L, LUA_REGISTRYINDEX)) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, LUA_REGISTRYINDEX);
    }
    lua_pushliteral(L, "");
    lua_pushnil(L);
    lua_setmetatable(L, -2);
    lua_settop(L, 0);
}

void interpreter_drop_variables(struct interpreter *interpreter)
{
    uint64_t limit_bytes = interpreter->limit_bytes;
    if (interpreter->L == NULL)
        return;
    interpreter->ready = false;
    interpreter->limit_bytes = UINT64_MAX;
    statement_end(interpreter);
    registry_clear(interpreter->L);
    interpreter->limit_bytes = limit_bytes;
    interpreter->longest_bytes = 0;
    interpreter->dropped = true;
    interpreter->cycles = COLLECT_CYCLES;
}

bool interpreter_free_slice(struct interpreter *interpreter)
{
    uint64_t began_ns = cpu_ns();
    while (interpreter->cycles > 0 && interpreter->used_bytes > RESERVE_BYTES) {
        if (cpu_ns() - began_ns > SLICE_NS)
            return true;
        if (lua_gc(interpreter->L, LUA_GCSTEP, 0))
            interpreter->cycles--;
    }
    interpreter->cycles = 0;
    return false;
}

uint64_t interpreter_wake_ns(const struct interpreter *interpreter)
{
    return interpreter->wake_ns;
}

const char *interpreter_error(const struct interpreter *interpreter)
{
    return interpreter->error.text;
}

/* For the C functions of modules. */

bool interpreter_write(struct interpreter *interpreter, const char *bytes, size_t count)
{
    return interpreter->write(interpreter->context, bytes, count);
}

void interpreter_extend(struct interpreter *interpreter, uint64_t ns)
{
    uint64_t ns_max = BUDGET_NS_MAX - interpreter->statement_ns;
    interpreter->statement_ns += ns < ns_max ? ns : ns_max;
}

void interpreter_sleep(struct interpreter *interpreter, uint64_t ns)
{
    interpreter->wake_ns = clock_ns() + ns;
}

void interpreter_hold(struct interpreter *interpreter, void *resource,
                      void (*release)(const struct module_host *host, void *resource))
{
    interpreter_release(interpreter);
    interpreter->resource = resource;
    interpreter->release = release;
}

void *interpreter_resource(const struct interpreter *interpreter)
{
    return interpreter->resource;
}

void interpreter_release(struct interpreter *interpreter)
{
    void *resource = interpreter->resource;
    interpreter->resource = NULL;
    if (resource)
        interpreter->release(&interpreter->host, resource);
}

void interpreter_budget(struct interpreter *interpreter, uint64_t ns, uint64_t bytes)
{
    if (ns > 0)
        interpreter->budget_ns = interpreter->statement_ns = ns;
    if (bytes > 0)
        interpreter->limit_bytes = bytes;
}
