/* format_speed.h - how fast traces are read, format by format. */
#pragma once

#include <stdint.h>

/* Writes a temporary file in each format, with so many requests, reads each in every round, and
 * prints medians. 0, or -1 if a file cannot be written or read, after a line on stderr. */
int format_speed(uint64_t requests, uint64_t repeats);
