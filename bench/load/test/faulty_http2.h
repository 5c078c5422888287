/* faulty_http2.h - the HTTP/2 half of the server that responses in every wrong way. */
#ifndef FAULTY_HTTP2_H
#define FAULTY_HTTP2_H

#include <stdbool.h>
#include <stddef.h>

enum http2_behaviour {
    HTTP2_NONE, /* HTTP/1.1 is spoken */
    HTTP2_GOOD,
    HTTP2_INTERIM, /* good, after a 103 */
    HTTP2_STATUS,  /* 500 */
    HTTP2_WRONG,   /* another id */
    HTTP2_SHORT,   /* fewer bytes than announced */
    HTTP2_LONG,    /* more */
    HTTP2_NO_STATUS,
    HTTP2_RESET,       /* before the response */
    HTTP2_RESET_LATE,  /* after its head */
    HTTP2_REFUSE,      /* the stream */
    HTTP2_GOAWAY,      /* and none of the requests so far will be answered */
    HTTP2_GOAWAY_LATE, /* after each tenth response */
    HTTP2_SILENT,
    HTTP2_SOME_SILENT, /* each tenth request is not answered */
    HTTP2_NO_STREAMS,  /* allows none, and responses none */
    HTTP2_CLOSE,       /* at the first request */
};

#define HTTP2_STREAMS_MAX 20 /* allowed on a connection */

struct http2_client;

struct http2_client *http2_client_open(int fd, enum http2_behaviour behaviour);
void http2_client_close(struct http2_client *client); /* NULL does nothing; fd stays open */
/* Bytes came. False: the connection is to be closed. */
bool http2_client_receive(struct http2_client *client, const void *data, size_t bytes);

#endif
