/* load_connection.h - the connections of a load: opened, read, written, reconnected. */
#pragma once

#include "loop_state.h"

/* Allocates setup->connections of them, all down, and their idle queue. */
void connections_create(struct loop *loop);
/* Closes and frees them. */
void connections_destroy(struct loop *loop);

/* Starts to connect; epoll reports when that ends. A refusal counts as a failed request. */
void connection_open(struct connection *connection);
/* Handles the events that epoll reported for this connection. */
void connection_event(struct connection *connection, uint32_t events);
/* Checks an open or connecting connection for timeouts, and reconnects one that is down and due. */
void connection_tick(struct connection *connection);
/* Sends due requests on the connection that is idle for longest. */
void connection_send_next(struct loop *loop);
