/* interpreter.c - a coroutine a statement, a hook that counts instructions and looks at the clock.
 *
 * The hook comes after so many instructions, fewer where they take long. When a slice is over it
 * yields. When the budget is, it yields too, and the coroutine is never resumed: no error is
 * raised, so that none can be caught. Where it cannot yield, inside a C function that called back,
 * it does raise one, and from then on it comes after every instruction.
 */
#include "interpreter.h"

#include "clock.h"
#include "sandbox.h"
#include "units.h"

#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES   (UINT64_C(4) << 20) /* no allocation is larger: copying it takes a while */
#define STRETCH_NS    UINT64_C(5000000)   /* for how long a C function may call back */
#define HOOK_MOST     1024                /* instructions */
#define HURRIED_NS    (SLICE_NS / 4)      /* between two hooks: come sooner */
#define LEISURELY_NS  (SLICE_NS / 64)     /* come later */
#define REASON_BYTES  512
#define LITTLE_BYTES  (UINT64_C(512) << 10) /* are freed at once */
#define COLLECT_LOG2  9 /* of the bytes between two steps of the collector: short ones */
#define CYCLES        2 /* the collector's, until all that was dropped is free */
#define STARVED(used) ((used) / 4 * 5)

enum stop { STOP_NOT, STOP_TIME, STOP_MEMORY, STOP_STRETCH, STOP_INTERRUPT, STOPS };

static const char *const stop_reasons[STOPS] = {
    [STOP_TIME] = "stopped: it has run for as long as a statement may; see help(budget)",
    [STOP_MEMORY] = "stopped: it takes more memory than a client may; see help(budget)",
    [STOP_STRETCH] = "stopped: a function called back from C runs for too long",
    [STOP_INTERRUPT] = "interrupted",
};

struct interpreter {
    struct module_host host;
    struct outlet outlet;
    lua_State *L;
    lua_State *thread; /* the statement's; NULL: nothing runs */
    uint64_t used_bytes, limit_bytes;
    uint64_t budget_ns, statement_ns; /* in general, and of this statement */
    uint64_t spent_ns;                /* in slices that are over */
    uint64_t slice_ns, hook_ns;       /* when this slice, and this stretch of it, began */
    uint64_t wake_ns;
    int hook_count;
    unsigned parts;  /* of the sandbox, open so far */
    unsigned cycles; /* that are left until L can be closed */
    bool ready;
    bool starved; /* an allocation was refused */
    enum stop stop;
    void *resource; /* that the statement holds; NULL: none */
    void (*release)(const struct module_host *host, void *resource);
    char reason[REASON_BYTES];
};

/* Of this thread: a machine that is busy with others takes nothing from a statement's budget. */
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

static void hook_rings(lua_State *L, lua_Debug *event);

static void *refuse(struct interpreter *interpreter)
{
    interpreter->starved = true;
    if (interpreter->thread)
        lua_sethook(interpreter->thread, hook_rings, LUA_MASKCOUNT, 1);
    return NULL;
}

/* Lua's allocator: where nothing was, old tells what kind of object is to be. */
static void *allocate(void *context, void *memory, size_t old, size_t bytes)
{
    struct interpreter *interpreter = context;
    size_t most = memory == NULL && old == LUA_TSTRING ? STRING_BYTES : BLOCK_BYTES;
    old = memory == NULL ? 0 : old;
    if (bytes > old && bytes > most)
        return NULL;
    if (bytes > old && interpreter->used_bytes - old + bytes > interpreter->limit_bytes)
        return refuse(interpreter);
    void *moved = NULL;
    if (bytes == 0)
        free(memory);
    else
        moved = realloc(memory, bytes);
    if (bytes > 0 && moved == NULL)
        abort();
    interpreter->used_bytes += bytes - old;
    return moved;
}

/* Running. */

static void hook_set(struct interpreter *interpreter, lua_State *L, int count)
{
    interpreter->hook_count = count;
    lua_sethook(L, hook_rings, LUA_MASKCOUNT, count);
}

static void stop(struct interpreter *interpreter, enum stop why)
{
    if (interpreter->stop == STOP_NOT)
        interpreter->stop = why;
}

/* Comes the sooner, the longer the last instructions took. */
static void hook_pace(struct interpreter *interpreter, lua_State *L, uint64_t now_ns)
{
    uint64_t stretch_ns = now_ns - interpreter->hook_ns;
    int count = interpreter->hook_count;
    interpreter->hook_ns = now_ns;
    if (stretch_ns > HURRIED_NS && count > 1)
        hook_set(interpreter, L, count / 8 + 1);
    else if (stretch_ns < LEISURELY_NS && count < HOOK_MOST)
        hook_set(interpreter, L, count * 2);
}

/* After a collection there may be enough again. */
static void hunger_judge(struct interpreter *interpreter, lua_State *L)
{
    interpreter->starved = false;
    if (STARVED(interpreter->used_bytes) > interpreter->limit_bytes)
        stop(interpreter, STOP_MEMORY);
    else
        hook_set(interpreter, L, 1);
}

static void hook_rings(lua_State *L, lua_Debug *event)
{
    struct interpreter *interpreter = interpreter_of(L);
    uint64_t now_ns = cpu_ns(), slice_ns = now_ns - interpreter->slice_ns;
    (void)event;
    hook_pace(interpreter, L, now_ns);
    if (interpreter->starved)
        hunger_judge(interpreter, L);
    if (interpreter->spent_ns + slice_ns > interpreter->statement_ns)
        stop(interpreter, STOP_TIME);
    if (interpreter->stop == STOP_NOT && slice_ns < SLICE_NS)
        return;
    if (lua_isyieldable(L)) {
        lua_yield(L, 0);
        return;
    }
    if (slice_ns > STRETCH_NS)
        stop(interpreter, STOP_STRETCH);
    if (interpreter->stop == STOP_NOT)
        return;
    hook_set(interpreter, L, 1);
    luaL_error(L, "%s", stop_reasons[interpreter->stop]);
}

static void statement_end(struct interpreter *interpreter)
{
    interpreter_release(interpreter);
    lua_settop(interpreter->L, 0); /* where the coroutine was kept */
    interpreter->thread = NULL;
}

static enum progress fail(struct interpreter *interpreter, const char *reason)
{
    snprintf(interpreter->reason, sizeof interpreter->reason, "%s", reason);
    for (char *at = interpreter->reason; *at; at++)
        if (*at == '\n')
            *at = ' ';
    statement_end(interpreter);
    return PROGRESS_FAILED;
}

/* It returned nothing, or the text of its error. */
static enum progress statement_returned(struct interpreter *interpreter, int results)
{
    if (results > 0 && lua_type(interpreter->thread, -1) == LUA_TSTRING)
        return fail(interpreter, lua_tostring(interpreter->thread, -1));
    statement_end(interpreter);
    return PROGRESS_DONE;
}

static enum progress statement_resume(struct interpreter *interpreter, int arguments)
{
    lua_State *thread = interpreter->thread;
    int results = 0;
    interpreter->wake_ns = 0;
    interpreter->slice_ns = interpreter->hook_ns = cpu_ns();
    int status = lua_resume(thread, interpreter->L, arguments, &results);
    interpreter->spent_ns += cpu_ns() - interpreter->slice_ns;
    if (interpreter->stop != STOP_NOT)
        return fail(interpreter, stop_reasons[interpreter->stop]);
    if (status == LUA_YIELD)
        return PROGRESS_RUNNING;
    if (status == LUA_OK)
        return statement_returned(interpreter, results);
    bool told = lua_type(thread, -1) == LUA_TSTRING;
    return fail(interpreter, told ? lua_tostring(thread, -1) : "an error that is no text");
}

enum progress interpreter_step(struct interpreter *interpreter)
{
    if (interpreter->stop != STOP_NOT)
        return fail(interpreter, stop_reasons[interpreter->stop]);
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

struct source {
    struct span pieces[2]; /* perhaps "return", and the statement */
    unsigned next;
};

static const char *source_read(lua_State *L, void *context, size_t *count)
{
    struct source *source = context;
    (void)L;
    while (source->next < 2) {
        struct span piece = source->pieces[source->next++];
        *count = piece.count;
        if (piece.count > 0)
            return piece.bytes;
    }
    return NULL;
}

static int source_load(lua_State *L, struct span before, struct span statement)
{
    struct source source = {.pieces = {before, statement}};
    return lua_load(L, source_read, &source, "=console", "t");
}

/* A statement cut off ends where the parser wants more. */
static bool error_is_incomplete(lua_State *L)
{
    static const char mark[] = "<eof>";
    size_t count, mark_count = sizeof mark - 1;
    const char *text = lua_tolstring(L, -1, &count);
    return text && count >= mark_count && strcmp(text + count - mark_count, mark) == 0;
}

struct beginning {
    struct span text;
    const char *runner; /* the function of the kit that runs it */
    bool compiled;      /* the text is Lua */
    bool incomplete;
};

/* Leaves a function, or raises why not. */
static void statement_compile(lua_State *L, struct beginning *beginning)
{
    static const struct span returning = {"return ", 7}, nothing = {NULL, 0};
    if (source_load(L, returning, beginning->text) == LUA_OK)
        return;
    beginning->incomplete = error_is_incomplete(L);
    lua_pop(L, 1);
    if (source_load(L, nothing, beginning->text) == LUA_OK)
        return;
    beginning->incomplete |= error_is_incomplete(L);
    lua_error(L);
}

/* In: a struct beginning. Out: a coroutine that is to be resumed with one argument. */
static int statement_prepare(lua_State *L)
{
    struct beginning *beginning = lua_touserdata(L, 1);
    lua_State *thread = lua_newthread(L);
    lua_getfield(L, LUA_REGISTRYINDEX, beginning->runner);
    if (beginning->compiled)
        statement_compile(L, beginning);
    else
        lua_pushlstring(L, beginning->text.bytes, beginning->text.count);
    lua_xmove(L, thread, 2);
    return 1;
}

static enum progress begin_fail(struct interpreter *interpreter, int status, bool incomplete)
{
    const char *text = lua_tostring(interpreter->L, -1);
    fail(interpreter, text ? text : "an error that is no text");
    if (incomplete)
        return PROGRESS_INCOMPLETE;
    if (status != LUA_ERRMEM)
        return PROGRESS_FAILED;
    interpreter_abandon(interpreter); /* its variables leave no room for anything */
    return fail(interpreter, "your variables took all the memory that a client may have: "
                             "they are gone, and all begins anew");
}

static enum progress begin(struct interpreter *interpreter, struct beginning *beginning)
{
    lua_State *L = interpreter->L;
    interpreter->stop = STOP_NOT;
    interpreter->spent_ns = 0;
    interpreter->statement_ns = interpreter->budget_ns;
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
    return begin(interpreter,
                 &(struct beginning){.text = statement, .runner = SANDBOX_RUN, .compiled = true});
}

enum progress interpreter_complete(struct interpreter *interpreter, struct span prefix)
{
    return begin(interpreter, &(struct beginning){.text = prefix, .runner = SANDBOX_COMPLETE});
}

/* Making and unmaking. */

static void state_create(struct interpreter *interpreter)
{
    interpreter->parts = 0;
    interpreter->L = lua_newstate(allocate, interpreter);
    if (interpreter->L == NULL)
        abort();
    lua_gc(interpreter->L, LUA_GCINC, 0, 0, COLLECT_LOG2);
    *(struct interpreter **)lua_getextraspace(interpreter->L) = interpreter;
}

/* A part of the sandbox, whatever the client's limit is. */
static void part_open(struct interpreter *interpreter)
{
    uint64_t limit_bytes = interpreter->limit_bytes;
    interpreter->limit_bytes = BUDGET_BYTES;
    interpreter->ready = !sandbox_open(interpreter->L, interpreter->parts++);
    interpreter->limit_bytes = limit_bytes;
}

struct interpreter *interpreter_create(const struct module_host *host, const struct outlet *outlet)
{
    struct interpreter *interpreter = calloc(1, sizeof *interpreter);
    if (interpreter == NULL)
        abort();
    *interpreter = (struct interpreter){
        .host = *host, .outlet = *outlet, .budget_ns = BUDGET_NS, .limit_bytes = BUDGET_BYTES};
    state_create(interpreter);
    return interpreter;
}

void interpreter_destroy(struct interpreter *interpreter)
{
    interpreter_release(interpreter);
    lua_close(interpreter->L);
    free(interpreter);
}

bool interpreter_ready(const struct interpreter *interpreter)
{
    return interpreter->ready;
}

void interpreter_prepare(struct interpreter *interpreter)
{
    if (interpreter->cycles == 0) {
        part_open(interpreter);
    } else if (!interpreter_shrink(interpreter)) {
        lua_close(interpreter->L);
        state_create(interpreter);
    }
}

/* Nothing is known any more: neither the globals nor the libraries, nor what strings can do. */
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

void interpreter_abandon(struct interpreter *interpreter)
{
    uint64_t limit_bytes = interpreter->limit_bytes;
    interpreter->limit_bytes = UINT64_MAX;
    statement_end(interpreter);
    registry_clear(interpreter->L);
    interpreter->limit_bytes = limit_bytes;
    interpreter->ready = false;
    interpreter->cycles = CYCLES;
}

bool interpreter_shrink(struct interpreter *interpreter)
{
    uint64_t began_ns = cpu_ns();
    while (interpreter->cycles > 0 && interpreter->used_bytes > LITTLE_BYTES) {
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

const char *interpreter_reason(const struct interpreter *interpreter)
{
    return interpreter->reason;
}

/* The kit. */

bool interpreter_write(struct interpreter *interpreter, const char *bytes, size_t count)
{
    return interpreter->outlet.write(interpreter->outlet.context, bytes, count);
}

void interpreter_extend(struct interpreter *interpreter, uint64_t ns)
{
    uint64_t room = BUDGET_NS_MOST - interpreter->statement_ns;
    interpreter->statement_ns += ns < room ? ns : room;
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
