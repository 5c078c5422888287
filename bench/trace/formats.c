/* formats.c - the only table of trace file formats. To add one: write format_NAME.c, add a row
 * here. */
#include "formats.h"

#include "codec.h"
#include "options_help.h"

#define SUMMARY_COLUMN 15
#define RECORDS_BYTES  4096 /* that detection looks at in binary formats */

/* One row a format; detection tries them from the top. */
#define FORMATS(ROW)                                                                               \
    ROW(recorded)                                                                                  \
    ROW(lcs)                                                                                       \
    ROW(vscsi)                                                                                     \
    ROW(log)                                                                                       \
    ROW(json_log)                                                                                  \
    ROW(w3c)                                                                                       \
    ROW(squid)                                                                                     \
    ROW(haproxy)                                                                                   \
    ROW(alb)                                                                                       \
    ROW(s3)                                                                                        \
    ROW(log_own)                                                                                   \
    ROW(oracle)                                                                                    \
    ROW(twitter)                                                                                   \
    ROW(msr)                                                                                       \
    ROW(spc)                                                                                       \
    ROW(alibaba)                                                                                   \
    ROW(systor)                                                                                    \
    ROW(k5cloud)                                                                                   \
    ROW(fiu)                                                                                       \
    ROW(ibm_objects)                                                                               \
    ROW(address)                                                                                   \
    ROW(csv)                                                                                       \
    ROW(arc)                                                                                       \
    ROW(sized)                                                                                     \
    ROW(text)                                                                                      \
    ROW(be32)                                                                                      \
    ROW(be64)                                                                                      \
    ROW(cachelib_kv)                                                                               \
    ROW(cachelib_cdn)                                                                              \
    ROW(wiki_cdn)                                                                                  \
    ROW(wikibench)                                                                                 \
    ROW(tencent)

#define DECLARE(name) extern const struct format format_##name;
#define ADDRESS(name) &format_##name,

FORMATS(DECLARE)

static const struct format *const formats[] = {FORMATS(ADDRESS)};

#define FORMATS_COUNT (sizeof formats / sizeof formats[0])

const struct format *format_by_name(const char *name)
{
    size_t length = strcspn(name, ":");
    for (size_t i = 0; i < FORMATS_COUNT; i++)
        if (strlen(formats[i]->name) == length && memcmp(formats[i]->name, name, length) == 0)
            return formats[i];
    return NULL;
}

const struct format *format_by_suffix(const char *file)
{
    size_t stem = codec_stem(file);
    for (size_t i = 0; i < FORMATS_COUNT; i++) {
        size_t length = formats[i]->suffix != NULL ? strlen(formats[i]->suffix) : SIZE_MAX;
        if (stem > length && memcmp(file + stem - length, formats[i]->suffix, length) == 0)
            return formats[i];
    }
    return NULL;
}

const struct format *format_by_content(const char *bytes, size_t count, size_t blank, bool complete)
{
    for (size_t i = 0; i < FORMATS_COUNT; i++) {
        bool binary = formats[i]->binary;
        size_t end = binary && count > RECORDS_BYTES ? RECORDS_BYTES : count;
        size_t skipped = binary ? 0 : blank;
        if (formats[i]->detect != NULL && skipped < end &&
            formats[i]->detect(bytes + skipped, end - skipped, complete && end == count))
            return formats[i];
    }
    return NULL;
}

int formats_add_names(struct error *error)
{
    for (size_t i = 0; i < FORMATS_COUNT; i++)
        error_add(error, "%s %s", i > 0 ? "," : "", formats[i]->name);
    return -1;
}

void formats_describe(FILE *out)
{
    int width = text_width(stdout);
    for (size_t i = 0; i < FORMATS_COUNT; i++) {
        fprintf(out, "  %-*s", SUMMARY_COLUMN - 2, formats[i]->name);
        text_wrap(formats[i]->summary, SUMMARY_COLUMN, SUMMARY_COLUMN, width, out);
        if (formats[i]->options == NULL)
            continue;
        fprintf(out, "%*s", SUMMARY_COLUMN, "");
        text_wrap(formats[i]->options, SUMMARY_COLUMN, SUMMARY_COLUMN, width, out);
    }
}
