/* json_mend.h - reads JSON whose end is missing. */
#pragma once

#include "span.h"

#include <jansson.h>

/* The text up to its last whole value, with everything closed that is open there. NULL: it is
 * damaged in another way. Released by the caller. */
json_t *json_mend(struct span text);
