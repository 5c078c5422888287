/* instruction_counter.h - the processor's counter of instructions, of this thread in user mode. */
#pragma once

#include "errors.h"

#include <stdint.h>

/* A descriptor, which the caller closes; -1: there is no such counter, or it may not be used. */
int instruction_counter_open(struct error *error);
/* How many were counted since it was opened. 0, or -1: it was not counting all the time. */
int instruction_counter_read(int counter, uint64_t *count);
