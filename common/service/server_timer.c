/* server_timer.c - the timer of a loop, which both its connections and its stages set. */
#include "server_loop.h"

#include "units.h"

#include <sys/timerfd.h>

struct timespec timespec_of(uint64_t ns)
{
    return (struct timespec){(time_t)(ns / NS_PER_SECOND), (long)(ns % NS_PER_SECOND)};
}

void loop_schedule_fetch(struct loop *loop)
{
    struct itimerspec at = {.it_value = timespec_of(worker_due(loop->worker))};
    timerfd_settime(h2o_socket_get_fd(loop->fetch_timer), TFD_TIMER_ABSTIME, &at, NULL);
}
