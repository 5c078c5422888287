/* cache_headers_test.c - what caches, proxies and CDNs write is understood. */
#include "cache_headers.h"
#include "http1_parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const struct {
    const char *headers;
    enum response_cache cache;
} cases[] = {
    {"X-Cache: HIT", RESPONSE_HIT},
    {"X-Cache: hit", RESPONSE_HIT},
    {"X-Cache: MISS", RESPONSE_MISS},
    {"X-Cache: MISS, HIT", RESPONSE_HIT},
    {"X-Cache: HIT, MISS", RESPONSE_HIT},
    {"X-Cache: MISS, MISS", RESPONSE_MISS},
    {"X-Cache: MISS,HIT-STALE", RESPONSE_HIT},
    {"X-Cache: TCP_HIT", RESPONSE_HIT},
    {"X-Cache: TCP HIT", RESPONSE_HIT},
    {"X-Cache: TCP MISS from hit.example", RESPONSE_MISS},
    {"X-Cache: Config from hit.example", RESPONSE_PLAIN},
    {"X-Cache: TCP_MEM_HIT from a248.example (AkamaiGHost) (-)", RESPONSE_HIT},
    {"X-Cache: TCP_MISS from a248.example", RESPONSE_MISS},
    {"X-Cache: TCP_REFRESH_MISS", RESPONSE_MISS},
    {"X-Cache: TCP_EXPIRED_MISS", RESPONSE_MISS},
    {"X-Cache: TCP_REFRESH_UNMODIFIED", RESPONSE_HIT},
    {"X-Cache: TCP_REFRESH_MODIFIED", RESPONSE_MISS},
    {"X-Cache: HIT from proxy.example:3128", RESPONSE_HIT},
    {"X-Cache: Hit from cloudfront", RESPONSE_HIT},
    {"X-Cache: RefreshHit from cloudfront", RESPONSE_HIT},
    {"X-Cache: Miss from cloudfront", RESPONSE_MISS},
    {"X-Cache: Error from cloudfront", RESPONSE_PLAIN},
    {"X-Cache: STALE", RESPONSE_HIT},
    {"X-Cache: hit-for-pass", RESPONSE_MISS},
    {"X-Cache: ", RESPONSE_PLAIN},
    {"X-Cache: , ,", RESPONSE_PLAIN},
    {"X-Cache: MISS\r\nX-Cache: HIT", RESPONSE_HIT},
    {"X-Cache: HIT\r\nX-Cache: MISS", RESPONSE_HIT},
    {"X-Cache-Status: EXPIRED", RESPONSE_MISS},
    {"X-Cache-Status: UPDATING", RESPONSE_HIT},
    {"X-Cache-Status: REVALIDATED", RESPONSE_HIT},
    {"X-Cache-Status: BYPASS", RESPONSE_MISS},
    {"CF-Cache-Status: HIT", RESPONSE_HIT},
    {"CF-Cache-Status: DYNAMIC", RESPONSE_MISS},
    {"CF-Cache-Status: NONE", RESPONSE_PLAIN},
    {"CF-Cache-Status: HIT\r\nX-Cache-Status: HIT\r\nAge: 3", RESPONSE_HIT},
    {"X-Proxy-Cache: HIT", RESPONSE_HIT},
    {"Cache-Status: ExampleCache; hit", RESPONSE_HIT},
    {"Cache-Status: ExampleCache; hit; ttl=-30, \"Other, hit\"; fwd=miss", RESPONSE_HIT},
    {"Cache-Status: OriginCache; fwd=uri-miss; stored", RESPONSE_MISS},
    {"Cache-Status: OriginCache; fwd=miss, CDN; hit; ttl=1100", RESPONSE_HIT},
    {"Cache-Status: A; detail=\"; hit\"", RESPONSE_PLAIN},
    {"Cache-Status: A; hit=?0; fwd=bypass", RESPONSE_MISS},
    {"Cache-Status: \"Hit; hit\"; fwd=stale", RESPONSE_MISS},
    {"Cache-Status: A", RESPONSE_PLAIN},
    {"Age: 12", RESPONSE_HIT},
    {"Age: 0", RESPONSE_PLAIN},
    {"Age: -1", RESPONSE_PLAIN},
    {"Age: 12\r\nX-Cache: MISS", RESPONSE_MISS},
    {"X-Cache-Lookup: HIT from proxy", RESPONSE_PLAIN},
    {"Server: nginx", RESPONSE_PLAIN},
};

static void headers_tell_who_served(void **state)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        struct response response;
        int bytes =
            snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%s\r\nContent-Length: 0\r\n\r\n",
                     cases[i].headers);
        response_begin(&response);
        response_read(&response, text, (size_t)bytes);
        assert_int_equal(response.state, RESPONSE_COMPLETE);
        if (response_cache(&response) != cases[i].cache)
            fail_msg("%s: %d", cases[i].headers, (int)response_cache(&response));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_tell_who_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
