/* load_fixture.h - for tests of whole runs: a setup, and a run with a time limit.
 *
 * Included after cmocka's headers.
 */
#pragma once

#include "errors.h"
#include "load.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

#define RUN_SECONDS_MAX 60 /* a run that lost a request would wait for it forever */

/* The test sets the number of requests or the duration. */
static inline struct load_setup setup_for(const char *server_url, const char *path,
                                          unsigned connections)
{
    struct load_setup setup = {.connections = connections, .cpu = LOAD_CPU_ANY, .seed = 1};
    char url[256];
    struct error error;
    snprintf(url, sizeof url, "%s%s", server_url, path);
    assert_int_equal(load_target_parse(&setup.target, url, &error), 0);
    return setup;
}

/* SIGABRT ends a test that takes too long, because tests use SIGALRM themselves. */
static inline void run_get(const struct load_setup *setup, struct load_result *result)
{
    const struct itimerspec most = {.it_value.tv_sec = RUN_SECONDS_MAX};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGABRT};
    struct error error = {""};
    timer_t timer;
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    timer_settime(timer, 0, &most, NULL);
    if (load_run(setup, result, &error) < 0)
        fail_msg("%s", error.text);
    timer_delete(timer);
}
