/* program.h - a program that is not ours: how it is started, and where it answers. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "errors.h"
#include "load.h"
#include "plan.h"

#define PROGRAM_SCRIPT_BYTES 2048

struct program {
    uint16_t port;
    char script[PROGRAM_SCRIPT_BYTES]; /* for sh -c */
    struct load_target target;         /* its path as in the URL, with {id} */
    char probe[1024];                  /* a path to see by whether it answers */
};

/* Finds a free port and puts it in, if the command leaves its choice to us. 0, or -1 and one line
 * in error: the URL is none that we can ask, or somebody listens there already. */
int program_ready(struct program *program, const struct subject *subject, struct error *error);
/* The same check of a URL, before anything runs. */
int program_check(const char *command, const char *url, struct error *error);

#endif
