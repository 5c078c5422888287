/* page_path.h - a page never replaces a result. */
#pragma once

#include "errors.h"

/* Checks that a page may be written to the path: no file is there, or an earlier page or an empty
 * file, or it is a device or "-"; and that there is room for it. 0, or -1 and one line in error. */
int page_path_check(const char *path, struct error *error);
