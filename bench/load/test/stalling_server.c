/* stalling_server.c - a server that answers at once, but stands still for a while once a second. */
#include "faulty_server.h"

#include <stdio.h>
#include <stdlib.h>

#define STALL_MS     100
#define STALL_MS_MAX 999

/* usage: stalling [MS]. Prints where it listens, and serves until standard input ends. */
int main(int argc, char **argv)
{
    int stall_ms = argc > 1 ? atoi(argv[1]) : STALL_MS;
    struct misbehave_manner manner = {
        .name = "stalling", .answer = MISBEHAVE_GOOD, .stall_ms = (unsigned)stall_ms};
    struct misbehave *server;

    if (stall_ms < 0 || stall_ms > STALL_MS_MAX) {
        fprintf(stderr, "usage: stalling [MS]: from 0 to %d\n", STALL_MS_MAX);
        return 2;
    }
    server = misbehave_open(&manner, NULL);
    if (server == NULL) {
        perror("stalling");
        return 1;
    }
    puts(misbehave_url(server));
    fflush(stdout);
    while (getchar() != EOF)
        ;
    misbehave_close(server);
    return 0;
}
