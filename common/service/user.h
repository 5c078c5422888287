/* user.h - a user, and how one is written: the JSON body that is sent. */
#ifndef USER_H
#define USER_H

#include "record.h"

struct user { /* UTF-8 texts that somebody else owns */
    struct span id, name, email, address, desc;
};

/* A new record with one reference, the caller's: the user as JSON, under its id.
 * NULL: the user is too large to be a record. */
struct record *user_record(const struct user *user, struct memory_zone *zone);

#endif
