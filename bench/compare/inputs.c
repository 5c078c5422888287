/* inputs.c - gathers books from files and folders, and pairs them. */
#include "inputs.h"

#include "measurements_read.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

__attribute__((format(printf, 2, 3))) static void note(struct inputs *inputs, const char *format,
                                                       ...)
{
    va_list arguments;
    if (inputs->note_count == INPUTS_PATHS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(inputs->notes[inputs->note_count++], MEASUREMENTS_REASON_BYTES, format, arguments);
    va_end(arguments);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What is no result, such as jemalloc's statistics, is left out when `lenient`, and noted. */
static int measurements_take(struct inputs *inputs, const char *path, bool lenient,
                             struct error *error)
{
    struct measurements *measurements;
    if (inputs->count == INPUTS_PATHS_MAX) {
        return error_set(error, "more than %d files", INPUTS_PATHS_MAX);
    }
    enum measurements_outcome outcome = measurements_read(&measurements, path, error);
    if (outcome == MEASUREMENTS_READ)
        inputs->files[inputs->count++] = measurements;
    else if (outcome == MEASUREMENTS_OTHER && lenient)
        note(inputs, "left out: %.480s", error->text);
    else if (outcome != MEASUREMENTS_BESIDE || !lenient)
        return -1;
    return 0;
}

static int is_json(const struct dirent *entry)
{
    const char *ending = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && ending != NULL && strcmp(ending, ".json") == 0;
}

static int folder_take(struct inputs *inputs, const char *folder, struct error *error)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_json, alphasort), status = 0;
    size_t before = inputs->count;
    if (count < 0) {
        return error_set(error, "%.300s: %s", folder, strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        char path[RESULT_LINE_BYTES];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (status == 0)
            status = measurements_take(inputs, path, true, error);
        free(entries[i]);
    }
    free(entries);
    if (status == 0 && inputs->count == before) {
        return error_set(error, "%.300s: holds no result (NAME.json)", folder);
    }
    return status;
}

static int base_choose(struct inputs *inputs, const char *base, struct error *error)
{
    for (size_t i = 0; i < inputs->count; i++) {
        if (base == NULL && inputs->files[i]->source == SOURCE_RESULT) {
            inputs->base = i;
            return 0;
        }
        if (base != NULL && (strcmp(inputs->files[i]->label, base) == 0 ||
                             strcmp(inputs->files[i]->path, base) == 0)) {
            inputs->base = i;
            return 0;
        }
    }
    error_set(error, "--base: no file or variant is called '%.80s'", base != NULL ? base : "");
    return base == NULL ? 0 : -1;
}

int inputs_fill(struct inputs *inputs, char *const *paths, size_t count, const char *base,
                struct error *error)
{
    *inputs = (struct inputs){.count = 0};
    inputs->notes = calloc(INPUTS_PATHS_MAX, sizeof *inputs->notes);
    if (inputs->notes == NULL)
        abort();
    if (count == 2 && is_folder(paths[0]) && is_folder(paths[1])) {
        error_set(error, "--base: of two folders the first is the base");
        if (base != NULL || folder_take(inputs, paths[0], error) != 0)
            return -1;
        inputs->old_count = inputs->count;
        return folder_take(inputs, paths[1], error);
    }
    for (size_t i = 0; i < count; i++)
        if (measurements_take(inputs, paths[i], count > 2, error) != 0)
            return -1;
    error_set(error,
              "there are not two results to compare; give two files, two folders or more files");
    return inputs->count < 2 ? -1 : base_choose(inputs, base, error);
}

void inputs_clear(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        measurements_destroy(inputs->files[i]);
    free(inputs->notes);
}

static void pair_make(struct comparison_pair *pair, const struct measurements *before,
                      const struct measurements *after)
{
    *pair = (struct comparison_pair){.before = before, .after = after};
    snprintf(pair->variant, sizeof pair->variant, "%s", after->label);
}

static const struct measurements *measurements_like(struct measurements *const *books, size_t count,
                                                    const struct measurements *like)
{
    for (size_t i = 0; i < count; i++)
        if (books[i]->source == like->source && strcmp(books[i]->label, like->label) == 0)
            return books[i];
    return NULL;
}

/* Variant by variant; what only one of them has is noted. */
static size_t folders_pair(struct inputs *inputs, struct comparison_pair *pairs)
{
    size_t count = 0, new_count = inputs->count - inputs->old_count;
    struct measurements *const *after = inputs->files + inputs->old_count;
    for (size_t i = 0; i < inputs->old_count; i++) {
        const struct measurements *found = measurements_like(after, new_count, inputs->files[i]);
        if (found != NULL)
            pair_make(&pairs[count++], inputs->files[i], found);
        else
            note(inputs, "left out: %.400s, which only the old folder has", inputs->files[i]->path);
    }
    for (size_t i = 0; i < new_count; i++)
        if (measurements_like(inputs->files, inputs->old_count, after[i]) == NULL)
            note(inputs, "left out: %.400s, which only the new folder has", after[i]->path);
    return count;
}

static bool label_is_shared(const struct inputs *inputs, size_t measurements)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (i != measurements &&
            strcmp(inputs->files[i]->label, inputs->files[measurements]->label) == 0)
            return true;
    return false;
}

/* Each against the base; among many, those of another program are left out. */
static size_t files_pair(struct inputs *inputs, struct comparison_pair *pairs)
{
    const struct measurements *base = inputs->files[inputs->base];
    size_t count = 0;
    for (size_t i = 0; i < inputs->count; i++) {
        if (i == inputs->base)
            continue;
        if (inputs->count > 2 && inputs->files[i]->source != base->source)
            note(inputs, "left out: %.400s, which is of %s", inputs->files[i]->path,
                 measurements_source_name(inputs->files[i]->source));
        else
            pair_make(&pairs[count++], base, inputs->files[i]);
        if (inputs->count > 2 && count > 0 && label_is_shared(inputs, i))
            snprintf(pairs[count - 1].variant, sizeof pairs[count - 1].variant, "%.120s",
                     pairs[count - 1].after->path);
    }
    return count;
}

size_t inputs_pairs(struct inputs *inputs, struct comparison_pair *pairs)
{
    return inputs->old_count > 0 ? folders_pair(inputs, pairs) : files_pair(inputs, pairs);
}
