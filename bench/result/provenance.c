/* provenance.c - reads machine and build, and compares benches. */
#include "provenance.h"

#include "commit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define TIME_FORMAT       "%Y-%m-%dT%H:%M:%SZ" /* UTC */
#define ONE_BENCH_SECONDS 2                    /* between the dates of two results of one bench */

static void cpu_model_read(char *model, size_t bytes)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char line[1024];
    snprintf(model, bytes, "unknown");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL) {
        char *value = strchr(line, ':');
        if (value != NULL && strncmp(line, "model name", 10) == 0) {
            value[strcspn(value, "\n")] = '\0';
            snprintf(model, bytes, "%s", value + 2);
            break;
        }
    }
    fclose(file);
}

static void machine_fill(struct result_made_by *made_by)
{
    struct utsname system;
    if (uname(&system) == 0) {
        snprintf(made_by->machine, sizeof made_by->machine, "%.63s", system.nodename);
        snprintf(made_by->kernel, sizeof made_by->kernel, "%s %s %s", system.sysname,
                 system.release, system.machine);
    }
    cpu_model_read(made_by->cpu_model, sizeof made_by->cpu_model);
    made_by->cores = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
}

static void command_line_fill(char *line, size_t bytes, int argc, char **argv)
{
    size_t length = (size_t)snprintf(line, bytes, "tidemark");
    for (int i = 0; i < argc && length < bytes; i++)
        length += (size_t)snprintf(line + length, bytes - length, " %s", argv[i]);
}

static void time_fill(char *text, size_t bytes)
{
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(text, bytes, TIME_FORMAT, &parts);
}

void made_by_fill(struct result_made_by *made_by, int argc, char **argv)
{
    const char *options = getenv("MALLOC_CONF");
    machine_fill(made_by);
    snprintf(made_by->compiler, sizeof made_by->compiler, "%s", TIDEMARK_COMPILER);
    snprintf(made_by->flags, sizeof made_by->flags, "%s", TIDEMARK_FLAGS);
    snprintf(made_by->commit, sizeof made_by->commit, "%s", COMMIT);
    made_by->commit_dirty = COMMIT_DIRTY;
    snprintf(made_by->version, sizeof made_by->version, "%s", TIDEMARK_VERSION);
    snprintf(made_by->h2o_version, sizeof made_by->h2o_version, "%s", TIDEMARK_H2O);
    snprintf(made_by->allocator, sizeof made_by->allocator, "%s", memory_allocator());
    snprintf(made_by->allocator_options, sizeof made_by->allocator_options, "%.255s",
             options != NULL ? options : "");
    command_line_fill(made_by->command_line, sizeof made_by->command_line, argc, argv);
    time_fill(made_by->time, sizeof made_by->time);
}

/* A bench dates its results one after the other, within ONE_BENCH_SECONDS. */
static bool began_together(const char *first, const char *second)
{
    struct tm parts[2] = {{0}, {0}};
    const char *ends[] = {strptime(first, TIME_FORMAT, &parts[0]),
                          strptime(second, TIME_FORMAT, &parts[1])};
    if (ends[0] == NULL || ends[1] == NULL)
        return strcmp(first, second) == 0;
    return fabs(difftime(timegm(&parts[0]), timegm(&parts[1]))) <= ONE_BENCH_SECONDS;
}

bool made_by_one_bench(const struct result_made_by *one, const struct result_made_by *other)
{
    return strcmp(one->machine, other->machine) == 0 &&
           strcmp(one->command_line, other->command_line) == 0 &&
           began_together(one->time, other->time);
}
