/* tls.c - a session of the inner protocol behind OpenSSL, which reads and writes memory: sockets
 * stay with load_connection.c. */
#include "tls.h"

#include "clock.h"
#include "xmalloc.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN_BYTES 16384 /* of a TLS record */

struct tls_client {
    SSL_CTX *context;
    char host[sizeof((struct load_target *)0)->host];
    bool is_name; /* and no address: sent as SNI */
    bool http2;
};

struct session {
    struct protocol_context *context;
    struct session *inner;
    SSL *ssl;
    BIO *in, *out; /* owned by ssl */
    bool is_open;  /* the handshake is done */
    uint64_t begun_ns;
    char *output;
    size_t output_capacity;
    char plain[PLAIN_BYTES];
};

static const unsigned char alpn_http1[] = "\x08http/1.1", alpn_http2[] = "\x02h2";

struct tls_client *tls_client_open(const struct load_target *target, bool http2,
                                   struct error *error)
{
    struct tls_client *client = xcalloc(1, sizeof *client);
    client->context = SSL_CTX_new(TLS_client_method());
    client->http2 = http2;
    memcpy(client->host, target->host, sizeof client->host);
    client->is_name = strspn(client->host, "0123456789.") != strlen(client->host) &&
                      strchr(client->host, ':') == NULL;
    if (client->context == NULL ||
        SSL_CTX_set_min_proto_version(client->context, TLS1_2_VERSION) != 1) {
        error_set(error, "OpenSSL: %s", ERR_reason_error_string(ERR_get_error()));
        tls_client_close(client);
        return NULL;
    }
    SSL_CTX_set_verify(client->context, SSL_VERIFY_NONE, NULL);
    if (http2)
        SSL_CTX_set_alpn_protos(client->context, alpn_http2, sizeof alpn_http2 - 1);
    else
        SSL_CTX_set_alpn_protos(client->context, alpn_http1, sizeof alpn_http1 - 1);
    return client;
}

void tls_client_close(struct tls_client *client)
{
    if (client == NULL)
        return;
    SSL_CTX_free(client->context);
    free(client);
}

static struct session *tls_create(struct protocol_context *context)
{
    struct session *session = xcalloc(1, sizeof *session);
    session->context = context;
    session->inner = context->inner->create(context);
    return session;
}

static void tls_destroy(struct session *session)
{
    session->context->inner->destroy(session->inner);
    SSL_free(session->ssl);
    free(session->output);
    free(session);
}

static void tls_connected(struct session *session)
{
    const struct tls_client *client = session->context->tls;
    SSL_free(session->ssl);
    session->ssl = xchecked(SSL_new(client->context));
    session->in = xchecked(BIO_new(BIO_s_mem()));
    session->out = xchecked(BIO_new(BIO_s_mem()));
    SSL_set_bio(session->ssl, session->in, session->out);
    SSL_set_connect_state(session->ssl);
    if (client->is_name)
        SSL_set_tlsext_host_name(session->ssl, client->host);
    session->is_open = false;
    session->begun_ns = clock_ns();
    SSL_do_handshake(session->ssl); /* writes its first message */
    ERR_clear_error();
}

static unsigned tls_available(const struct session *session)
{
    return session->is_open ? session->context->inner->available(session->inner) : 0;
}

static void tls_submit(struct session *session, const struct exchange *exchange)
{
    session->context->inner->submit(session->inner, exchange);
}

/* Encrypts what the inner protocol sends. A memory BIO takes all of it. */
static void inner_encrypt(struct session *session)
{
    const char *bytes;
    size_t count, written;
    while ((count = session->context->inner->output(session->inner, &bytes)) > 0)
        SSL_write_ex(session->ssl, bytes, count, &written);
    ERR_clear_error();
}

static size_t tls_output(struct session *session, const char **bytes)
{
    if (session->is_open)
        inner_encrypt(session);
    size_t count = BIO_ctrl_pending(session->out);
    if (count == 0)
        return 0;
    session->output = growable(session->output, &session->output_capacity, count, 1);
    int taken = BIO_read(session->out, session->output, (int)count);
    *bytes = session->output;
    return taken > 0 ? (size_t)taken : 0;
}

/* Whether the server chose HTTP/2, if that is to be spoken. */
static bool speaks_protocol(const struct session *session)
{
    const unsigned char *name;
    unsigned count;
    SSL_get0_alpn_selected(session->ssl, &name, &count);
    return !session->context->tls->http2 || (count == 2 && memcmp(name, "h2", 2) == 0);
}

/* False: the handshake failed. */
static bool handshake_go_on(struct session *session)
{
    int status = SSL_do_handshake(session->ssl);
    if (status == 1) {
        session->is_open = speaks_protocol(session);
        if (session->is_open)
            session->context->inner->connected(session->inner);
        return session->is_open;
    }
    int reason = SSL_get_error(session->ssl, status);
    ERR_clear_error();
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
}

/* Hands what can be decrypted to the inner protocol. False: it closes the connection. */
static bool inner_receive(struct session *session)
{
    size_t count;
    while (SSL_read_ex(session->ssl, session->plain, sizeof session->plain, &count) == 1)
        if (!session->context->inner->receive(session->inner, session->plain, count))
            return false;
    int reason = SSL_get_error(session->ssl, 0);
    ERR_clear_error();
    if (reason == SSL_ERROR_SSL) { /* damaged: what is in flight ends as after a reset */
        session->context->inner->closed(session->inner, false);
        return false;
    }
    return true;
}

static bool tls_receive(struct session *session, const char *data, size_t bytes)
{
    BIO_write(session->in, data, (int)bytes);
    if (!session->is_open && !handshake_go_on(session))
        return false;
    return !session->is_open || inner_receive(session);
}

static void tls_closed(struct session *session, bool orderly)
{
    if (session->is_open)
        session->context->inner->closed(session->inner, orderly);
    session->is_open = false;
}

static bool tls_expire(struct session *session, uint64_t sent_before_ns)
{
    if (!session->is_open)
        return session->begun_ns >= sent_before_ns;
    return session->context->inner->expire(session->inner, sent_before_ns);
}

static uint64_t tls_oldest_ns(const struct session *session)
{
    return session->is_open ? session->context->inner->oldest_ns(session->inner)
                            : session->begun_ns;
}

const struct protocol protocol_tls = {
    .create = tls_create,
    .destroy = tls_destroy,
    .connected = tls_connected,
    .available = tls_available,
    .submit = tls_submit,
    .output = tls_output,
    .receive = tls_receive,
    .closed = tls_closed,
    .expire = tls_expire,
    .oldest_ns = tls_oldest_ns,
};
