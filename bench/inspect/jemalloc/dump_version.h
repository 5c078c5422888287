/* dump_version.h - which version of jemalloc made a dump, and so what its figures mean. */
#pragma once

#include "dump.h"
#include "errors.h"

/* Sets dump->family, and what only later versions print. By the version that the dump names or,
 * where it names none or 0.0.0 (built outside of git), by the figures that are in it. 0, or -1 and
 * an error: the version is not known. */
int dump_version_settle(struct dump *dump, struct error *error);
