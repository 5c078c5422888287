/* faker.h - generates a user from an id: the same id and seed give the same user. */
#pragma once

#include "user.h"

#define FAKER_TEXT_BYTES 2048

struct faker_user {
    struct user user; /* its fields point into `text`; its id is the caller's */
    char text[FAKER_TEXT_BYTES];
};

/* Depends on id and seed only. */
void faker_generate(struct faker_user *faker, struct span id, uint64_t seed);
