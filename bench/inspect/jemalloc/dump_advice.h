/* dump_advice.h - what to do about what a dump says: rules, each a condition and its words. */
#ifndef DUMP_ADVICE_H
#define DUMP_ADVICE_H

#include "dump_facts.h"

#include <stdio.h>

#define ADVICE_WORDS_BYTES 1024

struct advice {
    const char *rule; /* its name */
    char words[ADVICE_WORDS_BYTES];
};

/* The next rule that holds, from *next on, which begins at 0. False: there is none left. At least
 * one rule holds for any dump. */
bool advice_next(const struct facts *facts, size_t *next, struct advice *advice);

#endif
