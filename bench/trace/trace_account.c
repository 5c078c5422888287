/* trace_account.c - counts the lines of a trace that were skipped, and words the counts. */
#include "trace_account.h"

#include "units.h"
#include "xmalloc.h"

#include <stdio.h>
#include <string.h>

#define BAD_SHARE_OF    100 /* one line in this many may be bad */
#define HOPELESS_LINES  1000
#define OTHER_REASONS   "for other reasons"
#define NOT_UNDERSTOOD  "not understood"
#define NUMBER_AND_WORD 160

/* The entry of a reason, which is added if it is new. */
static size_t find_reason(struct trace_account *account, const char *reason)
{
    for (size_t i = 0; i < account->reasons; i++)
        if (account->skipped[i].reason == reason || strcmp(account->skipped[i].reason, reason) == 0)
            return i;
    if (account->reasons == TRACE_REASONS_MAX)
        return TRACE_REASONS_MAX - 1;
    if (account->reasons == TRACE_REASONS_MAX - 1)
        reason = OTHER_REASONS;
    account->skipped[account->reasons].reason = reason;
    return account->reasons++;
}

void trace_account_skip(struct trace_account *account, const char *reason)
{
    account->skipped[find_reason(account, reason)].lines++;
}

uint64_t trace_account_skipped(const struct trace_account *account)
{
    uint64_t lines = account->bad;
    for (size_t i = 0; i < account->reasons; i++)
        lines += account->skipped[i].lines;
    return lines;
}

bool trace_account_is_bad(const struct trace_account *account)
{
    return account->bad > account->lines / BAD_SHARE_OF;
}

bool trace_account_is_hopeless(const struct trace_account *account)
{
    return account->bad > HOPELESS_LINES && account->bad > account->lines / 2;
}

/* Appends ", 5,901 not GET", the first time without the comma. */
static void add_count(char words[TRACE_ACCOUNT_BYTES], const char *separator, uint64_t lines,
                      const char *reason)
{
    char count[UNITS_TEXT_BYTES], text[NUMBER_AND_WORD];
    snprintf(text, sizeof text, "%s%s %s", separator, units_format_count(count, lines), reason);
    strncat(words, text, TRACE_ACCOUNT_BYTES - strlen(words) - 1);
}

void trace_account_words(const struct trace_account *account, char words[TRACE_ACCOUNT_BYTES])
{
    char skipped[UNITS_TEXT_BYTES], lines[UNITS_TEXT_BYTES], number[UNITS_TEXT_BYTES];
    uint64_t count = trace_account_skipped(account);
    words[0] = '\0';
    if (count == 0)
        return;
    snprintf(words, TRACE_ACCOUNT_BYTES, "%s of %s line%s skipped",
             units_format_count(skipped, count), units_format_count(lines, account->lines),
             account->lines == 1 ? "" : "s");
    for (size_t i = 0; i < account->reasons; i++)
        add_count(words, i == 0 ? ": " : ", ", account->skipped[i].lines,
                  account->skipped[i].reason);
    if (account->bad == 0)
        return;
    add_count(words, account->reasons == 0 ? ": " : ", ", account->bad, NOT_UNDERSTOOD);
    size_t used = strlen(words);
    snprintf(words + used, TRACE_ACCOUNT_BYTES - used, ", %s line %s: %s",
             account->bad == 1 ? "it is" : "the first is",
             units_format_count(number, account->first_bad), account->why);
}

json_t *trace_account_json(const struct trace_account *account)
{
    json_t *skipped = xchecked(json_object());
    for (size_t i = 0; i < account->reasons; i++)
        json_object_set_new(skipped, account->skipped[i].reason,
                            json_integer((json_int_t)account->skipped[i].lines));
    json_t *first = NULL;
    if (account->bad > 0)
        first = json_pack("{sI ss}", "line", (json_int_t)account->first_bad, "why", account->why);
    return xchecked(json_pack(
        "{ss? sI sI so sI so?}", "format", account->format, "lines", (json_int_t)account->lines,
        "lines_skipped", (json_int_t)trace_account_skipped(account), "reasons", skipped,
        "not_understood", (json_int_t)account->bad, "first_not_understood", first));
}
