/* inputs.c - reads measurements from files and folders, and pairs them. */
#include "inputs.h"

#include "control.h"
#include "files.h"
#include "judgement.h"
#include "measurements_read.h"
#include "xmalloc.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Takes the text over. */
static void note_add(struct inputs *inputs, char *text)
{
    inputs->notes = growable(inputs->notes, &inputs->note_capacity, inputs->note_count + 1,
                             sizeof *inputs->notes);
    inputs->notes[inputs->note_count++] = text;
}

/* When `many`, a file that holds no measurements is passed over: bench writes others beside its
 * results. */
static int file_add(struct inputs *inputs, const char *path, bool many,
                    const struct counters *counters, struct error *error)
{
    struct measurements *measurements;
    if (inputs->count == INPUTS_FILES_MAX)
        return error_set(error, "more than %d files", INPUTS_FILES_MAX);
    enum measurements_outcome outcome = measurements_read(&measurements, path, counters, error);
    if (outcome == MEASUREMENTS_READ) {
        control_attach(measurements);
        for (size_t i = 0; i < measurements->note_count; i++)
            note_add(inputs, xasprintf("%s: %s", path, measurements->notes[i]));
        inputs->files[inputs->count++] = measurements;
    }
    return outcome == MEASUREMENTS_READ || (many && outcome == MEASUREMENTS_OTHER) ? 0 : -1;
}

static int is_json(const struct dirent *entry)
{
    const char *ending = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && ending != NULL && strcmp(ending, ".json") == 0;
}

static int folder_add(struct inputs *inputs, const char *folder, const struct counters *counters,
                      struct error *error)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_json, alphasort), status = 0;
    size_t before = inputs->count;
    if (count < 0)
        return error_set(error, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *path = xasprintf("%s/%s", folder, entries[i]->d_name);
        if (status == 0)
            status = file_add(inputs, path, true, counters, error);
        free(path);
        free(entries[i]);
    }
    free(entries);
    if (status == 0 && inputs->count == before)
        return error_set(error, "%s: the folder holds no result (NAME.json)", folder);
    return status;
}

/* The first file of this variant or path; their number if there is none. */
static size_t file_find(const struct inputs *inputs, const char *name)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (strcmp(inputs->files[i]->label, name) == 0 || strcmp(inputs->files[i]->path, name) == 0)
            return i;
    return inputs->count;
}

static size_t first_result(const struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (inputs->files[i]->source == SOURCE_RESULT)
            return i;
    return 0;
}

static int base_choose(struct inputs *inputs, const char *base, struct error *error)
{
    size_t found = file_find(inputs, base != NULL ? base : JUDGEMENT_REFERENCE);
    if (base != NULL && found == inputs->count)
        return error_set(error, "--base: no file or variant is called '%s'", base);
    bool chosen = found < inputs->count && (base != NULL || inputs->is_many);
    inputs->base = chosen ? found : first_result(inputs);
    return 0;
}

/* Takes the only file's commands apart: each becomes a variant, under the file's name as the
 * workload. */
static int commands_split(struct inputs *inputs, struct error *error)
{
    struct measurements *file = inputs->files[0];
    if (file->source != SOURCE_HYPERFINE || file->series_count < 2)
        return error_set(error,
                         "%s: one file alone is compared only if it is of hyperfine and has "
                         "two or more commands; give two files, two folders or more files",
                         file->path);
    inputs->count = 0;
    for (size_t i = 0; i < file->series_count && inputs->count < INPUTS_FILES_MAX; i++) {
        const struct measurement_series *from = file->series[i];
        struct measurements *part = measurements_create(file->path, file->source);
        struct measurement_series *to = measurements_series_add(part, file->label, from->figure);
        *to = *from;
        snprintf(to->workload, sizeof to->workload, "%s", file->label);
        snprintf(part->label, sizeof part->label, "%s", from->workload);
        if (file->flaw[0] != '\0')
            measurements_flaw_add(part, "%s", file->flaw);
        inputs->files[inputs->count++] = part;
    }
    measurements_destroy(file);
    inputs->is_many = inputs->count > 2;
    return 0;
}

int inputs_read(struct inputs *inputs, char *const *paths, size_t count, const char *base,
                const struct counters *counters, struct error *error)
{
    *inputs = (struct inputs){.count = 0};
    if (count == 2 && file_is_folder(paths[0]) && file_is_folder(paths[1])) {
        if (base != NULL)
            return error_set(error, "--base: the first of two folders is the base");
        if (folder_add(inputs, paths[0], counters, error) != 0)
            return -1;
        inputs->old_count = inputs->count;
        return folder_add(inputs, paths[1], counters, error);
    }
    inputs->is_many = count > 2;
    for (size_t i = 0; i < count; i++)
        if (file_add(inputs, paths[i], inputs->is_many, counters, error) != 0)
            return -1;
    if (count == 1 && commands_split(inputs, error) != 0)
        return -1;
    if (inputs->count < 2)
        return error_set(error,
                         "fewer than two results: give two files, two folders or more files");
    return base_choose(inputs, base, error);
}

void inputs_clear(struct inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        measurements_destroy(inputs->files[i]);
    for (size_t i = 0; i < inputs->note_count; i++)
        free(inputs->notes[i]);
    free(inputs->notes);
}

static void pair_fill(struct comparison_pair *pair, const struct measurements *before,
                      const struct measurements *after, const char *name)
{
    *pair = (struct comparison_pair){.before = before, .after = after};
    snprintf(pair->variant, sizeof pair->variant, "%.*s", MEASUREMENTS_NAME_BYTES - 1, name);
}

/* The one of the same program and variant, or NULL. */
static const struct measurements *counterpart_find(struct measurements *const *files, size_t count,
                                                   const struct measurements *like)
{
    for (size_t i = 0; i < count; i++)
        if (files[i]->source == like->source && strcmp(files[i]->label, like->label) == 0)
            return files[i];
    return NULL;
}

/* Pairs the files by variant; adds a note for a variant that only one folder has. */
static size_t folders_pair(struct inputs *inputs, struct comparison_pair *pairs)
{
    size_t count = 0, new_count = inputs->count - inputs->old_count;
    struct measurements *const *after = inputs->files + inputs->old_count;
    for (size_t i = 0; i < inputs->old_count; i++) {
        const struct measurements *before = inputs->files[i];
        const struct measurements *found = counterpart_find(after, new_count, before);
        if (found != NULL)
            pair_fill(&pairs[count++], before, found, found->label);
        else
            note_add(inputs, xasprintf("left out: only the old folder has %s", before->path));
    }
    for (size_t i = 0; i < new_count; i++)
        if (counterpart_find(inputs->files, inputs->old_count, after[i]) == NULL)
            note_add(inputs, xasprintf("left out: only the new folder has %s", after[i]->path));
    return count;
}

static bool label_is_shared(const struct inputs *inputs, const struct measurements *measurements)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (inputs->files[i] != measurements &&
            strcmp(inputs->files[i]->label, measurements->label) == 0)
            return true;
    return false;
}

/* Each with the base. Of many files, those of another program are passed over. */
static size_t files_pair(struct inputs *inputs, struct comparison_pair *pairs)
{
    const struct measurements *base = inputs->files[inputs->base];
    bool many = inputs->is_many;
    size_t count = 0;
    for (size_t i = 0; i < inputs->count; i++) {
        const struct measurements *file = inputs->files[i];
        if (i != inputs->base && (!many || file->source == base->source))
            pair_fill(&pairs[count++], base, file,
                      many && label_is_shared(inputs, file) ? file->path : file->label);
    }
    return count;
}

size_t inputs_pairs(struct inputs *inputs, struct comparison_pair *pairs)
{
    return inputs->old_count > 0 ? folders_pair(inputs, pairs) : files_pair(inputs, pairs);
}
