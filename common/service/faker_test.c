/* faker_test.c - generated users: reproducible, valid JSON, of realistic sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "faker.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define USERS 20000

static int zone_begin(void **state)
{
    *state = memory_zone_create();
    return 0;
}

static int zone_end(void **state)
{
    struct memory_zone_figures figures;
    memory_zone_read(*state, &figures);
    assert_int_equal(figures.allocated_bytes, 0);
    memory_zone_destroy(*state);
    return 0;
}

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static struct record *record_make(struct memory_zone *zone, struct span id, uint64_t seed)
{
    struct faker_user made;
    faker_generate(&made, id, seed);
    return user_record(&made.user, zone);
}

static void record_end(struct record *record)
{
    assert_true(record_drop(record));
    record_free(record);
}

static bool bodies_equal(const struct record *a, const struct record *b)
{
    struct span x = record_body(a), y = record_body(b);
    return x.count == y.count && memcmp(x.bytes, y.bytes, x.count) == 0;
}

static void id_and_seed_decide(void **state)
{
    struct record *first = record_make(*state, span_of("alice"), 1);
    struct record *again = record_make(*state, span_of("alice"), 1);
    struct record *other = record_make(*state, span_of("alice"), 2);
    struct record *bob = record_make(*state, span_of("bob"), 1);
    assert_true(bodies_equal(first, again));
    assert_false(bodies_equal(first, other));
    assert_false(bodies_equal(first, bob));
    record_end(first);
    record_end(again);
    record_end(other);
    record_end(bob);
}

/* The user of a seed is part of what results are compared by: it must not drift. */
static void a_known_user_is_unchanged(void **state)
{
    static const char body[] =
        "{\"user_id\":\"alice\",\"name\":\"Scott Carter\",\"email\":\"scott.carter@example.com\","
        "\"address\":\"8792 Highland Avenue\\nJackson, AK 59586\",\"desc\":\"Clear leave arrive "
        "develop. Engine final country place student detail never dream guess.\"}";
    struct record *record = record_make(*state, span_of("alice"), 0);
    assert_int_equal(record_body(record).count, sizeof body - 1);
    assert_memory_equal(record_body(record).bytes, body, sizeof body - 1);
    record_end(record);
}

static void member_check(const json_t *user, const char *name, const char *holds)
{
    const char *text = json_string_value(json_object_get(user, name));
    assert_non_null(text);
    assert_non_null(strstr(text, holds));
}

static void body_check(struct record *record, struct span id)
{
    struct span body = record_body(record);
    json_t *user = json_loadb(body.bytes, body.count, JSON_ALLOW_NUL, NULL);
    const json_t *user_id = json_object_get(user, "user_id");
    assert_int_equal(json_object_size(user), 5);
    assert_int_equal(json_string_length(user_id), id.count);
    assert_memory_equal(json_string_value(user_id), id.bytes, id.count);
    assert_int_equal(record_key(record).count, id.count);
    assert_memory_equal(record_key(record).bytes, id.bytes, id.count);
    member_check(user, "name", " ");
    member_check(user, "email", "@example.");
    member_check(user, "address", "\n");
    member_check(user, "desc", ".");
    json_decref(user);
}

static void every_id_is_sound_json(void **state)
{
    static const struct span ids[] = {{"a", 1},
                                      {"\"\\\"", 3},
                                      {"\n\r\t\b\f", 5},
                                      {"a\0b", 3},
                                      {"\x01\x1f\x7f", 3},
                                      {"/../%00", 7},
                                      {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9},
                                      {"</script>'&", 11}};
    char longest[RECORD_KEY_BYTES_MAX];
    memset(longest, 1, sizeof longest); /* each byte becomes six */
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        struct record *record = record_make(*state, ids[i], 7);
        body_check(record, ids[i]);
        record_end(record);
    }
    struct record *record = record_make(*state, (struct span){longest, sizeof longest}, 7);
    body_check(record, (struct span){longest, sizeof longest});
    record_end(record);
}

static void plain_key_is_not_stored_twice(void **state)
{
    struct record *plain = record_make(*state, span_of("alice"), 0);
    struct record *odd = record_make(*state, span_of("al\"ce"), 0);
    assert_ptr_equal(record_key(plain).bytes, record_body(plain).bytes + 12);
    const char *key = record_key(odd).bytes, *body = record_body(odd).bytes;
    assert_false(key >= body && key < body + record_body(odd).count);
    record_end(plain);
    record_end(odd);
}

/* About 350 bytes, realistically spread. */
static void sizes_are_realistic(void **state)
{
    double sum = 0, squares = 0, least = INFINITY, most = 0;
    for (unsigned i = 0; i < USERS; i++) {
        char id[RECORD_KEY_BYTES_MAX]; /* as random ids are, and as workloads write theirs */
        int count = snprintf(id, sizeof id, "%0*x", i % 2 ? 64 : 16, i);
        struct record *record = record_make(*state, (struct span){id, (size_t)count}, 3);
        double bytes = (double)record_body(record).count;
        sum += bytes;
        squares += bytes * bytes;
        least = fmin(least, bytes);
        most = fmax(most, bytes);
        record_end(record);
    }
    double mean = sum / USERS, deviation = sqrt(squares / USERS - mean * mean);
    print_message("mean %.1f deviation %.1f least %.0f most %.0f\n", mean, deviation, least, most);
    assert_in_range((uintmax_t)mean, 330, 370);
    assert_in_range((uintmax_t)deviation, 60, 200);
    assert_in_range((uintmax_t)least, 150, 240);
    assert_in_range((uintmax_t)most, 700, 1500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(id_and_seed_decide),     cmocka_unit_test(a_known_user_is_unchanged),
        cmocka_unit_test(every_id_is_sound_json), cmocka_unit_test(plain_key_is_not_stored_twice),
        cmocka_unit_test(sizes_are_realistic),
    };
    return cmocka_run_group_tests(tests, zone_begin, zone_end);
}
