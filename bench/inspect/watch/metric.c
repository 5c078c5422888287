/* metric.c - one line after the other, with a cursor. */
#include "metric.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_BYTES 64

struct label {
    struct span name, value; /* the value as it is written, between its quotes */
};

static void blanks_skip(struct span *text)
{
    while (text->count > 0 && (text->bytes[0] == ' ' || text->bytes[0] == '\t'))
        text->bytes++, text->count--;
}

static void skip(struct span *text, size_t count)
{
    text->bytes += count;
    text->count -= count;
}

static bool is_next(const struct span *text, char c)
{
    return text->count > 0 && text->bytes[0] == c;
}

/* Takes the characters up to one of the ends. */
static struct span take_until(struct span *text, const char *ends)
{
    struct span taken = {text->bytes, 0};
    while (taken.count < text->count && text->bytes[taken.count] != '\0' &&
           strchr(ends, text->bytes[taken.count]) == NULL)
        taken.count++;
    skip(text, taken.count);
    return taken;
}

static bool equals(struct span one, struct span other)
{
    return one.count == other.count && memcmp(one.bytes, other.bytes, one.count) == 0;
}

/* What stands between quotes, which are skipped. False: a quote is missing. */
static bool quoted_take(struct span *text, struct span *inside)
{
    size_t count = 0;
    if (!is_next(text, '"'))
        return false;
    skip(text, 1);
    while (count < text->count && text->bytes[count] != '"')
        count += text->bytes[count] == '\\' && count + 1 < text->count ? 2 : 1;
    if (count >= text->count)
        return false;
    *inside = (struct span){text->bytes, count};
    skip(text, count + 1);
    return true;
}

/* Takes `name="value"` and a comma after it. False: there is none. */
static bool label_take(struct span *text, struct label *label)
{
    blanks_skip(text);
    label->name = take_until(text, "= \t}");
    blanks_skip(text);
    if (label->name.count == 0 || !is_next(text, '='))
        return false;
    skip(text, 1);
    blanks_skip(text);
    if (!quoted_take(text, &label->value))
        return false;
    blanks_skip(text);
    if (is_next(text, ','))
        skip(text, 1);
    return true;
}

/* Skips `{...}`, if it is next. False: it is damaged. */
static bool labels_skip(struct span *text)
{
    struct label label;
    if (!is_next(text, '{'))
        return true;
    skip(text, 1);
    while (label_take(text, &label))
        ;
    blanks_skip(text);
    if (!is_next(text, '}'))
        return false;
    skip(text, 1);
    return true;
}

/* The label of this name in `{...}`. False: there is none. */
static bool label_find(struct span labels, struct span name, struct label *label)
{
    if (!is_next(&labels, '{'))
        return false;
    skip(&labels, 1);
    while (label_take(&labels, label))
        if (equals(label->name, name))
            return true;
    return false;
}

/* Whether all labels of `wanted` are among the labels; false also if it is damaged. */
static bool has_labels(struct span labels, struct span wanted)
{
    struct label label, found;
    if (!is_next(&wanted, '{'))
        return wanted.count == 0;
    skip(&wanted, 1);
    while (label_take(&wanted, &label))
        if (!label_find(labels, label.name, &found) || !equals(found.value, label.value))
            return false;
    return equals(wanted, (struct span){"}", 1});
}

/* Buckets of a histogram hold each other, and quantiles are no counts: of those that were not asked
 * for, only the bucket of all counts. */
static bool is_part(struct span labels, struct span wanted)
{
    static const struct span le = {"le", 2}, quantile = {"quantile", 8}, all = {"+Inf", 4};
    struct label label, asked;
    if (label_find(labels, le, &label) && !label_find(wanted, le, &asked) &&
        !equals(label.value, all))
        return true;
    return label_find(labels, quantile, &label) && !label_find(wanted, quantile, &asked);
}

/* The number at the beginning; NaN: there is none, or it is not finite. */
static double value_read(struct span text)
{
    char number[NUMBER_BYTES], *end;
    blanks_skip(&text);
    struct span word = take_until(&text, " \t\r");
    if (word.count == 0 || word.count >= sizeof number)
        return NAN;
    memcpy(number, word.bytes, word.count);
    number[word.count] = '\0';
    double value = strtod(number, &end);
    return *end == '\0' && isfinite(value) ? value : NAN;
}

/* The value of the sample in the line; NaN: it is none of this metric and these labels. */
static double sample_read(struct span line, struct span name, struct span labels)
{
    blanks_skip(&line);
    if (!equals(take_until(&line, "{ \t"), name))
        return NAN;
    blanks_skip(&line);
    struct span own = line;
    if (!labels_skip(&line) || !has_labels(own, labels) || is_part(own, labels))
        return NAN;
    return value_read(line);
}

size_t metric_sum(struct span text, const char *name, double *sum)
{
    struct span labels = {name, strlen(name)};
    struct span metric = take_until(&labels, "{");
    size_t count = 0;
    *sum = 0;
    while (text.count > 0 && metric.count > 0) {
        struct span line = take_until(&text, "\n");
        double value = sample_read(line, metric, labels);
        if (isfinite(value)) {
            *sum += value;
            count++;
        }
        skip(&text, text.count > 0);
    }
    return count;
}
