/* template.h - page.html with its style, its scripts and the charting library, in two halves. */
#pragma once

#include <stddef.h>

/* The data goes between the two. template.cmake writes them. */
extern const unsigned char template_head[], template_tail[];
extern const size_t template_head_bytes, template_tail_bytes;
