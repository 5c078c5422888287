/* failing_calls.c - makes one call of the system fail: a library to be preloaded.
 *
 * TIDEMARK_FAULT=PROGRAM:KIND:N:ERRNO:MARK fails the N-th call of this kind in processes that run
 * PROGRAM, with this number as errno, and creates the file MARK then. KIND `disk` fails the N-th
 * write to a regular file and all after it, as on a full disk. Calls that the C library makes
 * within itself, as those of stdio and malloc, are not seen. A forked process is left alone.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#define FAULT_VARIABLE "TIDEMARK_FAULT"
#define SIGNALS_BYTES  8 /* of a set of signals, for the kernel */

enum kind { WRITE, OPEN, RENAME, FORK, MMAP, WAIT, DISK, KINDS };

static const char *const kind_names[KINDS] = {"write", "open", "rename", "fork",
                                              "mmap",  "wait", "disk"};

/* What the variable says; kind KINDS: nothing fails here. */
struct fault {
    enum kind kind;
    unsigned long at;
    int error;
    pid_t pid;
    char mark[256];
};

static struct fault fault = {.kind = KINDS};
static atomic_ulong calls;

/* Calls are counted from here on; what libraries did when they were loaded is not. */
__attribute__((constructor)) static void fault_read(void)
{
    char program[64], kind[16];
    const char *text = getenv(FAULT_VARIABLE);
    fault.pid = getpid();
    if (text == NULL || sscanf(text, "%63[^:]:%15[^:]:%lu:%d:%255s", program, kind, &fault.at,
                               &fault.error, fault.mark) != 5)
        return;
    for (enum kind each = 0; each < KINDS; each++)
        if (strcmp(program, program_invocation_short_name) == 0 &&
            strcmp(kind, kind_names[each]) == 0)
            fault.kind = each;
}

/* True: this call is to fail; errno is set. */
static bool fails(enum kind kind)
{
    if (fault.kind != kind || getpid() != fault.pid)
        return false;
    unsigned long call = atomic_fetch_add(&calls, 1) + 1;
    if (call < fault.at || (call > fault.at && kind != DISK))
        return false;
    long mark = syscall(SYS_open, fault.mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (mark >= 0)
        close((int)mark);
    errno = fault.error;
    return true;
}

static bool write_fails(int file)
{
    struct stat found;
    return fails(WRITE) || (fstat(file, &found) == 0 && S_ISREG(found.st_mode) && fails(DISK));
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t count)
{
    return write_fails(file) ? -1 : syscall(SYS_write, file, bytes, count);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    return write_fails(file) ? -1 : syscall(SYS_writev, file, parts, count);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at)
{
    return write_fails(file) ? -1 : syscall(SYS_pwrite64, file, bytes, count, at);
}

/* The mode, if the flags say that there is one. */
#define MODE_TAKE(flags, mode)                                                                     \
    mode_t mode = 0;                                                                               \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                         \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode = va_arg(arguments, mode_t);                                                          \
        va_end(arguments);                                                                         \
    }

int open(const char *path, int flags, ...)
{
    MODE_TAKE(flags, mode)
    return fails(OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE_TAKE(flags, mode)
    return fails(OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    return fails(OPEN) ? NULL : NEXT(fopen)(path, mode);
}

DIR *opendir(const char *path)
{
    return fails(OPEN) ? NULL : NEXT(opendir)(path);
}

int socket(int domain, int type, int protocol)
{
    return fails(OPEN) ? -1 : (int)syscall(SYS_socket, domain, type, protocol);
}

int accept4(int listener, struct sockaddr *address, socklen_t *bytes, int flags)
{
    return fails(OPEN) ? -1 : (int)syscall(SYS_accept4, listener, address, bytes, flags);
}

int pipe2(int ends[2], int flags)
{
    return fails(OPEN) ? -1 : (int)syscall(SYS_pipe2, ends, flags);
}

int eventfd(unsigned count, int flags)
{
    return fails(OPEN) ? -1 : (int)syscall(SYS_eventfd2, count, flags);
}

int epoll_create1(int flags)
{
    return fails(OPEN) ? -1 : (int)syscall(SYS_epoll_create1, flags);
}

int timerfd_create(clockid_t clock, int flags)
{
    return fails(OPEN) ? -1 : (int)syscall(SYS_timerfd_create, clock, flags);
}

int rename(const char *from, const char *to)
{
    return fails(RENAME) ? -1 : (int)syscall(SYS_rename, from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    return fails(RENAME) ? -1
                         : (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    return fails(RENAME) ? -1 : (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
}

pid_t fork(void)
{
    return fails(FORK) ? -1 : NEXT(fork)();
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    return fails(FORK) ? errno : NEXT(posix_spawnp)(pid, file, actions, attributes, argv, envp);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *context)
{
    return fails(FORK) ? errno : NEXT(pthread_create)(thread, attributes, run, context);
}

void *mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    return fails(MMAP) ? MAP_FAILED
                       : (void *)syscall(SYS_mmap, at, bytes, protection, flags, file, offset);
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout_ms)
{
    return fails(WAIT) ? -1
                       : (int)syscall(SYS_epoll_pwait, epoll, events, most, timeout_ms, NULL,
                                      SIGNALS_BYTES);
}

int epoll_pwait2(int epoll, struct epoll_event *events, int most, const struct timespec *timeout,
                 const sigset_t *signals)
{
    return fails(WAIT) ? -1
                       : (int)syscall(SYS_epoll_pwait2, epoll, events, most, timeout, signals,
                                      SIGNALS_BYTES);
}

int poll(struct pollfd *waiting, nfds_t count, int timeout_ms)
{
    return fails(WAIT) ? -1 : (int)syscall(SYS_poll, waiting, count, timeout_ms);
}

int ppoll(struct pollfd *waiting, nfds_t count, const struct timespec *timeout,
          const sigset_t *signals)
{
    struct timespec left = {0};
    if (timeout != NULL)
        left = *timeout; /* the kernel writes what is left to it */
    return fails(WAIT) ? -1
                       : (int)syscall(SYS_ppoll, waiting, count, timeout != NULL ? &left : NULL,
                                      signals, SIGNALS_BYTES);
}
