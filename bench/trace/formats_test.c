/* formats_test.c - every format, stored in every way, and the errors for files that are wrong. */
#include "trace.h"
#include "trace_file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <bzlib.h>
#include <cmocka.h>
#include <errno.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xxhash.h>
#include <zlib.h>
#include <zstd.h>

#define PATH_BYTES 512
#define MANY       300000 /* more than fits any buffer */
#define NEVER      TRACE_NEVER
#define UNKNOWN    TRACE_BYTES_UNKNOWN
#define NS         UINT64_C(1000000000)

struct bytes {
    char *at;
    size_t count;
};

static struct bytes take(size_t count)
{
    struct bytes bytes = {malloc(count ? count : 1), count};
    assert_non_null(bytes.at);
    return bytes;
}

static struct bytes store_plain(struct bytes in)
{
    struct bytes out = take(in.count);
    memcpy(out.at, in.at, in.count);
    return out;
}

static struct bytes store_gzip(struct bytes in)
{
    struct bytes out = take(in.count + 1000);
    z_stream stream = {.next_in = (Bytef *)in.at,
                       .avail_in = (unsigned)in.count,
                       .next_out = (Bytef *)out.at,
                       .avail_out = (unsigned)out.count};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.count = stream.total_out;
    deflateEnd(&stream);
    return out;
}

static struct bytes store_xz(struct bytes in)
{
    struct bytes out = take(lzma_stream_buffer_bound(in.count));
    size_t count = 0;
    assert_int_equal(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, NULL, (const uint8_t *)in.at,
                                             in.count, (uint8_t *)out.at, &count, out.count),
                     LZMA_OK);
    out.count = count;
    return out;
}

static struct bytes store_zstd(struct bytes in)
{
    struct bytes out = take(ZSTD_compressBound(in.count));
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    out.count = ZSTD_compress2(context, out.at, out.count, in.at, in.count);
    assert_false(ZSTD_isError(out.count));
    ZSTD_freeCCtx(context);
    return out;
}

static struct bytes store_bzip2(struct bytes in)
{
    struct bytes out = take(in.count + in.count / 100 + 600);
    unsigned count = (unsigned)out.count;
    assert_int_equal(BZ2_bzBuffToBuffCompress(out.at, &count, in.at, (unsigned)in.count, 1, 0, 0),
                     BZ_OK);
    out.count = count;
    return out;
}

static struct bytes store_lz4(struct bytes in)
{
    struct bytes out = take(LZ4F_compressFrameBound(in.count, NULL));
    out.count = LZ4F_compressFrame(out.at, out.count, in.at, in.count, NULL);
    assert_false(LZ4F_isError(out.count));
    return out;
}

static const struct store {
    const char *suffix;
    struct bytes (*store)(struct bytes in);
} stores[] = {{"", store_plain},    {".gz", store_gzip},   {".xz", store_xz},
              {".zst", store_zstd}, {".bz2", store_bzip2}, {".lz4", store_lz4}};

#define STORES (sizeof(stores) / sizeof(stores[0]))

static char folder[] = "/tmp/formats-test-XXXXXX";

static int make_folder(void **state)
{
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    return rmdir(folder);
}

static void write_file(char path[PATH_BYTES], const char *name, struct bytes bytes)
{
    snprintf(path, PATH_BYTES, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.at, 1, bytes.count, file), bytes.count);
    assert_int_equal(fclose(file), 0);
}

static struct trace *open_trace(const char *path, const char *format)
{
    struct error error;
    struct trace *trace = trace_open(path, &(struct trace_setup){.format = format}, &error);
    if (trace == NULL)
        fail_msg("%s", error.text);
    return trace;
}

static void expect_request(const struct trace_request *got, const struct trace_request *expected)
{
    assert_int_equal(got->id, expected->id);
    assert_int_equal(got->time_ns, expected->time_ns);
    assert_int_equal(got->next, expected->next);
    assert_int_equal(got->bytes, expected->bytes);
    assert_int_equal(got->ttl_s, expected->ttl_s);
}

#define CASE_MAX 8

/* Three requests, as a server records them. */
#define RECORDED                                                                                   \
    "tiderec1"                                                                                     \
    "\x74\x62\x6c\x6b\x03\x00\x00\x00\x28\x00\x00\x00\x24\x00\x00\x00\x00\x40\x1e\x18"             \
    "\x24\x0a\x06\x00\xae\xc9\xea\x22\x0c\xb3\x85\xd1\x28\xb5\x2f\xfd\x20\x24\xfd\x00"             \
    "\x00\xb8\x02\x01\x00\x00\x00\x00\x00\x00\xff\x02\x01\x00\x90\xa1\x0f\xf0\xe7\x6a"             \
    "\xc8\x01\x00\xc9\x01\x02\x00\x60\x8c\x0c\x1c\x01"
#define RECORDED_BYTES (sizeof(RECORDED) - 1)

/* A trace and the requests in it. `hashed`: the texts whose hashes are the ids. */
static const struct trace_case {
    const char *format;
    bool detected; /* without --format */
    const char *text;
    size_t count; /* of the text, if it contains NUL; 0: its length */
    struct trace_request expected[CASE_MAX];
    const char *hashed[CASE_MAX];
    size_t requests;
} cases[] = {
    {"text",
     true,
     "7\n18446744073709551615\n0\nuser:1\n007\n18446744073709551616\n12345678",
     0,
     {{.id = 7, .bytes = UNKNOWN},
      {.id = UINT64_MAX, .bytes = UNKNOWN},
      {.id = 0, .bytes = UNKNOWN},
      {.bytes = UNKNOWN},
      {.bytes = UNKNOWN},
      {.bytes = UNKNOWN},
      {.id = 12345678, .bytes = UNKNOWN}},
     {[3] = "user:1", [4] = "007", [5] = "18446744073709551616"},
     7},
    {"text",
     true,
     "10\r\n123456789\r\nb\r\n",
     0,
     {{.id = 10, .bytes = UNKNOWN}, {.id = 123456789, .bytes = UNKNOWN}, {.bytes = UNKNOWN}},
     {[2] = "b"},
     3},
    {"text",
     false,
     "GET /a b,c\n1\n",
     0,
     {{.bytes = UNKNOWN}, {.id = 1, .bytes = UNKNOWN}},
     {"GET /a b,c"},
     2},
    {"sized",
     true,
     "100 5 1000\n101.25\t6  4294967294 \n99 seven 0\n102 5 1 8 9\n",
     0,
     {{.id = 5, .bytes = 1000},
      {.id = 6, .time_ns = NS + NS / 4, .bytes = TRACE_BYTES_MAX},
      {.time_ns = NS + NS / 4, .bytes = 0},
      {.id = 5, .time_ns = 2 * NS, .bytes = 1}},
     {[2] = "seven"},
     4},
    {"csv",
     true,
     "size,Time_ms,key,ttl\n10,1500,a,0\n20,1750,\"b,\"\"c\",60\n30,3500,12,1\n",
     0,
     {{.bytes = 10},
      {.time_ns = NS / 4, .bytes = 20, .ttl_s = 60},
      {.id = 12, .time_ns = 2 * NS, .bytes = 30, .ttl_s = 1}},
     {"a", "b,\"\"c"},
     3},
    {"csv",
     true,
     "# time; op ; id\n1;get;4\n1;delete;5\n2;SET;6\n",
     0,
     {{.id = 4, .bytes = UNKNOWN}, {.id = 6, .time_ns = NS, .bytes = UNKNOWN}},
     {0},
     2},
    {"csv:id=2,size=3",
     false,
     "x|4|5|y\nx|6|7|y",
     0,
     {{.id = 4, .bytes = 5}, {.id = 6, .bytes = 7}},
     {0},
     2},
    {"csv:id=page,time=when",
     false,
     "when,id,page\n5,1,2\n6,3,4\n",
     0,
     {{.id = 2, .bytes = UNKNOWN}, {.id = 4, .time_ns = NS, .bytes = UNKNOWN}},
     {0},
     2},
    {"twitter",
     true,
     "3,nz:u:a,6,100,1,get,0\n3,b,1,0,2,delete,0\n4,b,1,30,2,set,3600\n5,b,1,30,2,gets,0\n"
     "5,c,1,9,1,incr,0\n6,12,2,8,1,add,9",
     0,
     {{.bytes = 106},
      {.time_ns = NS, .bytes = 31, .ttl_s = 3600},
      {.time_ns = 2 * NS, .bytes = 31},
      {.id = 12, .time_ns = 3 * NS, .bytes = 10, .ttl_s = 9}},
     {"nz:u:a", "b", "b"},
     4},
    {"arc",
     false,
     "10 3 0 0\n7 0 0 0\n18446744073709551614 1 5 2\n",
     0,
     {{.id = 10, .bytes = UNKNOWN},
      {.id = 11, .bytes = UNKNOWN},
      {.id = 12, .bytes = UNKNOWN},
      {.id = UINT64_MAX - 1, .bytes = UNKNOWN}},
     {0},
     4},
    {"oracle",
     true,
     "\x05\0\0\0\x01\x02\0\0\0\0\0\x80\x64\0\0\0\x03\0\0\0\0\0\0\0"
     "\x06\0\0\0\x02\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
     "\x08\0\0\0\x01\x02\0\0\0\0\0\x80\x64\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
     72,
     {{.id = 0x8000000000000201, .next = 2, .bytes = 100},
      {.id = 2, .time_ns = NS, .next = NEVER, .bytes = UNKNOWN},
      {.id = 0x8000000000000201, .time_ns = 3 * NS, .next = NEVER, .bytes = 100}},
     {0},
     3},
    {"recorded",
     true,
     RECORDED,
     RECORDED_BYTES,
     {{.id = 258, .bytes = 100},
      {.id = UINT64_MAX, .time_ns = NS / 4, .bytes = 0},
      {.id = 258, .time_ns = 2 * NS, .bytes = 100}},
     {0},
     3},
    {"recorded", /* joined recordings; the last block is incomplete */
     true,
     RECORDED RECORDED RECORDED,
     3 * RECORDED_BYTES - 1,
     {{.id = 258, .bytes = 100},
      {.id = UINT64_MAX, .time_ns = NS / 4, .bytes = 0},
      {.id = 258, .time_ns = 2 * NS, .bytes = 100},
      {.id = 258, .time_ns = 2 * NS, .bytes = 100},
      {.id = UINT64_MAX, .time_ns = 2 * NS, .bytes = 0},
      {.id = 258, .time_ns = 2 * NS, .bytes = 100}},
     {0},
     6},
    {"access-log",
     true,
     "127.0.0.1 - frank [29/Feb/2000:23:59:59 -0700] \"GET /a?x=1 HTTP/1.0\" 200 2326\n"
     "::1 - - [01/Mar/2000:07:00:01 +0000] \"GET /b HTTP/1.1\" 304 0 \"-\" \"Mozilla \\\" 5\"\n"
     "a[b] - [01/Mar/2000:09:30:02 +0230] \"POST /b HTTP/1.1\" 200 5\n"
     "a - - [01/Mar/2000:07:00:03 +0000] \"GET /c\\\"d HTTP/1.1\" 204 - 0.001\n"
     "a - - [01/Mar/2000:07:00:03 +0000] \"\\x16\\x03\" 400 150\n"
     "a - - [01/Mar/2000:07:00:03 +0000] \"-\" 408 0\n"
     "a - - [01/Mar/2000:07:00:03 +0000] \"GET /d HTTP/1.1\" 404 9\n"
     "a - - [01/Mar/2000:07:00:02 +0000] \"GET http://h/d?? HTTP/1.1\" 206 9999999999\n"
     "a - - [01/Mar/2001:07:00:00 +0000] \"GET /e\" 200 7\n",
     0,
     {{.bytes = 2326},
      {.time_ns = 2 * NS, .bytes = UNKNOWN},
      {.time_ns = 4 * NS, .bytes = 0},
      {.time_ns = 4 * NS, .bytes = TRACE_BYTES_MAX},
      {.time_ns = (365 * UINT64_C(86400) + 1) * NS, .bytes = 7}},
     {"/a?x=1", "/b", "/c\\\"d", "http://h/d??", "/e"},
     5},
    {"access-log:/users/([^/?]+)",
     false,
     "h - - [10/Oct/2000:13:55:36 +0000] \"GET /users/42?f HTTP/1.0\" 200 3\n"
     "h - - [10/Oct/2000:13:55:36 +0000] \"GET /favicon.ico HTTP/1.0\" 200 4\n"
     "h - - [10/Oct/2000:13:55:37 +0000] \"GET /v2/users/eve/ HTTP/1.0\" 200 5",
     0,
     {{.id = 42, .bytes = 3}, {.time_ns = NS, .bytes = 5}},
     {[1] = "eve"},
     2},
    {"access-log",
     true,
     "h - - [31/Dec/1999:23:59:59 +0000] \"GET /a HTTP/1.0\" 200 3\n"
     "h - - [01/Jan/2000:00:00:00 +0000] \"GET /b HTTP/1.0\" 200 3\n"
     "h - - [01/Mar/2000:00:00:00 +0000] \"GET /c HTTP/1.0\" 200 3\n"
     "h - - [01/Mar/2100:00:00:00 +0000] \"GET /d HTTP/1.0\" 200 3\n",
     0,
     {{.bytes = 3},
      {.time_ns = NS, .bytes = 3},
      {.time_ns = (60 * UINT64_C(86400) + 1) * NS, .bytes = 3},
      {.time_ns = (60 + 36524) * UINT64_C(86400) * NS + NS, .bytes = 3}},
     {"/a", "/b", "/c", "/d"},
     4},
    {"access-log", /* the host is part of the id, its port is not; the rest of the line may be
                      missing */
     true,
     "a.example:80 192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 100 \"-\" "
     "\"x\"\n"
     "b.example 2001:db8::80 - joe [17/May/2015:10:05:04 +0000] \"GET / HTTP/1.1\" 200 900\n"
     "2001:db8::80 - joe doe [17/May/2015:10:05:04 +0000] \"GET / HTTP/1.1\" 200 900\n",
     0,
     {{.bytes = 100}, {.time_ns = NS, .bytes = 900}, {.time_ns = NS, .bytes = 900}},
     {"a.example/", "b.example/", "/"},
     3},
    {"access-log", /* of ingress-nginx: the first bracket is no time */
     true,
     "192.0.2.3 - [192.0.2.3] - - [16/May/2018:08:34:01 +0000] \"GET /en/a HTTP/2.0\" 200 8319 "
     "\"-\" "
     "\"curl/8\" 563 0.102 [blog-web-80] 192.0.2.4:8080 39615 0.102 200\n"
     "192.0.2.3 - - [16/May/2018:08:34:02 +0000] \"GET /en/a HTTP/2.0\" 304 0 \"-\" \"x, y\" 563\n",
     0,
     {{.bytes = 8319}, {.time_ns = NS, .bytes = UNKNOWN}},
     {"/en/a", "/en/a"},
     2},
    {"access-log", /* after a foreign line */
     true,
     "h - - [17/May/2015:10:05:03 +0000] \"GET /1 HTTP/1.1\" 200 1\n",
     0,
     {{.bytes = 1}},
     {"/1"},
     1},
    {"json-log", /* Caddy; other events are skipped */
     true,
     "{\"level\":\"info\",\"ts\":1703373473.5,\"msg\":\"started\",\"list\":[1,{\"a\":\"]\"}]}\n"
     "{\"level\":\"info\",\"ts\":1703373474.75,\"logger\":\"http.log.access\",\"request\":{"
     "\"remote_ip\":\"192.0.2.1\",\"proto\":\"HTTP/2.0\",\"method\":\"GET\",\"host\":\"a.example\","
     "\"uri\":\"/x\",\"headers\":{\"User-Agent\":[\"a \\\" b\"]}},\"size\":5,\"status\":200}\n"
     "{\"ts\":\"2023/12/23 "
     "23:17:55\",\"request\":{\"method\":\"GET\",\"host\":\"a.example:8080\",\"uri\":\"/"
     "x?y\"},"
     "\"size\":0,\"status\":304}\n",
     0,
     {{.bytes = 5}, {.time_ns = NS / 4, .bytes = UNKNOWN}},
     {"a.example/x", "a.example/x?y"},
     2},
    {"json-log", /* nginx, with numbers as texts */
     true,
     "{ \"time_iso8601\": \"2024-02-29T23:59:59+01:00\", \"remote_addr\": \"192.0.2.1\", "
     "\"request\": "
     "\"GET /a?b HTTP/1.1\", \"status\": \"200\", \"body_bytes_sent\": \"12\", \"bytes_sent\": "
     "\"99\" }\n"
     "{ \"time_iso8601\": \"2024-02-29T23:00:00Z\", \"request_method\": \"GET\", \"uri\": \"/c\", "
     "\"args\": \"d=1\", \"status\": 206, \"body_bytes_sent\": 7, \"http_host\": null }\n"
     "{ \"request_method\": \"POST\", \"uri\": \"/c\", \"status\": 200 }\n",
     0,
     {{.bytes = 12}, {.time_ns = NS, .bytes = 7}},
     {"/a?b", "/c?d=1"},
     2},
    {"json-log", /* Traefik and Cloudflare */
     true,
     "{\"DownstreamContentSize\":61,\"DownstreamStatus\":200,\"RequestAddr\":\"a.example\","
     "\"RequestHost\":\"a.example\",\"RequestMethod\":\"GET\",\"RequestPath\":\"/t\","
     "\"StartLocal\":\"2024-01-01T01:00:00.5+01:00\",\"StartUTC\":\"2024-01-01T00:00:00.5Z\","
     "\"time\":\"2024-01-01T00:00:01Z\"}\n"
     "{\"ClientRequestHost\":\"b.example\",\"ClientRequestMethod\":\"GET\",\"ClientRequestURI\":\"/"
     "u?v\","
     "\"EdgeResponseBytes\":70,\"EdgeResponseStatus\":200,\"EdgeStartTimestamp\":"
     "1704067201500000000}\n",
     0,
     {{.bytes = 61}, {.time_ns = NS, .bytes = 70}},
     {"a.example/t", "b.example/u?v"},
     2},
    {"json-log:url=req.path,time=at,size=len,method=verb",
     false,
     "{\"at\":1704067200123,\"verb\":\"GET\",\"req\":{\"path\":\"/"
     "p\"},\"len\":3,\"host\":\"no\"}\n",
     0,
     {{.bytes = 3}},
     {"/p"},
     1},
    {"w3c", /* IIS; the names may change within a file */
     true,
     "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
     "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port sc-status sc-bytes\r\n"
     "2014-05-17 10:05:03 192.0.2.1 GET /a.aspx q=1 80 200 512\r\n"
     "2014-05-17 10:05:03 192.0.2.1 POST /a.aspx - 80 200 512\r\n"
     "#Date: 2014-05-17 10:05:04\r\n#Fields: time cs-method cs-uri-stem sc-status\r\n"
     "10:05:05 GET /b 200\r\n",
     0,
     {{.bytes = 512}, {.time_ns = 2 * NS, .bytes = UNKNOWN}},
     {"/a.aspx?q=1", "/b"},
     2},
    {"w3c", /* CloudFront: names between blanks, values between tabs */
     true,
     "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) "
     "cs-uri-stem "
     "sc-status cs(Referer) cs(User-Agent) cs-uri-query x-host-header\n"
     "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.1\tGET\td111.cloudfront.net\t/"
     "index.html\t200\t-\tM\t-\t"
     "a.example\n"
     "2019-12-04\t21:02:32\tLAX1\t500\t192.0.2.1\tGET\td111.cloudfront.net\t/"
     "index.html\t304\t-\tM\tv=2\t"
     "a.example\n",
     0,
     {{.bytes = 392}, {.time_ns = NS, .bytes = UNKNOWN}},
     {"a.example/index.html", "a.example/index.html?v=2"},
     2},
    {"squid",
     true,
     "1286536309.586    921 192.168.0.68 TCP_MISS/200 507 GET http://a.example/b?c - "
     "HIER_DIRECT/192.0.2.1 text/html\n"
     "1286536310.586      1 192.168.0.68 TCP_IMS_HIT/304 300 GET http://a.example/b?c - "
     "HIER_NONE/- -\n"
     "1286536310.600 100000 192.168.0.68 TCP_TUNNEL/200 9 CONNECT a.example:443 - HIER_DIRECT/x "
     "-\n",
     0,
     {{.bytes = 507}, {.time_ns = NS, .bytes = UNKNOWN}},
     {"http://a.example/b?c", "http://a.example/b?c"},
     2},
    {"haproxy",
     true,
     "Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in "
     "static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} \"GET /index.html "
     "HTTP/1.1\"\n"
     "10.0.1.2:33317 [06/Feb/2009:12:14:15.155] http-in static/srv1 10/0/-1/-1/109 -1 0 - - CC-- "
     "1/1/1/1/0 0/0 \"GET /gone HTTP/1.1\"\n"
     "10.0.1.2:33317 [06/Feb/2009:12:14:15.655] http-in static/srv1 10/0/30/69/109 304 7 - - ---- "
     "1/1/1/1/0 0/0 \"GET /index.html HTTP/1.1\"\n",
     0,
     {{.bytes = 2750}, {.time_ns = NS, .bytes = UNKNOWN}},
     {"/index.html", "/index.html"},
     2},
    {"alb",
     true,
     "https 2018-07-02T22:23:00.186641Z app/my/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 "
     "0.086 "
     "0.048 0.037 200 200 0 57 \"GET https://www.example.com:443/a?b HTTP/1.1\" \"curl/7\" ECDHE "
     "TLSv1.2\n"
     "https 2018-07-02T22:23:01.186641Z app/my/50dc6c495c0c9188 192.168.131.39:2817 - -1 -1 -1 503 "
     "- 0 "
     "57 \"GET https://www.example.com:443/b HTTP/1.1\" \"curl/7\" ECDHE TLSv1.2\n",
     0,
     {{.bytes = 57}},
     {"https://www.example.com:443/a?b"},
     1},
    {"s3",
     true,
     "79a5 awsexamplebucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE "
     "REST.GET.OBJECT k \"GET /awsexamplebucket/k HTTP/1.1\" 206 - 113 4406 7 - \"-\" "
     "\"S3Console/0.4\" -\n"
     "79a5 awsexamplebucket [06/Feb/2019:00:00:39 +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE "
     "REST.GET.OBJECT k \"GET /awsexamplebucket/k HTTP/1.1\" 304 - - 4406 7 - \"-\" "
     "\"S3Console/0.4\" -\n"
     "79a5 awsexamplebucket [06/Feb/2019:00:00:40 +0000] - - 3E57427F3EXAMPLE S3.EXPIRE.OBJECT k "
     "\"-\" - "
     "- - 4406 - - \"-\" \"-\" -\n",
     0,
     {{.bytes = 4406}, {.time_ns = NS, .bytes = UNKNOWN}},
     {"awsexamplebucket/awsexamplebucket/k", "awsexamplebucket/awsexamplebucket/k"},
     2},
    {"log:%h %^ [%t] \"%m %u %^\" %s %b",
     false,
     "192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET /a?b HTTP/1.1\" 200 5 \"-\" \"curl/8\"\n"
     "192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"\\x16\\\"\" 400 5 \"-\" \"curl/8\"\n"
     "192.0.2.1 - - [17/May/2015:10:05:04 +0000] \"GET /c\\\"d HTTP/1.1\" 200 -",
     0,
     {{.bytes = 5}, {.time_ns = NS, .bytes = UNKNOWN}},
     {"/a?b", "/c\\\"d"},
     2},
    {"log:%d %t|%v|%U|%q|%b|%u",
     false,
     "2015-05-17 10:05:03.5|a.example|/a|-|5|curl\n2015-05-17 10:05:04|a.example|/a|b=c|6|curl 8\n",
     0,
     {{.bytes = 5}, {.time_ns = NS / 2, .bytes = 6}},
     {"a.example/a", "a.example/a?b=c"},
     2},
    {"access-log:x.*",
     false,
     "h - - [01/Jan/1970:00:00:00 +0000] \"GET /axb HTTP/1.0\" 200 3\n",
     0,
     {{.bytes = 3}},
     {"xb"},
     1},
    {"be32",
     false,
     "\0\0\x01\x02\xff\xff\xff\xff",
     8,
     {{.id = 258, .bytes = UNKNOWN}, {.id = UINT32_MAX, .bytes = UNKNOWN}},
     {0},
     2},
    {"be64",
     false,
     "\0\0\0\0\0\0\x01\x02\x80\0\0\0\0\0\0\0",
     16,
     {{.id = 258, .bytes = UNKNOWN}, {.id = UINT64_C(1) << 63, .bytes = UNKNOWN}},
     {0},
     2},
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static struct bytes case_bytes(const struct trace_case *c)
{
    return (struct bytes){(char *)(uintptr_t)c->text, c->count ? c->count : strlen(c->text)};
}

static void expect_case(const struct trace_case *c, const struct trace_request *got)
{
    for (size_t i = 0; i < c->requests; i++) {
        struct trace_request expected = c->expected[i];
        if (c->hashed[i] != NULL)
            expected.id = XXH3_64bits(c->hashed[i], strlen(c->hashed[i]));
        expect_request(&got[i], &expected);
    }
}

static void expect_trace(const char *path, const char *format, const struct trace_case *c)
{
    struct trace_request got[CASE_MAX + 1];
    struct trace *trace = open_trace(path, format);
    size_t count = trace_read(trace, got, CASE_MAX + 1);
    if (trace_error(trace) != NULL)
        fail_msg("%s", trace_error(trace));
    assert_int_equal(count, c->requests);
    expect_case(c, got);
    assert_int_equal(trace_read(trace, got, 1), 0);
    assert_false(trace_is_endless(trace));
    trace_close(trace);
}

static void every_format_in_every_store(void **state)
{
    char path[PATH_BYTES];
    for (size_t i = 0; i < CASES; i++) {
        for (size_t s = 0; s < STORES; s++) {
            struct bytes stored = stores[s].store(case_bytes(&cases[i]));
            write_file(path, "trace", stored);
            expect_trace(path, cases[i].format, &cases[i]);
            if (cases[i].detected)
                expect_trace(path, NULL, &cases[i]);
            unlink(path);
            free(stored.at);
        }
    }
}

/* The size of the pieces in which bytes arrive makes no difference. */
static void every_format_piece_by_piece(void **state)
{
    for (size_t i = 0; i < CASES; i++) {
        for (size_t piece = 1; piece < 40; piece++) {
            struct error error = {""};
            struct trace_request got[CASE_MAX + 1];
            struct bytes bytes = case_bytes(&cases[i]);
            struct source *source = trace_file_open_memory("memory", bytes.at, bytes.count, piece,
                                                           cases[i].format, &error);
            assert_non_null(source);
            size_t count = 0;
            while (source->kind->read(source, got + count, 1) == 1)
                count++;
            assert_string_equal(error.text, "");
            assert_int_equal(count, cases[i].requests);
            expect_case(&cases[i], got);
            source->kind->close(source);
        }
    }
}

static void the_suffix_selects_the_format(void **state)
{
    char path[PATH_BYTES];
    struct bytes blocks = {(char *)(uintptr_t) "3 2 0 0\n", 8}, stored = store_xz(blocks);
    struct trace_request got[3];
    write_file(path, "P1.lis.xz", stored);
    struct trace *trace = open_trace(path, NULL);
    assert_int_equal(trace_read(trace, got, 3), 2);
    assert_int_equal(got[1].id, 4);
    trace_close(trace);
    unlink(path);
    free(stored.at);
}

static struct bytes many_ids(void)
{
    struct bytes text = take(MANY * 8);
    for (size_t i = 0; i < MANY; i++)
        snprintf(text.at + i * 8, 8, "%07zu", i + 1000000);
    for (size_t i = 0; i < MANY; i++)
        text.at[i * 8 + 7] = '\n';
    return text;
}

static void expect_many(const char *path)
{
    static struct trace_request got[MANY + 1];
    struct trace *trace = open_trace(path, NULL);
    size_t count = 0, step = 1;
    for (; count < MANY; count += step, step = step % 1000 + 7) {
        step = step < MANY - count ? step : MANY - count;
        assert_int_equal(trace_read(trace, got + count, step), step);
    }
    assert_int_equal(trace_read(trace, got, 1), 0);
    assert_null(trace_error(trace));
    for (size_t i = 1; i < MANY; i++)
        assert_int_equal(got[i].id, i + 1000000);
    trace_close(trace);
}

/* Files larger than a buffer, also as two compressed files joined, as by "cat a.gz b.gz". */
static void large_files_and_joined_files(void **state)
{
    char path[PATH_BYTES];
    struct bytes text = many_ids();
    struct bytes first = {text.at, text.count / 3 + 1};
    struct bytes second = {text.at + first.count, text.count - first.count};
    for (size_t s = 0; s < STORES; s++) {
        struct bytes whole = stores[s].store(text);
        write_file(path, "many", whole);
        expect_many(path);
        struct bytes a = stores[s].store(first), b = stores[s].store(second);
        struct bytes joined = take(a.count + b.count);
        memcpy(joined.at, a.at, a.count);
        memcpy(joined.at + a.count, b.at, b.count);
        write_file(path, "many", joined);
        expect_many(path);
        unlink(path);
        free(whole.at);
        free(a.at);
        free(b.at);
        free(joined.at);
    }
    free(text.at);
}

/* A socket that keeps messages apart: the first reads return a few bytes only. */
static void read_from_socket(struct bytes bytes)
{
    int ends[2], input = dup(STDIN_FILENO);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    for (size_t sent = 0, step = 1; sent < bytes.count; sent += step, step *= 2) {
        step = step < bytes.count - sent ? step : bytes.count - sent;
        assert_int_equal(write(ends[1], bytes.at + sent, step), step);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    expect_trace("-", NULL, &cases[0]);
    dup2(input, STDIN_FILENO);
    close(input);
}

static void standard_input(void **state)
{
    for (size_t s = 0; s < STORES; s++) {
        struct bytes stored = stores[s].store(case_bytes(&cases[0]));
        read_from_socket(stored);
        free(stored.at);
    }
}

/* Reads all of it and returns the error, "" if there was none. */
static void read_error(struct bytes bytes, const char *format, size_t *count, struct error *error)
{
    char path[PATH_BYTES];
    static struct trace_request got[MANY];
    write_file(path, "bad", bytes);
    struct trace *trace = trace_open(path, &(struct trace_setup){.format = format}, error);
    *count = 0;
    if (trace != NULL) {
        *count = trace_read(trace, got, MANY);
        assert_int_equal(trace_read(trace, got, 1), 0);
        const char *wrong = trace_error(trace);
        error_set(error, "%s", wrong != NULL ? wrong : "");
        trace_close(trace);
    }
    unlink(path);
}

#define LOG_LINE "h - - [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 "

static const struct {
    const char *format, *text;
    size_t good; /* requests beside the bad lines */
    const char *error;
} bad[] = {
    {"text", "1\n\1\n", 1,
     "bad:2: expected text, found a byte with the value 1: is the file binary?"},
    {"sized", "1 2 3\n1 2\n", 1,
     "bad:2: expected \"time id size\": a size, found nothing at column 4"},
    {"sized", "1 2 3\n1 2 x\n", 1,
     "bad:2: expected \"time id size\": a size, found \"x\" at column 5; 1 of 2 lines is not "
     "understood; --skip-bad skips it"},
    {"sized", "1 2 4294967296", 0, "bad:1: expected a size below 4 GiB, found \"4294967296\""},
    {"sized", "-1 2 3", 0, "bad:1: expected \"time id size\": a time in seconds, found \"-1\""},
    {NULL, "a,b,c\n1,2,3\n", 0,
     "bad:1: expected a column of ids (name it with --format csv:id=NAME), found \"a,b,c\""},
    {NULL, "id,size\n1,2\n3\n", 1, "bad:3: expected more columns, found \"3\""},
    {NULL, "id,size\n1,2\n3,-4\n", 1, "bad:3: expected a size below 4 GiB, found \"-4\""},
    {NULL, "id,time\n1,2\n3,later\n", 1, "bad:3: expected a time, found \"later\""},
    {NULL, "id,ttl\n1,1e3\n", 0, "bad:2: expected a time to live in seconds, found \"1e3\""},
    {NULL, "id,size\n,2\n", 0, "bad:2: expected an id, found nothing"},
    {"csv:id=3", "1,2,3\n1,2\n", 1, "bad:2: expected more columns, found \"1,2\""},
    {"csv:id=b,size=z", "a,b\n", 0, "bad:1: there is no column \"z\""},
    {"csv:size=2", "a,b\n", 0, "no id in \"size=2\""},
    {"csv:id=0", "a,b\n", 0, "cannot use column \"0\""},
    {"csv:id=1,size=1", "1,2\n", 0, "cannot use column \"1\""},
    {"csv:id=101", "1,2\n", 0, "cannot use column \"101\""},
    {"csv:id", "a,b\n", 0, "cannot use \"id\""},
    {"csv:idd=1", "a,b\n", 0, "there is no option \"idd\""},
    {"csv", "", 0, "expected a line of column names, found nothing"},
    {"twitter", "1,a,1,1,1,get,0\n1,a,1,1,1\n", 1,
     "bad:2: expected more columns, found \"1,a,1,1,1\""},
    {"arc", "1 2 0 0\n1 2 0\n", 2,
     "bad:2: expected \"start count ignored ignored\", found nothing at column 6"},
    {"arc", "18446744073709551615 1 0 0\n", 0, "bad:1: expected ids below 2^64"},
    {"oracle", "abc", 0, "bad:1: expected a record of 24 bytes, found the last 3: cut short?"},
    {"recorded", "tiderec1 and then something else than blocks, of whatever length", 0,
     "bad:1: this block is damaged: it has no valid header"},
    {"recorded:1", "tiderec1", 0, "recorded takes no options"},
    {"access-log", LOG_LINE "1\nhello [there] you\n", 1,
     "bad:2: expected an access log's line, with a time like [10/Oct/2000:13:55:36 -0700], found "
     "\"hello [there] you\""},
    {"access-log", LOG_LINE "1\n" LOG_LINE "x\n", 1,
     "bad:2: expected a size, found \"x\" at column 58"},
    {"access-log", LOG_LINE "1\nh - - [10/Oct/2000:13:55:36 -0700] GET / 200 1\n", 1,
     "bad:2: expected a request in quotes, found \"GET / 200 1\" at column 36"},
    {"json-log", "{\"uri\":\"/a\",\"status\":\"ok\"}\n", 0,
     "bad:1: expected a status, found \"ok\" at column 23"},
    {"json-log", "{\"uri\":\"/a\",\"status\":200\n", 0,
     "bad:1: expected one JSON object, found nothing"},
    {"json-log:uri=x", "\n", 0, "cannot use \"uri\""},
    {"json-log:time=x", "\n", 0, "cannot use \"time=x\""},
    {"w3c", "a b c\n", 0, "bad:1: expected a line \"#Fields:\" before the first entry"},
    {"w3c", "#Fields: time sc-status\n", 0, "bad:1: expected a column cs-uri-stem or cs-uri"},
    {"log:%h %z", "\n", 0, "--format log: column 4, \"%z\": unknown; there are %t or %x a time"},
    {"log:%h%U", "\n", 0, "--format log: column 1, \"%h\": needs a character behind it"},
    {"log:%h %s", "\n", 0, "--format log: it has no URL; there are"},
    {"log", "\n", 0, "--format log: needs a pattern"},
    {"log:[%t] %U %s", "[17/May/2015:10:05:03 +0000] /a x200\n", 0,
     "bad:1: expected a status, found \"x200\" at column 33"},
    {"log:[%t] %U %s", "[17/May/2015] /a 200\n", 0, "bad:1: expected a time such as"},
    {"access-log", "h - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200\n", 0,
     "bad:1: expected a size, found nothing at column 56"},
    {"access-log", "h - - [10/Okt/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 1\n", 0,
     "bad:1: expected a time such as 10/Oct/2000:13:55:36 -0700, 2000-10-10T13:55:36Z or "
     "971211336.5, found \"10/Okt/2000:13:55:36 -0700\" at column 8"},
    {"access-log", "h - - [10/Oct/2000:24:55:36 -0700] \"GET / HTTP/1.0\" 200 1\n", 0,
     "bad:1: expected a time such as"},
    {"access-log", "h - - [31/Dec/1969:00:00:00 +0000] \"GET / HTTP/1.0\" 200 1\n", 0,
     "bad:1: expected a time such as"},
    {"access-log:(a", "\n", 0, "--format access-log:(a: Unmatched ( or \\("},
    {"be32", "abcde", 1, "bad:2: expected a record of 4 bytes, found the last 1: cut short?"},
    {"be64", "abcdefgh12", 1, "bad:2: expected a record of 8 bytes, found the last 2"},
    {"text:1", "1\n", 0, "text takes no options"},
    {"twitter:1", "1\n", 0, "twitter takes no options"},
    {"morse", "1\n", 0, "--format morse: there is no such format; there are recorded, "},
    {NULL, "1 2 3 4\n", 0, "cannot be detected from its content; name it with --format, one of"},
    {NULL, "\1\2\3\4\5\6\7", 0, "cannot be detected from its content"},
    {NULL, "", 0, "it is empty"},
    {NULL, "PK\3\4\24", 0, "it is a zip archive; unpack it"},
    {"be32", "PK\3\4\24", 0, "it is a zip archive; unpack it"},
    {NULL, "PAR1\25\4\25", 0, "it is a Parquet file"},
    {NULL, "\xd4\xc3\xb2\xa1\2", 0, "it is a pcap capture"},
    {NULL, "\n\r\r\n\x1c", 0, "it is a pcapng capture"},
    {NULL, "\xff\xfe\1", 0, "it is text in UTF-16"},
    {NULL, "\x28\xb5\x2f", 0, "zstd: the data end too early"},
    {NULL, "\x1f", 0, "gzip: the data end too early"},
    {NULL, "BZh91AY", 0, "bzip2: the data end too early"},
    {NULL, "\x04\x22", 0, "lz4: the data end too early"},
};

static void bad_lines_are_errors(void **state)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct error error;
        size_t count;
        read_error((struct bytes){(char *)(uintptr_t)bad[i].text, strlen(bad[i].text)},
                   bad[i].format, &count, &error);
        if (strstr(error.text, bad[i].error) == NULL)
            fail_msg("\"%s\" gave \"%s\", not \"%s\"", bad[i].text, error.text, bad[i].error);
        assert_int_equal(count, bad[i].good);
    }
}

static void files_that_cannot_be_read(void **state)
{
    struct error error;
    char path[PATH_BYTES];
    const struct trace_setup setup = {0};
    assert_null(trace_open(folder, &setup, &error));
    assert_non_null(strstr(error.text, "is a directory"));
    snprintf(path, sizeof(path), "%s/missing", folder);
    assert_null(trace_open(path, &setup, &error));
    assert_non_null(strstr(error.text, strerror(ENOENT)));
}

static void damaged_files_are_errors(void **state)
{
    struct error error;
    struct bytes text = many_ids();
    size_t count;
    for (size_t s = 1; s < STORES; s++) {
        struct bytes stored = stores[s].store(text);
        read_error((struct bytes){stored.at, stored.count - 5}, "text", &count, &error);
        assert_non_null(strstr(error.text, "the data end too early"));
        for (size_t i = 0; i < 40; i++)
            stored.at[stored.count / 2 + i] ^= 0x5a;
        read_error(stored, "text", &count, &error);
        assert_string_not_equal(error.text, "");
        assert_true(count < MANY);
        free(stored.at);
    }
    free(text.at);
}

static void a_limit_ends_a_file(void **state)
{
    char path[PATH_BYTES];
    struct error error;
    struct trace_request got[CASE_MAX];
    write_file(path, "limited", case_bytes(&cases[0]));
    struct trace *trace = trace_open(path, &(struct trace_setup){.limit = 2}, &error);
    assert_non_null(trace);
    assert_int_equal(trace_read(trace, got, CASE_MAX), 2);
    assert_int_equal(trace_read(trace, got, CASE_MAX), 0);
    trace_close(trace);
    unlink(path);
}

static void oracle_is_written_and_read_back(void **state)
{
    static struct trace_request out[MANY], in[MANY + 1];
    char path[PATH_BYTES];
    for (size_t i = 0; i < MANY; i++)
        out[i] = (struct trace_request){.id = i * UINT64_C(0x9e3779b97f4a7c15),
                                        .time_ns = i / 1000 * NS,
                                        .next = i % 3 == 0 ? NEVER : i + 1 + i % 100,
                                        .bytes = (uint32_t)(i * 7919)};
    out[5].next = 0;
    out[6].bytes = UNKNOWN;
    write_file(path, "written.oracleGeneral", (struct bytes){path, 0});
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(trace_write_oracle(file, out, MANY), 0);
    fclose(file);
    struct trace *trace = open_trace(path, NULL);
    assert_int_equal(trace_read(trace, in, MANY + 1), MANY);
    for (size_t i = 0; i < MANY; i++)
        expect_request(&in[i], &out[i]);
    trace_close(trace);
    unlink(path);
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = ((const struct trace_request *)a)->id, y = ((const struct trace_request *)b)->id;
    return (x > y) - (x < y);
}

static void expect_shared(const char *name, size_t requests, size_t distinct)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/%s", TRACES, name);
    struct trace_request *got = calloc(requests + 1, sizeof(*got));
    assert_non_null(got);
    struct trace *trace = open_trace(path, NULL);
    assert_int_equal(trace_read(trace, got, requests + 1), requests);
    assert_null(trace_error(trace));
    trace_close(trace);
    qsort(got, requests, sizeof(*got), compare_ids);
    size_t ids = 1;
    for (size_t i = 1; i < requests; i++)
        ids += got[i].id != got[i - 1].id;
    if (distinct > 0)
        assert_int_equal(ids, distinct);
    free(got);
}

/* Skipped on machines that do not have these files. */
static void real_traces(void **state)
{
    if (access(TRACES, R_OK) != 0)
        skip();
    expect_shared("web12.txt", 95607, 13756);
    expect_shared("orm-busy.txt.xz", 5000000, 76349);
    expect_shared("sized.tr", 10492, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_in_every_store),
        cmocka_unit_test(every_format_piece_by_piece),
        cmocka_unit_test(the_suffix_selects_the_format),
        cmocka_unit_test(large_files_and_joined_files),
        cmocka_unit_test(standard_input),
        cmocka_unit_test(bad_lines_are_errors),
        cmocka_unit_test(files_that_cannot_be_read),
        cmocka_unit_test(damaged_files_are_errors),
        cmocka_unit_test(a_limit_ends_a_file),
        cmocka_unit_test(oracle_is_written_and_read_back),
        cmocka_unit_test(real_traces),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
