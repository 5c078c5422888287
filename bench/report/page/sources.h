/* sources.h - the files that a report is made of: found in folders, recognised by what they hold.
 *
 * Nothing that is found is lost in silence: what was named but cannot be shown, and what is not
 * whole, stands in the list of those left out. One thread at a time.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include "columns.h"

#include <stddef.h>
#include <stdint.h>

struct source {
    const char
        *kind; /* "result", "replay", "choice", "compare", "verdicts", "micro" or "startup" */
    char *folder, *name;    /* as they were given; the name without the folder */
    size_t bytes;           /* of the file */
    uint64_t device, inode; /* which one it is, by whatever name; 0: it is no file */
    struct columns columns; /* its JSON; lines of JSON have become one list */
};

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

/* Adds a file, or the *.json and *.jsonl in a folder in the order of their names, but of these
 * only what a report can show. A file that is there already is not added again. 0, or -1: the path
 * cannot be read, and errno is set. */
int sources_add(struct sources *sources, const char *path);
/* Adds what no file holds: JSON of that kind, which becomes the list's. */
void sources_add_made(struct sources *sources, const char *kind, const char *path,
                      const struct columns_text *json);
void sources_free(struct sources *sources);

#endif
