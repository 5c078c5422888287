/* screen.h - what a watch shows: a frame redrawn in place, lines, or a JSON object. */
#pragma once

#include "series.h"

#include <jansson.h>
#include <stdio.h>
#include <sys/types.h>

#define VIEW_NAME_BYTES 64

struct view {
    pid_t pid;
    char name[VIEW_NAME_BYTES];  /* of the program */
    const struct series *series; /* of at least one sample */
    uint64_t limit_bytes;        /* 0: no limit */
    size_t counter_series;       /* the requests are the sum of so many; 0: there is no counter */
    const char *ended;           /* why the watch ended; NULL: it goes on */
    bool colours;
    size_t width, height; /* of the terminal, in characters */
};

/* Prints chart, figures and verdict. */
void view_print(const struct view *view, FILE *out);
/* Prints the last sample in one line. */
void view_print_line(const struct view *view, FILE *out);
/* Released by the caller. */
json_t *view_json(const struct view *view);

/* A terminal on which each frame overwrites the one before. */
struct screen {
    FILE *out;
    size_t lines; /* of the last frame */
};
/* Hides the cursor until screen_end, which leaves the last frame. */
void screen_begin(struct screen *screen, FILE *out);
/* Sets the view's width and height to those of the terminal. */
void screen_draw(struct screen *screen, struct view *view);
void screen_end(struct screen *screen);
