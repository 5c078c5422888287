/* sources.h - the files that a report shows: found in folders, recognised by their content.
 *
 * A file that was named but cannot be shown, or that is not whole JSON, is listed with the reason.
 * One thread at a time.
 */
#pragma once

#include "columns.h"
#include "errors.h"

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* kind: "result", "bench", "replay", "choice", "compare", "verdicts", "micro" or "startup". */
struct source {
    const char *kind;
    char *folder, *name;    /* folder as it was given; the file's name without it */
    size_t bytes;           /* of the file */
    uint64_t device, inode; /* identify the file under any name; 0: there is no file */
    struct columns columns; /* its JSON; JSON lines have become one list */
};

bool source_is(const struct source *source, const char *kind);

struct source_left_out {
    char *path;
    char *reason; /* one line */
};

struct sources {
    struct source *list;
    size_t count;
    struct source_left_out *left_out;
    size_t left_out_count;
};

/* Adds a file, or all *.json and *.jsonl of a folder that a report can show, sorted by name. A file
 * is added only once. 0, or -1 and one line in error: the path cannot be read. */
int sources_add(struct sources *sources, const char *path, struct error *error);
/* Adds JSON of that kind under a name, and releases it. */
void sources_add_json(struct sources *sources, const char *kind, const char *path, json_t *json);
void sources_free(struct sources *sources);
