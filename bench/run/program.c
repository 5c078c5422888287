/* program.c - puts port and ids into a command and a URL. */
#include "program.h"

#include "http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT       "{port}"
#define ID         "{id}"
#define PROBE_ID   "0000000000000001"
#define SHELL_ONLY ";&|\n(){}" /* what makes more of a command than one program */

/* Copies the text, each `name` in it replaced. 0, or -1: there is no room. */
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

/* 0: there is none. */
static uint16_t port_free(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool found = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                 getsockname(fd, (struct sockaddr *)&address, &bytes) == 0;
    if (fd >= 0)
        close(fd);
    return found ? ntohs(address.sin_port) : 0;
}

static int url_fill(struct program *program, const char *url, const char *port, struct error *error)
{
    char filled[RESULT_LINE_BYTES];
    error_set(error, "--url: '%.100s' is too long", url);
    if (text_put(filled, sizeof filled, url, PORT, port) != 0 ||
        load_target_parse(&program->target, filled, error) != 0)
        return -1;
    program->port = (uint16_t)strtoul(program->target.port, NULL, 10);
    error_set(error,
              "--url: '%.100s' is not on this machine; it begins with http://127.0.0.1:{port}/",
              url);
    if (strcmp(program->target.host, "127.0.0.1") != 0 || program->target.socket[0] != '\0')
        return -1;
    return text_put(program->probe, sizeof program->probe, program->target.path, ID, PROBE_ID);
}

static int script_fill(struct program *program, const char *command, const char *port,
                       struct error *error)
{
    size_t word = strcspn(command, " ");
    bool alone = strpbrk(command, SHELL_ONLY) == NULL && memchr(command, '=', word) == NULL;
    int length = snprintf(program->script, sizeof program->script, "%s", alone ? "exec " : "");
    error_set(error, "--command: '%.100s...' is too long", command);
    return text_put(program->script + length, sizeof program->script - (size_t)length, command,
                    PORT, port);
}

static int program_fill(struct program *program, const char *command, const char *url,
                        uint16_t port, struct error *error)
{
    char digits[8];
    *program = (struct program){.port = port};
    snprintf(digits, sizeof digits, "%u", port);
    return url_fill(program, url, digits, error) != 0 ||
                   script_fill(program, command, digits, error) != 0
               ? -1
               : 0;
}

int program_check(const char *command, const char *url, struct error *error)
{
    struct program program;
    if (strstr(url, PORT) != NULL && strstr(command, PORT) == NULL) {
        return error_set(error, "--command: '%.80s' has no {port}, so the program cannot know ours",
                         command);
    }
    return program_fill(&program, command, url, 1, error);
}

int program_ready(struct program *program, const struct subject *subject, struct error *error)
{
    if (program_fill(program, subject->command, subject->url, port_free(), error) != 0)
        return -1;
    struct http_client *somebody = http_client_open(program->port, error);
    http_client_close(somebody);
    if (somebody == NULL)
        return 0;
    return error_set(error, "somebody listens on port %u already", program->port);
}
