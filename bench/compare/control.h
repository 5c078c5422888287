/* control.h - the control of a bench: a second copy of its reference, whose speeds are in
 * bench.json.
 */
#pragma once

#include "measurements.h"

/* A result that holds the provenance of a bench and the control's speeds alone, from its
 * bench.json; the caller destroys it. NULL: it cannot be read. */
struct result *control_read(const json_t *bench);
/* If these are the results of the reference of a bench, whose bench.json is in the same folder,
 * adds the control's values to its series of speed. */
void control_attach(struct measurements *measurements);
