/* foreign_program.h - a shell command and a URL, with a free port put into them. */
#pragma once

#include "errors.h"
#include "load.h"

#define FOREIGN_SCRIPT_BYTES 2048

struct foreign_program {
    uint16_t port;
    char script[FOREIGN_SCRIPT_BYTES]; /* for sh -c */
    struct load_target target;         /* its path as in the URL, with {id} */
    char probe[1024];                  /* the path with an id in it */
};

/* Puts a free port in place of {port} in the command and in the URL. 0, or -1 and one line in
 * error: the URL is not one of this machine, or something listens on its port already. */
int foreign_program_prepare(struct foreign_program *program, const char *command, const char *url,
                            struct error *error);
/* Checks both before anything runs. 0, or -1 and one line in error. */
int foreign_program_check(const char *command, const char *url, struct error *error);
