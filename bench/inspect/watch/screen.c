/* screen.c - prints a watch as frames with terminal control codes, as lines, and as JSON. */
#include "screen.h"

#include "chart.h"
#include "options_help.h"
#include "printable.h"
#include "row_output.h"
#include "table.h"
#include "units.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define WIDTH_DEFAULT   80
#define HEIGHT_DEFAULT  24
#define CHART_LINES_MAX 11
#define CHART_LINES_MIN 4
#define OTHER_LINES     13 /* of a frame: all but the chart */

#define CURSOR_HIDE "\033[?25l"
#define CURSOR_SHOW "\033[?25h"
#define WRAP_OFF    "\033[?7l"
#define WRAP_ON     "\033[?7h"
#define LINE_CLEAR  "\033[K"
#define BELOW_CLEAR "\033[J"

/* Rounded to tenths. */
static char *seconds_format(char text[UNITS_TEXT_BYTES], double seconds)
{
    double tenths = round(seconds * 10);
    if (tenths <= 0)
        return strcpy(text, "0 s");
    return units_format_duration(text, tenths / 10 * (double)NS_PER_SECOND);
}

static char *count_format(char text[UNITS_TEXT_BYTES], double count)
{
    return units_format_count(text, (uint64_t)fmax(count, 0));
}

static size_t chart_lines(size_t height)
{
    size_t lines = height > OTHER_LINES ? height - OTHER_LINES : 0;
    return lines < CHART_LINES_MIN   ? CHART_LINES_MIN
           : lines > CHART_LINES_MAX ? CHART_LINES_MAX
                                     : lines;
}

static void chart_show(const struct view *view, FILE *out)
{
    const struct series *series = view->series;
    double *x = xcalloc(3 * (series->count + 1), sizeof *x);
    double *rss = x + series->count, *anonymous = rss + series->count;
    for (size_t i = 0; i < series->count; i++) {
        const struct series_sample *sample = &series->samples[i];
        x[i] = series_x(series, sample);
        rss[i] = (double)series_value(sample, SERIES_RSS);
        anonymous[i] = (double)series_value(sample, SERIES_ANONYMOUS);
    }
    const struct chart_series curves[] = {{"rss", rss}, {"anonymous", anonymous}};
    struct chart chart = {.series = curves,
                          .series_count = 2,
                          .x = x,
                          .count = series->count,
                          .width = view->width - 1,
                          .height = chart_lines(view->height),
                          .line = (double)view->limit_bytes,
                          .format_x = series->by_request ? count_format : seconds_format,
                          .format_y = units_format_size,
                          .colours = view->colours,
                          .ascii = !text_is_utf8()};
    chart_print(&chart, out);
    free(x);
}

static void slope_cells(const struct view *view, size_t figure, struct table *table)
{
    char value[UNITS_TEXT_BYTES], low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    struct stats_interval slope = series_slope(view->series, figure);
    bool known = slope.low != 0 || slope.high != 0;
    enum table_tone tone = slope.low > 0 ? TABLE_BAD : slope.high < 0 ? TABLE_GOOD : TABLE_PLAIN;
    if (!known && slope.value == 0) {
        table_cell(table, TABLE_FAINT, "-");
        table_cell(table, TABLE_FAINT, "%s", "");
        return;
    }
    table_cell(table, tone, "%s", units_format_size(value, slope.value));
    table_cell(table, TABLE_FAINT, "%s to %s", units_format_size(low, slope.low),
               units_format_size(high, slope.high));
}

static void figures_show(const struct view *view, FILE *out)
{
    const struct series *series = view->series;
    const struct table_column columns[] = {
        {"", TABLE_LEFT},
        {"now", TABLE_RIGHT},
        {"peak", TABLE_RIGHT},
        {series->by_request ? "growth/request" : "growth/s", TABLE_RIGHT},
        {"99.9 % interval, second half", TABLE_LEFT}};
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (size_t f = 0; f < SERIES_FIGURES; f++) {
        char text[UNITS_TEXT_BYTES];
        if (!series_has(series, f))
            continue;
        table_cell(table, TABLE_PLAIN, "%s", series_names[f]);
        table_cell(table, TABLE_PLAIN, "%s",
                   units_format_size(text, (double)series_value(&series->last, f)));
        table_cell(table, TABLE_PLAIN, "%s", units_format_size(text, (double)series->peaks[f]));
        slope_cells(view, f, table);
    }
    table_print(table, view->colours, out);
    table_destroy(table);
    if (!series->has_rollup)
        fputs("pss: not permitted; run this as the user of the process, or as root\n", out);
}

/* Page faults and requests since the watch began. */
static void events_show(const struct view *view, FILE *out)
{
    char time[UNITS_TEXT_BYTES], minor[UNITS_TEXT_BYTES], major[UNITS_TEXT_BYTES];
    char count[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];
    const struct series *series = view->series;
    const struct series_sample *first = &series->samples[0], *last = &series->last;
    double seconds = (double)last->time_ns / (double)NS_PER_SECOND;
    fprintf(out, "in %s: %s page faults, %s of them from disk", seconds_format(time, seconds),
            units_format_count(minor, last->process.minor_faults + last->process.major_faults -
                                          first->process.minor_faults -
                                          first->process.major_faults),
            units_format_count(major, last->process.major_faults - first->process.major_faults));
    if (series->by_request)
        fprintf(out, "; %s requests, %s/s", units_format_count(count, last->requests),
                count_format(rate, seconds > 0 ? (double)last->requests / seconds : 0));
    if (view->counter_series > 1)
        fprintf(out, " (the sum of %zu series; name labels to choose)", view->counter_series);
    fputc('\n', out);
}

/* "name, process 4711 and 3 others that it started: time is up". */
static void title_show(const struct view *view, FILE *out)
{
    char others[UNITS_TEXT_BYTES];
    uint64_t processes = view->series->last.processes;
    printable_print(out, "%s, process %ld", view->name, (long)view->pid);
    if (processes > 1)
        fprintf(out, " and %s that it started", units_format_count(others, processes - 1));
    printable_print(out, "%s%s\n", view->ended ? ": " : "", view->ended ? view->ended : "");
}

static void growths_show(const struct view *view, FILE *out)
{
    char words[RESOURCES][RESULT_WORDS_BYTES];
    size_t count = series_growths(view->series, words);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s\n", words[i]);
}

void view_print(const struct view *view, FILE *out)
{
    struct series_verdict verdict;
    series_judge(view->series, view->limit_bytes, &verdict);
    title_show(view, out);
    chart_show(view, out);
    figures_show(view, out);
    events_show(view, out);
    growths_show(view, out);
    printable_print(out, "verdict: %s\n", verdict.words);
}

void view_print_line(const struct view *view, FILE *out)
{
    char time[UNITS_TEXT_BYTES], text[UNITS_TEXT_BYTES];
    const struct series *series = view->series;
    fputs(seconds_format(time, (double)series->last.time_ns / (double)NS_PER_SECOND), out);
    for (size_t f = 0; f < SERIES_FIGURES; f++)
        if (series_has(series, f))
            fprintf(out, "  %s %s", series_names[f],
                    units_format_size(text, (double)series_value(&series->last, f)));
    if (series->by_request)
        fprintf(out, "  requests %s", units_format_count(text, series->last.requests));
    fputc('\n', out);
    fflush(out);
}

static json_t *figure_json(const struct series *series, size_t figure)
{
    struct stats_interval slope = series_slope(series, figure);
    return json_pack("{s:I, s:I, s:f, s:f, s:f}", "now_bytes",
                     (json_int_t)series_value(&series->last, figure), "peak_bytes",
                     (json_int_t)series->peaks[figure], "slope", slope.value, "slope_low",
                     slope.low, "slope_high", slope.high);
}

#define SAMPLE(field) offsetof(struct series_sample, field)
static const struct row_column sample_columns[] = {
    {"time_ns", NULL, COLUMN_COUNT, SAMPLE(time_ns)},
    {"rss_bytes", NULL, COLUMN_BYTES, SAMPLE(process.rss_bytes)},
    {"anonymous_bytes", NULL, COLUMN_BYTES, SAMPLE(process.anonymous_bytes)},
    {"vsz_bytes", NULL, COLUMN_BYTES, SAMPLE(process.vsz_bytes)},
    {"page_table_bytes", NULL, COLUMN_BYTES, SAMPLE(process.page_table_bytes)},
    {"descriptors", NULL, COLUMN_COUNT, SAMPLE(process.descriptors)},
    {"threads", NULL, COLUMN_COUNT, SAMPLE(process.threads)},
    {"processes", NULL, COLUMN_COUNT, SAMPLE(processes)},
    {"minor_faults", NULL, COLUMN_COUNT, SAMPLE(process.minor_faults)},
    {"major_faults", NULL, COLUMN_COUNT, SAMPLE(process.major_faults)},
};
static const struct row_column request_columns[] = {
    {"requests", NULL, COLUMN_COUNT, SAMPLE(requests)},
};
static const struct row_column rollup_columns[] = {
    {"pss_bytes", NULL, COLUMN_BYTES, SAMPLE(rollup.pss_bytes)},
    {"lazy_free_bytes", NULL, COLUMN_BYTES, SAMPLE(rollup.lazy_free_bytes)},
};
#define COUNT(columns) (sizeof columns / sizeof columns[0])

static json_t *samples_json(const struct series *series)
{
    json_t *array = rows_json(sample_columns, COUNT(sample_columns), series->samples, series->count,
                              sizeof series->samples[0]);
    for (size_t i = 0; i < series->count; i++) {
        json_t *object = json_array_get(array, i);
        if (series->by_request)
            row_json(object, request_columns, COUNT(request_columns), &series->samples[i]);
        if (series->samples[i].has_rollup)
            row_json(object, rollup_columns, COUNT(rollup_columns), &series->samples[i]);
    }
    return array;
}

static json_t *growths_json(const struct series *series)
{
    char words[RESOURCES][RESULT_WORDS_BYTES];
    json_t *array = json_array();
    size_t count = series_growths(series, words);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(words[i]));
    return array;
}

json_t *view_json(const struct view *view)
{
    struct series_verdict verdict;
    const struct series *series = view->series;
    series_judge(series, view->limit_bytes, &verdict);
    json_t *root = json_pack(
        "{s:i, s:s, s:s, s:I, s:s, s:{s:s, s:b, s:b, s:f, s:f, s:f, s:f, s:s}}", "pid",
        (int)view->pid, "name", view->name, "ended", view->ended ? view->ended : "", "time_ns",
        (json_int_t)series->last.time_ns, "slope_unit",
        series->by_request ? "bytes/request" : "bytes/s", "verdict", "class",
        verdict_class_name(verdict.class), "growing", verdict.growing, "beyond_limit",
        verdict.limit_passed, "slope", verdict.slope.value, "slope_low", verdict.slope.low,
        "slope_high", verdict.slope.high, "limit_in_ns", verdict.left_ns, "words", verdict.words);
    if (view->counter_series > 0)
        json_object_set_new(root, "counter_series", json_integer((json_int_t)view->counter_series));
    for (size_t f = 0; f < SERIES_FIGURES; f++)
        if (series_has(series, f))
            json_object_set_new(root, series_names[f], figure_json(series, f));
    json_object_set_new(root, "growths", growths_json(series));
    json_object_set_new(root, "samples", samples_json(series));
    return root;
}

void screen_begin(struct screen *screen, FILE *out)
{
    *screen = (struct screen){.out = out};
    fputs(CURSOR_HIDE WRAP_OFF, out);
}

static void terminal_measure(const struct screen *screen, struct view *view)
{
    struct winsize size = {0};
    ioctl(fileno(screen->out), TIOCGWINSZ, &size);
    view->width = size.ws_col > 0 ? size.ws_col : WIDTH_DEFAULT;
    view->height = size.ws_row > 0 ? size.ws_row : HEIGHT_DEFAULT;
}

/* Clears the rest of each line, and all lines below the last. Returns the number of lines. */
static size_t lines_write(const char *text, FILE *out)
{
    size_t lines = 0;
    for (; *text != '\0'; lines++) {
        size_t length = strcspn(text, "\n");
        fwrite(text, 1, length, out);
        fputs(LINE_CLEAR "\n", out);
        text += length + (text[length] == '\n');
    }
    fputs(BELOW_CLEAR, out);
    return lines;
}

void screen_draw(struct screen *screen, struct view *view)
{
    char *text = NULL;
    size_t bytes = 0;
    terminal_measure(screen, view);
    FILE *frame = xmemstream(&text, &bytes);
    view_print(view, frame);
    fclose(frame);
    if (view->ended != NULL) /* long lines of the last frame are wrapped, not cut off */
        fputs(WRAP_ON, screen->out);
    if (screen->lines > 0)
        fprintf(screen->out, "\r\033[%zuA", screen->lines);
    screen->lines = lines_write(text, screen->out);
    fflush(screen->out);
    free(text);
}

void screen_end(struct screen *screen)
{
    fputs(WRAP_ON CURSOR_SHOW, screen->out);
    fflush(screen->out);
}
