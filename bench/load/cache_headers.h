/* cache_headers.h - whether a response came from a cache, by what caches and CDNs write about it.
 */
#pragma once

#include "span.h"

enum cache_word { CACHE_UNKNOWN, CACHE_SERVED, CACHE_FETCHED };

/* X-Cache, CF-Cache-Status, X-Cache-Status and the like: a list of words, one for each cache on the
 * way. "MISS, HIT" is served from a cache, as is anything in which one cache has it: HIT, TCP_HIT,
 * STALE, REVALIDATED, "RefreshHit from cloudfront". MISS, EXPIRED, BYPASS and DYNAMIC are fetched.
 * Other words are unknown. */
enum cache_word cache_words_read(struct span value);
/* Cache-Status (RFC 9211): `ExampleCache; hit, "Other"; fwd=miss; stored`. */
enum cache_word cache_status_read(struct span value);
/* Age: a response that is at least a second old comes from a cache, if nothing else is known. */
enum cache_word cache_age_read(struct span value);
