/* counter.c - one HTTP/1.0 question at a time, so that no answer comes in chunks. */
#include "counter.h"

#include "address.h"
#include "clock.h"
#include "memory.h"
#include "units.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_BYTES  ((size_t)4 << 20)
#define PATIENCE_NS   NS_PER_SECOND
#define COUNT_MAX     9e15
#define LABELS_SPACE  " \t"
#define VALUE_LETTERS "0123456789.eE+-"

struct counter {
    struct memory_zone *zone;
    const char *url, *name;
    struct load_target target;
    struct address address;
    char *answer; /* ANSWER_BYTES + 1 */
};

struct counter *counter_open(const char *url, const char *name, struct error *error)
{
    struct error reason;
    struct memory_zone *zone = memory_zone_create();
    struct counter *counter = memory_alloc_zeroed(zone, sizeof *counter);
    *counter = (struct counter){.zone = zone, .url = url, .name = name};
    if (load_target_parse(&counter->target, url, &reason) < 0 ||
        address_resolve(&counter->address, &counter->target, &reason) < 0) {
        error_set(error, "%.200s", reason.text);
        counter_close(counter);
        return NULL;
    }
    counter->answer = memory_alloc(zone, ANSWER_BYTES + 1);
    return counter;
}

void counter_close(struct counter *counter)
{
    if (counter == NULL)
        return;
    struct memory_zone *zone = counter->zone;
    memory_free(counter->answer);
    memory_free(counter);
    memory_zone_destroy(zone);
}

/* 0, or -1 when the time is up. */
static int socket_await(int fd, short events, uint64_t deadline_ns)
{
    struct pollfd wait = {.fd = fd, .events = events};
    uint64_t now_ns = clock_ns();
    errno = ETIMEDOUT;
    if (now_ns >= deadline_ns)
        return -1;
    return poll(&wait, 1, (int)((deadline_ns - now_ns) / NS_PER_MS) + 1) > 0 ? 0 : -1;
}

static int question_send(const struct counter *counter, int fd, uint64_t deadline_ns)
{
    char question[2048];
    int length = snprintf(question, sizeof question,
                          "GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n",
                          counter->target.path, counter->target.host);
    if (socket_await(fd, POLLOUT, deadline_ns) < 0)
        return -1;
    return send(fd, question, (size_t)length, MSG_NOSIGNAL) == length ? 0 : -1;
}

/* Until the server closes: the bytes read, or -1. */
static ssize_t answer_read(struct counter *counter, int fd, uint64_t deadline_ns)
{
    size_t length = 0;
    for (;;) {
        if (socket_await(fd, POLLIN, deadline_ns) < 0)
            return -1;
        ssize_t got = recv(fd, counter->answer + length, ANSWER_BYTES - length, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got <= 0)
            return got < 0 ? -1 : (ssize_t)length;
        length += (size_t)got;
        if (length == ANSWER_BYTES) {
            errno = EFBIG;
            return -1;
        }
    }
}

static ssize_t counter_ask(struct counter *counter)
{
    uint64_t deadline_ns = clock_ns() + PATIENCE_NS;
    int fd = address_connect(&counter->address);
    ssize_t bytes = -1;
    if (fd < 0)
        return -1;
    if (question_send(counter, fd, deadline_ns) == 0)
        bytes = answer_read(counter, fd, deadline_ns);
    int reason = errno;
    close(fd);
    errno = reason;
    return bytes;
}

int counter_read(struct counter *counter, uint64_t *value, struct error *error)
{
    ssize_t bytes = counter_ask(counter);
    unsigned status = 0;
    if (bytes < 0) {
        return error_set(error, "%.150s: %s", counter->url, strerror(errno));
    }
    counter->answer[bytes] = '\0';
    const char *body = strstr(counter->answer, "\r\n\r\n");
    if (sscanf(counter->answer, "HTTP/1.%*c %u", &status) != 1 || body == NULL || status != 200) {
        return error_set(error, "%.150s: answered with status %u, not 200", counter->url, status);
    }
    body += 4;
    if (counter_find(body, (size_t)(counter->answer + bytes - body), counter->name, value) == 0)
        return 0;
    return error_set(error, "%.150s: has no number called %.60s", counter->url, counter->name);
}

static int count_take(double number, uint64_t *value)
{
    if (!(number >= 0 && number <= COUNT_MAX))
        return -1;
    *value = (uint64_t)number;
    return 0;
}

/* "cache.misses": the key itself, or a path through objects. */
static int json_find(const json_t *object, const char *path, uint64_t *value)
{
    char key[128];
    const json_t *here = json_object_get(object, path);
    while (here == NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, path);
        object = json_object_get(object, key);
        path += length + (path[length] == '.');
        if (*path == '\0')
            here = object;
    }
    return json_is_number(here) ? count_take(json_number_value(here), value) : -1;
}

/* Whether a line is a sample of the metric; where its value is. */
static const char *sample_value(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(line, name, length) != 0)
        return NULL;
    line += length;
    if (*line == '{' && strchr(name, '{') == NULL) {
        size_t labels = strcspn(line, "}\n");
        line += labels + (line[labels] == '}');
    }
    return strchr(LABELS_SPACE, *line) != NULL && *line != '\0' ? line : NULL;
}

static int metric_find(const char *body, const char *name, uint64_t *value)
{
    double sum = 0;
    bool found = false;
    while (*body != '\0') {
        const char *text = sample_value(body, name);
        if (text != NULL && strpbrk(text, VALUE_LETTERS) != NULL) {
            sum += strtod(text, NULL);
            found = true;
        }
        body += strcspn(body, "\n");
        body += *body == '\n';
    }
    return found ? count_take(sum, value) : -1;
}

int counter_find(const char *body, size_t bytes, const char *name, uint64_t *value)
{
    if (body[strspn(body, " \t\r\n")] != '{')
        return metric_find(body, name, value);
    json_t *document = json_loadb(body, bytes, 0, NULL);
    int status = json_find(document, name, value);
    json_decref(document);
    return status;
}
