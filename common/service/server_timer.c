/* server_timer.c - the timer of a loop, and the clock that h2o reads for its time-outs. */
#include "server_loop.h"

#include "clock.h"
#include "units.h"

#include <sys/time.h>
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

/* The time of day less the monotonic time; constant since the process began. */
static uint64_t began_ns;

__attribute__((constructor)) static void clock_begin(void)
{
    began_ns = clock_read_ns(CLOCK_REALTIME) - clock_ns();
}

/* In place of the C library's. h2o counts its time-outs by it: if somebody set the clock they would
 * all be over, or last for hours. This one goes on evenly from the time of day at which the process
 * began, which is also what the Date of a reply says. */
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    uint64_t now_ns = began_ns + clock_ns();
    (void)zone;
    now->tv_sec = (time_t)(now_ns / NS_PER_SECOND);
    now->tv_usec = (suseconds_t)(now_ns % NS_PER_SECOND / NS_PER_US);
    return 0;
}
