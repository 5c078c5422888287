/* chart.c - draws curves with braille characters, each of two by four dots. */
#include "chart.h"

#include <math.h>
#include <string.h>

#define DOTS_WIDE  2
#define DOTS_HIGH  4
#define WIDTH_MAX  400
#define HEIGHT_MAX 100
#define SPAN_SHARE 0.02 /* the least span of the scale, as a share of its top */
#define HIGH_SHARE                                                                                 \
    0.5 /* the scale starts at 0 if the lowest value is under this share of the top */
#define LINE_REACH 1.5 /* the line is drawn if it is at most this factor above the top */
#define BRAILLE    0x2800
#define NO_SERIES  CHART_SERIES_MAX

struct cell {
    unsigned char dots;
    unsigned char series; /* the last one drawn here, or NO_SERIES */
};

struct canvas {
    const struct chart *chart;
    size_t columns, rows; /* in cells */
    double x_low, x_high, y_low, y_high;
    bool line_shown;
    struct cell cells[HEIGHT_MAX][WIDTH_MAX];
};

static const char *const colours[CHART_SERIES_MAX] = {
    "\033[36m", "\033[33m", "\033[35m", "\033[32m", "\033[34m", "\033[31m", "\033[37m", "\033[90m",
};
#define COLOUR_END "\033[0m"

static bool point_known(const struct chart *chart, size_t series, size_t i)
{
    return isfinite(chart->series[series].y[i]) && isfinite(chart->x[i]);
}

/* False: there is no point. */
static bool scale_find(struct canvas *canvas)
{
    const struct chart *chart = canvas->chart;
    bool found = false;
    for (size_t s = 0; s < chart->series_count; s++) {
        for (size_t i = 0; i < chart->count; i++) {
            if (!point_known(chart, s, i))
                continue;
            double x = chart->x[i], y = chart->series[s].y[i];
            canvas->x_low = found ? fmin(canvas->x_low, x) : x;
            canvas->x_high = found ? fmax(canvas->x_high, x) : x;
            canvas->y_low = found ? fmin(canvas->y_low, y) : y;
            canvas->y_high = found ? fmax(canvas->y_high, y) : y;
            found = true;
        }
    }
    return found;
}

static void scale_round(struct canvas *canvas)
{
    double line = canvas->chart->line;
    canvas->line_shown = line > 0 && canvas->y_high * LINE_REACH >= line;
    if (canvas->line_shown)
        canvas->y_high = fmax(canvas->y_high, line);
    if (canvas->y_low > 0 && canvas->y_low < HIGH_SHARE * canvas->y_high)
        canvas->y_low = 0;
    double missing = SPAN_SHARE * fabs(canvas->y_high) - (canvas->y_high - canvas->y_low);
    if (missing > 0) {
        canvas->y_high += missing / 2;
        canvas->y_low -= missing / 2;
    }
    if (canvas->y_high <= canvas->y_low)
        canvas->y_high = canvas->y_low + 1;
    if (canvas->x_high <= canvas->x_low)
        canvas->x_high = canvas->x_low + 1;
}

/* The dot of a value, 0 to dots - 1. */
static size_t place_of(double value, double low, double high, size_t dots)
{
    double share = fmax(0, fmin(1, (value - low) / (high - low)));
    return (size_t)lround(share * (double)(dots - 1));
}

static void dot_paint(struct canvas *canvas, size_t x, size_t y, size_t series)
{
    static const unsigned char bits[DOTS_HIGH][DOTS_WIDE] = {
        {0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    size_t down = canvas->rows * DOTS_HIGH - 1 - y;
    struct cell *cell = &canvas->cells[down / DOTS_HIGH][x / DOTS_WIDE];
    cell->dots |= bits[down % DOTS_HIGH][x % DOTS_WIDE];
    cell->series = (unsigned char)series;
}

/* Draws column by column, each from the end of the last one. */
static void stroke_paint(struct canvas *canvas, const size_t from[2], const size_t to[2],
                         size_t series)
{
    size_t wide = to[0] - from[0], last = from[1];
    for (size_t i = 0; i <= wide; i++) {
        double share = wide == 0 ? 1 : (double)i / (double)wide;
        double y = (double)from[1] + share * ((double)to[1] - (double)from[1]);
        size_t dot = (size_t)lround(y);
        for (; last + 1 < dot; last++)
            dot_paint(canvas, from[0] + i, last + 1, series);
        for (; last > dot + 1; last--)
            dot_paint(canvas, from[0] + i, last - 1, series);
        dot_paint(canvas, from[0] + i, dot, series);
        last = dot;
    }
}

static void series_paint(struct canvas *canvas, size_t series)
{
    const struct chart *chart = canvas->chart;
    size_t last[2], here[2];
    bool begun = false;
    for (size_t i = 0; i < chart->count; i++) {
        if (!point_known(chart, series, i))
            continue;
        here[0] = place_of(chart->x[i], canvas->x_low, canvas->x_high, canvas->columns * DOTS_WIDE);
        here[1] = place_of(chart->series[series].y[i], canvas->y_low, canvas->y_high,
                           canvas->rows * DOTS_HIGH);
        if (begun && here[0] < last[0])
            here[0] = last[0];
        stroke_paint(canvas, begun ? last : here, here, series);
        memcpy(last, here, sizeof last);
        begun = true;
    }
}

static void line_paint(struct canvas *canvas)
{
    size_t y =
        place_of(canvas->chart->line, canvas->y_low, canvas->y_high, canvas->rows * DOTS_HIGH);
    for (size_t x = 0; x < canvas->columns * DOTS_WIDE; x += 3)
        dot_paint(canvas, x, y, NO_SERIES);
}

static void cell_print(const struct canvas *canvas, const struct cell *cell, FILE *out)
{
    unsigned code = BRAILLE + cell->dots;
    bool coloured = canvas->chart->colours && cell->series < NO_SERIES;
    if (cell->dots == 0) {
        fputc(' ', out);
        return;
    }
    fputs(coloured ? colours[cell->series] : "", out);
    if (canvas->chart->ascii)
        fputc(cell->series < NO_SERIES ? '*' : '-', out);
    else
        fprintf(out, "%c%c%c", 0xe0 | code >> 12, 0x80 | (code >> 6 & 0x3f), 0x80 | (code & 0x3f));
    fputs(coloured ? COLOUR_END : "", out);
}

/* Prints no spaces at the end of a line. */
static void row_print(const struct canvas *canvas, size_t row, size_t label_width, FILE *out)
{
    char label[UNITS_TEXT_BYTES] = "";
    double height = (double)(canvas->rows - 1);
    double share = height > 0 ? 1 - (double)row / height : 1;
    size_t columns = canvas->columns;
    if (row == 0 || row + 1 == canvas->rows || row * 2 + 1 == canvas->rows)
        canvas->chart->format_y(label, canvas->y_low + share * (canvas->y_high - canvas->y_low));
    while (columns > 0 && canvas->cells[row][columns - 1].dots == 0)
        columns--;
    fprintf(out, "%*s %s", (int)label_width, label, canvas->chart->ascii ? "|" : "\u2502");
    for (size_t i = 0; i < columns; i++)
        cell_print(canvas, &canvas->cells[row][i], out);
    fputc('\n', out);
}

static void foot_print(const struct canvas *canvas, size_t label_width, FILE *out)
{
    char low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    canvas->chart->format_x(low, canvas->x_low);
    canvas->chart->format_x(high, canvas->x_high);
    size_t used = strlen(low) + strlen(high), gap = used < canvas->columns ? canvas->columns : used;
    fprintf(out, "%*s %s%s%*s%s\n", (int)label_width, "", canvas->chart->ascii ? "+" : "\u2514",
            low, (int)(gap - used), "", high);
}

static double end_of(const struct chart *chart, size_t series)
{
    for (size_t i = chart->count; i-- > 0;)
        if (point_known(chart, series, i))
            return chart->series[series].y[i];
    return -INFINITY;
}

/* Prints the names, ordered by the last values. */
static void names_print(const struct chart *chart, size_t label_width, FILE *out)
{
    bool named[CHART_SERIES_MAX] = {false};
    fprintf(out, "%*s  from the top: ", (int)label_width, "");
    for (size_t n = 0; n < chart->series_count; n++) {
        size_t highest = 0;
        while (named[highest])
            highest++;
        for (size_t s = highest + 1; s < chart->series_count; s++)
            if (!named[s] && end_of(chart, s) > end_of(chart, highest))
                highest = s;
        named[highest] = true;
        fprintf(out, "%s%s%s%s", n > 0 ? ", " : "", chart->colours ? colours[highest] : "",
                chart->series[highest].name, chart->colours ? COLOUR_END : "");
    }
    fputc('\n', out);
}

static size_t label_width_find(const struct canvas *canvas)
{
    char text[UNITS_TEXT_BYTES];
    size_t widest = 0;
    const double values[] = {canvas->y_low, (canvas->y_low + canvas->y_high) / 2, canvas->y_high};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        size_t width = strlen(canvas->chart->format_y(text, values[i]));
        widest = width > widest ? width : widest;
    }
    return widest;
}

static size_t between(size_t value, size_t low, size_t high)
{
    return value < low ? low : value > high ? high : value;
}

size_t chart_print(const struct chart *chart, FILE *out)
{
    struct canvas canvas = {.chart = chart, .rows = between(chart->height, 1, HEIGHT_MAX)};
    if (!scale_find(&canvas))
        return 0;
    scale_round(&canvas);
    size_t label_width = label_width_find(&canvas);
    size_t width = between(chart->width, CHART_WIDTH_MIN, WIDTH_MAX);
    canvas.columns = width > label_width + 12 ? width - label_width - 2 : 10;
    if (canvas.line_shown)
        line_paint(&canvas);
    for (size_t s = chart->series_count; s-- > 0;)
        series_paint(&canvas, s);
    for (size_t row = 0; row < canvas.rows; row++)
        row_print(&canvas, row, label_width, out);
    foot_print(&canvas, label_width, out);
    if (chart->series_count < 2)
        return canvas.rows + 1;
    names_print(chart, label_width, out);
    return canvas.rows + 2;
}
