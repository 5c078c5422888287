/* count_of.h - the number of elements of an array. */
#pragma once

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
