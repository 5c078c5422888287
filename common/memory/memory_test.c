/* memory_test.c - zones count exactly; the figures of the process are plausible. */
#include "memory.h"
#include "process.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static uint64_t zone_bytes(struct memory_zone *zone)
{
    struct memory_zone_figures figures;
    memory_zone_read(zone, &figures);
    return figures.allocated_bytes;
}

static void zone_accounts_every_usable_byte(void **state)
{
    struct memory_zone *zone = memory_zone_create();
    void *allocations[100];
    uint64_t sum = 0;
    assert_int_equal(zone_bytes(zone), 0);
    for (size_t i = 0; i < 100; i++) {
        size_t bytes = 1 + i * i * 3;
        allocations[i] = memory_alloc(zone, bytes);
        memset(allocations[i], 0x5a, bytes);
        assert_true(memory_usable(allocations[i]) >= bytes);
        sum += memory_usable(allocations[i]);
        assert_int_equal(zone_bytes(zone), sum);
    }
    for (size_t i = 0; i < 100; i++)
        memory_free(allocations[i]);
    assert_int_equal(zone_bytes(zone), 0);
    memory_zone_destroy(zone);
}

static void a_zone_has_figures_by_layer(void **state)
{
    enum { BLOCK_BYTES = 4 << 20 };
    struct memory_zone *zone = memory_zone_create();
    struct memory_zone_figures figures;
    void *block = memory_alloc(zone, BLOCK_BYTES);
    memset(block, 1, BLOCK_BYTES);
    memory_zone_read(zone, &figures);
    assert_true(figures.active_bytes >= figures.allocated_bytes);
    assert_true(figures.resident_bytes >= figures.active_bytes);
    assert_true(figures.resident_bytes - figures.active_bytes >= figures.metadata_bytes);
    memory_free(block);
    memory_zone_destroy(zone);
}

/* Freed pages stay with the allocator for the decay time; with 0 they are returned at once. */
static void pages_are_returned_after_the_decay_time(void **state)
{
    enum { BLOCK_BYTES = 4 << 20 };
    struct memory_zone_figures figures;
    if (!memory_set_decay(UINT64_C(3600000000000)))
        return; /* this allocator has no decay time */
    struct memory_zone *zone = memory_zone_create();
    void *block = memory_alloc(zone, BLOCK_BYTES);
    memset(block, 1, BLOCK_BYTES);
    memory_free(block);
    memory_decay();
    memory_zone_read(zone, &figures);
    assert_true(figures.resident_bytes >= BLOCK_BYTES);
    assert_true(memory_set_decay(0));
    memory_decay();
    memory_zone_read(zone, &figures);
    assert_true(figures.resident_bytes < BLOCK_BYTES);
    memory_zone_destroy(zone);
}

static void zones_are_separate(void **state)
{
    struct memory_zone *one = memory_zone_create();
    struct memory_zone *other = memory_zone_create();
    void *allocation = memory_alloc(one, 1000);
    assert_true(zone_bytes(one) >= 1000);
    assert_int_equal(zone_bytes(other), 0);
    memory_free(allocation);
    memory_zone_destroy(one);
    memory_zone_destroy(other);
}

static void zeroed_is_zero_after_reuse(void **state)
{
    struct memory_zone *zone = memory_zone_create();
    for (int round = 0; round < 10; round++) {
        unsigned char *bytes = memory_alloc_zeroed(zone, 8192);
        for (size_t i = 0; i < 8192; i++)
            assert_int_equal(bytes[i], 0);
        memset(bytes, 0xff, 8192);
        memory_free(bytes);
    }
    memory_zone_destroy(zone);
}

static void process_figures_grow_with_use(void **state)
{
    enum { BLOCK_BYTES = 32 << 20 };
    struct process_figures before, after;
    assert_int_equal(process_read(getpid(), &before), 0);
    assert_true(before.vsz_bytes >= before.rss_bytes && before.rss_bytes > 0);
    char *block = malloc(BLOCK_BYTES);
    assert_non_null(block);
    memset(block, 1, BLOCK_BYTES);
    assert_int_equal(process_read(getpid(), &after), 0);
    assert_true(after.rss_bytes >= before.rss_bytes + BLOCK_BYTES / 2);
    assert_true(after.minor_faults > before.minor_faults);
    free(block);
}

static void rollup_has_anonymous_memory(void **state)
{
    enum { BLOCK_BYTES = 32 << 20 };
    struct process_rollup before, after;
    assert_int_equal(process_read_rollup(getpid(), &before), 0);
    assert_true(before.pss_bytes > 0 && before.anonymous_bytes > 0);
    char *block = malloc(BLOCK_BYTES);
    assert_non_null(block);
    memset(block, 1, BLOCK_BYTES);
    assert_int_equal(process_read_rollup(getpid(), &after), 0);
    uint64_t held = after.anonymous_bytes + after.swap_bytes;
    assert_true(held >= before.anonymous_bytes + before.swap_bytes + BLOCK_BYTES / 2);
    free(block);
}

static void descriptors_and_threads_are_counted(void **state)
{
    struct process_figures before, after;
    int fds[10];
    assert_int_equal(process_read(getpid(), &before), 0);
    for (size_t i = 0; i < 10; i++)
        fds[i] = dup(STDERR_FILENO);
    assert_int_equal(process_read(getpid(), &after), 0);
    for (size_t i = 0; i < 10; i++)
        close(fds[i]);
    assert_int_equal(after.descriptors, before.descriptors + 10);
    assert_true(before.threads >= 1 && before.page_table_bytes > 0);
}

/* The pages stay in RSS until the kernel needs them. */
static void lazily_freed_pages_are_not_held(void **state)
{
    enum { BLOCK_BYTES = 32 << 20 };
    struct process_figures raw, held;
    struct process_rollup rollup;
    char *block =
        mmap(NULL, BLOCK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(block != MAP_FAILED);
    memset(block, 1, BLOCK_BYTES);
    assert_int_equal(madvise(block, BLOCK_BYTES, MADV_FREE), 0);
    assert_int_equal(process_read(getpid(), &raw), 0);
    assert_int_equal(process_read_rollup(getpid(), &rollup), 0);
    munmap(block, BLOCK_BYTES);
    held = raw;
    process_figures_correct(&held, &rollup);
    assert_true(raw.rss_bytes - held.rss_bytes == rollup.lazy_free_bytes);
    assert_true(raw.rss_bytes >= BLOCK_BYTES / 2 && rollup.lazy_free_bytes >= BLOCK_BYTES / 2);
    assert_true(held.anonymous_bytes < raw.anonymous_bytes && rollup.pss_bytes < raw.rss_bytes);
    process_figures_correct(&held, &rollup); /* never below 0 */
    assert_true(held.rss_bytes <= raw.rss_bytes);
}

static void rollups_take_a_small_share_of_the_time(void **state)
{
    assert_int_equal(process_rollup_wait_ns(0), 0);
    assert_int_equal(process_rollup_wait_ns(1000000), 49000000);
    assert_int_equal(process_rollup_wait_ns(1000000000), 1000000000);
}

static void a_missing_process_is_an_error(void **state)
{
    struct process_figures figures;
    assert_int_equal(process_read(0x7ffffff0, &figures), -1);
    assert_int_equal(errno, ENOENT);
    struct process_rollup rollup;
    assert_int_equal(process_read_rollup(0x7ffffff0, &rollup), -1);
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zone_accounts_every_usable_byte),
        cmocka_unit_test(a_zone_has_figures_by_layer),
        cmocka_unit_test(pages_are_returned_after_the_decay_time),
        cmocka_unit_test(zones_are_separate),
        cmocka_unit_test(zeroed_is_zero_after_reuse),
        cmocka_unit_test(process_figures_grow_with_use),
        cmocka_unit_test(rollup_has_anonymous_memory),
        cmocka_unit_test(descriptors_and_threads_are_counted),
        cmocka_unit_test(lazily_freed_pages_are_not_held),
        cmocka_unit_test(rollups_take_a_small_share_of_the_time),
        cmocka_unit_test(a_missing_process_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
