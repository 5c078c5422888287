/* user.h - a user, and its JSON body. */
#pragma once

#include "record.h"

struct user { /* UTF-8 texts owned by the caller */
    struct span id, name, email, address, desc;
};

/* Returns a new record with one reference: the user's JSON body under its id. NULL: the body would
 * be larger than RECORD_BODY_BYTES_MAX. */
struct record *user_record(const struct user *user, struct memory_zone *zone);
