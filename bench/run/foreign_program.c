/* foreign_program.c - puts a port and an id into a command and a URL. */
#include "foreign_program.h"

#include "clock.h"
#include "http_client.h"
#include "random.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_FIRST 20000
#define PORT_COUNT 10000
#define PORT_TRIES 100
#define PORT       "{port}"
#define ID         "{id}"
#define EXEC       "exec "
#define URL_BYTES  1024
#define PROBE_ID   "0000000000000001"
#define SHELL_ONLY                                                                                 \
    ";&|\n(){}" /* a command without these is one program, which the shell may exec */

/* Copies the text and replaces each `name` in it. 0, or -1: it does not fit. */
static int text_put(char *to, size_t bytes, const char *from, const char *name, const char *value)
{
    size_t length = 0;
    while (*from != '\0' && length < bytes) {
        const char *next = strstr(from, name);
        size_t plain = next != NULL ? (size_t)(next - from) : strlen(from);
        length += (size_t)snprintf(to + length, bytes - length, "%.*s%s", (int)plain, from,
                                   next != NULL ? value : "");
        from += plain + (next != NULL ? strlen(name) : 0);
    }
    return length < bytes ? 0 : -1;
}

static bool port_is_free(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_free = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return is_free;
}

/* A port that nothing listens on; 0 if none was found. It lies below the range from which the
 * kernel chooses ports of connections, so that none takes it before the program listens. */
static uint16_t port_find_free(void)
{
    uint64_t random = clock_ns() ^ (uint64_t)getpid() << 32;
    for (int i = 0; i < PORT_TRIES; i++) {
        uint16_t port = (uint16_t)(PORT_FIRST + random_splitmix(&random) % PORT_COUNT);
        if (port_is_free(port))
            return port;
    }
    return 0;
}

static int url_fill(struct foreign_program *program, const char *url, const char *port,
                    struct error *error)
{
    char filled[URL_BYTES];
    if (text_put(filled, sizeof filled, url, PORT, port) != 0)
        return error_set(error, "--url: '%.100s...' is longer than %d bytes", url, URL_BYTES - 1);
    if (load_target_parse(&program->target, filled, error) != 0)
        return error_set(error, "--url: %s", error->text);
    if (program->target.tls)
        return error_set(error, "--url: https is not measured; use http://127.0.0.1:{port}/");
    program->port = (uint16_t)strtoul(program->target.port, NULL, 10);
    if (strcmp(program->target.host, "127.0.0.1") != 0 || program->target.socket[0] != '\0')
        return error_set(error, "--url: '%s' is not on this machine; use http://127.0.0.1:{port}/",
                         url);
    if (text_put(program->probe, sizeof program->probe, program->target.path, ID, PROBE_ID) != 0)
        return error_set(error, "--url: '%s' has too long a path", url);
    return 0;
}

static int script_fill(struct foreign_program *program, const char *command, const char *port,
                       struct error *error)
{
    char filled[FOREIGN_SCRIPT_BYTES - sizeof EXEC];
    if (text_put(filled, sizeof filled, command, PORT, port) != 0)
        return error_set(error, "--command: '%.100s...' is longer than %zu bytes", command,
                         sizeof filled - 1);
    size_t word = strcspn(filled, " ");
    bool alone = strpbrk(filled, SHELL_ONLY) == NULL && memchr(filled, '=', word) == NULL;
    snprintf(program->script, sizeof program->script, "%s%s", alone ? EXEC : "", filled);
    return 0;
}

static int program_fill(struct foreign_program *program, const char *command, const char *url,
                        uint16_t port, struct error *error)
{
    char digits[8];
    *program = (struct foreign_program){.port = port};
    snprintf(digits, sizeof digits, "%u", port);
    if (url_fill(program, url, digits, error) != 0)
        return -1;
    return script_fill(program, command, digits, error);
}

int foreign_program_check(const char *command, const char *url, struct error *error)
{
    struct foreign_program program;
    if (strstr(url, PORT) != NULL && strstr(command, PORT) == NULL)
        return error_set(error, "--command: '%s' has no {port}, which is in its --url", command);
    return program_fill(&program, command, url, 1, error);
}

int foreign_program_prepare(struct foreign_program *program, const char *command, const char *url,
                            struct error *error)
{
    if (program_fill(program, command, url, port_find_free(), error) != 0)
        return -1;
    struct http_client *client = http_client_open(program->port, error);
    http_client_close(client);
    if (client == NULL)
        return 0;
    return error_set(error, "another program listens on port %u already", program->port);
}
