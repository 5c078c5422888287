/* log_time.c - reads the dates, clocks and zones of access logs, digit by digit. */
#include "log_time.h"

#include "units.h"

#include <strings.h>

#define MONTHS          12
#define MONTH_CHARS     3
#define MONTH_NAMES     "JanFebMarAprMayJunJulAugSepOctNovDec"
#define SECONDS_PER_DAY 86400
#define NUMBER_OF_MS    UINT64_C(100000000000) /* from here on, a number counts ms, not seconds */
#define SCALE           1000                   /* between s, ms, us and ns */

/* Reads exactly `digits` digits. */
static bool take_digits(const char **at, const char *end, int digits, unsigned *value)
{
    *value = 0;
    if (end - *at < digits)
        return false;
    for (; digits > 0; digits--, (*at)++) {
        unsigned digit = (unsigned char)(**at - '0');
        if (digit > 9)
            return false;
        *value = *value * 10 + digit;
    }
    return true;
}

static bool take_month(const char **at, const char *end, unsigned *month)
{
    if (end - *at < MONTH_CHARS)
        return false;
    for (*month = 1; *month <= MONTHS; (*month)++)
        if (strncasecmp(*at, &MONTH_NAMES[(*month - 1) * MONTH_CHARS], MONTH_CHARS) == 0) {
            *at += MONTH_CHARS;
            return true;
        }
    return false;
}

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const unsigned char days[MONTHS] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* The days from 1970-01-01 to the date, in the Gregorian calendar. */
static int64_t days_since_1970(unsigned year, unsigned month, unsigned day)
{
    int64_t before = (int64_t)year - 1;
    int64_t days = before * 365 + before / 4 - before / 100 + before / 400 - 719162;
    for (unsigned m = 1; m < month; m++)
        days += days_in(year, m);
    return days + day - 1;
}

/* 10/Oct/2000, 2000-10-10 or 2000/10/10 */
static bool take_date(const char **at, const char *end, int64_t *days)
{
    unsigned year, month, day;
    bool common = end - *at > 2 && (*at)[2] == '/';
    char separator = end - *at > 4 && (*at)[4] == '/' ? '/' : '-';
    if (common && !(take_digits(at, end, 2, &day) && field_skip_char(at, end, '/') &&
                    take_month(at, end, &month) && field_skip_char(at, end, '/') &&
                    take_digits(at, end, 4, &year)))
        return false;
    if (!common && !(take_digits(at, end, 4, &year) && field_skip_char(at, end, separator) &&
                     take_digits(at, end, 2, &month) && field_skip_char(at, end, separator) &&
                     take_digits(at, end, 2, &day)))
        return false;
    if (year == 0 || month == 0 || month > MONTHS || day == 0 || day > days_in(year, month))
        return false;
    *days = days_since_1970(year, month, day);
    return true;
}

/* The digits after a point or comma, as nanoseconds. */
static uint64_t take_fraction(const char **at, const char *end)
{
    if (!field_skip_char(at, end, '.') && !field_skip_char(at, end, ','))
        return 0;
    return field_fraction_ns(at, end);
}

/* 13:55:36, 13:55:36.123 */
static bool take_clock(const char **at, const char *end, int64_t *seconds, uint64_t *ns)
{
    unsigned hour, minute, second;
    if (!take_digits(at, end, 2, &hour) || !field_skip_char(at, end, ':') ||
        !take_digits(at, end, 2, &minute) || !field_skip_char(at, end, ':') ||
        !take_digits(at, end, 2, &second) || hour > 23 || minute > 59 || second > 60)
        return false;
    *ns = take_fraction(at, end);
    *seconds = (int64_t)hour * 3600 + minute * 60 + second;
    return true;
}

/* Nothing, Z, +0200, " -07:00": what to subtract to get UTC. */
static bool take_zone(const char **at, const char *end, int64_t *seconds)
{
    unsigned hours, minutes;
    *seconds = 0;
    field_skip_char(at, end, ' ');
    if (*at == end || field_skip_char(at, end, 'Z'))
        return true;
    bool east = **at == '+';
    if ((!east && **at != '-') || ((*at)++, !take_digits(at, end, 2, &hours)))
        return false;
    field_skip_char(at, end, ':');
    if (!take_digits(at, end, 2, &minutes))
        return false;
    *seconds = ((int64_t)hours * 3600 + minutes * 60) * (east ? 1 : -1);
    return true;
}

static int set_time(struct log_time *time, int64_t seconds, uint64_t ns)
{
    *time = (struct log_time){(uint64_t)seconds, ns};
    return seconds >= 0 ? 0 : -1;
}

static int parse_number(struct field text, struct log_time *time)
{
    const char *at = text.at;
    uint64_t whole, ns, per_second = 1;
    if (field_seconds(&at, text.end, &whole, &ns) != 0 || at != text.end)
        return -1;
    for (uint64_t limit = NUMBER_OF_MS; whole >= limit && per_second < NS_PER_SECOND;
         limit *= SCALE)
        per_second *= SCALE;
    *time = (struct log_time){whole / per_second,
                              whole % per_second * (NS_PER_SECOND / per_second) + ns / per_second};
    return 0;
}

bool log_time_is_common(struct field text)
{
    return text.end - text.at > 14 && text.at[2] == '/' && text.at[6] == '/' && text.at[11] == ':';
}

int log_time_parse(struct field text, struct log_time *time)
{
    const char *at = text.at, *end = text.end;
    int64_t days, seconds, zone;
    uint64_t ns;
    if (!take_date(&at, end, &days))
        return parse_number(text, time);
    if (at == end || strchr(":T ", *at) == NULL)
        return -1;
    at++;
    if (!take_clock(&at, end, &seconds, &ns) || !take_zone(&at, end, &zone) || at != end)
        return -1;
    return set_time(time, days * SECONDS_PER_DAY + seconds - zone, ns);
}

int log_time_join(struct field date, struct field clock, struct log_time *time)
{
    int64_t days, seconds, zone;
    uint64_t ns;
    if (!take_date(&date.at, date.end, &days) || date.at != date.end ||
        !take_clock(&clock.at, clock.end, &seconds, &ns) ||
        !take_zone(&clock.at, clock.end, &zone) || clock.at != clock.end)
        return -1;
    return set_time(time, days * SECONDS_PER_DAY + seconds - zone, ns);
}
