/* log_pattern.c - compiles patterns to steps, and takes lines apart by them. */
#include "log_pattern.h"

#include "xmalloc.h"

#include <stdlib.h>

#define LETTERS "htdxvermUuqHsbRDTLnKkMCP^~"

/* Turns \t, \" and \\ into what they mean, in place. */
static void unescape(char *text)
{
    char *to = text;
    for (; *text != '\0'; text++) {
        if (*text == '\\' && text[1] != '\0')
            text++;
        else {
            *to++ = *text;
            continue;
        }
        *to++ = *text == 't' ? '\t' : *text;
    }
    *to = '\0';
}

static size_t literal_length(const char *at)
{
    return strcspn(at, "%");
}

static int refuse(const struct log_pattern *pattern, const char *name, const char *at,
                  const char *why, struct error *error)
{
    return error_set(error, "--format %s: column %zu, \"%.2s\": %s", name,
                     (size_t)(at - pattern->text) + 1, at, why);
}

/* Which of %u and %U is the URL: %u is the user agent where there is another URL. */
static bool has_url(const char *text)
{
    return strstr(text, "%U") != NULL || strstr(text, "%r") != NULL;
}

static int add_step(struct log_pattern *pattern, const char *name, const char *at, bool in_quotes,
                    struct error *error)
{
    char letter = at[1];
    if (letter == '\0' || strchr(LETTERS, letter) == NULL)
        return refuse(pattern, name, at, "unknown; there are " LOG_PATTERN_HELP, error);
    if (pattern->count == LOG_PATTERN_STEPS)
        return refuse(pattern, name, at, "the pattern has too many parts", error);
    size_t length = literal_length(at + 2);
    if (length == 0 && at[2] == '%' && letter != '~')
        return refuse(pattern, name, at, "needs a character behind it, at which it ends", error);
    if (letter == 'u')
        letter = has_url(pattern->text) ? '^' : 'U';
    pattern->steps[pattern->count++] = (struct log_step){letter, in_quotes, at + 2, length};
    return 0;
}

static bool is_odd_in_quotes(const char *at, size_t length, bool in_quotes)
{
    for (size_t i = 0; i < length; i++)
        in_quotes ^= at[i] == '"';
    return in_quotes;
}

int log_pattern_compile(struct log_pattern *pattern, const char *name, const char *text,
                        struct error *error)
{
    *pattern = (struct log_pattern){.text = xstrdup(text)};
    unescape(pattern->text);
    const char *at = pattern->text;
    pattern->head_bytes = literal_length(at);
    bool in_quotes = is_odd_in_quotes(at, pattern->head_bytes, false);
    for (at += pattern->head_bytes; *at != '\0';) {
        if (add_step(pattern, name, at, in_quotes, error) != 0)
            return -1;
        const struct log_step *step = &pattern->steps[pattern->count - 1];
        in_quotes = is_odd_in_quotes(step->next, step->next_bytes, in_quotes);
        at = step->next + step->next_bytes;
    }
    if (!has_url(pattern->text) && strstr(pattern->text, "%u") == NULL)
        return error_set(error, "--format %s: it has no URL; there are %s", name, LOG_PATTERN_HELP);
    return 0;
}

void log_pattern_free(struct log_pattern *pattern)
{
    free(pattern->text);
}

/* "-" is an unknown number, and a negative one is 0: the status of a request that had none. */
static bool take_number(struct field field, uint64_t *value, bool *known)
{
    bool negative = field.at < field.end && *field.at == '-';
    const char *at = field.at + negative;
    *known = field_number(&at, field.end, value) == 0;
    if (negative)
        *value = 0;
    return at == field.end && (*known || negative);
}

/* False: the field is no number, though the letter needs one. */
static bool take_field(struct log_entry *entry, char letter, struct field field)
{
    switch (letter) {
    case 't':
    case 'x':
        entry->time = field;
        return true;
    case 'd':
        entry->date = field;
        return true;
    case 'v':
        entry->host = field;
        return true;
    case 'm':
        entry->method = field;
        return true;
    case 'U':
        entry->target = field;
        return true;
    case 'q':
        if (!field_is_dash(field))
            entry->query = field;
        return true;
    case 'r':
        log_split_request(field, entry);
        return true;
    case 's':
        return take_number(field, &entry->status, &entry->has_status);
    case 'b':
        return take_number(field, &entry->bytes, &entry->has_bytes);
    default:
        return true;
    }
}

/* Where the field ends that begins at `at`; NULL: nowhere. */
static const char *find_end(const struct log_step *step, bool last, const char *at, const char *end)
{
    if (step->next_bytes == 0) {
        const char *blank = last ? memchr(at, ' ', (size_t)(end - at)) : NULL;
        return blank != NULL ? blank : end;
    }
    bool quote = step->in_quotes && *step->next == '"';
    if (quote && step->next_bytes == 1)
        return log_quote_end(at, end);
    while ((at = quote ? log_quote_end(at, end)
                       : memmem(at, (size_t)(end - at), step->next, step->next_bytes)) != NULL) {
        if ((size_t)(end - at) >= step->next_bytes && memcmp(at, step->next, step->next_bytes) == 0)
            return at;
        at++;
    }
    return NULL;
}

static const char *what_of(char letter)
{
    return letter == 's' ? "a status" : letter == 'b' ? "a size" : "a line of the pattern";
}

/* Takes the steps within quotes of which the line has fewer than the pattern: the field of the
 * first reaches to the closing quote. Returns the step whose text follows the quote. */
static size_t skip_quoted(const struct log_pattern *pattern, size_t step)
{
    while (step + 1 < pattern->count &&
           memchr(pattern->steps[step].next, '"', pattern->steps[step].next_bytes) == NULL)
        step++;
    return step;
}

bool log_pattern_match(const struct log_pattern *pattern, struct field line,
                       struct log_entry *entry, const char **expected, struct field *found)
{
    const char *at = line.at, *end = line.end;
    *entry = (struct log_entry){0};
    *expected = what_of('^');
    *found = line;
    if ((size_t)(end - at) < pattern->head_bytes ||
        memcmp(at, pattern->text, pattern->head_bytes) != 0)
        return false;
    at += pattern->head_bytes;
    for (size_t i = 0; i < pattern->count; i++) {
        const struct log_step *step = &pattern->steps[i];
        if (step->letter == '~') {
            field_skip_blanks(&at, end);
            continue;
        }
        const char *stop = find_end(step, i + 1 == pattern->count, at, end);
        const char *quote = step->in_quotes ? log_quote_end(at, end) : NULL;
        bool cut = quote != NULL && (stop == NULL || stop > quote);
        *found = (struct field){at, cut ? quote : stop != NULL ? stop : end};
        *expected = what_of(step->letter);
        if ((stop == NULL && !cut) || !take_field(entry, step->letter, *found))
            return false;
        if (cut) {
            i = skip_quoted(pattern, i);
            step = &pattern->steps[i];
            if ((size_t)(end - quote) < step->next_bytes ||
                memcmp(quote, step->next, step->next_bytes) != 0)
                return false;
            stop = quote;
        }
        at = stop + step->next_bytes;
    }
    return true;
}
