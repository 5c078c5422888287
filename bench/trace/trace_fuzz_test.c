/* trace_fuzz_test.c - runs the fuzz target on a few thousand inputs, the same each time. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fuzz_support.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS    2000
#define BYTES_MAX 400
#define HEAD      2  /* bytes that select the format and the pieces */
#define FORMATS   35 /* that the target knows */

struct seed {
    const char *bytes;
    size_t count;
};

#define SEED(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static const struct seed seeds[] = {
    SEED("12\n345\n67890123456789012345678\nuser7\n0\n007\n\xc3\xa4\r\n"),
    SEED("1 2 3\n1.5 abc 4294967295\n\t2.999999999999 7 0 extra\n"),
    SEED("time,key,size,op,ttl\n1,a,2,get,0\n2,\"b \"\"c\"\",3,set,60\n3,\"open,1\n"),
    SEED("# ts;id\n1;2\n3;4\n"),
    SEED("0,k,3,100,1,get,0\n1,l,3,0,1,delete,0\n2,m,3,5,1,set,86400\n"),
    SEED("key,op,size,op_count,key_size\n1,SET,82,3,40\n\"1\n2\",GET,0,1,40\n3,frob,1,0,1\n"),
    SEED("128166372003061629,hm,1,Read,383496192,32768,413\n1,hm,0,Write,4095,2,1\n"),
    SEED("0,8,8192,W,0.551706,x\n1,36028797018963968,8192,r,1.5\n2,1,4294967295,R,2\n"),
    SEED("12 REST.PUT.OBJECT 8d4f 1056\n13 REST.HEAD.OBJECT 8d4f\n14 REST.DELETE.OBJECT 8\n"),
    SEED("s 0x1fffff50 1\nl 0x1fffff58 1\nl 0xfffffffffffffff0 6\n"),
    SEED("\1\0\0\0\0\2\0\0\1\0\0\0\x2a\0\0\1\x09\x1a\x8f\2\0\0\0\0\x22\xcf\x82\xbe\x1f\5\0\0"
         "\2\0\0\0\0\2\0\0\1\0\0\0\x88\0\0\1\xff\xff\xff\xff\xff\xff\xff\xff\x22\xcf\x82\xbe\x1f\5"
         "\0\0"),
    SEED("\xf0\xde\xbc\x9a\x78\x56\x34\x12\2\0\0\0\0\0\0\0"),
    SEED("10 3 0 0\n18446744073709551615 0 0 0\n5 18446744073709551615 1 2\n"),
    SEED("\1\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
         "\2\0\0\0\3\0\0\0\0\0\0\0\4\0\0\0\5\0\0\0\0\0\0\0"),
    SEED("h - - [10/Oct/2000:13:55:36 -0700] \"GET /ab?c HTTP/1.0\" 200 2326\n"
         "h - - [10/Oct/2000:13:55:37 +0000] \"GET /d\\\"e\" 304 - \"r\" \"a\"\n"),
    SEED("tiderec1"
         "\x74\x62\x6c\x6b\x03\x00\x00\x00\x28\x00\x00\x00\x24\x00\x00\x00\x00\x40\x1e\x18"
         "\x24\x0a\x06\x00\xae\xc9\xea\x22\x0c\xb3\x85\xd1\x28\xb5\x2f\xfd\x20\x24\xfd\x00"
         "\x00\xb8\x02\x01\x00\x00\x00\x00\x00\x00\xff\x02\x01\x00\x90\xa1\x0f\xf0\xe7\x6a"
         "\xc8\x01\x00\xc9\x01\x02\x00\x60\x8c\x0c\x1c\x01"),
    SEED("{\"ts\":1.5,\"request\":{\"method\":\"GET\",\"host\":\"h:1\",\"uri\":\"/a\\\"\"},"
         "\"size\":[5,{}],\"status\":200}\n{\"a\":{\"b\":\"/"
         "c\"},\"t\":\"2024-02-29T01:02:03+01:00\",\"s\":-1}\n"),
    SEED("#Fields: date time cs-method cs-uri-stem cs-uri-query sc-status sc-bytes\n"
         "2014-05-17 10:05:03 GET /a q 200 5\n2014-05-17\t10:05:03\tGET\t/a\t-\t304\t-\n"),
    SEED("1286536309.586    921 h TCP_MISS/200 507 GET http://a/b - D/x t\n"),
    SEED("x[1]: h [06/Feb/2009:12:14:14.655] f b/s 1/0 200 27 - - ---- 1/1 0/0 \"GET /i "
         "HTTP/1.1\"\n"),
    SEED("h 2018-07-02T22:23:00.18Z e c t 0 0 0 200 200 0 57 \"GET https://w:443/a HTTP/1.1\" "
         "\"c\"\n"),
    SEED(
        "o b [06/Feb/2019:00:00:38 +0000] h r i REST.GET.OBJECT k \"GET /b/k H\" 206 - 1 4406 7\n"),
    SEED("2015-05-17 10:05:03|v|/a|q|5\n\xef\xbb\xbf\n# c\n*\n"),
    SEED("BZh91AY&SY\x0b\xe2\x41\x31\0\0\3\xc0\0\0\x20"),
    SEED("\x04\x22\x4d\x18\x60\x40\x82\4\0\0\x80\x31\x0a\x32\x0a\0\0\0\0"),
    SEED("\x1f\x8b\x08\0\0\0\0\0\0\3\x33\xe4\x32\xe2\x02\0\x90\xaf\x7c\x4c\4\0\0\0"),
    SEED("\x28\xb5\x2f\xfd\x04\x58\x21\0\0\x31\x0a\x32\x0a"),
    SEED("\xfd\x37\x7a\x58\x5a\0\0\4\xe6\xd6\xb4\x46"),
};

#define SEEDS (sizeof(seeds) / sizeof(seeds[0]))

static void seeds_in_every_format(void **state)
{
    static const uint8_t pieces[] = {0, 1, 7, 64};
    for (size_t s = 0; s < SEEDS; s++) {
        for (uint8_t format = 0; format < FORMATS; format++) {
            for (size_t p = 0; p < sizeof(pieces); p++) {
                uint8_t bytes[BYTES_MAX] = {format, pieces[p]};
                memcpy(bytes + HEAD, seeds[s].bytes, seeds[s].count);
                for (size_t cut = 0; cut <= seeds[s].count; cut += 1 + cut / 8)
                    fuzz_run(bytes, HEAD + cut);
                fuzz_run(bytes, HEAD + seeds[s].count);
            }
        }
    }
}

static void changed_seeds(void **state)
{
    struct random random;
    random_seed(&random, 1);
    for (int round = 0; round < ROUNDS; round++) {
        const struct seed *seed = &seeds[random_below(&random, SEEDS)];
        uint8_t bytes[BYTES_MAX];
        bytes[0] = (uint8_t)random_next(&random);
        bytes[1] = (uint8_t)(random_next(&random) & random_next(&random));
        memcpy(bytes + HEAD, seed->bytes, seed->count);
        for (uint64_t changes = random_below(&random, 5); changes > 0; changes--)
            bytes[HEAD + random_below(&random, seed->count)] = (uint8_t)random_next(&random);
        fuzz_run(bytes, HEAD + seed->count);
    }
}

static void noise(void **state)
{
    struct random random;
    random_seed(&random, 2);
    for (int round = 0; round < ROUNDS; round++) {
        uint8_t bytes[BYTES_MAX];
        size_t count = random_below(&random, BYTES_MAX);
        for (size_t i = 0; i < count; i++)
            bytes[i] = (uint8_t)random_next(&random);
        fuzz_run(bytes, count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_in_every_format),
        cmocka_unit_test(changed_seeds),
        cmocka_unit_test(noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
