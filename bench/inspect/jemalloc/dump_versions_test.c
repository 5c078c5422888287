/* dump_versions_test.c - dumps of every version are read by its own columns and definitions. */
#include "dump_advice.h"
#include "dump_output.h"
#include "dump_read.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A dump, and what it says. */
struct read_dump {
    struct dump_list list;
    struct facts facts;
};

static struct read_dump *fixture_read(const char *name)
{
    char path[512];
    struct error error = {""};
    struct read_dump *read = calloc(1, sizeof *read);
    snprintf(path, sizeof path, DUMPS "/%s", name);
    if (dumps_read(&read->list, path, &error) < 0)
        fail_msg("%s", error.text);
    facts_gather(&read->facts, read->list.dumps[read->list.count - 1],
                 read->list.count > 1 ? read->list.dumps[0] : NULL);
    read->facts.points = &read->list;
    return read;
}

static void release(struct read_dump *read)
{
    dump_list_clear(&read->list);
    free(read);
}

static const struct fact_class *class_of(const struct fact_list *list, double size_bytes)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->classes[i].size_bytes == size_bytes)
            return &list->classes[i];
    fail_msg("no class of %.0f bytes", size_bytes);
    return NULL;
}

static bool doubted(const struct facts *facts, const char *words)
{
    for (size_t i = 0; i < facts->check.count; i++)
        if (strstr(facts->check.doubts[i], words) != NULL)
            return true;
    return false;
}

static bool advised(const struct facts *facts, const char *rule)
{
    struct advice advice;
    size_t next = 0;
    while (advice_next(facts, &next, &advice))
        if (strcmp(advice.rule, rule) == 0)
            return true;
    return false;
}

static char *printed(const struct facts *facts)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    dump_print(facts, false, out);
    fclose(out);
    return text;
}

static void runs_and_chunks_of_4_0(void **state)
{
    struct read_dump *read = fixture_read("redis_4.0.3.txt");
    const struct facts *f = &read->facts;
    char *text = printed(f);
    assert_true(f->dirty == 4043.0 * 4096);
    assert_true(f->metadata == 133846144);
    assert_in_range(f->other, 0, 8192);
    assert_non_null(strstr(text, "128 MiB"));
    assert_null(strstr(text, "no thread cache"));
    assert_true(fabs(class_of(&f->wasteful, 24)->utilisation - 0.152) < 0.0005);
    assert_true(fabs(class_of(&f->wasteful, 80)->utilisation - 0.711) < 0.0005);
    assert_true(f->largest.classes[0].size_bytes == 67108864 && f->largest.classes[0].live == 1);
    assert_true(class_of(&f->largest, 32768)->live == 86);
    assert_true(class_of(&f->largest, 163840)->live == 10);
    assert_int_equal(f->dump->arenas[0].allocated_bytes, 138983464);
    assert_true(f->dirty_ratio == 8);
    /* Most of its small classes were left out. */
    assert_false(f->adds_up);
    assert_true(doubted(f, "The small size classes add up to 20.9 MiB, 27.9 MiB less"));
    assert_false(advised(f, "one size dominates"));
    free(text);
    release(read);
}

static void a_cut_dump_of_4_0(void **state)
{
    struct read_dump *read = fixture_read("redis_4.0.3_cut.txt");
    const struct facts *f = &read->facts;
    assert_true(f->dirty == 1646155.0 * 4096);
    assert_true(f->metadata == 3286666624);
    assert_int_equal(f->dump->arenas[0].allocated_bytes, 53358671272);
    assert_true(f->check.arenas_add_up);
    assert_true(advised(f, "cut off"));
    assert_true(advised(f, "dirty pages by ratio"));
    assert_false(advised(f, "metadata"));
    release(read);
}

static void huge_allocations_of_3(void **state)
{
    struct read_dump *read = fixture_read("jemalloc_3.6.0.txt");
    const struct facts *f = &read->facts;
    char *text = printed(f);
    assert_true(f->allocated == 16169216 && f->active == 16171008 && f->mapped == 29360128);
    assert_true(isnan(f->resident) && isnan(f->metadata) && isnan(f->retained));
    assert_true(f->dirty == 40.0 * 4096);
    assert_true(f->adds_up && f->check.arenas_add_up);
    assert_true(doubted(f, "12 MiB are huge allocations"));
    assert_true(doubted(f, "neither resident memory nor metadata"));
    assert_int_equal(dump_class_find(&f->dump->total, 112)->live, 1008);
    assert_int_equal(dump_class_find(&f->dump->total, 112)->slabs, 14);
    assert_int_equal(dump_class_find(&f->dump->total, 303104)->live, 10);
    assert_null(strstr(text, "memory that jemalloc uses"));
    free(text);
    release(read);
}

static void thread_caches_of_5_0(void **state)
{
    struct read_dump *read = fixture_read("jemalloc_5.0.1.txt");
    const struct facts *f = &read->facts;
    char *text = printed(f);
    assert_true(f->tcache == 290536);
    assert_non_null(strstr(text, "284 KiB"));
    assert_null(strstr(text, "no thread cache"));
    assert_true(f->muzzy_resident == 32.0 * 4096);
    assert_true(f->metadata == 3003896 && f->metadata_pages == 2883184);
    assert_in_range(f->other, 0, 8192);
    assert_true(doubted(f, "no table of large size classes"));
    free(text);
    release(read);
}

static void muzzy_pages_are_resident_until_5_2(void **state)
{
    struct read_dump *read = fixture_read("jemalloc_5.2.1.txt");
    const struct facts *f = &read->facts;
    assert_true(f->metadata == 2048000 && f->dirty == 250.0 * 4096 && f->resident == 12288000);
    assert_int_equal(f->dump->family, DUMP_FAMILY_5);
    assert_int_equal(f->check.count, 0);
    release(read);
}

static void two_dumps_in_a_file(void **state)
{
    struct read_dump *read = fixture_read("jemalloc_5.2.1_twice.txt");
    const struct facts *f = &read->facts;
    char *text = printed(f);
    assert_int_equal(read->list.count, 2);
    assert_true(f->allocated == 16384000 && f->allocated_grown == 8192000);
    assert_true(f->seconds == 60);
    assert_non_null(strstr(text, "2 dumps; the first and the last are compared"));
    assert_non_null(strstr(text, "+7.8 MiB"));
    free(text);
    release(read);
}

/* Dumps that versions of jemalloc made of the same program, with all arenas in one: 20,000
 * allocations in 4 threads, of which a third is left, and 4 of 9 MiB. */
static void every_version_adds_up(void **state)
{
    static const char *const names[] = {"program_4.5.0.txt", "program_4.5.0.json",
                                        "program_5.0.1.txt", "program_5.2.1.txt",
                                        "program_5.2.1.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct read_dump *read = fixture_read(names[i]);
        const struct facts *f = &read->facts;
        if (!f->adds_up || !f->check.arenas_add_up || f->check.count > 0)
            fail_msg("%s: %s", names[i], f->check.doubts[0]);
        assert_in_range(f->other, 0, 64 << 10);
        assert_true(f->allocated + f->unused == f->active);
        assert_true(f->allocated > 56.0 * (1 << 20) && f->allocated < 57.0 * (1 << 20));
        assert_int_equal(dump_class_find(&f->dump->total, 10 << 20)->live, 4);
        assert_true(class_of(&f->wasteful, 3072)->utilisation < 0.6);
        assert_true(f->dump->finished && f->dirty > 0);
        release(read);
    }
}

static void dirty_pages_by_ratio_of_3(void **state)
{
    struct read_dump *read = fixture_read("program_3.6.0.txt");
    const struct facts *f = &read->facts;
    assert_true(f->adds_up && f->check.arenas_add_up);
    assert_true(f->dump->unlisted_bytes == 48 << 20 && f->dirty_ratio == 8);
    assert_true(class_of(&f->wasteful, 3072)->utilisation < 0.6);
    release(read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_and_chunks_of_4_0),
        cmocka_unit_test(a_cut_dump_of_4_0),
        cmocka_unit_test(huge_allocations_of_3),
        cmocka_unit_test(thread_caches_of_5_0),
        cmocka_unit_test(muzzy_pages_are_resident_until_5_2),
        cmocka_unit_test(two_dumps_in_a_file),
        cmocka_unit_test(every_version_adds_up),
        cmocka_unit_test(dirty_pages_by_ratio_of_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
