/* screen.h - a watch for people: a frame redrawn in place, lines, or one JSON object. */
#ifndef SCREEN_H
#define SCREEN_H

#include "series.h"

#include <stdio.h>
#include <sys/types.h>

#define SCREEN_NAME_BYTES 64

struct scene {
    pid_t pid;
    char name[SCREEN_NAME_BYTES];
    const struct series *series;
    uint64_t limit_bytes; /* 0: none */
    const char *ended;    /* why; NULL: it goes on */
    bool colours;
    size_t width, height; /* of the terminal, in characters */
};

/* Chart, figures and verdict. */
void scene_print(const struct scene *scene, FILE *out);
/* One line. */
void scene_line(const struct scene *scene, FILE *out);
/* 0, or -1 when it could not be written. */
int scene_json(const struct scene *scene, FILE *out);

/* A terminal in which frames are drawn over each other. */
struct screen {
    FILE *out;
    size_t lines; /* of the frame that stands there */
};
/* Hides the cursor until screen_end, which leaves the last frame. */
void screen_begin(struct screen *screen, FILE *out);
void screen_draw(struct screen *screen, struct scene *scene);
void screen_end(struct screen *screen);

#endif
