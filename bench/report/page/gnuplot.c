/* gnuplot.c - runs gnuplot with a script that holds the data, and writes the SVG that it prints. */
#include "gnuplot.h"

#include "files.h"
#include "printable.h"
#include "xmalloc.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define POINTS_MAX   2000 /* of a line; a chart cannot show more */
#define MARKS        7    /* on a line */
#define FILE_CHARS   100
#define SVG_BYTES    ((size_t)64 << 20)
#define LINES_PX     520
#define BAR_PX       28
#define BAR_EDGES_PX 130

extern char **environ;

static const char *const colours[] = {"#0067a5", "#c04a00", "#00754f", "#9a3b86",
                                      "#8a6100", "#3b5bb5", "#7c2d2d"};
#define COLOURS (sizeof colours / sizeof colours[0])
#define DASHES  5
#define SHAPES  13

struct plot_series *plot_series_add(struct plot *plot, const char *name)
{
    plot->series = growable(plot->series, &plot->capacity, plot->count + 1, sizeof *plot->series);
    struct plot_series *series = &plot->series[plot->count++];
    *series = (struct plot_series){.count = 0};
    snprintf(series->name, sizeof series->name, "%s", name);
    return series;
}

void plot_point_add(struct plot_series *series, double x, double y)
{
    series->points =
        growable(series->points, &series->capacity, series->count + 1, sizeof *series->points);
    series->points[series->count++] = (struct plot_point){x, y};
}

void plot_bar_add(struct plot *plot, const char *name, double value, double low, double high)
{
    if (!isfinite(value) || !isfinite(low) || !isfinite(high))
        return;
    struct plot_series *series = plot_series_add(plot, name);
    plot_point_add(series, 0, value);
    series->low = low;
    series->high = high;
}

void plot_clear(struct plot *plot)
{
    for (size_t i = 0; i < plot->count; i++)
        free(plot->series[i].points);
    free(plot->series);
    free(plot->file);
    free(plot->title);
}

/* In gnuplot's single quotes only the quote itself is special. */
static void quoted_print(const char *text, FILE *out)
{
    char *copy = text_printable(xstrdup(text));
    fputc('\'', out);
    for (const char *at = copy; *at != '\0'; at++) {
        if (*at == '\'')
            fputc('\'', out);
        fputc((unsigned char)*at < ' ' ? ' ' : *at, out);
    }
    fputc('\'', out);
    free(copy);
}

static void point_print(const struct plot *plot, const struct plot_point *point, FILE *out)
{
    if (isfinite(point->x) && isfinite(point->y) && (!plot->log_x || point->x > 0) &&
        (!plot->log_y || point->y > 0))
        fprintf(out, "%.9g %.9g\n", point->x, point->y);
}

/* Prints the lowest and the highest of some points, in their order. */
static void extremes_print(const struct plot *plot, const struct plot_point *points, size_t count,
                           FILE *out)
{
    size_t low = 0, high = 0;
    for (size_t i = 0; i < count; i++) {
        low = points[i].y < points[low].y ? i : low;
        high = points[i].y > points[high].y ? i : high;
    }
    point_print(plot, &points[low < high ? low : high], out);
    if (low != high)
        point_print(plot, &points[low < high ? high : low], out);
}

/* Prints each series as a here-document $d0, $d1, ...; all bars together as $d0. */
static void data_print(const struct plot *plot, FILE *out)
{
    for (size_t i = 0; i < plot->count; i++) {
        const struct plot_series *series = &plot->series[i];
        size_t parts = series->count > POINTS_MAX ? POINTS_MAX / 2 : series->count;
        if (i == 0 || plot->form != PLOT_BARS)
            fprintf(out, "$d%zu << END\n", i);
        if (plot->form == PLOT_BARS)
            fprintf(out, "%zu %.9g %.9g %.9g\n", i, series->points->y, series->low, series->high);
        for (size_t j = 0; plot->form != PLOT_BARS && j < parts; j++) {
            size_t from = series->count * j / parts, end = series->count * (j + 1) / parts;
            extremes_print(plot, series->points + from, end - from, out);
        }
        if (i + 1 == plot->count || plot->form != PLOT_BARS)
            fputs("END\n", out);
    }
}

static void settings_print(const struct plot *plot, FILE *out)
{
    size_t height = plot->form == PLOT_BARS ? BAR_EDGES_PX + BAR_PX * plot->count : LINES_PX;
    fprintf(out,
            "set encoding utf8\n"
            "set terminal svg size 900,%zu dynamic noenhanced font 'sans-serif,14' "
            "background '#ffffff'\n"
            "set border 3 linecolor '#55626f'\n"
            "set tics nomirror textcolor '#18222d'\n"
            "set grid linecolor '#e2e2de' linewidth 1\n"
            "set key outside right top Left reverse samplen 3 textcolor '#18222d'\n"
            "set title ",
            height);
    quoted_print(plot->title, out);
    fprintf(out, " font ',17'\n%sset xlabel ", plot->thousands_x ? "set format x '%.0s%c'\n" : "");
    quoted_print(plot->x_label, out);
    fputs("\nset ylabel ", out);
    quoted_print(plot->y_label, out);
    fprintf(out, "\n%s%s", plot->log_x ? "set logscale x\n" : "",
            plot->log_y ? "set logscale y\n" : "set yrange [0:*]\n");
    if (plot->form == PLOT_PERCENTILES)
        fputs("set xtics ('p50' 1, 'p90' 2, 'p99' 3, 'p99.9' 4, 'max' 5)\nset xrange [0.8:5.2]\n",
              out);
}

static void bars_print(const struct plot *plot, FILE *out)
{
    fputs("set key off\nset xrange [0:*]\nset style fill solid 0.25\nset ytics (", out);
    for (size_t i = 0; i < plot->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        quoted_print(plot->series[i].name, out);
        fprintf(out, " %zu", i);
    }
    fprintf(out, ")\nset yrange [%zu.5:-0.5]\nset bars 0.5\n", plot->count - 1);
    fputs("plot $d0 using (0):1:(0):2:($1-0.33):($1+0.33) with boxxyerror linecolor '#0a5a78' "
          "notitle, '' using 2:1:3:4 with xerrorbars pointtype 7 pointsize 0.4 "
          "linecolor '#18222d' linewidth 1.5 notitle\n",
          out);
}

static void lines_print(const struct plot *plot, FILE *out)
{
    for (size_t i = 0; i < plot->count; i++) {
        size_t shown = plot->series[i].count < POINTS_MAX ? plot->series[i].count : POINTS_MAX;
        fprintf(out, "%s$d%zu using 1:2 with linespoints linewidth 2 linecolor '%s' ",
                i > 0 ? ", " : "plot ", i, colours[i % COLOURS]);
        fprintf(out, "dashtype %zu pointtype %zu pointsize 0.8 pointinterval %zu title ",
                1 + i % DASHES, 1 + i % SHAPES, 1 + shown / MARKS);
        quoted_print(plot->series[i].name, out);
    }
    fputc('\n', out);
}

/* Runs gnuplot with these files as standard input, output and error. Its exit status; -1: it could
 * not be run, and errno is set. */
static int gnuplot_run(FILE *const files[3])
{
    char *const argv[] = {"gnuplot", "/dev/stdin", NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = -1;
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, fileno(files[i]), i);
    int failed = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        errno = failed;
        return -1;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Sets the error to the last line that gnuplot printed to stderr. */
static void gnuplot_complain(FILE *file, struct error *error)
{
    char line[256];
    error_set(error, "gnuplot failed");
    rewind(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strspn(line, " ^") < strlen(line))
            error_set(error, "gnuplot: %s", line);
    }
}

/* The SVG text, which the caller frees, or NULL. */
static char *svg_draw(const struct plot *plot, FILE *const files[3], size_t *bytes,
                      struct error *error)
{
    settings_print(plot, files[0]);
    data_print(plot, files[0]);
    (plot->form == PLOT_BARS ? bars_print : lines_print)(plot, files[0]);
    rewind(files[0]);
    int status = gnuplot_run(files);
    if (status < 0 && errno == ENOENT)
        error_set(error, "--svg needs gnuplot: scripts/setup figures installs it");
    else if (status < 0)
        error_set(error, "gnuplot: %s", strerror(errno));
    else if (status > 0)
        gnuplot_complain(files[2], error);
    if (status != 0)
        return NULL;
    rewind(files[1]);
    return file_read_stream(files[1], "the output of gnuplot", SVG_BYTES, bytes, error);
}

static char *path_make(const struct plot *plot, const char *folder)
{
    char name[FILE_CHARS + 1];
    size_t count = 0;
    for (const char *at = plot->file; *at != '\0' && count < FILE_CHARS; at++) {
        bool plain = strchr("-._", *at) != NULL || (*at >= '0' && *at <= '9') ||
                     ((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z');
        name[count++] = plain ? *at : '-';
    }
    name[count] = '\0';
    return xasprintf("%s/%s.svg", folder, name);
}

char *plot_write(const struct plot *plot, const char *folder, struct error *error)
{
    FILE *files[3] = {tmpfile(), tmpfile(), tmpfile()};
    size_t bytes;
    char *svg = NULL, *path = path_make(plot, folder);
    if (files[0] != NULL && files[1] != NULL && files[2] != NULL)
        svg = svg_draw(plot, files, &bytes, error);
    else
        error_set(error, "temporary file: %s", strerror(errno));
    for (int i = 0; i < 3; i++)
        if (files[i] != NULL)
            fclose(files[i]);
    if (svg == NULL || file_write(path, svg, bytes, error) != 0) {
        free(path);
        path = NULL;
    }
    free(svg);
    return path;
}
