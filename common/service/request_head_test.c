/* request_head_test.c - heads with one length, and with two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "request_head.h"

#include <string.h>

#define GET "GET / HTTP/1.1\r\nhost: x\r\n"

static const struct row {
    const char *head;
    bool ambiguous;
} rows[] = {
    {"", false},
    {GET "\r\n", false},
    {GET "content-length: 0\r\n\r\n", false},
    {GET "transfer-encoding: chunked\r\n\r\n", false},
    {GET "content-length: 0\r\ncontent-length: 0\r\n\r\n", true},
    {GET "content-length:0\r\nx: y\r\ntransfer-encoding:chunked\r\n\r\n", true},
    {GET "transfer-encoding: chunked\ntransfer-encoding: chunked\n\n", true},
    {"\r\n" GET "content-length: 0\r\ncontent-length: 0\r\n\r\n", true},
    {GET "content-length: 0\r\n\r\ncontent-length: 0\r\n", false}, /* the body */
    {GET "content-lengths: 0\r\nx-content-length: 0\r\ncontent-length: 0\r\n\r\n", false},
    {GET "content-length: 0\r\ncontent-length: 0", true},
};

static void lengths_are_counted(void **state)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (request_head_is_ambiguous((struct span){rows[i].head, strlen(rows[i].head)}) !=
            rows[i].ambiguous)
            fail_msg("row %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lengths_are_counted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
