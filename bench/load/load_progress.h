/* load_progress.h - a load run that can be interrupted and shows how far it is. */
#ifndef LOAD_PROGRESS_H
#define LOAD_PROGRESS_H

#include "errors.h"
#include "load.h"

/* As load_run, whatever the setup's stop and progress are: SIGINT and SIGTERM stop it, and where
 * standard error is a terminal, a line there tells how it goes. Before it, `title` (may be NULL).
 */
int load_watched(const struct load_setup *setup, const char *title, struct load_result *result,
                 struct error *error);

#endif
