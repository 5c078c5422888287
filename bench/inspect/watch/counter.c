/* counter.c - one HTTP/1.0 request per reading, so that no response is chunked. */
#include "counter.h"

#include "address.h"
#include "metric.h"
#include "xmalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define RESPONSE_BYTES ((size_t)4 << 20)
#define TIMEOUT_S      1
#define COUNT_MAX      9e15 /* doubles hold all whole numbers up to here */

struct counter {
    const char *url, *name;
    struct load_target target;
    struct address address;
    size_t series;
    char response[RESPONSE_BYTES + 1];
};

static bool is_plain(const struct counter *counter, struct error *error)
{
    if (counter->target.tls)
        error_set(error, "%s: counters are read over http only", counter->url);
    return !counter->target.tls;
}

struct counter *counter_open(const char *url, const char *name, struct error *error)
{
    struct counter *counter = xcalloc(1, sizeof *counter);
    counter->url = url;
    counter->name = name;
    if (load_target_parse(&counter->target, url, error) == 0 && is_plain(counter, error) &&
        address_resolve(&counter->address, &counter->target, error) == 0)
        return counter;
    free(counter);
    return NULL;
}

void counter_close(struct counter *counter)
{
    free(counter);
}

/* Sends the request and reads until the server closes. The number of bytes, or -1 and errno. Each
 * call of send and recv as a whole ends after the timeout. */
static ssize_t response_read(struct counter *counter, int fd)
{
    char request[2048], more;
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n",
                          counter->target.path, counter->target.host);
    if (send(fd, request, (size_t)length, MSG_NOSIGNAL) != length)
        return -1;
    ssize_t bytes = recv(fd, counter->response, RESPONSE_BYTES, MSG_WAITALL);
    ssize_t rest = bytes < 0 ? -1 : recv(fd, &more, 1, MSG_DONTWAIT);
    if (rest > 0)
        errno = EFBIG;
    return rest == 0 ? bytes : -1;
}

static ssize_t counter_fetch(struct counter *counter)
{
    const struct timeval timeout = {.tv_sec = TIMEOUT_S};
    int fd = address_connect(&counter->address);
    if (fd < 0)
        return -1;
    fcntl(fd, F_SETFL, 0); /* blocking */
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    ssize_t bytes = response_read(counter, fd);
    int reason = errno == EAGAIN || errno == EINPROGRESS ? ETIMEDOUT : errno;
    close(fd);
    errno = reason;
    return bytes;
}

int counter_read(struct counter *counter, uint64_t *value, struct error *error)
{
    ssize_t bytes = counter_fetch(counter);
    unsigned status = 0;
    if (bytes < 0)
        return error_set(error, "%s: %s", counter->url, strerror(errno));
    counter->response[bytes] = '\0';
    const char *body = strstr(counter->response, "\r\n\r\n");
    if (sscanf(counter->response, "HTTP/1.%*c %u", &status) != 1 || body == NULL || status != 200)
        return error_set(error, "%s: answered with status %u, not 200", counter->url, status);
    body += 4;
    if (counter_find(body, (size_t)(counter->response + bytes - body), counter->name, value,
                     &counter->series) == 0)
        return 0;
    return error_set(error, "%s: has no number called %s", counter->url, counter->name);
}

static int number_to_count(double number, uint64_t *value)
{
    if (!(number >= 0 && number <= COUNT_MAX))
        return -1;
    *value = (uint64_t)number;
    return 0;
}

/* "cache.misses" is a key of that name, or the key misses in the object cache. */
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
    return json_is_number(here) ? number_to_count(json_number_value(here), value) : -1;
}

size_t counter_series(const struct counter *counter)
{
    return counter->series;
}

static int metric_find(const char *body, size_t bytes, const char *name, uint64_t *value,
                       size_t *series)
{
    double sum;
    *series = metric_sum((struct span){body, bytes}, name, &sum);
    return *series > 0 ? number_to_count(sum, value) : -1;
}

int counter_find(const char *body, size_t bytes, const char *name, uint64_t *value, size_t *series)
{
    size_t blanks = 0;
    while (blanks < bytes && strchr(" \t\r\n", body[blanks]) != NULL)
        blanks++;
    if (blanks == bytes || body[blanks] != '{')
        return metric_find(body, bytes, name, value, series);
    *series = 1;
    json_t *document = json_loadb(body, bytes, 0, NULL);
    int status = json_find(document, name, value);
    json_decref(document);
    return status;
}
