/* format_tables.c - tables that are published without names of columns: what their columns are.
 *
 * A row of TABLES is a format; the README says where its traces are found.
 */
#include "csv.h"

#include <stdio.h>

#define OPTIONS_BYTES 256
#define SAMPLE_BYTES  4096

struct table {
    const char *columns;       /* as for --format csv */
    const char *named;         /* the same, where the first line names the columns; may be NULL */
    const char *operations;    /* by which it is detected; NULL: it is not */
    int count;                 /* of columns in each row, if it is detected; 0: any */
    bool bytes_may_be_missing; /* in rows that are requests */
};

#define LETTERS   "r w rs ws"
#define MEMCACHED "get gets set add replace cas append prepend delete incr decr"

/* ROW(format_NAME, name, summary, options, columns, ...) */
#define TABLES(ROW)                                                                                \
    ROW(twitter, "twitter",                                                                        \
        "Twitter's cache-trace CSV; get, gets, set, add, replace and cas count", NULL,             \
        "time_s=1,id=2,key_size=3,size=4,op=6,ttl=7", .operations = MEMCACHED, .count = 7)         \
    ROW(cachelib_kv, "cachelib-kv", "CacheLib's key-value CSV; op_count repeats a request", NULL,  \
        "id=1,op=2,size=3,count=4,key_size=5", .named = "")                                        \
    ROW(cachelib_cdn, "cachelib-cdn", "CacheLib's CDN CSV; the size is that of the object", NULL,  \
        "time_s=1,id=2,op=3,size=4,ttl=9")                                                         \
    ROW(wiki_cdn, "wiki-cdn",                                                                      \
        "Wikimedia's CDN: tabs, columns named in the first line or as in 2019", NULL,              \
        "time_s=1,id=2,size=4", .named = "")                                                       \
    ROW(wikibench, "wikibench", "WikiBench: \"counter time url flag\"; the url is the id", NULL,   \
        "time_s=2,id=3,delimiter=blank")                                                           \
    ROW(ibm_objects, "ibm-objects",                                                                \
        "IBM object store: \"ms REST.GET.OBJECT id size\"; GET, PUT, HEAD", NULL,                  \
        "time_ms=1,op=2,id=3,size=4,delimiter=blank", .operations = "rest.",                       \
        .bytes_may_be_missing = true)                                                              \
    ROW(msr, "msr", "MSR Cambridge block I/O", BLOCK_OPTION("msr"),                                \
        "time_100ns=1,id=2+3,op=4,offset=5,size=6", .operations = "read write", .count = 7)        \
    ROW(spc, "spc", "SPC (UMass): unit, sector, bytes, operation, seconds", BLOCK_OPTION("spc"),   \
        "id=1,sector=2,size=3,op=4,time_s=5", .operations = LETTERS)                               \
    ROW(alibaba, "alibaba", "Alibaba block I/O", BLOCK_OPTION("alibaba"),                          \
        "id=1,op=2,offset=3,size=4,time_us=5", .operations = LETTERS, .count = 5)                  \
    ROW(tencent, "tencent", "Tencent block I/O", BLOCK_OPTION("tencent"),                          \
        "time_s=1,sector=2,sectors=3,op=4,id=5")                                                   \
    ROW(systor, "systor", "SYSTOR '17 block I/O", BLOCK_OPTION("systor"),                          \
        "time_s=1,op=3,id=4,offset=5,size=6", .operations = LETTERS, .count = 6)                   \
    ROW(k5cloud, "k5cloud", "K5cloud block I/O", BLOCK_OPTION("k5cloud"),                          \
        "id=1,time_s=2,op=3,offset=4,size=5", .operations = LETTERS, .count = 5)                   \
    ROW(fiu, "fiu", "FIU block I/O, separated by blanks", BLOCK_OPTION("fiu"),                     \
        "time_ns=1,sector=4,sectors=5,op=6,id=7+8,delimiter=blank", .operations = LETTERS,         \
        .count = 9)                                                                                \
    ROW(address, "address", "loads and stores: \"l 0x1fffff50 1\"; the address is the id",         \
        BLOCK_OPTION("address"), "op=1,offset=2,delimiter=blank", .operations = "l s")

static bool table_detect(const struct table *table, const char *bytes, size_t count)
{
    struct csv csv;
    struct error error;
    struct reader reader = {.source = {.error = &error}, .state = &csv};
    if (table->operations == NULL || csv_start(&reader, table->columns) != 0)
        return false;
    csv.bytes_may_be_missing = table->bytes_may_be_missing;
    struct field line = field_first_data(bytes, count);
    return line.at < line.end && csv_fits(&csv, line, table->count, table->operations);
}

/* options: what follows in --format, or NULL. */
static int table_start(const struct table *table, struct reader *reader, const char *options)
{
    struct csv *csv = reader->state;
    char text[OPTIONS_BYTES];
    const char *columns = table->columns;
    if (table->named != NULL) {
        bool complete = !reader_fill(reader, SAMPLE_BYTES);
        const char *at = reader->input.at;
        if (csv_has_names(at, complete ? (size_t)(reader->input.end - at) : SAMPLE_BYTES, complete))
            columns = table->named;
        reader->lines_end = reader->input.at;
    }
    const char *comma = options != NULL && *columns != '\0' ? "," : "";
    snprintf(text, sizeof text, "%s%s%s", columns, comma, options != NULL ? options : "");
    int result = csv_start(reader, *text != '\0' ? text : NULL);
    csv->bytes_may_be_missing = table->bytes_may_be_missing;
    return result;
}

#define DEFINE(c_name, name_, summary_, options_, columns_, ...)                                   \
    static const struct table table_##c_name = {.columns = (columns_), __VA_ARGS__};               \
    static bool detect_##c_name(const char *bytes, size_t count, bool complete)                    \
    {                                                                                              \
        return table_detect(&table_##c_name, bytes, count);                                        \
    }                                                                                              \
    static int start_##c_name(struct reader *reader, const char *options)                          \
    {                                                                                              \
        return table_start(&table_##c_name, reader, options);                                      \
    }                                                                                              \
    const struct format format_##c_name = {                                                        \
        .name = (name_),                                                                           \
        .summary = (summary_),                                                                     \
        .options = (options_),                                                                     \
        .state_bytes = sizeof(struct csv),                                                         \
        .has_header = true,                                                                        \
        .detect = detect_##c_name,                                                                 \
        .start = start_##c_name,                                                                   \
        .stop = csv_stop,                                                                          \
        .read = csv_read,                                                                          \
    };

TABLES(DEFINE)
