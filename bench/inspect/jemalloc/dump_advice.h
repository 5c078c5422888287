/* dump_advice.h - what to do about the facts of a dump: rules, each a condition and a text. */
#pragma once

#include "dump_facts.h"

#define ADVICE_WORDS_BYTES 1024

struct advice {
    const char *rule; /* its name */
    char words[ADVICE_WORDS_BYTES];
};

/* Finds the next rule that applies. *next is 0 before the first call. False: there are no more. At
 * least one rule applies to any dump. */
bool advice_next(const struct facts *facts, size_t *next, struct advice *advice);
