/* base_test.c - parsing and formatting of units, parsing of options, their errors. */
#include "count_of.h"
#include "options.h"
#include "options_help.h"
#include "units.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define UNTOUCHED UINT64_C(0xfeedfacefeedface)

typedef int parser(const char *text, uint64_t *value);

struct accepted {
    const char *text;
    uint64_t value;
};

static void expect_accepted(parser *parse, const struct accepted *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = UNTOUCHED;
        if (parse(cases[i].text, &value) != 0 || value != cases[i].value)
            fail_msg("'%s' gave %llu", cases[i].text, (unsigned long long)value);
    }
}

static void expect_refused(parser *parse, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = UNTOUCHED;
        if (parse(texts[i], &value) != -1 || value != UNTOUCHED)
            fail_msg("'%s' gave %llu", texts[i], (unsigned long long)value);
    }
}

static void counts_are_read(void **state)
{
    static const struct accepted good[] = {
        {"0", 0},
        {"1", 1},
        {"007", 7},
        {"10000", 10000},
        {"10k", 10000},
        {"10 k", 10000},
        {"1.5k", 1500},
        {"2M", 2000000},
        {"0.25M", 250000},
        {"3G", UINT64_C(3000000000)},
        {"18446744073709551615", UINT64_MAX},
        {"18446744073G", UINT64_C(18446744073000000000)},
    };
    static const char *const bad[] = {
        "",
        " ",
        "-1",
        "+1",
        "1.5",
        ".5k",
        "5.",
        "5.k",
        "k",
        "1kk",
        "1K",
        "1m",
        " 1",
        "1 ",
        "1  k",
        "0x10",
        "1e3",
        "1,000",
        "10\n",
        "10MiB",
        "1.0000000001k",
        "18446744073709551616",
        "18446744074G",
        "99999999999999999999999999",
        "nan",
        "inf",
        "\xff",
    };
    expect_accepted(units_parse_count, good, COUNT_OF(good));
    expect_refused(units_parse_count, bad, COUNT_OF(bad));
}

static void sizes_are_read(void **state)
{
    static const struct accepted good[] = {
        {"0B", 0},
        {"4096B", 4096},
        {"64KiB", 65536},
        {"64MiB", UINT64_C(64) << 20},
        {"64 MiB", UINT64_C(64) << 20},
        {"1.5GiB", UINT64_C(3) << 29},
        {"0.1KiB", 102},
        {"0.3GiB", UINT64_C(322122547)},
        {"2TiB", UINT64_C(2) << 40},
        {"15EiB", UINT64_C(15) << 60},
        {"15.999999999EiB", UINT64_MAX - UINT64_C(1152921504)},
        {"64kB", 64000},
        {"1MB", 1000000},
        {"2.5GB", UINT64_C(2500000000)},
        {"18446744073709551615B", UINT64_MAX},
    };
    static const char *const bad[] = {
        "",           "0",
        "64",         "64K",
        "64M",        "64mib",
        "64MIB",      "64KB",
        "1.5B",       "-1B",
        "+1B",        " 1B",
        "1B ",        "1  B",
        "1BB",        "B",
        ".5MiB",      "1.MiB",
        "MiB",        "1..5MiB",
        "16EiB",      "18446744073709551616B",
        "18446745TB", "1e3MiB",
        "0x1MiB",     "1,5MiB",
    };
    expect_accepted(units_parse_size, good, COUNT_OF(good));
    expect_refused(units_parse_size, bad, COUNT_OF(bad));
}

static void durations_are_read(void **state)
{
    static const struct accepted good[] = {
        {"0", 0},
        {"0s", 0},
        {"150ns", 150},
        {"20us", 20 * NS_PER_US},
        {"2ms", 2 * NS_PER_MS},
        {"1.5s", 1500 * NS_PER_MS},
        {"0.000000001s", 1},
        {"60s", 60 * NS_PER_SECOND},
        {"5min", 300 * NS_PER_SECOND},
        {"1.5h", 5400 * NS_PER_SECOND},
        {"2d", 172800 * NS_PER_SECOND},
        {"18446744073709551615ns", UINT64_MAX},
        {"213503d", UINT64_C(213503) * 86400 * NS_PER_SECOND},
    };
    static const char *const bad[] = {
        "",     "00",        "1",     "60",   "0.0", "1.5ns", "-2ms",    "2m",
        "2sec", "2S",        "2ms ",  " 2ms", "ms",  "2msms", "213504d", "18446744073709551616ns",
        "1e3s", "5 minutes", "2\tms",
    };
    expect_accepted(units_parse_duration, good, COUNT_OF(good));
    expect_refused(units_parse_duration, bad, COUNT_OF(bad));
}

typedef char *formatter(char text[UNITS_TEXT_BYTES], double value);

struct written {
    double value;
    const char *text;
};

static void expect_written(formatter *format, const struct written *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[UNITS_TEXT_BYTES];
        assert_ptr_equal(format(text, cases[i].value), text);
        assert_string_equal(text, cases[i].text);
    }
}

static void sizes_are_written(void **state)
{
    static const struct written cases[] = {
        {0, "0 B"},
        {-0.01, "0 B"},
        {0.5, "0.5 B"},
        {612, "612 B"},
        {-612, "-612 B"},
        {1023, "1023 B"},
        {1023.6, "1 KiB"},
        {1024, "1 KiB"},
        {7.9 * 1024 * 1024, "7.9 MiB"},
        {99.94 * 1024, "99.9 KiB"},
        {99.96 * 1024, "100 KiB"},
        {512.0 * 1024 * 1024, "512 MiB"},
        {1023.96 * 1024 * 1024, "1 GiB"},
        {-1024.0 * 1024 * 1024, "-1 GiB"},
        {0x1p60, "1 EiB"},
        {1e300, "8.67e+281 EiB"},
        {(double)INFINITY, "inf EiB"},
        {(double)NAN, "nan B"},
    };
    expect_written(units_format_size, cases, COUNT_OF(cases));
}

static void durations_are_written(void **state)
{
    static const struct written cases[] = {
        {0, "0 ns"},        {0.26, "0.3 ns"},    {999.6, "1 us"},          {2.1e6, "2.1 ms"},
        {59.96e9, "1 min"}, {59.94e9, "59.9 s"}, {840e9, "14 min"},        {5400e9, "1.5 h"},
        {86400e9, "1 d"},   {-2.1e6, "-2.1 ms"}, {365 * 86400e9, "365 d"},
    };
    expect_written(units_format_duration, cases, COUNT_OF(cases));
}

static void counts_are_written(void **state)
{
    static const struct accepted cases[] = {
        {"0", 0},
        {"999", 999},
        {"1,000", 1000},
        {"12,345", 12345},
        {"123,456", 123456},
        {"1,234,567", 1234567},
        {"18,446,744,073,709,551,615", UINT64_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char text[UNITS_TEXT_BYTES];
        assert_string_equal(units_format_count(text, cases[i].value), cases[i].text);
    }
}

/* Writing cuts to three digits or so; reading that again must land within half of the last. */
static void expect_round_trip(formatter *format, parser *parse, double value)
{
    char text[UNITS_TEXT_BYTES];
    uint64_t again = 0;
    format(text, value);
    if (parse(text, &again) != 0 || fabs((double)again - value) > value * 0.051 + 1)
        fail_msg("%f was written as '%s' and read as %llu", value, text, (unsigned long long)again);
}

static void what_is_written_can_be_read(void **state)
{
    for (double value = 1; value < 0x1p63; value *= 1.37) {
        expect_round_trip(units_format_size, units_parse_size, floor(value));
        expect_round_trip(units_format_duration, units_parse_duration, floor(value));
    }
}

struct settings {
    const char *address;
    uint64_t threads, buffer_bytes, ttl_ns, length_ns;
    double rate_rps, share;
    struct option_capacity capacity;
    bool quiet;
    struct option_texts skipped;
};

static const struct option options[] = {
    {"address", OPTION_TEXT, offsetof(struct settings, address), "ADDRESS", "listen on ADDRESS"},
    {"threads", OPTION_COUNT, offsetof(struct settings, threads), "N", "event loops"},
    {"buffer", OPTION_SIZE, offsetof(struct settings, buffer_bytes), "SIZE", "room for answers"},
    {"ttl", OPTION_DURATION, offsetof(struct settings, ttl_ns), "AGE", "oldest record served"},
    {"seconds", OPTION_DURATION, offsetof(struct settings, length_ns), "S", "how long"},
    {"rate", OPTION_REAL, offsetof(struct settings, rate_rps), "R", "requests per second"},
    {"share", OPTION_SHARE, offsetof(struct settings, share), "SHARE", "of all"},
    {"capacity", OPTION_CAPACITY, offsetof(struct settings, capacity), "LIMIT", "what fits"},
    {"memory", OPTION_CAPACITY, offsetof(struct settings, capacity), "LIMIT", OPTION_HIDDEN},
    {"quiet", OPTION_FLAG, offsetof(struct settings, quiet), NULL, "print nothing"},
    {"skip", OPTION_TEXTS, offsetof(struct settings, skipped), "NAME", "leaves it out"},
};

static const struct option_table table = {
    .usage = "probe [OPTIONS] FILE...",
    .summary = "Probes.",
    .details = "example: probe --quiet x",
    .options = options,
    .count = COUNT_OF(options),
};

#define WORDS_MAX 40

/* A command line, what came of it, and the words where options_parse left them. */
struct parsed {
    enum options_outcome outcome;
    struct settings settings;
    int positional;
    struct error error;
    char *argv[WORDS_MAX + 1];
};

static struct parsed parse(const char *const *words)
{
    struct parsed parsed = {.settings = {.address = "127.0.0.1", .threads = 1}};
    int argc = 0;
    parsed.argv[argc++] = (char *)"probe";
    for (; words[argc - 1]; argc++)
        parsed.argv[argc] = (char *)words[argc - 1];
    parsed.outcome = options_parse(&table, argc, parsed.argv, &parsed.settings, &parsed.positional,
                                   &parsed.error);
    return parsed;
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static void values_are_stored(void **state)
{
    struct parsed p = PARSE("--address", "::1", "--threads=4", "--buffer", "4KiB", "--ttl=60s",
                            "--rate", "2.5e3", "--quiet");
    assert_int_equal(p.outcome, OPTIONS_OK);
    assert_int_equal(p.positional, 0);
    assert_string_equal(p.settings.address, "::1");
    assert_int_equal(p.settings.threads, 4);
    assert_int_equal(p.settings.buffer_bytes, 4096);
    assert_int_equal(p.settings.ttl_ns, 60 * NS_PER_SECOND);
    assert_true(p.settings.rate_rps == 2500);
    assert_true(p.settings.quiet);
}

static void seconds_need_no_unit_but_may_have_one(void **state)
{
    assert_int_equal(PARSE("--seconds", "30").settings.length_ns, 30 * NS_PER_SECOND);
    assert_int_equal(PARSE("--seconds=0.25").settings.length_ns, NS_PER_SECOND / 4);
    assert_int_equal(PARSE("--seconds", "2min").settings.length_ns, 120 * NS_PER_SECOND);
    assert_int_equal(PARSE("--seconds", "1e30").outcome, OPTIONS_WRONG);
}

static void a_share_may_be_in_percent(void **state)
{
    assert_true(PARSE("--share", "2%").settings.share == 0.02);
    assert_true(PARSE("--share", "0.25").settings.share == 0.25);
    assert_true(PARSE("--share", "100%").settings.share == 1);
    assert_int_equal(PARSE("--share", "101%").outcome, OPTIONS_WRONG);
    assert_int_equal(PARSE("--share", "2").outcome, OPTIONS_WRONG);
    assert_int_equal(PARSE("--share", "%").outcome, OPTIONS_WRONG);
    assert_int_equal(PARSE("--share=").outcome, OPTIONS_WRONG);
    assert_int_equal(PARSE("--share", "-1%").outcome, OPTIONS_WRONG);
}

static int taken(const char *word)
{
    struct settings settings = {0};
    char *argv[] = {(char *)"probe", (char *)(uintptr_t)word, NULL};
    return options_take(&table, "probe", 2, argv, &settings, NULL);
}

static void options_take_returns_go_on_or_a_status(void **state)
{
    assert_int_equal(taken("--quiet"), OPTIONS_GO_ON);
    assert_int_equal(taken("--nonsense"), 2);
    assert_int_equal(taken("surplus"), 2);
    assert_int_equal(taken("--version"), 0);
}

static void defaults_stay(void **state)
{
    struct parsed p = parse((const char *const[]){NULL});
    assert_int_equal(p.outcome, OPTIONS_OK);
    assert_string_equal(p.settings.address, "127.0.0.1");
    assert_int_equal(p.settings.threads, 1);
    assert_false(p.settings.quiet);
}

static void capacity_is_entries_or_bytes(void **state)
{
    struct parsed p = PARSE("--capacity", "64MiB");
    assert_int_equal(p.settings.capacity.bytes, 64 << 20);
    assert_int_equal(p.settings.capacity.entries, 0);
    p = PARSE("--capacity", "64MiB", "--capacity", "10k"); /* the last one counts */
    assert_int_equal(p.settings.capacity.bytes, 0);
    assert_int_equal(p.settings.capacity.entries, 10000);
}

static void text_lists_may_be_repeated(void **state)
{
    const char *words[2 * OPTION_TEXTS_MAX + 3] = {NULL};
    struct parsed p = PARSE("--skip", "a", "--skip=b", "c");
    assert_int_equal(p.settings.skipped.count, 2);
    assert_string_equal(p.settings.skipped.texts[0], "a");
    assert_string_equal(p.settings.skipped.texts[1], "b");
    for (size_t i = 0; i <= OPTION_TEXTS_MAX; i++)
        words[i] = "--skip=x";
    assert_int_equal(parse(words).outcome, OPTIONS_WRONG);
}

static void positionals_come_first(void **state)
{
    struct parsed p = PARSE("a", "--quiet", "b", "--threads", "2", "-", "--", "--quiet", "-x");
    assert_int_equal(p.outcome, OPTIONS_OK);
    assert_int_equal(p.positional, 5);
    static const char *const wanted[] = {"a", "b", "-", "--quiet", "-x"};
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        assert_string_equal(p.argv[i + 1], wanted[i]);
}

static void help_and_version_need_no_row(void **state)
{
    assert_int_equal(PARSE("--quiet", "--help", "--bogus").outcome, OPTIONS_HELP);
    assert_int_equal(PARSE("--version").outcome, OPTIONS_VERSION);
    assert_int_equal(PARSE("--", "--help").outcome, OPTIONS_OK);
}

static void errors_are_one_line(void **state)
{
    static const struct {
        const char *words[3], *error;
    } cases[] = {
        {{"--capacity", "12x"},
         "--capacity: '12x' is not a number of entries (10000) or size (64MiB)"},
        {{"--threads=-1"}, "--threads: '-1' is not a count (10000, 10k)"},
        {{"--threads", ""}, "--threads: '' is not a count (10000, 10k)"},
        {{"--buffer", "64"}, "--buffer: '64' is not a size (64MiB)"},
        {{"--seconds", "5x"},
         "--seconds: '5x' is not a duration (2ms, 60s, 1.5min, or a number of seconds)"},
        {{"--rate", "inf"}, "--rate: 'inf' is not a number from 0 up (0.99)"},
        {{"--rate=-1"}, "--rate: '-1' is not a number from 0 up (0.99)"},
        {{"--rate=0x1p3"}, "--rate: '0x1p3' is not a number from 0 up (0.99)"},
        {{"--rate=1e999"}, "--rate: '1e999' is not a number from 0 up (0.99)"},
        {{"--rate=1 "}, "--rate: '1 ' is not a number from 0 up (0.99)"},
        {{"--rate="}, "--rate: '' is not a number from 0 up (0.99)"},
        {{"--ttl"}, "--ttl: needs a duration (2ms, 60s, 1.5min, or a number of seconds)"},
        {{"--ttl", "--quiet"},
         "--ttl: needs a duration (2ms, 60s, 1.5min, or a number of seconds)"},
        {{"--address"}, "--address: needs a value"},
        {{"--quiet=yes"}, "--quiet: takes no value"},
        {{"--help=yes"}, "--help: takes no value"},
        {{"--capcity", "1"}, "--capcity: unknown option; did you mean --capacity?"},
        {{"--cap=1"}, "--cap: unknown option; did you mean --capacity?"},
        {{"--mem"}, "--mem: unknown option; see --help"}, /* --memory is hidden */
        {{"--versoin"}, "--versoin: unknown option; did you mean --version?"},
        {{"-quiet"}, "-quiet: unknown option; did you mean --quiet?"},
        {{"--zzz"}, "--zzz: unknown option; see --help"},
        {{"-x"}, "-x: unknown option; see --help"},
        {{"--=x"}, "--: unknown option; see --help"},
        {{"-="}, "-: unknown option; see --help"},
        {{"--a\nb\x1b"}, "--a?b?: unknown option; see --help"},
        {{"--ttl", "a\nb"},
         "--ttl: 'a?b' is not a duration (2ms, 60s, 1.5min, or a number of seconds)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct parsed p = parse(cases[i].words);
        assert_string_equal(p.error.text, cases[i].error);
        assert_int_equal(p.outcome, OPTIONS_WRONG);
    }
}

static void long_words_are_cut_off(void **state)
{
    char word[3000];
    memset(word, 'a', sizeof word);
    word[0] = word[1] = '-';
    word[sizeof word - 1] = '\0';
    assert_int_equal(PARSE(word).outcome, OPTIONS_WRONG);
    struct parsed p = PARSE("--threads", word + 2);
    assert_int_equal(p.outcome, OPTIONS_WRONG);
    assert_non_null(strstr(p.error.text, "is not a count"));
}

static void help_lists_every_option(void **state)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    options_help(&table, out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "usage: probe [OPTIONS] FILE...\n"
                              "\n"
                              "Probes.\n"
                              "\n"
                              "  --address ADDRESS  listen on ADDRESS\n"
                              "  --threads N        event loops\n"
                              "  --buffer SIZE      room for answers\n"
                              "  --ttl AGE          oldest record served\n"
                              "  --seconds S        how long\n"
                              "  --rate R           requests per second\n"
                              "  --share SHARE      of all\n"
                              "  --capacity LIMIT   what fits\n"
                              "  --quiet            print nothing\n"
                              "  --skip NAME        leaves it out\n"
                              "  --help             print this and exit\n"
                              "  --version          print the version and exit\n"
                              "\n"
                              "example: probe --quiet x\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_read),
        cmocka_unit_test(sizes_are_read),
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(sizes_are_written),
        cmocka_unit_test(durations_are_written),
        cmocka_unit_test(counts_are_written),
        cmocka_unit_test(what_is_written_can_be_read),
        cmocka_unit_test(values_are_stored),
        cmocka_unit_test(seconds_need_no_unit_but_may_have_one),
        cmocka_unit_test(seconds_need_no_unit_but_may_have_one),
        cmocka_unit_test(defaults_stay),
        cmocka_unit_test(capacity_is_entries_or_bytes),
        cmocka_unit_test(text_lists_may_be_repeated),
        cmocka_unit_test(positionals_come_first),
        cmocka_unit_test(help_and_version_need_no_row),
        cmocka_unit_test(errors_are_one_line),
        cmocka_unit_test(long_words_are_cut_off),
        cmocka_unit_test(help_lists_every_option),
        cmocka_unit_test(a_share_may_be_in_percent),
        cmocka_unit_test(options_take_returns_go_on_or_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
