/* format_speed.c - reads the same requests in each format, beside the bytes alone.
 *
 * The bytes alone are those of the same file, as read(2) copies them, in the same round. Timed is
 * CPU time, which other programs disturb less.
 */
#include "format_speed.h"

#include "clock.h"
#include "count_of.h"
#include "stats.h"
#include "trace.h"
#include "units.h"
#include "xmalloc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define IDS         1000000
#define BATCH       512
#define READ_BYTES  (256 << 10)
#define PATH_BYTES  64
#define REPEATS_MAX 101

/* Each writes the line of a request; `second` is its time. */

static void write_text(FILE *out, unsigned id, unsigned second)
{
    fprintf(out, "%u\n", id);
}

static void write_key(FILE *out, unsigned id, unsigned second)
{
    fprintf(out, "user:%u\n", id);
}

static void write_sized(FILE *out, unsigned id, unsigned second)
{
    fprintf(out, "%u %u %u\n", second, id, id % 10000);
}

static void write_csv(FILE *out, unsigned id, unsigned second)
{
    fprintf(out, "%u,%u,%u\n", second, id, id % 10000);
}

static void write_twitter(FILE *out, unsigned id, unsigned second)
{
    fprintf(out, "%u,nz:u:%u,12,%u,7,get,0\n", second, id, id % 10000);
}

static void write_log(FILE *out, unsigned id, unsigned second)
{
    fprintf(out,
            "192.0.2.%u - - [17/May/2015:10:%02u:%02u +0000] \"GET /users/%u?v=1 HTTP/1.1\" 200 %u "
            "\"https://a.example/\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\"\n",
            id % 256, second / 60 % 60, second % 60, id, id % 10000);
}

static void write_json(FILE *out, unsigned id, unsigned second)
{
    fprintf(out,
            "{\"level\":\"info\",\"ts\":%u.25,\"logger\":\"http.log.access\",\"msg\":\"handled "
            "request\","
            "\"request\":{\"remote_ip\":\"192.0.2.1\",\"proto\":\"HTTP/"
            "2.0\",\"method\":\"GET\",\"host\":"
            "\"a.example\",\"uri\":\"/users/%u\"},\"duration\":0.001,\"size\":%u,\"status\":200}\n",
            1700000000 + second, id, id % 10000);
}

static const struct {
    const char *name, *format, *header;
    void (*write)(FILE *out, unsigned id, unsigned second);
} kinds[] = {
    {"text: numbers", "text", "", write_text},
    {"text: keys", "text", "", write_key},
    {"sized", "sized", "", write_sized},
    {"csv", "csv", "time,id,size\n", write_csv},
    {"twitter", "twitter", "", write_twitter},
    {"access-log", "access-log", "", write_log},
    {"log:PATTERN", "log:%h %^ [%t] \"%m %U %^\" %s %b", "", write_log},
    {"json-log", "json-log", "", write_json},
};

struct kind_speed {
    char path[PATH_BYTES];
    uint64_t bytes;
    double rates[REPEATS_MAX];  /* requests per second */
    double shares[REPEATS_MAX]; /* of the speed of the bytes alone, in the same round */
};

static int speed_write(struct kind_speed *speed, size_t kind, uint64_t requests)
{
    uint64_t state = 1;
    snprintf(speed->path, PATH_BYTES, "/tmp/format-speed-XXXXXX");
    int fd = mkstemp(speed->path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL)
        return -1;
    fputs(kinds[kind].header, file);
    for (uint64_t i = 0; i < requests; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        kinds[kind].write(file, (unsigned)(state >> 40) % IDS, (unsigned)(i / 1000));
    }
    speed->bytes = (uint64_t)ftell(file);
    return fclose(file);
}

static uint64_t cpu_ns(void)
{
    return clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
}

static double seconds_since(uint64_t began_ns)
{
    return (double)(cpu_ns() - began_ns) / (double)NS_PER_SECOND;
}

/* Seconds; below 0 if the file cannot be read. */
static double bytes_read(const char *path)
{
    static char buffer[READ_BYTES];
    uint64_t began_ns = cpu_ns();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;
    while (fd >= 0 && (got = read(fd, buffer, sizeof buffer)) > 0)
        ;
    if (fd >= 0)
        close(fd);
    return got == 0 ? seconds_since(began_ns) : -1;
}

static double requests_read(const char *path, const char *format, uint64_t requests)
{
    static struct trace_request batch[BATCH];
    struct error error;
    uint64_t total = 0, began_ns = cpu_ns();
    struct trace *trace = trace_open(path, &(struct trace_setup){.format = format}, &error);
    if (trace == NULL)
        return -1;
    for (size_t count; (count = trace_read(trace, batch, BATCH)) > 0;)
        total += count;
    double seconds = seconds_since(began_ns);
    trace_close(trace);
    return total == requests ? seconds : -1;
}

static int round_run(struct kind_speed *speeds, uint64_t requests, uint64_t repeat)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        double alone = bytes_read(speeds[i].path);
        double seconds = requests_read(speeds[i].path, kinds[i].format, requests);
        if (alone <= 0 || seconds <= 0)
            return -1;
        speeds[i].rates[repeat] = (double)requests / seconds;
        speeds[i].shares[repeat] = alone / seconds;
    }
    return 0;
}

static void speeds_print(struct kind_speed *speeds, uint64_t requests, uint64_t repeats)
{
    printf("%-15s %12s %13s %8s %17s\n", "format", "B/request", "M requests/s", "GB/s",
           "of the bytes alone");
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        double rate = stats_median(speeds[i].rates, repeats);
        double each = (double)speeds[i].bytes / (double)requests;
        printf("%-15s %12.1f %13.1f %8.2f %17.1f%%\n", kinds[i].name, each, rate / 1e6,
               rate * each / 1e9, 100 * stats_median(speeds[i].shares, repeats));
    }
}

int format_speed(uint64_t requests, uint64_t repeats)
{
    struct kind_speed *speeds = xcalloc(COUNT_OF(kinds), sizeof *speeds);
    int status = 0;
    for (size_t i = 0; i < COUNT_OF(kinds) && status == 0; i++)
        status = speed_write(&speeds[i], i, requests);
    for (uint64_t repeat = 0; repeat < repeats && status == 0; repeat++)
        status = round_run(speeds, requests, repeat);
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (speeds[i].path[0] != '\0')
            unlink(speeds[i].path);
    if (status == 0)
        speeds_print(speeds, requests, repeats);
    else
        fputs("replay-speed: a trace cannot be written to /tmp, or not be read back\n", stderr);
    free(speeds);
    return status;
}
