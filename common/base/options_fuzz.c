/* options_fuzz.c - any command line is parsed into values that are in range, or refused in one
 * line.
 *
 * The words of the command line end with a NUL.
 */
#include "options.h"

#include "count_of.h"
#include "fuzz_check.h"
#include "xmalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 24

struct settings {
    bool flag;
    const char *text, *output;
    uint64_t count, size, duration_ns, hidden;
    double real, share;
    struct option_capacity capacity;
    struct option_texts texts;
};

#define FIELD(name) offsetof(struct settings, name)
static const struct option rows[] = {
    {NULL, OPTION_HEADING, 0, NULL, "Options"},
    {"flag", OPTION_FLAG, FIELD(flag), NULL, "a flag"},
    {"text", OPTION_TEXT, FIELD(text), "TEXT", "a text"},
    {"count", OPTION_COUNT, FIELD(count), "N", "a count"},
    {"size", OPTION_SIZE, FIELD(size), "SIZE", "a size"},
    {"duration", OPTION_DURATION, FIELD(duration_ns), "TIME", "a duration"},
    {"real", OPTION_REAL, FIELD(real), "N", "a number"},
    {"share", OPTION_SHARE, FIELD(share), "SHARE", "a share"},
    {"output", OPTION_OUTPUT, FIELD(output), "FILE", "a file"},
    {"capacity", OPTION_CAPACITY, FIELD(capacity), "N|SIZE", "a capacity"},
    {"texts", OPTION_TEXTS, FIELD(texts), "TEXT", "several texts"},
    {"hidden", OPTION_COUNT, FIELD(hidden), "N", OPTION_HIDDEN},
};

static const struct option_table table = {.usage = "fuzz [OPTIONS] [WORD...]",
                                          .summary = "Parses.",
                                          .options = rows,
                                          .count = COUNT_OF(rows)};

static int words_split(char *text, size_t size, char *words[WORDS_MAX + 1])
{
    int count = 1;
    words[0] = "fuzz";
    for (size_t at = 0; at < size && count < WORDS_MAX; at += strlen(text + at) + 1)
        words[count++] = text + at;
    words[count] = NULL;
    return count;
}

static void settings_check(const struct settings *settings)
{
    check(isfinite(settings->real) && settings->real >= 0);
    check(settings->share >= 0 && settings->share <= 1);
    check(settings->capacity.entries == 0 || settings->capacity.bytes == 0);
    check(settings->texts.count <= OPTION_TEXTS_MAX);
}

/* All words are still there: they may only have changed their order. */
static void words_check(char *const *words, int count, const char *text, size_t size)
{
    size_t length = 0;
    for (int i = 1; i < count; i++) {
        check(words[i] >= text && words[i] <= text + size);
        length += strlen(words[i]) + 1;
    }
    check(length <= size + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *words[WORDS_MAX + 1], *text = xcalloc(size + 1, 1);
    struct settings settings = {0};
    struct error error = {""};
    int positional = 0;
    memcpy(text, data, size);
    int count = words_split(text, size, words);
    enum options_outcome outcome =
        options_parse(&table, count, words, &settings, &positional, &error);
    check((outcome == OPTIONS_WRONG) == (error.text[0] != '\0'));
    check(strchr(error.text, '\n') == NULL);
    check(positional >= 0 && positional < count);
    settings_check(&settings);
    words_check(words, count, text, size);
    free(text);
    return 0;
}
