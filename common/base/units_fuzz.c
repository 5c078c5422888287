/* units_fuzz.c - counts, sizes and durations are read exactly or not at all, and fit where they are
 * written.
 */
#include "units.h"

#include "count_of.h"
#include "fuzz_check.h"
#include "xmalloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNCHANGED  UINT64_C(0x0123456789abcdef)
#define TEXT_BYTES 32

struct parser {
    int (*parse)(const char *text, uint64_t *value);
    const char *smallest; /* unit */
};

static const struct parser parsers[] = {
    {units_parse_count, ""}, {units_parse_size, "B"}, {units_parse_duration, "ns"}};

/* What was read is the same when it is written in the smallest unit, and read again. */
static void parser_check(const struct parser *parser, const char *text)
{
    char again[TEXT_BYTES];
    uint64_t value = UNCHANGED, second = 0;
    if (parser->parse(text, &value) < 0) {
        check(value == UNCHANGED);
        return;
    }
    check(text[0] >= '0' && text[0] <= '9');
    snprintf(again, sizeof again, "%" PRIu64 "%s", value, parser->smallest);
    check(parser->parse(again, &second) == 0 && second == value);
}

/* The C library agrees about digits without a unit. */
static void digits_check(const char *text)
{
    uint64_t value;
    if (text[0] != '\0' && strspn(text, "0123456789") == strlen(text) && strlen(text) < 19) {
        check(units_parse_count(text, &value) == 0);
        check(value == strtoull(text, NULL, 10));
    }
}

static void text_check(const char *text)
{
    check(text[0] != '\0' && strlen(text) < UNITS_TEXT_BYTES - 1 && strchr(text, '\n') == NULL);
}

/* Any bits are a number. */
static void formats_check(const uint8_t *data, size_t size)
{
    char text[UNITS_TEXT_BYTES];
    double number = 0;
    uint64_t count = 0;
    memcpy(&number, data, size < sizeof number ? size : sizeof number);
    memcpy(&count, data, size < sizeof count ? size : sizeof count);
    text_check(units_format_size(text, number));
    text_check(units_format_duration(text, number));
    text_check(units_format_count(text, count));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xcalloc(size + 1, 1);
    memcpy(text, data, size);
    for (size_t i = 0; i < COUNT_OF(parsers); i++)
        parser_check(&parsers[i], text);
    digits_check(text);
    formats_check(data, size);
    free(text);
    return 0;
}
