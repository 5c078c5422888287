/* request_head.h - the head of an HTTP/1.1 request as it was received. */
#pragma once

#include "span.h"

#include <stdbool.h>

/* Whether two recipients may see different lengths of the body: the head has more than one
 * Content-Length or Transfer-Encoding, or one of each (RFC 9112, section 6.3). Names are expected
 * in lower case; what follows the empty line is ignored. */
bool request_head_is_ambiguous(struct span head);
