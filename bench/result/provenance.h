/* provenance.h - what made a result: machine, build, versions. */
#ifndef PROVENANCE_H
#define PROVENANCE_H

#include "result.h"

/* Fills what the program knows by itself; seed, durations and pinning are the caller's. */
void made_by_fill(struct result_made_by *made_by, int argc, char **argv);

#endif
