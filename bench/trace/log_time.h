/* log_time.h - times as access logs have them. */
#pragma once

#include "line_fields.h"

#define LOG_TIME_EXAMPLES "10/Oct/2000:13:55:36 -0700, 2000-10-10T13:55:36Z or 971211336.5"

struct log_time {
    uint64_t seconds, ns; /* since 1970 */
};

/* Reads a whole time: of the common log format, of ISO 8601, or as a number since 1970, which is in
 * seconds, or, where that would be after the year 5000, in ms, us or ns. Without a zone it is UTC.
 * 0, or -1: it is no time, or one before 1970. */
int log_time_parse(struct field text, struct log_time *time);
/* The same for a date (2000-10-10 or 10/Oct/2000) and a time of day (13:55:36) apart. */
int log_time_join(struct field date, struct field clock, struct log_time *time);
/* Whether the text begins like a time of the common log format: 10/Oct/2000:13. */
bool log_time_is_common(struct field text);
