/* faulty_http2.h - the HTTP/2 half of the faulty server. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum http2_behaviour {
    HTTP2_NONE, /* uses HTTP/1.1 */
    HTTP2_GOOD,
    HTTP2_INTERIM, /* good, after a 103 */
    HTTP2_STATUS,  /* 500 */
    HTTP2_WRONG,   /* another id */
    HTTP2_SHORT,   /* fewer bytes than announced */
    HTTP2_LONG,    /* more */
    HTTP2_NO_STATUS,
    HTTP2_RESET,       /* before the response */
    HTTP2_RESET_LATE,  /* after its headers */
    HTTP2_REFUSE,      /* the stream */
    HTTP2_GOAWAY,      /* for each request, which is not processed */
    HTTP2_GOAWAY_LATE, /* after each tenth response */
    HTTP2_SILENT,
    HTTP2_SOME_SILENT, /* does not respond to each tenth request */
    HTTP2_NO_STREAMS,  /* allows no streams, and does not respond */
    HTTP2_CLOSE,       /* at the first request */
};

#define HTTP2_STREAMS_MAX 20 /* allowed on a connection */

struct http2_client;

struct http2_client *http2_client_open(int fd, enum http2_behaviour behaviour);
void http2_client_close(struct http2_client *client); /* NULL does nothing; fd stays open */
/* Takes received bytes. False: the connection must be closed. */
bool http2_client_receive(struct http2_client *client, const void *data, size_t bytes);
