/* shelf.c - gathers books from files and folders, and pairs them. */
#include "shelf.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

__attribute__((format(printf, 2, 3))) static void note(struct shelf *shelf, const char *format, ...)
{
    va_list arguments;
    if (shelf->note_count == SHELF_PATHS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(shelf->notes[shelf->note_count++], BOOK_REASON_BYTES, format, arguments);
    va_end(arguments);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What is no result, such as jemalloc's statistics, is left out when `lenient`, and noted. */
static int book_take(struct shelf *shelf, const char *path, bool lenient,
                     char error[RESULT_ERROR_BYTES])
{
    struct book *book;
    if (shelf->count == SHELF_PATHS_MAX) {
        snprintf(error, RESULT_ERROR_BYTES, "more than %d files", SHELF_PATHS_MAX);
        return -1;
    }
    enum book_outcome outcome = book_read(&book, path, error);
    if (outcome == BOOK_READ)
        shelf->books[shelf->count++] = book;
    else if (outcome == BOOK_OTHER && lenient)
        note(shelf, "left out: %.480s", error);
    else if (outcome != BOOK_BESIDE || !lenient)
        return -1;
    return 0;
}

static int is_json(const struct dirent *entry)
{
    const char *ending = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && ending != NULL && strcmp(ending, ".json") == 0;
}

static int folder_take(struct shelf *shelf, const char *folder, char error[RESULT_ERROR_BYTES])
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_json, alphasort), status = 0;
    size_t before = shelf->count;
    if (count < 0) {
        snprintf(error, RESULT_ERROR_BYTES, "%.300s: %s", folder, strerror(errno));
        return -1;
    }
    for (int i = 0; i < count; i++) {
        char path[RESULT_LINE_BYTES];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (status == 0)
            status = book_take(shelf, path, true, error);
        free(entries[i]);
    }
    free(entries);
    if (status == 0 && shelf->count == before) {
        snprintf(error, RESULT_ERROR_BYTES, "%.300s: holds no result (NAME.json)", folder);
        return -1;
    }
    return status;
}

static int base_choose(struct shelf *shelf, const char *base, char error[RESULT_ERROR_BYTES])
{
    for (size_t i = 0; i < shelf->count; i++) {
        if (base == NULL && shelf->books[i]->source == SOURCE_RESULT) {
            shelf->base = i;
            return 0;
        }
        if (base != NULL && (strcmp(shelf->books[i]->label, base) == 0 ||
                             strcmp(shelf->books[i]->path, base) == 0)) {
            shelf->base = i;
            return 0;
        }
    }
    snprintf(error, RESULT_ERROR_BYTES, "--base: no file or variant is called '%.80s'",
             base != NULL ? base : "");
    return base == NULL ? 0 : -1;
}

int shelf_fill(struct shelf *shelf, char *const *paths, size_t count, const char *base,
               char error[RESULT_ERROR_BYTES])
{
    *shelf = (struct shelf){.count = 0};
    shelf->notes = calloc(SHELF_PATHS_MAX, sizeof *shelf->notes);
    if (shelf->notes == NULL)
        abort();
    if (count == 2 && is_folder(paths[0]) && is_folder(paths[1])) {
        snprintf(error, RESULT_ERROR_BYTES, "--base: of two folders the first is the base");
        if (base != NULL || folder_take(shelf, paths[0], error) != 0)
            return -1;
        shelf->old_count = shelf->count;
        return folder_take(shelf, paths[1], error);
    }
    for (size_t i = 0; i < count; i++)
        if (book_take(shelf, paths[i], count > 2, error) != 0)
            return -1;
    snprintf(error, RESULT_ERROR_BYTES,
             "there are not two results to compare; give two files, two folders or more files");
    return shelf->count < 2 ? -1 : base_choose(shelf, base, error);
}

void shelf_clear(struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->count; i++)
        book_destroy(shelf->books[i]);
    free(shelf->notes);
}

static void pair_make(struct sheet_pair *pair, const struct book *before, const struct book *after)
{
    *pair = (struct sheet_pair){.before = before, .after = after};
    snprintf(pair->variant, sizeof pair->variant, "%s", after->label);
}

static const struct book *book_like(struct book *const *books, size_t count,
                                    const struct book *like)
{
    for (size_t i = 0; i < count; i++)
        if (books[i]->source == like->source && strcmp(books[i]->label, like->label) == 0)
            return books[i];
    return NULL;
}

/* Variant by variant; what only one of them has is noted. */
static size_t folders_pair(struct shelf *shelf, struct sheet_pair *pairs)
{
    size_t count = 0, new_count = shelf->count - shelf->old_count;
    struct book *const *after = shelf->books + shelf->old_count;
    for (size_t i = 0; i < shelf->old_count; i++) {
        const struct book *found = book_like(after, new_count, shelf->books[i]);
        if (found != NULL)
            pair_make(&pairs[count++], shelf->books[i], found);
        else
            note(shelf, "left out: %.400s, which only the old folder has", shelf->books[i]->path);
    }
    for (size_t i = 0; i < new_count; i++)
        if (book_like(shelf->books, shelf->old_count, after[i]) == NULL)
            note(shelf, "left out: %.400s, which only the new folder has", after[i]->path);
    return count;
}

static bool label_is_shared(const struct shelf *shelf, size_t book)
{
    for (size_t i = 0; i < shelf->count; i++)
        if (i != book && strcmp(shelf->books[i]->label, shelf->books[book]->label) == 0)
            return true;
    return false;
}

/* Each against the base; among many, those of another program are left out. */
static size_t files_pair(struct shelf *shelf, struct sheet_pair *pairs)
{
    const struct book *base = shelf->books[shelf->base];
    size_t count = 0;
    for (size_t i = 0; i < shelf->count; i++) {
        if (i == shelf->base)
            continue;
        if (shelf->count > 2 && shelf->books[i]->source != base->source)
            note(shelf, "left out: %.400s, which is of %s", shelf->books[i]->path,
                 book_source_name(shelf->books[i]->source));
        else
            pair_make(&pairs[count++], base, shelf->books[i]);
        if (shelf->count > 2 && count > 0 && label_is_shared(shelf, i))
            snprintf(pairs[count - 1].variant, sizeof pairs[count - 1].variant, "%.120s",
                     pairs[count - 1].after->path);
    }
    return count;
}

size_t shelf_pairs(struct shelf *shelf, struct sheet_pair *pairs)
{
    return shelf->old_count > 0 ? folders_pair(shelf, pairs) : files_pair(shelf, pairs);
}
