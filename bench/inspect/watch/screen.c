/* screen.c - frames, lines, and what moves the cursor. */
#include "screen.h"

#include "chart.h"
#include "memory.h"
#include "table.h"
#include "units.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define WIDTH_DEFAULT  80
#define HEIGHT_DEFAULT 24
#define CHART_HIGH     11 /* of lines, on a terminal that has room */
#define CHART_LOW      4
#define OTHER_LINES    11 /* of a frame */

#define CURSOR_HIDE "\033[?25l"
#define CURSOR_SHOW "\033[?25h"
#define WRAP_OFF    "\033[?7l"
#define WRAP_ON     "\033[?7h"
#define LINE_CLEAR  "\033[K"
#define BELOW_CLEAR "\033[J"

/* To the tenth: nobody looks more often. */
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

static bool figure_known(const struct series *series, size_t figure)
{
    return series->rollup_known || figure == SERIES_RSS || figure == SERIES_VSZ;
}

static void chart_show(const struct scene *scene, FILE *out)
{
    const struct series *series = scene->series;
    struct memory_zone *zone = memory_zone_create();
    double *values = memory_alloc(zone, 3 * (series->count + 1) * sizeof *values);
    double *x = values, *rss = x + series->count, *anonymous = rss + series->count;
    for (size_t i = 0; i < series->count; i++) {
        const struct series_sample *sample = &series->samples[i];
        x[i] = series_x(series, sample);
        rss[i] = (double)series_value(sample, SERIES_RSS);
        anonymous[i] = sample->rolled ? (double)series_value(sample, SERIES_ANONYMOUS) : NAN;
    }
    const struct chart_series curves[] = {{"rss", rss}, {"anonymous", anonymous}};
    size_t room = scene->height > OTHER_LINES ? scene->height - OTHER_LINES : 0;
    struct chart chart = {.series = curves,
                          .series_count = series->rollup_known ? 2 : 1,
                          .x = x,
                          .count = series->count,
                          .width = scene->width - 1,
                          .height = room < CHART_LOW    ? CHART_LOW
                                    : room > CHART_HIGH ? CHART_HIGH
                                                        : room,
                          .line = (double)scene->limit_bytes,
                          .format_x = series->counted ? count_format : seconds_format,
                          .format_y = units_format_size,
                          .colours = scene->colours};
    chart_print(&chart, out);
    memory_free(values);
    memory_zone_destroy(zone);
}

static void slope_cells(const struct scene *scene, size_t figure, struct table *table)
{
    char value[UNITS_TEXT_BYTES], low[UNITS_TEXT_BYTES], high[UNITS_TEXT_BYTES];
    struct stats_interval slope = series_slope(scene->series, figure);
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

static void figures_show(const struct scene *scene, FILE *out)
{
    const struct series *series = scene->series;
    const struct table_column columns[] = {
        {"", TABLE_LEFT},
        {"now", TABLE_RIGHT},
        {"peak", TABLE_RIGHT},
        {series->counted ? "growth/request" : "growth/s", TABLE_RIGHT},
        {"99.9 % interval, second half", TABLE_LEFT}};
    struct table *table = table_create(columns, sizeof columns / sizeof columns[0]);
    for (size_t f = 0; f < SERIES_FIGURES; f++) {
        char text[UNITS_TEXT_BYTES];
        if (!figure_known(series, f))
            continue;
        table_cell(table, TABLE_PLAIN, "%s", series_names[f]);
        table_cell(table, TABLE_PLAIN, "%s",
                   units_format_size(text, (double)series_value(&series->last, f)));
        table_cell(table, TABLE_PLAIN, "%s", units_format_size(text, (double)series->peaks[f]));
        slope_cells(scene, f, table);
    }
    table_print(table, scene->colours, out);
    table_destroy(table);
    if (!series->rollup_known)
        fputs("pss and anonymous: not permitted; they need the process's user, or root\n", out);
}

/* Since the watch began. */
static void events_show(const struct scene *scene, FILE *out)
{
    char time[UNITS_TEXT_BYTES], minor[UNITS_TEXT_BYTES], major[UNITS_TEXT_BYTES];
    char count[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];
    const struct series *series = scene->series;
    const struct series_sample *first = &series->samples[0], *last = &series->last;
    double seconds = (double)last->time_ns / (double)NS_PER_SECOND;
    fprintf(out, "in %s: %s page faults, %s of them from disk", seconds_format(time, seconds),
            units_format_count(minor, last->process.minor_faults + last->process.major_faults -
                                          first->process.minor_faults -
                                          first->process.major_faults),
            units_format_count(major, last->process.major_faults - first->process.major_faults));
    if (series->counted)
        fprintf(out, "; %s requests, %s/s", units_format_count(count, last->count),
                count_format(rate, seconds > 0 ? (double)last->count / seconds : 0));
    fputc('\n', out);
}

void scene_print(const struct scene *scene, FILE *out)
{
    struct series_verdict verdict;
    series_judge(scene->series, scene->limit_bytes, &verdict);
    fprintf(out, "%s, process %ld%s%s\n", scene->name, (long)scene->pid, scene->ended ? ": " : "",
            scene->ended ? scene->ended : "");
    chart_show(scene, out);
    figures_show(scene, out);
    events_show(scene, out);
    fprintf(out, "verdict: %s\n", verdict.words);
}

void scene_line(const struct scene *scene, FILE *out)
{
    char time[UNITS_TEXT_BYTES], text[UNITS_TEXT_BYTES];
    const struct series *series = scene->series;
    fputs(seconds_format(time, (double)series->last.time_ns / (double)NS_PER_SECOND), out);
    for (size_t f = 0; f < SERIES_FIGURES; f++)
        if (figure_known(series, f))
            fprintf(out, "  %s %s", series_names[f],
                    units_format_size(text, (double)series_value(&series->last, f)));
    if (series->counted)
        fprintf(out, "  requests %s", units_format_count(text, series->last.count));
    fputc('\n', out);
    fflush(out);
}

static json_t *figure_make(const struct series *series, size_t figure)
{
    struct stats_interval slope = series_slope(series, figure);
    return json_pack("{s:I, s:I, s:f, s:f, s:f}", "now_bytes",
                     (json_int_t)series_value(&series->last, figure), "peak_bytes",
                     (json_int_t)series->peaks[figure], "slope", slope.value, "slope_low",
                     slope.low, "slope_high", slope.high);
}

static json_t *samples_make(const struct series *series)
{
    json_t *array = json_array();
    for (size_t i = 0; i < series->count; i++) {
        const struct series_sample *sample = &series->samples[i];
        json_t *object =
            json_pack("{s:I, s:I, s:I, s:I, s:I}", "time_ns", (json_int_t)sample->time_ns,
                      "rss_bytes", (json_int_t)sample->process.rss_bytes, "vsz_bytes",
                      (json_int_t)sample->process.vsz_bytes, "minor_faults",
                      (json_int_t)sample->process.minor_faults, "major_faults",
                      (json_int_t)sample->process.major_faults);
        if (series->counted)
            json_object_set_new(object, "requests", json_integer((json_int_t)sample->count));
        if (sample->rolled) {
            json_object_set_new(object, "pss_bytes",
                                json_integer((json_int_t)sample->rollup.pss_bytes));
            json_object_set_new(object, "anonymous_bytes",
                                json_integer((json_int_t)sample->rollup.anonymous_bytes));
        }
        json_array_append_new(array, object);
    }
    return array;
}

int scene_json(const struct scene *scene, FILE *out)
{
    struct series_verdict verdict;
    const struct series *series = scene->series;
    series_judge(series, scene->limit_bytes, &verdict);
    json_t *root =
        json_pack("{s:i, s:s, s:s, s:I, s:s, s:{s:s, s:b, s:b, s:f, s:f, s:f, s:f, s:s}, s:o}",
                  "pid", (int)scene->pid, "name", scene->name, "ended",
                  scene->ended ? scene->ended : "", "time_ns", (json_int_t)series->last.time_ns,
                  "slope_unit", series->counted ? "bytes/request" : "bytes/s", "verdict", "class",
                  verdict_class_name(verdict.class), "growing", verdict.growing, "beyond_limit",
                  verdict.passed, "slope", verdict.slope.value, "slope_low", verdict.slope.low,
                  "slope_high", verdict.slope.high, "limit_in_ns", verdict.left_ns, "words",
                  verdict.words, "samples", samples_make(series));
    for (size_t f = 0; f < SERIES_FIGURES; f++)
        if (figure_known(series, f))
            json_object_set_new(root, series_names[f], figure_make(series, f));
    int status = json_dumpf(root, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    fputc('\n', out);
    json_decref(root);
    return status;
}

void screen_begin(struct screen *screen, FILE *out)
{
    *screen = (struct screen){.out = out};
    fputs(CURSOR_HIDE WRAP_OFF, out);
}

static void terminal_measure(const struct screen *screen, struct scene *scene)
{
    struct winsize size = {0};
    ioctl(fileno(screen->out), TIOCGWINSZ, &size);
    scene->width = size.ws_col > 0 ? size.ws_col : WIDTH_DEFAULT;
    scene->height = size.ws_row > 0 ? size.ws_row : HEIGHT_DEFAULT;
}

/* Each line clears what stood to its right; what stood below the last is cleared too. */
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

void screen_draw(struct screen *screen, struct scene *scene)
{
    char *text = NULL;
    size_t bytes = 0;
    terminal_measure(screen, scene);
    FILE *frame = open_memstream(&text, &bytes);
    if (frame == NULL)
        return;
    scene_print(scene, frame);
    fclose(frame);
    if (scene->ended != NULL) /* the last frame is to be read in full */
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
