/* stalling_server.c - a server that responses at once, but stands still for a while once a second. */
#include "faulty_server.h"

#include <stdio.h>
#include <stdlib.h>

#define STALL_MS     100
#define STALL_MS_MAX 999

/* usage: stalling [MS]. Prints where it listens, and serves until standard input ends. */
int main(int argc, char **argv)
{
    int stall_ms = argc > 1 ? atoi(argv[1]) : STALL_MS;
    struct faulty_behaviour behaviour = {
        .name = "stalling", .response = FAULTY_SERVER_GOOD, .stall_ms = (unsigned)stall_ms};
    struct faulty_server *server;

    if (stall_ms < 0 || stall_ms > STALL_MS_MAX) {
        fprintf(stderr, "usage: stalling [MS]: from 0 to %d\n", STALL_MS_MAX);
        return 2;
    }
    server = faulty_server_open(&behaviour, NULL);
    if (server == NULL) {
        perror("stalling");
        return 1;
    }
    puts(faulty_server_url(server));
    fflush(stdout);
    while (getchar() != EOF)
        ;
    faulty_server_close(server);
    return 0;
}
