/* pattern.c - Lua's patterns by backtracking; every step is counted, and so is every descent. */
#include "pattern.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#define DEPTH_MOST 200
#define OPEN       (SIZE_MAX - 1) /* as a capture's length: not closed yet */

struct matcher {
    const char *text, *text_end, *pattern_end;
    struct pattern_match *match;
    uint32_t steps, depth;
    const char *error;
};

static const char *match(struct matcher *m, const char *s, const char *p);

static const char *fail(struct matcher *m, const char *error)
{
    m->error = m->error ? m->error : error;
    return NULL;
}

/* Behind the class, set or character at p. */
static const char *item_end(struct matcher *m, const char *p)
{
    if (*p == '%')
        return p + 1 < m->pattern_end ? p + 2 : fail(m, "the pattern ends with %");
    if (*p++ != '[')
        return p;
    p += p < m->pattern_end && *p == '^';
    do {
        if (p < m->pattern_end && *p == '%')
            p++;
        if (p++ >= m->pattern_end)
            return fail(m, "the pattern lacks a ]");
    } while (p < m->pattern_end && *p != ']');
    return p < m->pattern_end ? p + 1 : fail(m, "the pattern lacks a ]");
}

static int iszero(int c)
{
    return c == 0;
}

static bool class_holds(unsigned char class, unsigned char c)
{
    static const struct {
        char class;
        int (*holds)(int c);
    } classes[] = {{'a', isalpha}, {'c', iscntrl},  {'d', isdigit}, {'g', isgraph},
                   {'l', islower}, {'p', ispunct},  {'s', isspace}, {'u', isupper},
                   {'w', isalnum}, {'x', isxdigit}, {'z', iszero}};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (classes[i].class == tolower(class))
            return (classes[i].holds(c) != 0) == (islower(class) != 0);
    return class == c;
}

/* p at the [, end behind the ]. */
static bool set_holds(const char *p, const char *end, unsigned char c)
{
    bool wanted = *++p != '^';
    for (p += !wanted, end--; p < end; p++) {
        if (*p == '%') {
            if (class_holds((unsigned char)*++p, c))
                return wanted;
        } else if (p + 2 < end && p[1] == '-') {
            if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2])
                return wanted;
            p += 2;
        } else if ((unsigned char)*p == c)
            return wanted;
    }
    return !wanted;
}

static bool item_holds(struct matcher *m, const char *s, const char *p, const char *end)
{
    m->steps++;
    if (s >= m->text_end)
        return false;
    unsigned char c = (unsigned char)*s;
    switch (*p) {
    case '.':
        return true;
    case '%':
        return class_holds((unsigned char)p[1], c);
    case '[':
        return set_holds(p, end, c);
    default:
        return (unsigned char)*p == c;
    }
}

static const char *match_most(struct matcher *m, const char *s, const char *p, const char *end)
{
    ptrdiff_t count = 0;
    while (m->steps < PATTERN_STEPS_PLACE && item_holds(m, s + count, p, end))
        count++;
    for (; count >= 0 && m->error == NULL; count--) {
        const char *found = match(m, s + count, end + 1);
        if (found)
            return found;
    }
    return NULL;
}

static const char *match_least(struct matcher *m, const char *s, const char *p, const char *end)
{
    while (m->error == NULL) {
        const char *found = match(m, s, end + 1);
        if (found)
            return found;
        if (!item_holds(m, s, p, end))
            return NULL;
        s++;
    }
    return NULL;
}

static const char *match_item(struct matcher *m, const char *s, const char *p)
{
    const char *end = item_end(m, p);
    if (end == NULL)
        return NULL;
    char times = '1';
    if (end < m->pattern_end)
        times = *end;
    if (times == '*')
        return match_most(m, s, p, end);
    if (times == '-')
        return match_least(m, s, p, end);
    bool holds = item_holds(m, s, p, end);
    if (times == '+')
        return holds ? match_most(m, s + 1, p, end) : NULL;
    if (times != '?')
        return holds ? match(m, s + 1, end) : NULL;
    const char *found = holds ? match(m, s + 1, end + 1) : NULL;
    return found || m->error ? found : match(m, s, end + 1);
}

static const char *capture_open(struct matcher *m, const char *s, const char *p)
{
    struct pattern_match *result = m->match;
    bool here = p < m->pattern_end && *p == ')';
    if (result->capture_count == PATTERN_CAPTURES)
        return fail(m, "the pattern has too many captures");
    unsigned index = result->capture_count++;
    result->captures[index].from = (size_t)(s - m->text);
    result->captures[index].count = here ? PATTERN_HERE : OPEN;
    const char *found = match(m, s, p + here);
    if (found == NULL)
        result->capture_count--;
    return found;
}

static const char *capture_close(struct matcher *m, const char *s, const char *p)
{
    struct pattern_match *result = m->match;
    unsigned index = result->capture_count;
    while (index > 0 && result->captures[index - 1].count != OPEN)
        index--;
    if (index-- == 0)
        return fail(m, "the pattern has a ) without a (");
    result->captures[index].count = (size_t)(s - m->text) - result->captures[index].from;
    const char *found = match(m, s, p);
    if (found == NULL)
        result->captures[index].count = OPEN;
    return found;
}

/* %b(): p at the two characters. */
static const char *match_balanced(struct matcher *m, const char *s, const char *p)
{
    if (p + 1 >= m->pattern_end)
        return fail(m, "the pattern's %b lacks its two characters");
    if (s >= m->text_end || *s != *p)
        return NULL;
    size_t depth = 1;
    while (++s < m->text_end) {
        m->steps++;
        if (*s == p[1] && --depth == 0)
            return match(m, s + 1, p + 2);
        depth += *s == *p && *s != p[1];
    }
    return NULL;
}

/* %f[set]: p at the set. */
static const char *match_frontier(struct matcher *m, const char *s, const char *p)
{
    if (p >= m->pattern_end || *p != '[')
        return fail(m, "the pattern's %f lacks its set");
    const char *end = item_end(m, p);
    if (end == NULL)
        return NULL;
    unsigned char before = s == m->text ? 0 : (unsigned char)s[-1];
    unsigned char after = s < m->text_end ? (unsigned char)*s : 0;
    return !set_holds(p, end, before) && set_holds(p, end, after) ? match(m, s, end) : NULL;
}

/* %1: p behind it. */
static const char *match_again(struct matcher *m, const char *s, const char *p)
{
    unsigned index = (unsigned)(p[-1] - '1');
    if (index >= m->match->capture_count || m->match->captures[index].count == OPEN)
        return fail(m, "the pattern refers to a capture that it does not have");
    size_t count = m->match->captures[index].count;
    if (count == PATTERN_HERE)
        return NULL;
    m->steps += (uint32_t)(count / 16);
    if ((size_t)(m->text_end - s) < count ||
        memcmp(m->text + m->match->captures[index].from, s, count) != 0)
        return NULL;
    return match(m, s + count, p);
}

/* What follows the character at p; 0: nothing. */
static char char_after(const struct matcher *m, const char *p)
{
    return p + 1 < m->pattern_end ? p[1] : '\0';
}

static bool item_is_special(const struct matcher *m, const char *p)
{
    char after = char_after(m, p);
    if (*p == '%')
        return after == 'b' || after == 'f' || (after >= '1' && after <= '9');
    return *p == '(' || *p == ')' || (*p == '$' && p + 1 == m->pattern_end);
}

/* Goes past the items that stand for one character each. False: one does not hold. */
static bool match_singles(struct matcher *m, const char **s, const char **p)
{
    while (*p < m->pattern_end && !item_is_special(m, *p)) {
        const char *end = item_end(m, *p);
        if (end == NULL)
            return false;
        if (end < m->pattern_end && memchr("*+-?", *end, 4))
            return true;
        if (!item_holds(m, *s, *p, end))
            return false;
        ++*s;
        *p = end;
    }
    return true;
}

static const char *match_special(struct matcher *m, const char *s, const char *p)
{
    char after = char_after(m, p);
    if (*p == '(')
        return capture_open(m, s, p + 1);
    if (*p == ')')
        return capture_close(m, s, p + 1);
    if (*p == '$' && p + 1 == m->pattern_end)
        return s == m->text_end ? s : NULL;
    if (*p == '%' && after == 'b')
        return match_balanced(m, s, p + 2);
    if (*p == '%' && after == 'f')
        return match_frontier(m, s, p + 2);
    if (*p == '%' && after >= '1' && after <= '9')
        return match_again(m, s, p + 2);
    return match_item(m, s, p);
}

/* Where the match of p, begun at s, ends; or NULL. */
static const char *match(struct matcher *m, const char *s, const char *p)
{
    if (m->error || !match_singles(m, &s, &p))
        return NULL;
    if (p == m->pattern_end)
        return s;
    if (++m->steps > PATTERN_STEPS_PLACE)
        return fail(m, "the pattern takes too many steps on this text");
    if (m->depth == DEPTH_MOST)
        return fail(m, "the pattern is too complex");
    m->depth++;
    const char *found = match_special(m, s, p);
    m->depth--;
    return found;
}

static bool captures_closed(const struct pattern_match *match)
{
    for (unsigned i = 0; i < match->capture_count; i++)
        if (match->captures[i].count == OPEN)
            return false;
    return true;
}

static enum pattern_outcome found_at(struct matcher *m, size_t from, const char *end)
{
    if (!captures_closed(m->match)) {
        fail(m, "the pattern has a ( without a )");
        return PATTERN_WRONG;
    }
    m->match->from = from;
    m->match->to = (size_t)(end - m->text);
    return PATTERN_FOUND;
}

enum pattern_outcome pattern_find(struct span text, struct span pattern, size_t from,
                                  struct pattern_match *result, const char **error)
{
    struct matcher m = {.text = text.bytes,
                        .text_end = text.bytes + text.count,
                        .pattern_end = pattern.bytes + pattern.count,
                        .match = result};
    bool anchored = pattern.count > 0 && *pattern.bytes == '^';
    uint32_t steps = 0;
    assert(text.bytes != NULL);
    for (; from <= text.count; from++, steps += m.steps) {
        m.steps = 0;
        result->from = from;
        result->capture_count = 0;
        if (steps > PATTERN_STEPS)
            return PATTERN_PAUSED;
        const char *end = match(&m, text.bytes + from, pattern.bytes + anchored);
        if (end && found_at(&m, from, end) == PATTERN_FOUND)
            return PATTERN_FOUND;
        *error = m.error;
        if (m.error)
            return PATTERN_WRONG;
        if (anchored)
            break;
    }
    return PATTERN_NOWHERE;
}
