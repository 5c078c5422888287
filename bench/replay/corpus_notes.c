/* corpus_notes.c - words what was skipped of a trace, and which sizes it does not say. */
#include "corpus_notes.h"

#include "options_help.h"
#include "units.h"
#include "xmalloc.h"

#include <stdlib.h>

static void print_line(char *line, FILE *out)
{
    text_wrap(line, 0, 4, text_width(out), out);
    free(line);
}

static void print_skipped(const struct trace_account *account, FILE *out)
{
    char words[TRACE_ACCOUNT_BYTES];
    trace_account_words(account, words);
    if (words[0] != '\0')
        print_line(xasprintf("%s.", words), out);
}

static void print_sizes(const struct corpus *corpus, FILE *out)
{
    char unknown[UNITS_TEXT_BYTES], assumed[UNITS_TEXT_BYTES], mean[UNITS_TEXT_BYTES];
    if (corpus->sizes.unknown == 0)
        return;
    units_format_count(unknown, corpus->sizes.unknown);
    units_format_count(assumed, corpus->sizes.assumed);
    units_format_size(mean, corpus->sizes.assumed_bytes);
    if (corpus->sizes.assumed == 0)
        print_line(
            xasprintf("Of %s requests the size is unknown: they have that of their id.", unknown),
            out);
    else
        print_line(xasprintf("Of %s requests the size is unknown: they have that of their id, or "
                             "%s, the mean, where none is known (%s requests).",
                             unknown, mean, assumed),
                   out);
}

void corpus_notes_print(const struct corpus *corpus, FILE *out)
{
    if (corpus->account.format != NULL)
        fprintf(out, ", read as %s", corpus->account.format);
    fputc('\n', out);
    print_skipped(&corpus->account, out);
    print_sizes(corpus, out);
}

json_t *corpus_notes_json(const struct corpus *corpus)
{
    json_t *object = trace_account_json(&corpus->account);
    json_object_set_new(object, "unknown_sizes", json_integer((json_int_t)corpus->sizes.unknown));
    json_object_set_new(object, "assumed_sizes", json_integer((json_int_t)corpus->sizes.assumed));
    return object;
}
