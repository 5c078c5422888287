/* tls.h - https: a protocol that carries another one through TLS, by OpenSSL.
 *
 * Certificates are not checked: a load generator measures the server it is pointed at. The version
 * is at least TLS 1.2; HTTP/2 is asked for by ALPN.
 */
#pragma once

#include "protocol.h"

/* What all connections of a load share. NULL and one line in error. */
struct tls_client *tls_client_open(const struct load_target *target, bool http2,
                                   struct error *error);
void tls_client_close(struct tls_client *client); /* NULL is fine */

/* Its sessions need a protocol_context with `tls` and `inner`. */
extern const struct protocol protocol_tls;
