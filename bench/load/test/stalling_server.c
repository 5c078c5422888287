/* stalling_server.c - a server that responds at once, but stalls once a second. */
#include "faulty_server.h"

#include <stdio.h>
#include <stdlib.h>

#define STALL_MS     100
#define STALL_MS_MAX 999

/* usage: stalling_server [MS]. Prints its URL, and serves until standard input ends. */
int main(int argc, char **argv)
{
    int stall_ms = argc > 1 ? atoi(argv[1]) : STALL_MS;
    struct faulty_behaviour behaviour = {
        .name = "stalling", .response = FAULTY_SERVER_GOOD, .stall_ms = (unsigned)stall_ms};
    struct faulty_server *server;
    if (stall_ms < 0 || stall_ms > STALL_MS_MAX) {
        fprintf(stderr, "usage: stalling_server [MS]: from 0 to %d\n", STALL_MS_MAX);
        return 2;
    }
    server = faulty_server_open(&behaviour, NULL);
    if (server == NULL) {
        perror("stalling_server");
        return 1;
    }
    puts(faulty_server_url(server));
    fflush(stdout);
    while (getchar() != EOF)
        ;
    faulty_server_close(server);
    return 0;
}
