/* zipf.h - draws ranks by Zipf's law: rank r of 0 .. count-1 has a probability in proportion to
 * 1 / (r + 1)^alpha. Exact for any alpha >= 0 and any count; the table takes tens of kilobytes.
 */
#pragma once

#include "random.h"

#include <stddef.h>

struct zipf;

/* alpha >= 0 and finite, 0 < count <= 2^62. The caller destroys it. */
struct zipf *zipf_create(double alpha, uint64_t count);
void zipf_destroy(struct zipf *zipf);
uint64_t zipf_draw(const struct zipf *zipf, struct random *random);
