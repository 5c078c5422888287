/* statement_fuzz.c - any statement ends: by itself, by its budget, or by an interrupt, within its
 * memory, and without a long slice.
 */
#include "interpreter.h"

#include "clock.h"
#include "fuzz_check.h"
#include "policies.h"

#include <string.h>

#define SLICES_MAX   40                  /* before the client interrupts */
#define SLICE_NS_MAX 2000000000          /* of CPU time; sanitizers make large allocations slow */
#define WRITTEN_MAX  (UINT64_C(4) << 20) /* before the client does not read any more */
#define USERS        3

struct fuzz {
    struct handler *handler;
    struct interpreter *interpreter;
    uint64_t client_bytes, written;
};

static bool write_count(void *context, const char *bytes, size_t count)
{
    struct fuzz *fuzz = context;
    fuzz->written += count;
    return fuzz->written < WRITTEN_MAX;
}

/* Some users in the cache, for statements to find. */
static void cache_fill(struct handler *handler)
{
    static const char *const paths[USERS] = {"/users/1", "/users/2", "/users/alice"};
    struct worker *worker = handler_worker(handler, 0);
    struct recent_records *recent = worker_connect(worker);
    struct reply reply;
    for (size_t i = 0; i < USERS; i++) {
        struct request request = {.method = {"GET", 3},
                                  .path = {paths[i], strlen(paths[i])},
                                  .recent = recent,
                                  .now_ns = 1};
        worker_request(worker, &request, &reply);
        reply_release(handler, &reply);
    }
    worker_disconnect(worker, recent);
}

static void fuzz_begin(struct fuzz *fuzz)
{
    struct error error;
    struct handler_setup setup = {.version = "1",
                                  .cache.policy = policy_find("lru"),
                                  .cache.capacity_entries = 100,
                                  .origin = "faker",
                                  .session_records = 0,
                                  .threads = 1,
                                  .now_ns = 1};
    *fuzz = (struct fuzz){.handler = handler_create(&setup, &error)};
    cache_fill(fuzz->handler);
    struct module_host host = {fuzz->handler, "http://localhost", &fuzz->client_bytes};
    fuzz->interpreter = interpreter_create(&host, write_count, fuzz);
    while (!interpreter_ready(fuzz->interpreter))
        check(interpreter_prepare(fuzz->interpreter));
}

static void fuzz_end(struct fuzz *fuzz)
{
    interpreter_drop_variables(fuzz->interpreter);
    while (interpreter_free_slice(fuzz->interpreter))
        ;
    interpreter_destroy(fuzz->interpreter);
    check(fuzz->client_bytes == 0);
    handler_destroy(fuzz->handler);
}

/* One slice; the first one of a statement where there is one. */
static enum progress slice_run(struct fuzz *fuzz, const struct span *statement)
{
    uint64_t began_ns = clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
    enum progress progress = statement ? interpreter_begin(fuzz->interpreter, *statement)
                                       : interpreter_step(fuzz->interpreter);
    check(clock_read_ns(CLOCK_THREAD_CPUTIME_ID) - began_ns < SLICE_NS_MAX);
    check(fuzz->client_bytes <= BUDGET_BYTES_MAX);
    return progress;
}

/* Interrupts what runs for long, sleeps, or prints more than is read. */
static void statement_run(struct fuzz *fuzz, struct span statement)
{
    enum progress progress = slice_run(fuzz, &statement);
    unsigned slices = 0;
    for (; progress == PROGRESS_RUNNING; slices++) {
        check(slices <= SLICES_MAX + 1);
        if (slices >= SLICES_MAX || interpreter_wake_ns(fuzz->interpreter) > 0 ||
            fuzz->written >= WRITTEN_MAX) {
            interpreter_interrupt(fuzz->interpreter);
            slices = SLICES_MAX;
        }
        progress = slice_run(fuzz, NULL);
    }
    const char *error = interpreter_error(fuzz->interpreter);
    check(progress != PROGRESS_FAILED || (error[0] != '\0' && strchr(error, '\n') == NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz fuzz;
    struct span text = {(const char *)data, size};
    fuzz_begin(&fuzz);
    statement_run(&fuzz, text);
    if (!interpreter_ready(fuzz.interpreter)) /* its variables used all memory */
        while (!interpreter_ready(fuzz.interpreter))
            check(interpreter_prepare(fuzz.interpreter));
    statement_run(&fuzz, (struct span){"1 + 1", 5});
    fuzz_end(&fuzz);
    return 0;
}
