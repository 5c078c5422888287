/* sentence.c - prints lists, and rounds percentages to what they carry. */
#include "sentence.h"

#include <math.h>

#define SHARE_FINE 0.01 /* below it a percentage has a digit behind the point */

void sentence_list(FILE *out, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " and ", names[i]);
}

int sentence_digits(double half)
{
    return half < SHARE_FINE ? 1 : 0;
}

double sentence_bound(double share, int digits)
{
    double steps = digits > 0 ? 10 : 1;
    return ceil(100 * share * steps - 1e-9) / steps;
}
