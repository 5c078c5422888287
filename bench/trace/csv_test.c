/* csv_test.c - tables as traces: columns, units, operations, repeats, blocks, quotes, known tables.
 */
#include "trace_file.h"

#include "source.h"
#include "trace_request.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUESTS_MAX 16
#define PIECES_MAX   40
#define UNKNOWN      TRACE_BYTES_UNKNOWN
#define MS           UINT64_C(1000000)

/* A table and its requests. `ids` has a letter for each of them: the same letter, the same id. */
static const struct table_case {
    const char *format; /* NULL: it is detected, as `detected` */
    const char *detected;
    const char *text;
    const char *ids;
    uint32_t bytes[REQUESTS_MAX];
    uint64_t time_ms[REQUESTS_MAX];
    const char *skipped; /* what trace_account_words says; NULL: nothing was skipped */
} cases[] = {
    /* CacheLib: op_count repeats a request; a get of 0 bytes found nothing */
    {NULL,
     "csv",
     "key,op,size,op_count,key_size\n101,SET,82,1,40\n101,GET,0,1,40\n102,SET,208,1,63\n"
     "102,GET,0,1,63\n103,GET,104,2,64\n",
     "aabbcc",
     {122, UNKNOWN, 271, UNKNOWN, 168, 168},
     {0},
     NULL},
    {"cachelib-kv",
     NULL,
     "101,SET,82,1,40\n101,GET,0,1,40\n103,GET,104,2,64\n102,GET,1,0,2\n",
     "aabb",
     {122, UNKNOWN, 168, 168},
     {0},
     "1 of 4 lines skipped: 1 counted 0 times"},
    {NULL,
     "csv",
     "op_time,key,key_size,op,op_count,size,cache_hits,ttl\n100,7a,10,GET,1,87,1,0\n"
     "101,7a,10,GET_LEASE,1,87,1,0\n102,7b,10,SET_LEASE,1,87,0,0\n103,7b,10,GET,1,87,1,0\n",
     "aabb",
     {97, 97, 97, 97},
     {0, 1000, 2000, 3000},
     NULL},
    {"cachelib-cdn",
     NULL,
     "timestamp,cacheKey,OpType,objectSize,responseSize,responseHeaderSize,rangeStart,rangeEnd,"
     "TTL\n"
     "1678406400,k1,1,5000,100,200,0,99,3600\n1678406401,k1,1,5000,200,200,100,299,3600\n",
     "aa",
     {5000, 5000},
     {0, 1000},
     "1 of 3 lines skipped: 1 header"},
    /* SCSI's READ(10) and WRITE(10) */
    {NULL,
     "csv",
     "version,time,op,size,lbn\n1,5633898,2a,512,42932745\n1,5633898,28,512,42932746\n"
     "1,5633899,2a,512,42932745\n",
     "aba",
     {512, 512, 512},
     {0, 0, 1000},
     NULL},
    /* operations: known ones that make no request, and others */
    {NULL,
     "csv",
     "op,id\nget,1\nfrob,2\nREST.PUT.OBJECT,1\ndelete,1\nWRITE,3\n0,3\nrest.get.acl,4\n",
     "aabb",
     {0},
     {0},
     "3 of 8 lines skipped: 1 other operations, 2 neither read nor stored"},
    /* units of time */
    {"csv:id=2,time_ms=1", NULL, "1000,a\n1500,b\n2000.5,a\n", "aba", {0}, {0, 500, 1000}, NULL},
    {"csv:time_us=1,id=2",
     NULL,
     "1577808144360767,a\n1577808144860767,a\n",
     "aa",
     {0},
     {0, 500},
     NULL},
    {"csv:time_ns=1,id=2",
     NULL,
     "1577808144360767000,a\n1577808144860767000,a\n",
     "aa",
     {0},
     {0, 500},
     NULL},
    {"csv:time_ms=when,id=who", NULL, "when,who\n1000,a\n1500,b\n", "ab", {0}, {0, 500}, NULL},
    {"csv:time=start_ms,id=who", NULL, "start_ms,who\n1000,a\n1500,b\n", "ab", {0}, {0, 500}, NULL},
    {"csv:time_s=1,id=2", NULL, "12.25,a\n13.5,b\n", "ab", {0}, {0, 1250}, NULL},
    /* delimiters */
    {"csv:id=2,time=1",
     NULL,
     "1 a  x\n2   b x\n3\ta x\n  4 b x \n",
     "abab",
     {0},
     {0, 1000, 2000, 3000},
     NULL},
    {NULL,
     "csv",
     "key\tsize\ttime\na b\t1\t5\na b\t2\t6\na c\t\t7\n",
     "aab",
     {1, 2, UNKNOWN},
     {0, 1000, 2000},
     NULL},
    {NULL, "csv", "time key size\n1 a 5\n2 b 6\n", "ab", {5, 6}, {0, 1000}, NULL},
    {"csv:id=1,delimiter=semicolon", NULL, "a,b;1\na,b;2\na,c;3\n", "aab", {0}, {0}, NULL},
    {"csv:id=1,delimiter=,", NULL, "a;b,1\na;c,1\n", "ab", {0}, {0}, NULL},
    {"csv:id=2,delimiter=|", NULL, "a,b|1|x\na,c|1|y", "aa", {0}, {0}, NULL},
    /* columns by number in a table with a line of names */
    {"csv:id=2,size=3",
     NULL,
     "when,who,what\n1,a,5\n2,a,6\n",
     "aa",
     {5, 6},
     {0},
     "1 of 3 lines skipped: 1 header"},
    {"csv:id=1", NULL, "key,size\nx,5\nx,6\n", "aa", {0}, {0}, "1 of 3 lines skipped: 1 header"},
    /* quotes, and newlines in them; blank lines; comments */
    {NULL,
     "csv",
     "id,size\n\"a\nb\",1\n\"a\n\nb\",2\n\"a\nc\",3",
     "aab",
     {1, 2, 3},
     {0},
     "1 of 8 lines skipped: 1 blank"},
    {"csv:id=1,size=2", NULL, "a,1,\"x\ny\"\n\"a\",2,\"z\"\nb,3,4\n", "aab", {1, 2, 3}, {0}, NULL},
    {NULL,
     "csv",
     "# key;size\n# a comment\n\na;5\n\n#\na;6\n",
     "aa",
     {5, 6},
     {0},
     "4 of 7 lines skipped: 2 commented, 2 blank"},
    {NULL,
     "csv",
     "\xef\xbb\xbfid,size\r\na,5  \r\na , 6\r\n \r\n",
     "aa",
     {5, 6},
     {0},
     "1 of 4 lines skipped: 1 blank"},
    /* counts as data frames write them; sizes that are not known */
    {NULL, "csv", "id,size,ttl\na,5.0,\nb,-,7\n", "ab", {5, UNKNOWN}, {0}, NULL},
    /* repeats, ids of several columns, blocks */
    {"csv:id=1,count=2",
     NULL,
     "a,3\nb,1\na,0\na,1\n",
     "aaaba",
     {0},
     {0},
     "1 of 4 lines skipped: 1 counted 0 times"},
    {"csv:id=1+2", NULL, "1,2\n1,3\n2,1\n1,2\n", "abca", {0}, {0}, NULL},
    {"csv:id=volume+offset,size=length",
     NULL,
     "volume,offset,length\n1,4096,512\n2,4096,9\n1,4096,7\n",
     "aba",
     {512, 9, 7},
     {0},
     NULL},
    {"csv:id=volume+offset,size=length,block=4KiB",
     NULL,
     "volume,offset,length\n1,4096,8193\n2,4096,1\n1,12287,1\n1,8192,0\n",
     "abcdbb",
     {4096, 4096, 4096, 4096, 4096, 4096},
     {0},
     NULL},
    {"csv:id=1,size=2,block=1kB",
     NULL,
     "500,2000\n1999,2\n0,1\n",
     "abcbca",
     {1000, 1000, 1000, 1000, 1000, 1000},
     {0},
     NULL},
    {"csv:offset=1,size=2,block=512B,count=3",
     NULL,
     "0,1024,2\n512,1,1\n",
     "ababb",
     {512, 512, 512, 512, 512},
     {0},
     NULL},
    {"csv:block=4KiB",
     NULL,
     "version,time,op,size,lbn\n1,1,28,8192,8\n1,2,2a,512,16\n",
     "abb",
     {4096, 4096, 4096},
     {0, 0, 1000},
     NULL},
    /* known tables */
    {NULL,
     "msr",
     "128166372003061629,hm,1,Read,383496192,32768,413\n128166372013061629,hm,1,Write,383496192,"
     "512,1\n"
     "128166372013061629,hm,0,Read,383496192,512,1\n",
     "aab",
     {32768, 512, 512},
     {0, 1000, 1000},
     NULL},
    {"msr:block=16KiB",
     NULL,
     "128166372003061629,hm,1,Read,383496192,32768,413\n",
     "abc",
     {16384, 16384, 16384},
     {0},
     NULL},
    {NULL,
     "spc",
     "0,20941264,8192,W,0.551706,Alpha/"
     "NT\n1,20941264,8192,r,0.554041\n0,20941264,8192,R,2.551706\n",
     "aba",
     {8192, 8192, 8192},
     {0, 2, 2000},
     NULL},
    {"spc:block=4KiB",
     NULL,
     "0,8,8192,W,0.5\n0,16,4096,r,1.5\n",
     "abb",
     {4096, 4096, 4096},
     {0, 0, 1000},
     NULL},
    {NULL,
     "alibaba",
     "419,R,4096,8192,1577808144360767\n419,W,4096,512,1577808144860767\n",
     "aa",
     {8192, 512},
     {0, 500},
     NULL},
    {"tencent:block=4KiB",
     NULL,
     "1538323199,8,16,1,1576\n1538323200,16,8,0,1576\n",
     "abb",
     {4096, 4096, 4096},
     {0, 0, 1000},
     NULL},
    {"tencent", NULL, "1538323199,105352008,584,1,1576\n", "a", {299008}, {0}, NULL},
    {NULL,
     "systor",
     "1455592156.018854141,0.000274308,R,0,6264066560,4096\n",
     "a",
     {4096},
     {0},
     NULL},
    {"systor",
     NULL,
     "Timestamp,Response,IOType,LUN,Offset,Size\n1455592156.018854141,,W,0,6264066560,4096\n"
     "1455592157.018854141,0.1,R,0,6264066560,4096\n",
     "aa",
     {4096, 4096},
     {0, 1000},
     "1 of 3 lines skipped: 1 header"},
    {NULL, "k5cloud", "2264,86400.121837000,R,48195870720,4096\n", "a", {4096}, {0}, NULL},
    {NULL,
     "fiu",
     "0 4892 syslogd 904265560 8 W 6 0 531e779\n1000000 1 x 904265560 8 R 6 0 8\n",
     "aa",
     {4096, 4096},
     {0, 1},
     NULL},
    {NULL,
     "ibm-objects",
     "1219008 REST.PUT.OBJECT 8d4fcda3d675bac9 1056\n1219009 REST.HEAD.OBJECT 8d4fcda3d675bac9\n"
     "1220008 REST.GET.OBJECT 8d4fcda3d675bac9 1056 0 1055\n1220009 REST.DELETE.OBJECT "
     "8d4fcda3d675bac9\n",
     "aaa",
     {1056, UNKNOWN, 1056},
     {0, 1, 1000},
     "1 of 4 lines skipped: 1 neither read nor stored"},
    {"wiki-cdn",
     NULL,
     "relative_unix\thashed_path_query\timage_type\tresponse_size\ttime_firstbyte\n"
     "0\t833946053\tjpeg\t9665\t0.1\n1\t833946053\tjpeg\t9665\t0.1\n",
     "aa",
     {9665, 9665},
     {0, 1000},
     NULL},
    {"wiki-cdn",
     NULL,
     "0\t833946053\tjpeg\t9665\t0.1\n1\t833946054\tjpeg\t9\t0.1\n",
     "ab",
     {9665, 9},
     {0, 1000},
     NULL},
    {"wikibench",
     NULL,
     "929 1190146243.326 http://en.wikipedia.org/wiki/A -\n930 1190146243.426 "
     "http://en.wikipedia.org/wiki/B -\n"
     "931 1190146243.526 http://en.wikipedia.org/wiki/A -\n",
     "aba",
     {0},
     {0, 100, 200},
     NULL},
    {NULL, "address", "s 0x1fffff50 1\nl 0x1fffff58 1\nl 0x1FFFFF50 6\n", "aba", {0}, {0}, NULL},
    {"address:block=64B",
     NULL,
     "s 0x1fffff50 1\nl 0x1fffff58 1\nl 0x1fffff80 6\n",
     "aab",
     {64, 64, 64},
     {0},
     NULL},
    {NULL, "twitter", "0,k,2,0,1,get,0\n1,k,2,5,1,set,9\n", "aa", {UNKNOWN, 7}, {0, 1000}, NULL},
    /* no tables */
    {NULL, "text", "url|a\nurl|b\nurl|a\n", "aba", {0}, {0}, NULL},
};

#define CASES (sizeof cases / sizeof cases[0])

static void expect_ids(const struct trace_request *got, size_t count, const char *ids)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if ((got[i].id == got[j].id) != (ids[i] == ids[j]))
                fail_msg("requests %zu and %zu have %s ids", i, j,
                         got[i].id == got[j].id ? "equal" : "different");
}

static void expect_requests(const struct table_case *c, const struct trace_request *got,
                            size_t count)
{
    if (count != strlen(c->ids))
        fail_msg("%zu requests instead of %zu in: %s", count, strlen(c->ids), c->text);
    expect_ids(got, count, c->ids);
    for (size_t i = 0; i < count; i++) {
        uint32_t bytes = c->bytes[0] != 0 ? c->bytes[i] : UNKNOWN;
        uint64_t time_ms = got[i].time_ns / MS;
        if (got[i].bytes != bytes || time_ms != c->time_ms[i])
            fail_msg("request %zu has %u bytes at %llu ms in: %s", i, got[i].bytes,
                     (unsigned long long)time_ms, c->text);
    }
}

static struct source *open_table(const char *text, size_t piece, const char *format,
                                 struct error *error)
{
    return trace_file_open_memory("table", text, strlen(text), piece, format, error);
}

static void expect_case(const struct table_case *c, size_t piece, const char *format)
{
    struct error error = {""};
    struct trace_request got[REQUESTS_MAX];
    char words[TRACE_ACCOUNT_BYTES];
    struct source *source = open_table(c->text, piece, format, &error);
    if (source == NULL) {
        fail_msg("%s", error.text);
        return;
    }
    size_t count = 0;
    for (size_t step = 1; step > 0 && count < REQUESTS_MAX; count += step)
        step = source->kind->read(source, got + count, piece % 2 == 0 ? REQUESTS_MAX - count : 1);
    assert_string_equal(error.text, "");
    expect_requests(c, got, count);
    trace_account_words(&source->account, words);
    assert_string_equal(words, c->skipped != NULL ? c->skipped : "");
    if (format == NULL)
        assert_string_equal(source->account.format, c->detected);
    source->kind->close(source);
}

static void tables_are_read(void **state)
{
    for (size_t i = 0; i < CASES; i++)
        for (size_t piece = 0; piece < PIECES_MAX; piece++)
            expect_case(&cases[i], piece, cases[i].format);
}

/* Simple rows, which are read the quick way, between others that are not. */
static const char *const forms[] = {"%d,k%d,%d\n",
                                    "%d,k%d,%d\n",
                                    "%d,\"k%d\",%d\n",
                                    "%d ,k%d, %d\r\n",
                                    "%d,k%d,%d.0,\"extra\"\n",
                                    "\n# x,y,z\n%d,k%d,%d\n",
                                    "%d,\"k\nk%d\",%d,\"\"\n"};

#define FORMS (sizeof forms / sizeof forms[0])
#define ROWS  10000

static char *many_rows(void)
{
    char *text, row[100];
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    fputs("time,key,size\n", out);
    for (int i = 0; i < ROWS; i++) {
        snprintf(row, sizeof row, forms[(size_t)(i / 3 + i % 11) % FORMS], i, i % 100, i);
        fputs(row, out);
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

static void long_tables_are_read_row_by_row(void **state)
{
    char *text = many_rows();
    struct error error = {""};
    struct trace_request request;
    for (size_t piece = 0; piece < 300; piece += 67) {
        struct source *source = open_table(text, piece, NULL, &error);
        assert_non_null(source);
        for (uint64_t i = 0; i < ROWS; i++) {
            assert_int_equal(source->kind->read(source, &request, 1), 1);
            assert_int_equal(request.time_ns, i * 1000 * MS);
            assert_int_equal(request.bytes, i);
        }
        assert_int_equal(source->kind->read(source, &request, 1), 0);
        source->kind->close(source);
    }
    free(text);
}

static const struct {
    const char *format, *text, *error;
} wrong_options[] = {
    {"csv:id=1,time_minutes=2", "1,2\n", "there is no option \"time_minutes\""},
    {"csv:id=1,delimiter=x", "1,2\n", "found delimiter \"x\""},
    {"csv:id=1,block=0B", "1,2\n", "found block \"0B\""},
    {"csv:id=1,block=4", "1,2\n", "found block \"4\""},
    {"csv:id=1+2+3+4+5", "1,2,3,4,5\n", "cannot use \"id\""},
    {"csv:id=1+1", "1,2,3,4,5\n", "cannot use column \"1\""},
    {"csv:id=1,key=2", "1,2\n", "cannot use \"key\""},
    {"csv:id=a+z", "a,b\n1,2\n", "there is no column \"z\""},
    {"msr:id=3", "1\n", "cannot use \"id\""},
    {"cachelib-cdn:block=4KiB", "1\n", "cachelib-cdn takes no options"},
};

static void wrong_options_are_refused(void **state)
{
    for (size_t i = 0; i < sizeof wrong_options / sizeof wrong_options[0]; i++) {
        struct error error = {""};
        assert_null(open_table(wrong_options[i].text, 0, wrong_options[i].format, &error));
        if (strstr(error.text, wrong_options[i].error) == NULL)
            fail_msg("%s gave \"%s\"", wrong_options[i].format, error.text);
    }
}

static const struct {
    const char *format, *text, *why;
} wrong_rows[] = {
    {NULL, "id,time\n1,2\n1,1577808144360767\n",
     "expected a time in seconds (of others name the unit"},
    {NULL, "id,size\n1,2\n\"1,2\n", "expected a quote that is closed within 64 KiB"},
    {NULL, "id,size\n1,2\n\"1\"x,2\n", "expected a delimiter behind a closing quote"},
    {NULL, "id,size\n1,2\n1,0x10\n", "expected a size below 4 GiB"},
    {"csv:id=1,count=2", "1,2\n2,4294967296\n", "expected a count of requests"},
    {"csv:id=1,block=4KiB", "1\nx\n", "expected an offset"},
    {"spc:block=4KiB", "0,8,8192,W,0.5\n0,36028797018963968,8192,W,0.5\n", "expected an offset"},
    {"csv:id=3+1", "1,2,3\n,2,3\n", "expected an id"},
};

static void wrong_rows_are_counted(void **state)
{
    for (size_t i = 0; i < sizeof wrong_rows / sizeof wrong_rows[0]; i++) {
        struct error error = {""};
        struct trace_request got[REQUESTS_MAX];
        struct source *source = open_table(wrong_rows[i].text, 0, wrong_rows[i].format, &error);
        assert_non_null(source);
        assert_int_not_equal(source->kind->read(source, got, REQUESTS_MAX), 0);
        assert_int_equal(source->account.bad, 1);
        if (strstr(source->account.why, wrong_rows[i].why) == NULL)
            fail_msg("%s gave \"%s\"", wrong_rows[i].text, source->account.why);
        source->kind->close(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_read),
        cmocka_unit_test(long_tables_are_read_row_by_row),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(wrong_rows_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
