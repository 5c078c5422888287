/* pattern_test.c - what Lua's own string.find says of a hundred thousand patterns, ours says too.
 */
#include "pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lauxlib.h>
#include <lualib.h>

#define ROUNDS     100000
#define TEXT_BYTES 64
#define PIECES     7

/* Drawn in this order, they make patterns both right and wrong. */
static const char *const pieces[] = {
    "a",    "b",    ".",     "%a",    "%d",    "%S", "%W",  "[ab]", "[^a]", "[a-c]", "[%d_]",
    "[]]",  "[^]]", "[a-]",  "[%]a]", "[",     "]",  "%",   "%%",   "(",    ")",     "()",
    "(a*)", "(.-)", "*",     "+",     "-",     "?",  "$",   "^",    "%1",   "%2",    "%b()",
    "%bab", "%b",   "%f[a]", "%f",    "%f[%z", "1",  "a-b", "%x+",  "[%a-", "[b-a]"};

static const char letters[] = "aaabbc1_()[]%- ";

static uint32_t draw(uint32_t *state, size_t below)
{
    *state = *state * 1664525 + 1013904223;
    return (*state >> 8) % (uint32_t)below;
}

/* In memory of its own length, for sanitizers to see its end. */
static struct span copy(const char *bytes, size_t count)
{
    char *own = malloc(count > 0 ? count : 1);
    assert_non_null(own);
    memcpy(own, bytes, count);
    return (struct span){own, count};
}

static struct span pattern_draw(uint32_t *state)
{
    char pattern[PIECES * 8] = "";
    size_t count = 0;
    for (uint32_t left = draw(state, PIECES + 1); left > 0; left--) {
        const char *piece = pieces[draw(state, sizeof pieces / sizeof pieces[0])];
        memcpy(pattern + count, piece, strlen(piece));
        count += strlen(piece);
    }
    return copy(pattern, count);
}

static struct span text_draw(uint32_t *state)
{
    char text[TEXT_BYTES];
    size_t count = draw(state, 2) ? draw(state, 8) : draw(state, TEXT_BYTES);
    for (size_t i = 0; i < count; i++)
        text[i] = letters[draw(state, sizeof letters)]; /* its end, too */
    return copy(text, count);
}

/* string.find then takes it as plain text; string.match does not, nor do we. */
static bool pattern_is_plain(struct span pattern)
{
    for (size_t i = 0; i < pattern.count; i++)
        if (strchr("^$*+?.([%-", pattern.bytes[i]))
            return false;
    return true;
}

/* Leaves what string.find returns, or an error. */
static bool lua_finds(lua_State *L, struct span text, struct span pattern, size_t from)
{
    lua_settop(L, 0);
    lua_getglobal(L, "string");
    lua_getfield(L, -1, "find");
    lua_remove(L, 1);
    lua_pushlstring(L, text.bytes, text.count);
    lua_pushlstring(L, pattern.bytes, pattern.count);
    lua_pushinteger(L, (lua_Integer)from + 1);
    return lua_pcall(L, 3, LUA_MULTRET, 0) == LUA_OK;
}

static void captures_compare(lua_State *L, struct span text, const struct pattern_match *match)
{
    assert_int_equal(lua_gettop(L), 2 + match->capture_count);
    assert_int_equal(lua_tointeger(L, 1), match->from + 1);
    assert_int_equal(lua_tointeger(L, 2), match->to);
    for (unsigned i = 0; i < match->capture_count; i++) {
        size_t from = match->captures[i].from, count = match->captures[i].count, wanted_count;
        if (count == PATTERN_HERE) {
            assert_true(lua_isinteger(L, (int)i + 3));
            assert_int_equal(lua_tointeger(L, (int)i + 3), from + 1);
            continue;
        }
        const char *wanted = lua_tolstring(L, (int)i + 3, &wanted_count);
        assert_int_equal(count, wanted_count);
        assert_memory_equal(text.bytes + from, wanted, count);
    }
}

static void outcomes_compare(lua_State *L, struct span text, struct span pattern, size_t from,
                             size_t outcomes[])
{
    struct pattern_match match;
    const char *error = NULL;
    enum pattern_outcome outcome = pattern_find(text, pattern, from, &match, &error);
    while (outcome == PATTERN_PAUSED)
        outcome = pattern_find(text, pattern, match.from, &match, &error);
    outcomes[outcome]++;
    if (!lua_finds(L, text, pattern, from)) {
        assert_int_equal(outcome, PATTERN_WRONG);
        assert_non_null(error);
    } else if (lua_isnil(L, 1)) {
        assert_int_equal(outcome, PATTERN_NOWHERE);
    } else {
        assert_int_equal(outcome, PATTERN_FOUND);
        captures_compare(L, text, &match);
    }
}

static void agrees_with_lua(void **unused)
{
    lua_State *L = luaL_newstate();
    size_t outcomes[PATTERN_WRONG + 1] = {0};
    uint32_t state = 1;
    (void)unused;
    luaL_openlibs(L);
    for (size_t round = 0; round < ROUNDS; round++) {
        struct span text = text_draw(&state), pattern = pattern_draw(&state);
        size_t from = draw(&state, 4) ? 0 : draw(&state, text.count + 1);
        if (!pattern_is_plain(pattern))
            outcomes_compare(L, text, pattern, from, outcomes);
        free((void *)(uintptr_t)text.bytes);
        free((void *)(uintptr_t)pattern.bytes);
    }
    lua_close(L);
    assert_true(outcomes[PATTERN_FOUND] > ROUNDS / 20);
    assert_true(outcomes[PATTERN_NOWHERE] > ROUNDS / 20);
    assert_true(outcomes[PATTERN_WRONG] > ROUNDS / 20);
}

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void steps_are_bounded(void **unused)
{
    static char text[1 << 16];
    struct span all = {text, sizeof text};
    struct pattern_match match;
    const char *error = NULL;
    (void)unused;
    memset(text, 'a', sizeof text);
    assert_int_equal(pattern_find(all, span_of(".-.-.-.-b"), 0, &match, &error), PATTERN_WRONG);
    assert_non_null(strstr(error, "too many steps"));
    assert_int_equal(pattern_find(all, span_of("b"), 0, &match, &error), PATTERN_PAUSED);
    assert_in_range(match.from, 1, PATTERN_STEPS + 1);
}

/* Paused and continued, a search comes to the same end. */
static void a_paused_search_goes_on(void **unused)
{
    static char text[1 << 18];
    struct span all = {text, sizeof text};
    struct pattern_match match = {0};
    const char *error = NULL;
    enum pattern_outcome outcome = PATTERN_PAUSED;
    unsigned pauses = 0;
    (void)unused;
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 3, "xyz", 3);
    for (size_t from = 0; outcome == PATTERN_PAUSED; from = match.from, pauses++)
        outcome = pattern_find(all, span_of("x(y)"), from, &match, &error);
    assert_int_equal(outcome, PATTERN_FOUND);
    assert_int_equal(match.from, sizeof text - 3);
    assert_int_equal(match.captures[0].from, sizeof text - 2);
    assert_true(pauses > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_lua),
        cmocka_unit_test(steps_are_bounded),
        cmocka_unit_test(a_paused_search_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
