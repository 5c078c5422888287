/* page_path.c - looks at the name, and for the title in the first bytes of the file that is there.
 */
#include "page_path.h"

#include "count_of.h"
#include "files.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PAGE_TITLE "<title>Tidemark report</title>"
#define HEAD_BYTES 2048 /* the title is among the first bytes of a page */

static bool names_other_content(const char *path)
{
    static const char *const patterns[] = {"*.json", "*.jsonl", "*.svg"};
    for (size_t i = 0; i < COUNT_OF(patterns); i++)
        if (fnmatch(patterns[i], path, 0) == 0)
            return true;
    return false;
}

/* Whether it begins as a page does, or is empty. False also where it cannot be read. */
static bool is_page(const char *path)
{
    char head[HEAD_BYTES + 1];
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    size_t count = fread(head, 1, HEAD_BYTES, file);
    bool good = !ferror(file);
    fclose(file);
    head[count] = '\0';
    return good && (count == 0 || strstr(head, PAGE_TITLE) != NULL);
}

int page_path_check(const char *path, struct error *error)
{
    struct stat found;
    if (names_other_content(path))
        return error_set(error,
                         "%s: the report is a page of HTML; give it a name such as report.html "
                         "(--svg DIR writes charts)",
                         path);
    if (strcmp(path, "-") != 0 && stat(path, &found) == 0 && S_ISREG(found.st_mode) &&
        !is_page(path))
        return error_set(error,
                         "%s: it is there already and is no page of tidemark report; give another "
                         "name with --out, or remove it",
                         path);
    return file_check_writable(path, error);
}
