/* dump_test.c - real dumps are read exactly, and explained by the right rules. */
#include "dump_advice.h"
#include "dump_output.h"
#include "dump_read.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define MIB (1024.0 * 1024)

/* Takes the one dump out of the list. */
static struct dump *only_one(struct dump_list *list)
{
    assert_int_equal(list->count, 1);
    struct dump *dump = list->dumps[0];
    list->count = 0;
    dump_list_clear(list);
    return dump;
}

static struct dump *fixture_read(const char *name)
{
    char path[512];
    struct error error = {""};
    struct dump_list list = {.dumps = NULL};
    snprintf(path, sizeof path, DUMPS "/%s", name);
    if (dumps_read(&list, path, &error) < 0)
        fail_msg("%s", error.text);
    return only_one(&list);
}

static struct dump *dump_of(const char *text)
{
    struct error error = {""};
    struct dump_list list = {.dumps = NULL};
    if (dumps_parse(&list, "text", text, strlen(text), &error) < 0)
        fail_msg("%s", error.text);
    return only_one(&list);
}

static bool advised(const struct facts *facts, const char *rule, const char *word)
{
    struct advice advice;
    size_t next = 0;
    while (advice_next(facts, &next, &advice)) {
        assert_null(strchr(advice.words, '{'));
        if (strcmp(advice.rule, rule) == 0)
            return strstr(advice.words, word) != NULL;
    }
    return false;
}

static void json_is_read(void **state)
{
    struct dump *dump = fixture_read("unbounded_after.json");
    assert_string_equal(dump->format, "JSON");
    assert_memory_equal(dump->version, "5.3.0", 5);
    assert_int_equal(dump->allocated_bytes, 43983600);
    assert_int_equal(dump->retained_bytes, 14602240);
    assert_int_equal(dump->family, DUMP_FAMILY_5_3);
    assert_int_equal(dump->arena_count, 4);
    const struct dump_arena *manual = dump_arena_find(dump, "11");
    assert_int_equal(dump_arena_kind(dump, manual), DUMP_ARENA_MANUAL);
    assert_int_equal(manual->allocated_bytes, 43719680);
    assert_int_equal(manual->active_bytes, UINT64_C(10698) * 4096);
    assert_int_equal(manual->fills, 0);
    const struct dump_class *class = dump_class_find(&dump->total, 384);
    assert_int_equal(class->live, 27176);
    assert_int_equal(dump_class_held_bytes(dump, class), 10444800);
    dump_destroy(dump);
}

static void text_is_read(void **state)
{
    struct dump *dump = fixture_read("threads.txt");
    assert_string_equal(dump->format, "plain text");
    assert_true(dump->finished && dump->profiling && !dump->background_thread);
    assert_int_equal(dump->dirty_decay_ms, -1);
    assert_int_equal(dump->allocated_bytes, 22890176);
    assert_int_equal(dump->retained_bytes, 5033984);
    assert_int_equal(dump->arena_count, 4);
    assert_int_equal(dump->total.dirty_bytes, 49 * 4096);
    const struct dump_arena *manual = dump_arena_find(dump, "2");
    assert_int_equal(dump_arena_kind(dump, manual), DUMP_ARENA_MANUAL);
    assert_int_equal(dump_arena_kind(dump, dump_arena_find(dump, "1")), DUMP_ARENA_HUGE);
    assert_int_equal(manual->dirty_decay_ms, -1);
    assert_int_equal(manual->allocated_bytes, 3000 * 448);
    assert_int_equal(manual->allocations, 3000);
    assert_int_equal(manual->fills, 0);
    assert_int_equal(dump_arena_find(dump, "0")->fills, 255 + 6);
    const struct dump_class *class = dump_class_find(manual, 448);
    assert_int_equal(class->live, 3000); /* of 400 bytes each */
    assert_int_equal(class->slab_regions, 64);
    assert_int_equal(class->slab_bytes, 7 * 4096);
    assert_int_equal(dump_class_find(&dump->total, 20971520)->live, 1);
    dump_destroy(dump);
}

static void layers_leave_no_gap(void **state)
{
    static const char *const names[] = {"unbounded_before.json", "unbounded_after.json",
                                        "threads.txt"};
    for (size_t i = 0; i < 3; i++) {
        struct dump *dump = fixture_read(names[i]);
        struct facts f;
        facts_gather(&f, dump, NULL);
        assert_true(f.allocated + f.unused == f.active);
        assert_true(f.active + f.dirty + f.metadata_pages + f.other == f.resident);
        assert_true(f.metadata_pages + f.internal == f.metadata);
        assert_in_range(f.other, 0, 64 << 10); /* rounding to pages */
        assert_true(f.resident + f.untouched == f.mapped);
        assert_true(f.adds_up && f.check.arenas_add_up && f.check.count == 0);
        double used = 0;
        for (size_t c = 0; c < dump->total.class_count; c++)
            used += (double)dump->total.classes[c].live * (double)dump->total.classes[c].size_bytes;
        assert_true(used == f.allocated); /* every byte is in a class */
        dump_destroy(dump);
    }
}

static void two_dumps_show_what_grows(void **state)
{
    struct dump *before = fixture_read("unbounded_before.json");
    struct dump *after = fixture_read("unbounded_after.json");
    struct facts facts;
    facts_gather(&facts, after, before);
    assert_true(facts.changed.classes[0].size_bytes == 384);
    assert_true(facts.changed.classes[0].grown == 27176);
    assert_string_equal(facts.changed.classes[0].arena, "11");
    assert_true(facts.manual_arena_grown > 41 * MIB && facts.manual_arena_grown < 42 * MIB);
    assert_true(advised(&facts, "manual arena grows", "arena 11"));
    assert_true(advised(&facts, "profile", "jeprof"));
    assert_false(advised(&facts, "order", ""));
    facts_gather(&facts, before, after);
    assert_true(advised(&facts, "order", "younger"));
    assert_false(advised(&facts, "manual arena grows", ""));
    facts_gather(&facts, after, after);
    assert_true(advised(&facts, "no growth", "no leak"));
    assert_int_equal(facts.changed.count, 0);
    dump_destroy(before);
    dump_destroy(after);
}

/* A dump without problems: 64 MiB resident. */
static struct dump *healthy_dump(void)
{
    static const char text[] =
        "___ Begin jemalloc statistics ___\n"
        "Version: \"5.3.0\"\n"
        "Page size: 4096\n"
        "  config.cache_oblivious: false\n"
        "  opt.background_thread: false (background_thread: true)\n"
        "  opt.dirty_decay_ms: 10000 (arenas.dirty_decay_ms: 5000)\n"
        "Allocated: 62914560, active: 62914560, metadata: 0, resident: 67108864, mapped: 67108864, "
        "retained: 0\n"
        "arenas[0]:\n"
        "   dirty: 5000 0 0 0 0\n"
        "small: 62914560 1 1 1\n"
        "large: 0 0 0 0\n"
        "active: 62914560\n"
        "bins:  size curregs curslabs regs pgs\n"
        "  64 491520 7680 64 1\n"
        "  ---\n"
        "  96 327680 7680 128 1\n"
        "large: size curlextents\n"
        "--- End jemalloc statistics ---\n";
    return dump_of(text);
}

static void rules_follow_the_figures(void **state)
{
    struct dump *dump = healthy_dump();
    struct facts facts;
    facts_gather(&facts, dump, NULL);
    assert_true(advised(&facts, "nothing", "little is wasted"));
    assert_true(facts.dirty_decay_ms == 5000); /* the current value, not that at the start */

    dump->resident_bytes += 32 << 20;
    dump->total.dirty_bytes = 32 << 20;
    facts_gather(&facts, dump, NULL);
    assert_true(advised(&facts, "dirty pages go", "within 5 s"));
    dump->background_thread = false;
    facts_gather(&facts, dump, NULL);
    assert_true(advised(&facts, "dirty pages wait", "background_thread:true"));
    dump->dirty_decay_ms = -1;
    facts_gather(&facts, dump, NULL);
    assert_true(advised(&facts, "dirty pages are kept", "dirty_decay_ms"));

    dump->allocated_bytes /= 2;
    dump->total.classes[0].slabs *= 2;
    facts_gather(&facts, dump, NULL);
    assert_true(advised(&facts, "fragmentation", "50.0 %"));
    dump_destroy(dump);
}

static void one_size_that_leaks(void **state)
{
    struct dump *before = healthy_dump(), *after = healthy_dump();
    struct facts facts;
    after->total.classes[0].live += 100000;
    after->arenas[0].classes[0].live += 100000;
    after->allocated_bytes += 6400000;
    after->total.allocated_bytes += 6400000;
    after->total.small_bytes += 6400000;
    facts_gather(&facts, after, before);
    assert_true(advised(&facts, "one size grows", "64-byte allocations: 100,000 more"));
    assert_true(advised(&facts, "one size grows", "48 to 64 bytes"));
    dump_destroy(before);
    dump_destroy(after);
}

static void tables_show_sizes_and_arenas(void **state)
{
    struct dump *before = fixture_read("unbounded_before.json");
    struct dump *after = fixture_read("unbounded_after.json");
    struct facts facts;
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    facts_gather(&facts, after, before);
    dump_print(&facts, false, out);
    fclose(out);
    assert_non_null(
        strstr(text, "384-byte allocations: +27,176 of them, 10 MiB, most in arena 11\n"));
    assert_non_null(strstr(text, "created by the program, no thread cache"));
    assert_null(strchr(text, '\033'));
    free(text);
    dump_destroy(before);
    dump_destroy(after);
}

static void refused(const char *text, const char *reason)
{
    struct error error = {""};
    struct dump_list list = {.dumps = NULL};
    assert_int_equal(dumps_parse(&list, "file", text, strlen(text), &error), -1);
    assert_int_equal(list.count, 0);
    if (strstr(error.text, reason) == NULL)
        fail_msg("%s", error.text);
    assert_memory_equal(error.text, "file: ", 6);
    dump_list_clear(&list);
}

static void other_files_are_refused(void **state)
{
    struct error error = {""};
    struct dump_list list = {.dumps = NULL};
    refused("", "not a jemalloc statistics dump");
    refused("{\"policy\":\"lru\"}", "not a jemalloc statistics dump");
    refused("{\"jemalloc\":{\"version\":", "line 1, column");
    refused("{\"jemalloc\":{}}", "no totals");
    refused("___ Begin jemalloc statistics ___\nVersion: \"5.3.0\"\n", "no totals");
    refused("Allocated: 12 GB, active: 13 GB, resident: 14 GB\n", "not a jemalloc statistics dump");
    refused("Version: 5.3.0\nthe page size: 4096\n", "not a jemalloc statistics dump");
    assert_int_equal(dumps_read(&list, "/nonexistent", &error), -1);
    assert_string_equal(error.text, "/nonexistent: No such file or directory");
}

static void unknown_versions_are_refused_by_name(void **state)
{
    static const char *const versions[] = {"2.2.5", "3.7.0", "4.6.0", "5.4.0", "6.0.0-0-gabc"};
    char text[256], reason[64];
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        snprintf(text, sizeof text, "Version: \"%s\"\nAllocated: 4096, active: 8192\n",
                 versions[i]);
        snprintf(reason, sizeof reason, "is by jemalloc %s, whose figures are not known",
                 versions[i]);
        refused(text, reason);
    }
    refused("Version: trunk\nAllocated: 4096, active: 8192\n", "version 'trunk'");
}

static void next_smaller_class(void **state)
{
    static const uint64_t sizes[] = {8,   16,  32,  48,  64,  80,  96,  112, 128, 160, 192,
                                     224, 256, 320, 384, 448, 512, 640, 768, 896, 1024};
    assert_int_equal(dump_class_below_bytes(8), 0);
    for (size_t i = 1; i < sizeof sizes / sizeof sizes[0]; i++)
        assert_int_equal(dump_class_below_bytes(sizes[i]), sizes[i - 1]);
    assert_int_equal(dump_class_below_bytes(5 << 20), 4 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_read),
        cmocka_unit_test(text_is_read),
        cmocka_unit_test(layers_leave_no_gap),
        cmocka_unit_test(two_dumps_show_what_grows),
        cmocka_unit_test(rules_follow_the_figures),
        cmocka_unit_test(one_size_that_leaks),
        cmocka_unit_test(tables_show_sizes_and_arenas),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(unknown_versions_are_refused_by_name),
        cmocka_unit_test(next_smaller_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
