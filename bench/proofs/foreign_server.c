/* foreign_server.c - a small HTTP server that leaks, or does not, in one of many ways.
 *
 * usage: foreign_server PORT MODE SPAN, or foreign_server --list
 *
 * It stands for any program that is not ours: one thread, keep-alive, a response of two bytes to
 * every request. Modes that change once, or end, do so at a share of SPAN requests. --list prints a
 * line for each mode: its name, whether it leaks, what grows, the bytes per request that it leaks,
 * and how many requests it needs to show that.
 */
#include "count_of.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIB              1024.0
#define MIB              ((size_t)1 << 20)
#define PAGE_BYTES       4096
#define HUGE_BYTES       (2 * MIB)
#define HUGE_END_BYTES   (4 * HUGE_BYTES)
#define LARGE_EVERY      10000 /* requests */
#define ERROR_EVERY      100
#define DESCRIPTOR_EVERY 100
#define THREAD_EVERY     500
#define CLOSE_EVERY      50 /* requests of one connection */
#define LEVEL_BYTES      (8 * MIB)
#define LAZY_STEP        256
#define LAZY_BYTES       (256 * MIB)
#define LAZY_PAGES       16 /* freed at a time */
#define EVENTS           64
#define READ_BYTES       16384

struct mode;

struct program {
    const struct mode *mode;
    uint64_t span, requests;
    char *block; /* a mapping, or memory of malloc */
    size_t block_bytes, used_bytes;
};

struct mode {
    const char *name;
    bool leaks;
    const char *grows;        /* beside memory; NULL: nothing */
    double bytes_per_request; /* that it leaks */
    uint64_t needs_requests;  /* with fewer it may not have leaked at all */
    void (*request)(struct program *program);
    void (*connected)(void);
    bool in_child, sends_errors, closes;
};

_Noreturn static void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static char *pages_map(size_t bytes, int flags)
{
    char *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        fail("mmap");
    return pages;
}

/* Memory that is never released. */
static void keep(size_t bytes)
{
    char *kept = malloc(bytes);
    if (kept == NULL)
        fail("malloc");
    memset(kept, 1, bytes);
    /* cppcheck-suppress memleak */
}

/* Touches the first `bytes` of a mapping of `size`, which it makes at the first call. */
static void block_fill(struct program *program, size_t size, size_t bytes, int flags)
{
    if (program->block == NULL)
        program->block = pages_map(size, flags);
    for (bytes = bytes < size ? bytes : size; program->used_bytes < bytes; program->used_bytes++)
        program->block[program->used_bytes] = 1;
}

static void level(struct program *program)
{
    block_fill(program, LEVEL_BYTES, LEVEL_BYTES, MAP_PRIVATE);
}

static void slow(struct program *program)
{
    level(program);
    keep(64 - sizeof(size_t));
}

static void plain(struct program *program)
{
    level(program);
    keep(1024 - sizeof(size_t));
}

static void rare_large(struct program *program)
{
    level(program);
    if (program->requests % LARGE_EVERY == 0)
        keep(MIB);
}

static void on_errors(struct program *program)
{
    level(program);
    if (program->requests % ERROR_EVERY == 0)
        keep(PAGE_BYTES);
}

static void connection_keep(void)
{
    keep(PAGE_BYTES);
}

/* A table of 16 bytes per request that doubles, up to so many requests. */
static void table_grow(struct program *program, uint64_t most)
{
    size_t needed = 16 * (program->requests < most ? program->requests : most);
    if (needed <= program->block_bytes)
        return;
    size_t bytes = program->block_bytes > 0 ? 2 * program->block_bytes : PAGE_BYTES;
    program->block = realloc(program->block, bytes);
    if (program->block == NULL)
        fail("realloc");
    memset(program->block + program->block_bytes, 1, bytes - program->block_bytes);
    program->block_bytes = bytes;
}

static void doubling(struct program *program)
{
    table_grow(program, UINT64_MAX);
}

static void doubling_ends(struct program *program)
{
    table_grow(program, program->span / 3);
}

/* 256 bytes per request from regions of huge pages. */
static void huge_pages(struct program *program)
{
    if (program->used_bytes + 256 > program->block_bytes) {
        char *region = pages_map(2 * HUGE_BYTES, MAP_PRIVATE);
        program->block = region + HUGE_BYTES - (uintptr_t)region % HUGE_BYTES;
        madvise(program->block, HUGE_BYTES, MADV_HUGEPAGE);
        program->block_bytes = HUGE_BYTES;
        program->used_bytes = 0;
    }
    memset(program->block + program->used_bytes, 1, 256);
    program->used_bytes += 256;
}

/* The same once and no more. */
static void huge_pages_end(struct program *program)
{
    if (program->requests * 256 <= HUGE_END_BYTES)
        huge_pages(program);
}

static double progress(const struct program *program)
{
    return (double)program->requests / (double)program->span;
}

static void saturating(struct program *program)
{
    double share = 1 - exp(-8 * progress(program));
    block_fill(program, LEVEL_BYTES, (size_t)(share * (double)LEVEL_BYTES), MAP_PRIVATE);
}

static void logarithmic(struct program *program)
{
    double bytes = 256 * KIB * log2(1 + (double)program->requests);
    block_fill(program, 32 * MIB, (size_t)bytes, MAP_PRIVATE);
}

/* Grows to 2 MiB in a tenth of the span, and is empty again. */
static void sawtooth(struct program *program)
{
    uint64_t tooth = program->span / 10 + 1, at = program->requests % tooth;
    if (at == 0 && program->block != NULL) {
        munmap(program->block, 2 * MIB);
        program->block = NULL;
        program->used_bytes = 0;
    }
    block_fill(program, 2 * MIB, 2 * MIB * at / tooth, MAP_PRIVATE);
}

static void step_early(struct program *program)
{
    block_fill(program, LEVEL_BYTES, progress(program) < 0.2 ? MIB : LEVEL_BYTES / 2, MAP_PRIVATE);
}

static void step_late(struct program *program)
{
    block_fill(program, LEVEL_BYTES, progress(program) < 0.8 ? MIB : LEVEL_BYTES / 2, MAP_PRIVATE);
}

/* Writes LAZY_STEP bytes per request into new pages, and frees them lazily: RSS grows, but nothing
 * is held. */
static void lazily_freed(struct program *program)
{
    enum { BATCH_BYTES = LAZY_PAGES * PAGE_BYTES };
    if (program->block == NULL)
        program->block = pages_map(LAZY_BYTES, MAP_PRIVATE);
    memset(program->block + program->used_bytes, 1, LAZY_STEP);
    program->used_bytes += LAZY_STEP;
    if (program->used_bytes % BATCH_BYTES == 0)
        madvise(program->block + program->used_bytes - BATCH_BYTES, BATCH_BYTES, MADV_FREE);
    program->used_bytes %= LAZY_BYTES;
}

static void descriptors(struct program *program)
{
    level(program);
    if (program->requests % DESCRIPTOR_EVERY == 0)
        dup(STDIN_FILENO);
}

static void shared_memory(struct program *program)
{
    if (program->used_bytes + 256 > program->block_bytes) {
        program->block = pages_map(MIB, MAP_SHARED);
        program->block_bytes = MIB;
        program->used_bytes = 0;
    }
    memset(program->block + program->used_bytes, 1, 256);
    program->used_bytes += 256;
}

static void *thread_wait(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void threads(struct program *program)
{
    pthread_t thread;
    level(program);
    if (program->requests % THREAD_EVERY == 0)
        pthread_create(&thread, NULL, thread_wait, NULL);
}

#define LEAK(mode_name, bytes, needs, function, ...)                                               \
    {                                                                                              \
        .name = mode_name, .leaks = true, .bytes_per_request = bytes, .needs_requests = needs,     \
        .request = function, __VA_ARGS__                                                           \
    }
#define HONEST(mode_name, needs, function, ...)                                                    \
    {                                                                                              \
        .name = mode_name, .needs_requests = needs, .request = function, __VA_ARGS__               \
    }
static const struct mode modes[] = {
    LEAK("plain", 1024, 100, plain, ),
    LEAK("slow", 64, 100, slow, ),
    LEAK("rare_large", 105, 10 * LARGE_EVERY, rare_large, ),
    LEAK("on_errors", 41, 10 * ERROR_EVERY, on_errors, .sends_errors = true),
    LEAK("per_connection", 82, 40 * CLOSE_EVERY, level, .closes = true,
         .connected = connection_keep),
    LEAK("in_child", 1024, 100, plain, .in_child = true),
    LEAK("doubling", 16, 20000, doubling, ),
    LEAK("huge_pages", 256, 5 * HUGE_BYTES / 256, huge_pages, ),
    LEAK("shared_memory", 256, 100, shared_memory, ),
    LEAK("threads", 8, 20 * THREAD_EVERY, threads, .grows = "threads"),
    HONEST("descriptors", 20 * DESCRIPTOR_EVERY, descriptors, .grows = "descriptors"),
    HONEST("level", 0, level, ),
    HONEST("level_in_child", 0, level, .in_child = true),
    HONEST("level_on_errors", 0, level, .sends_errors = true, .closes = true),
    HONEST("doubling_ends", 0, doubling_ends, ),
    HONEST("huge_pages_end", 4 * HUGE_END_BYTES / 256, huge_pages_end, ),
    HONEST("saturating", 0, saturating, ),
    HONEST("logarithmic", 0, logarithmic, ),
    HONEST("sawtooth", 0, sawtooth, ),
    HONEST("step_early", 0, step_early, ),
    HONEST("step_late", 0, step_late, ),
    HONEST("lazily_freed", 10 * LAZY_PAGES * PAGE_BYTES / LAZY_STEP, lazily_freed, ),
};

static int modes_list(void)
{
    for (size_t i = 0; i < COUNT_OF(modes); i++)
        printf("%s %s %s %g %llu\n", modes[i].name, modes[i].leaks ? "leaks" : "honest",
               modes[i].grows != NULL ? modes[i].grows : "-", modes[i].bytes_per_request,
               (unsigned long long)modes[i].needs_requests);
    return 0;
}

static const struct mode *mode_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(modes); i++)
        if (strcmp(modes[i].name, name) == 0)
            return &modes[i];
    return NULL;
}

/* Answers one request. False: the connection is to be closed after it. */
static bool request_answer(struct program *program, int fd)
{
    const struct mode *mode = program->mode;
    char response[128];
    program->requests++;
    mode->request(program);
    bool error = mode->sends_errors && program->requests % ERROR_EVERY == 0;
    bool last = mode->closes && program->requests % CLOSE_EVERY == 0;
    int length = snprintf(response, sizeof response, "HTTP/1.1 %s\r\nContent-Length: 2\r\n%s\r\nok",
                          error ? "404 Not Found" : "200 OK", last ? "Connection: close\r\n" : "");
    return send(fd, response, (size_t)length, MSG_NOSIGNAL) == length && !last;
}

/* Requests are GETs without a body, each sent in one piece by the generator. */
static void connection_serve(struct program *program, int fd)
{
    char text[READ_BYTES + 1];
    ssize_t bytes = recv(fd, text, READ_BYTES, 0);
    bool open = bytes > 0;
    text[open ? bytes : 0] = '\0';
    for (const char *end = text; open && (end = strstr(end, "\r\n\r\n")) != NULL; end += 4)
        open = request_answer(program, fd);
    if (!open)
        close(fd);
}

static int listener_open(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 128) != 0)
        fail(port);
    return fd;
}

static void connection_accept(const struct program *program, int listener, int epoll)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), yes = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    if (program->mode->connected != NULL)
        program->mode->connected();
}

_Noreturn static void program_run(struct program *program, int listener)
{
    struct epoll_event events[EVENTS], first = {.events = EPOLLIN, .data.fd = listener};
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &first);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++)
            if (events[i].data.fd == listener)
                connection_accept(program, listener, epoll);
            else
                connection_serve(program, events[i].data.fd);
    }
}

/* The parent only waits; the child serves. */
static void child_fork(void)
{
    pid_t pid = fork();
    if (pid < 0)
        fail("fork");
    if (pid > 0) {
        waitpid(pid, NULL, 0);
        exit(EXIT_SUCCESS);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void descriptors_raise(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return modes_list();
    struct program program = {.mode = argc == 4 ? mode_find(argv[2]) : NULL};
    if (program.mode == NULL) {
        fprintf(stderr, "usage: foreign_server PORT MODE SPAN, or foreign_server --list\n");
        return 2;
    }
    program.span = strtoull(argv[3], NULL, 10);
    descriptors_raise();
    if (program.mode->in_child)
        child_fork();
    program_run(&program, listener_open(argv[1]));
}
