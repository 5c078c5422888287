/* console_connection_fuzz.c - whatever a console sends, a statement ends with its text, or with an
 * error of one line.
 */
#include "console_connection.h"

#include "fuzz_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BYTES_MAX  65536 /* fit into a socket's buffer, so that sending them does not wait */
#define TIMEOUT_NS UINT64_C(10000000000)

static struct sockaddr_un address = {.sun_family = AF_UNIX};

static void address_remove(void)
{
    unlink(address.sun_path);
}

/* A socket that listens until the end of the process. */
static int listener_open(void)
{
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const char *folder = getenv("TMPDIR");
    snprintf(address.sun_path, sizeof address.sun_path, "%s/tidemark-fuzz-%ld.sock",
             folder ? folder : "/tmp", (long)getpid());
    unlink(address.sun_path);
    check(bind(listener, (const struct sockaddr *)&address, sizeof address) == 0 &&
          listen(listener, 1) == 0);
    atexit(address_remove);
    return listener;
}

static void answer_check(struct console_connection *connection)
{
    size_t count;
    const char *text;
    enum console_outcome outcome = console_connection_query(connection, "1", &text, &count);
    check(strlen(text) <= count && text[count] == '\0');
    check(outcome <= CONSOLE_DISCONNECTED);
    if (outcome == CONSOLE_DISCONNECTED)
        check(console_connection_error(connection)[0] != '\0');
    check(strchr(console_connection_error(connection), '\n') == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int listener = -1;
    struct error error;
    if (listener < 0)
        listener = listener_open();
    if (size > BYTES_MAX)
        return 0;
    struct console_connection *connection =
        console_connection_open(address.sun_path, TIMEOUT_NS, &error);
    int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    check(connection != NULL && server >= 0);
    check(send(server, data, size, MSG_NOSIGNAL) == (ssize_t)size);
    shutdown(server, SHUT_WR);
    answer_check(connection);
    answer_check(connection);
    close(server);
    console_connection_close(connection);
    return 0;
}
