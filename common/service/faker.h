/* faker.h - id -> the same made-up user every time. */
#ifndef FAKER_H
#define FAKER_H

#include "user.h"

#define FAKER_TEXT_BYTES 2048

struct faker_user {
    struct user user; /* its texts lie in `text`, its id where the caller has it */
    char text[FAKER_TEXT_BYTES];
};

/* A pure function of id and seed. */
void faker_make(struct faker_user *made, struct span id, uint64_t seed);

#endif
