/* gnuplot.c - data and a script for gnuplot in a folder of their own, and what it made of them. */
#include "gnuplot.h"

#include "result.h"
#include "xmalloc.h"

#include "files.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define POINTS_MAX   2000 /* more cannot be told apart */
#define MARKS        7    /* on a line, of the shape that is its own */
#define FILE_CHARS   100
#define BAR_PX       28
#define BAR_EDGES_PX 130

extern char **environ;

static const char *const colours[] = {"#0067a5", "#c04a00", "#00754f", "#9a3b86",
                                      "#8a6100", "#3b5bb5", "#7c2d2d"};
#define COLOURS (sizeof colours / sizeof colours[0])
#define DASHES  5
#define SHAPES  13

/* A folder for one drawing. */
struct studio {
    char path[PATH_MAX / 2];
};

struct plot_series *plot_series_add(struct plot *plot, const char *name, size_t count)
{
    plot->series = xreallocarray(plot->series, plot->count + 1, sizeof *plot->series);
    struct plot_series *series = &plot->series[plot->count++];
    *series = (struct plot_series){.count = count};
    snprintf(series->name, sizeof series->name, "%s", name);
    series->x = xcalloc(count + 1, sizeof *series->x);
    series->y = xcalloc(count + 1, sizeof *series->y);
    return series;
}

void plot_free(struct plot *plot)
{
    for (size_t i = 0; i < plot->count; i++) {
        free(plot->series[i].x);
        free(plot->series[i].y);
        free(plot->series[i].low);
        free(plot->series[i].high);
    }
    free(plot->series);
}

/* In gnuplot's single quotes nothing is special but the quote. */
static void quoted_print(const char *text, FILE *out)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputc('\'', out);
        fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
    }
    fputc('\'', out);
}

static FILE *studio_open(const struct studio *studio, const char *name, const char *mode)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", studio->path, name);
    return fopen(path, mode);
}

static void point_print(const struct plot *plot, const struct plot_series *series, size_t at,
                        FILE *out)
{
    if (!isfinite(series->x[at]) || !isfinite(series->y[at]) ||
        (plot->log_x && series->x[at] <= 0) || (plot->log_y && series->y[at] <= 0))
        return;
    fprintf(out, "%.9g %.9g\n", series->x[at], series->y[at]);
}

/* The least and the greatest of a stretch, in their order. */
static void stretch_print(const struct plot *plot, const struct plot_series *series, size_t from,
                          size_t until, FILE *out)
{
    size_t low = from, high = from;
    for (size_t i = from; i < until; i++) {
        low = series->y[i] < series->y[low] ? i : low;
        high = series->y[i] > series->y[high] ? i : high;
    }
    point_print(plot, series, low < high ? low : high, out);
    if (low != high)
        point_print(plot, series, low < high ? high : low, out);
}

static void line_print(const struct plot *plot, const struct plot_series *series, FILE *out)
{
    size_t stretches = series->count > POINTS_MAX ? POINTS_MAX / 2 : series->count;
    for (size_t i = 0; i < stretches; i++)
        stretch_print(plot, series, series->count * i / stretches,
                      series->count * (i + 1) / stretches, out);
}

/* Its number from the top, value, interval, name. */
static void bar_print(const struct plot_series *series, size_t number, FILE *out)
{
    double low = series->low != NULL ? series->low[0] : series->y[0];
    double high = series->high != NULL ? series->high[0] : series->y[0];
    fprintf(out, "%zu %.9g %.9g %.9g\n", number, series->y[0], low, high);
}

static int data_write(const struct plot *plot, const struct studio *studio)
{
    for (size_t i = 0; i < plot->count; i++) {
        char name[32];
        snprintf(name, sizeof name, "%zu.dat", plot->form == PLOT_BARS ? 0 : i);
        FILE *out = studio_open(studio, name, i > 0 && plot->form == PLOT_BARS ? "ae" : "we");
        if (out == NULL)
            return -1;
        if (plot->form == PLOT_BARS)
            bar_print(&plot->series[i], i, out);
        else
            line_print(plot, &plot->series[i], out);
        if (fclose(out) != 0)
            return -1;
    }
    return 0;
}

static void head_print(const struct plot *plot, FILE *out)
{
    size_t height = plot->form == PLOT_BARS ? BAR_EDGES_PX + BAR_PX * plot->count : 520;
    fprintf(out,
            "set encoding utf8\n"
            "set terminal svg size 900,%zu dynamic noenhanced font 'sans-serif,14' "
            "background '#ffffff'\n"
            "set output 'out.svg'\n"
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
    fputs("plot '0.dat' using (0):1:(0):2:($1-0.33):($1+0.33) with boxxyerror linecolor '#0a5a78' "
          "notitle, '' using 2:1:3:4 with xerrorbars pointtype 7 pointsize 0.4 "
          "linecolor '#18222d' linewidth 1.5 notitle\n",
          out);
}

static void lines_print(const struct plot *plot, FILE *out)
{
    if (plot->form == PLOT_PERCENTILES)
        fputs("set xtics ('p50' 1, 'p90' 2, 'p99' 3, 'p99.9' 4, 'max' 5)\n"
              "set xrange [0.8:5.2]\n",
              out);
    for (size_t i = 0; i < plot->count; i++) {
        size_t shown = plot->series[i].count < POINTS_MAX ? plot->series[i].count : POINTS_MAX;
        fprintf(out, "%s'%zu.dat' using 1:2 with linespoints linewidth 2 linecolor '%s' ",
                i > 0 ? ", " : "plot ", i, colours[i % COLOURS]);
        fprintf(out, "dashtype %zu pointtype %zu pointsize 0.8 pointinterval %zu title ",
                1 + i % DASHES, 1 + i % SHAPES, 1 + shown / MARKS);
        quoted_print(plot->series[i].name, out);
    }
    fputc('\n', out);
}

static int script_write(const struct plot *plot, const struct studio *studio)
{
    FILE *out = studio_open(studio, "script", "we");
    if (out == NULL)
        return -1;
    head_print(plot, out);
    if (plot->form == PLOT_BARS)
        bars_print(plot, out);
    else
        lines_print(plot, out);
    return fclose(out) == 0 ? 0 : -1;
}

/* Runs gnuplot in the studio. Its exit status; -1: it could not be run, errno says why. */
static int gnuplot_run(const struct studio *studio)
{
    char *const argv[] = {"gnuplot", "script", NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, studio->path);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "errors", O_WRONLY | O_CREAT, 0600);
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

/* The last line that gnuplot complained in. */
static void complaint_read(const struct studio *studio, struct error *error)
{
    char line[256], last[256] = "it failed";
    FILE *in = studio_open(studio, "errors", "re");
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strspn(line, " ^") < strlen(line))
            memcpy(last, line, sizeof last);
    }
    if (in != NULL)
        fclose(in);
    error_set(error, "gnuplot: %s", last);
}

static int drawing_take(const struct studio *studio, const char *path, struct error *error)
{
    char *text = NULL, buffer[1 << 14];
    size_t bytes = 0, got;
    FILE *in = studio_open(studio, "out.svg", "re");
    FILE *out = xmemstream(&text, &bytes);
    while (in != NULL && (got = fread(buffer, 1, sizeof buffer, in)) > 0)
        fwrite(buffer, 1, got, out);
    if (fclose(out) != 0)
        abort();
    if (in != NULL)
        fclose(in);
    int status = -1;
    if (bytes == 0)
        error_set(error, "gnuplot: it drew nothing");
    else
        status = file_write(path, text, bytes, error);
    free(text);
    return status;
}

static void studio_close(const struct plot *plot, const struct studio *studio)
{
    static const char *const names[] = {"script", "errors", "out.svg"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", studio->path, names[i]);
        unlink(path);
    }
    for (size_t i = 0; i < plot->count; i++) {
        snprintf(path, sizeof path, "%s/%zu.dat", studio->path, i);
        unlink(path);
    }
    rmdir(studio->path);
}

static int studio_draw(const struct plot *plot, const struct studio *studio, const char *path,
                       struct error *error)
{
    if (data_write(plot, studio) != 0 || script_write(plot, studio) != 0) {
        return error_set(error, "%.200s: %s", studio->path, strerror(errno));
    }
    int status = gnuplot_run(studio);
    if (status < 0 && errno == ENOENT)
        error_set(error, "--svg needs gnuplot: scripts/setup figures installs it");
    else if (status < 0)
        error_set(error, "gnuplot: %s", strerror(errno));
    else if (status > 0)
        complaint_read(studio, error);
    return status == 0 ? drawing_take(studio, path, error) : -1;
}

/* What a shell and every file system take as they are. */
static void path_make(const struct plot *plot, const char *folder, char path[], size_t bytes)
{
    char name[FILE_CHARS + 1];
    size_t count = 0;
    for (const char *at = plot->file; *at != '\0' && count < FILE_CHARS; at++) {
        bool plain = strchr("-._", *at) != NULL || (*at >= '0' && *at <= '9') ||
                     ((*at | 0x20) >= 'a' && (*at | 0x20) <= 'z');
        name[count++] = plain ? *at : '-';
    }
    name[count] = '\0';
    snprintf(path, bytes, "%s/%s.svg", folder, name);
}

int plot_write(const struct plot *plot, const char *folder, char path[], size_t path_bytes,
               struct error *error)
{
    struct studio studio;
    const char *temporary = getenv("TMPDIR");
    snprintf(studio.path, sizeof studio.path, "%.1000s/tidemark-plot-XXXXXX",
             temporary != NULL && *temporary != '\0' ? temporary : "/tmp");
    path_make(plot, folder, path, path_bytes);
    if (mkdtemp(studio.path) == NULL) {
        return error_set(error, "%.200s: %s", studio.path, strerror(errno));
    }
    int status = studio_draw(plot, &studio, path, error);
    studio_close(plot, &studio);
    return status;
}
