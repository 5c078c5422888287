/* instructions.c - runs operation_count, alone or under callgrind, and reads what was counted. */
#include "instructions.h"

#include "count_difference.h"
#include "files.h"
#include "xmalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES_MAX  2 /* that count at the same time, each every second policy */
#define ARGUMENTS_MAX  9 /* before the policies */
#define FILE_BYTES_MAX ((size_t)16 << 20)
#define POLL_NS        5000000 /* how often the end of a process is looked for */

enum { EXIT_NOT_RUN = 126, EXIT_NOT_INSTALLED };

const char *const instructions_source_names[] = {"unknown", "counter", "callgrind"};

struct counting {
    const struct policy *const *policies;
    size_t count, processes;
    struct policy_instructions *found;
    char *program; /* operation_count */
    char folder[PATH_MAX];
};

/* DIR/PROCESS.NAME; the caller frees it. */
static char *file_of(const struct counting *counting, size_t process, const char *name)
{
    return xasprintf("%s/%zu.%s", counting->folder, process, name);
}

/* A file in which a process's output lands; "": none. Reads its first line into `line`. */
static void first_line(const char *path, char *line, size_t bytes)
{
    struct error error;
    size_t length;
    char *text = file_read(path, FILE_BYTES_MAX, &length, &error);
    snprintf(line, bytes, "%.*s", text == NULL ? 0 : (int)strcspn(text, "\n"), text);
    free(text);
}

static void interrupts_fill(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
}

/* They are blocked while there are processes and a folder to clear away. */
static bool is_interrupted(void)
{
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM);
}

static int output_redirect(int descriptor, const char *path)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return file < 0 ? -1 : dup2(file, descriptor);
}

/* The process ends when this one does, however that is. -1 and errno: there is none. */
static pid_t process_fork(char *const *argv, const char *out, const char *err)
{
    sigset_t interrupts;
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    interrupts_fill(&interrupts);
    sigprocmask(SIG_UNBLOCK, &interrupts, NULL);
    if (getppid() == parent && output_redirect(STDOUT_FILENO, out) >= 0 &&
        output_redirect(STDERR_FILENO, err) >= 0)
        execvp(argv[0], argv);
    _exit(errno == ENOENT ? EXIT_NOT_INSTALLED : EXIT_NOT_RUN);
}

/* Starts the arguments with the policies of this process after them. Its output goes to the files
 * "counts" and "errors". 0, or -1 and errno. */
static int process_start(const struct counting *counting, size_t process, char *const *arguments,
                         pid_t *pid)
{
    char **argv = xcalloc(ARGUMENTS_MAX + counting->count + 1, sizeof *argv);
    char *out = file_of(counting, process, "counts"), *err = file_of(counting, process, "errors");
    size_t used = 0;
    for (; arguments[used] != NULL; used++)
        argv[used] = arguments[used];
    for (size_t i = process; i < counting->count; i += counting->processes)
        argv[used++] = (char *)counting->policies[i]->name;
    *pid = process_fork(argv, out, err);
    int failed = errno;
    free(out);
    free(err);
    free(argv);
    errno = failed;
    return *pid < 0 ? -1 : 0;
}

/* 0, or -1: the process failed; `why` is the first line of what it complained. */
static int process_wait(const struct counting *counting, size_t process, pid_t pid,
                        const char *name, struct error *why)
{
    const struct timespec interval = {.tv_nsec = POLL_NS};
    char line[ERROR_TEXT_BYTES / 2], *path;
    int status = -1;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (is_interrupted())
            kill(pid, SIGKILL);
        nanosleep(&interval, NULL);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_INSTALLED)
        return error_set(why, "%s is not installed", name);
    path = file_of(counting, process, "errors");
    first_line(path, line, sizeof line);
    free(path);
    return error_set(why, "%s failed: %s", name, line);
}

/* The arguments before the policies, for the counter or for callgrind. */
static void arguments_make(const struct counting *counting, enum instructions_source source,
                           size_t process, char *arguments[ARGUMENTS_MAX])
{
    size_t used = 0;
    char *out = file_of(counting, process, "callgrind");
    if (source == INSTRUCTIONS_CALLGRIND) {
        arguments[used++] = xstrdup("valgrind");
        arguments[used++] = xstrdup("-q");
        arguments[used++] = xstrdup("--tool=callgrind");
        arguments[used++] = xstrdup("--vgdb=no"); /* its pipes would outlive it */
        arguments[used++] = xstrdup("--dump-before=" COUNT_MARK);
        arguments[used++] = xstrdup("--dump-line=no");
        arguments[used++] = xasprintf("--callgrind-out-file=%s", out);
    }
    arguments[used++] = xstrdup(counting->program);
    if (source == INSTRUCTIONS_CALLGRIND)
        arguments[used++] = xstrdup("--callgrind");
    arguments[used] = NULL;
    free(out);
}

static int process_start_for(const struct counting *counting, enum instructions_source source,
                             size_t process, pid_t *pid)
{
    char *arguments[ARGUMENTS_MAX + 1];
    arguments_make(counting, source, process, arguments);
    int failed = process_start(counting, process, arguments, pid);
    int reason = errno;
    for (char **each = arguments; *each != NULL; each++)
        free(*each);
    errno = reason;
    return failed;
}

/* Runs all processes to their end. 0, or -1: one of them could not be started, or failed. */
static int processes_run(const struct counting *counting, enum instructions_source source,
                         struct error *why)
{
    const char *name = source == INSTRUCTIONS_CALLGRIND ? "valgrind" : "operation_count";
    pid_t pids[PROCESSES_MAX];
    size_t started = 0;
    int status = 0;
    for (; started < counting->processes && status == 0; started++) {
        if (process_start_for(counting, source, started, &pids[started]) != 0) {
            status = error_set(why, "%s: %s", name, strerror(errno));
            break;
        }
    }
    for (size_t i = 0; i < started; i++)
        if (process_wait(counting, i, pids[i], name, why) < 0)
            status = -1;
    return status;
}

/* Returns a file of a process, which the caller frees. NULL: it cannot be read. */
static char *output_read(const struct counting *counting, size_t process, const char *name)
{
    struct error error;
    size_t bytes;
    char *path = file_of(counting, process, name);
    char *text = file_read(path, FILE_BYTES_MAX, &bytes, &error);
    free(path);
    return text;
}

static int counts_of_counter(const struct counting *counting, size_t policy,
                             enum operation operation, uint64_t counts[COUNT_STRETCHES])
{
    char *text = output_read(counting, policy % counting->processes, "counts");
    int status = -1;
    for (const char *line = text; line != NULL && status < 0; line = strchr(line, '\n')) {
        line += *line == '\n';
        status = counted_line(line, counting->policies[policy]->name, operation_names[operation],
                              counts);
    }
    free(text);
    return status;
}

/* callgrind numbers its files from 1. At the first mark of an operation it writes what was before.
 */
static int counts_of_callgrind(const struct counting *counting, size_t policy,
                               enum operation operation, uint64_t counts[COUNT_STRETCHES])
{
    size_t before = policy / counting->processes * OPERATIONS + operation;
    size_t number = before * COUNT_MARKS + 2;
    int status = 0;
    for (size_t i = 0; i < COUNT_STRETCHES && status == 0; i++) {
        char *name = xasprintf("callgrind.%zu", number + i);
        char *text = output_read(counting, policy % counting->processes, name);
        status = text == NULL ? -1 : callgrind_total(text, &counts[i]);
        free(text);
        free(name);
    }
    return status;
}

static int counts_read(const struct counting *counting, enum instructions_source source,
                       struct error *why)
{
    uint64_t counts[COUNT_STRETCHES];
    for (size_t p = 0; p < counting->count; p++)
        for (int operation = 0; operation < OPERATIONS; operation++) {
            int status = source == INSTRUCTIONS_CALLGRIND
                             ? counts_of_callgrind(counting, p, operation, counts)
                             : counts_of_counter(counting, p, operation, counts);
            if (status < 0)
                return error_set(why, "%s: no count for %s of %s",
                                 instructions_source_names[source], operation_names[operation],
                                 counting->policies[p]->name);
            counting->found[p].of[operation] = count_difference(counts);
        }
    return 0;
}

static void folder_remove(const char *folder)
{
    DIR *open = opendir(folder);
    for (struct dirent *entry; open != NULL && (entry = readdir(open)) != NULL;)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(open), entry->d_name, 0);
    if (open != NULL)
        closedir(open);
    rmdir(folder);
}

/* The program of that name in the folder of this one; the caller frees it. */
static char *program_beside(const char *name)
{
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    own[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(own, '/');
    return xasprintf("%.*s/%s", slash == NULL ? 0 : (int)(slash - own), own, name);
}

static enum instructions_source source_try(const struct counting *counting, struct error *why)
{
    for (enum instructions_source source = INSTRUCTIONS_COUNTER; source <= INSTRUCTIONS_CALLGRIND;
         source++)
        if (!is_interrupted() && processes_run(counting, source, why) == 0 &&
            counts_read(counting, source, why) == 0)
            return source;
    return INSTRUCTIONS_UNKNOWN;
}

/* In a folder of its own, which is removed afterwards. */
static enum instructions_source folder_try(struct counting *counting, struct error *why)
{
    if (mkdtemp(counting->folder) == NULL) {
        error_set(why, "%s: %s", counting->folder, strerror(errno));
        return INSTRUCTIONS_UNKNOWN;
    }
    counting->program = program_beside("operation_count");
    enum instructions_source source = source_try(counting, why);
    free(counting->program);
    folder_remove(counting->folder);
    return source;
}

enum instructions_source instructions_measure(const struct policy *const *policies, size_t count,
                                              struct policy_instructions *found, struct error *why)
{
    const char *parent = getenv("TMPDIR");
    sigset_t interrupts, before;
    struct counting counting = {.policies = policies, .count = count, .found = found};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    counting.processes = cores > 1 && count > 1 ? PROCESSES_MAX : 1;
    snprintf(counting.folder, sizeof counting.folder, "%s/micro-XXXXXX",
             parent == NULL || *parent == '\0' ? "/tmp" : parent);
    interrupts_fill(&interrupts);
    sigprocmask(SIG_BLOCK, &interrupts, &before);
    enum instructions_source source = folder_try(&counting, why);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return source;
}
