/* sheet_make.h - from books on a shelf to a sheet: pairs are judged, compared, decided on. */
#ifndef SHEET_MAKE_H
#define SHEET_MAKE_H

#include "shelf.h"

#include <stdbool.h>

#define SHEET_FIGURES_MAX 64

struct sheet_wish {
    bool figures[SHEET_FIGURES_MAX]; /* of the table of figures */
    unsigned allowed;                /* enum match_allowed */
    double floor;                    /* a share, or BOOK_FLOOR_NONE */
    struct gate *gates;
    size_t gate_count;
};

/* The default figures and those listed ("all": all). 0, or -1 and one line in error. */
int sheet_figures_choose(struct sheet_wish *wish, const char *list, char error[BOOK_REASON_BYTES]);
/* Shelf and wish must outlive the sheet, which is released with sheet_destroy. */
struct sheet *sheet_make(struct shelf *shelf, const struct sheet_wish *wish);
void sheet_destroy(struct sheet *sheet);

#endif
