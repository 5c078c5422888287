/* watch_test.c - watches processes until they end; wrong arguments are refused. */
#include "watch_command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_BYTES (1 << 20)

/* A process that does nothing until it is killed. */
static pid_t target_start(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        for (;;)
            pause();
    return pid;
}

/* The command in a process of its own, its output in a pipe. */
static pid_t watch_start(char **arguments, int *output)
{
    int ends[2], count = 0;
    while (arguments[count] != NULL)
        count++;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        int status = watch_command(count, arguments);
        fflush(stdout);
        _exit(status);
    }
    close(ends[1]);
    *output = ends[0];
    return pid;
}

static int status_of(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status))
        fail_msg("ended by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

static size_t read_all(int fd, char text[TEXT_BYTES], size_t length)
{
    ssize_t got;
    while ((got = read(fd, text + length, TEXT_BYTES - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    return length;
}

/* Sends the signal to the watched process or to the watch after the first line of output. */
static void watch_and_signal(bool target_ends, int signal, const char *expected)
{
    static char text[TEXT_BYTES];
    char number[32];
    int output;
    pid_t target = target_start();
    snprintf(number, sizeof number, "%ld", (long)target);
    char *arguments[] = {"watch", number, "--limit", "1GiB", "--interval", "10ms", NULL};
    pid_t watch = watch_start(arguments, &output);
    ssize_t first = read(output, text, TEXT_BYTES - 1);
    assert_true(first > 0);
    kill(target_ends ? target : watch, signal);
    read_all(output, text, (size_t)first);
    close(output);
    assert_int_equal(status_of(watch), 0);
    kill(target, SIGKILL);
    waitpid(target, NULL, 0);
    assert_memory_equal(text, "0 s  rss ", 9);
    assert_non_null(strstr(text, expected));
    assert_non_null(strstr(text, "\nverdict: "));
}

static void until_the_process_ends(void **state)
{
    watch_and_signal(true, SIGKILL, ": the process ended\n");
}

static void until_it_is_interrupted(void **state)
{
    watch_and_signal(false, SIGINT, ": watch interrupted\n");
    watch_and_signal(false, SIGTERM, ": watch interrupted\n");
}

static void until_the_time_is_over(void **state)
{
    static char text[TEXT_BYTES];
    char number[32];
    int output;
    snprintf(number, sizeof number, "%ld", (long)getpid());
    char *arguments[] = {"watch", number, "--seconds", "0.3", "--interval", "10ms", "--json", NULL};
    pid_t watch = watch_start(arguments, &output);
    read_all(output, text, 0);
    close(output);
    assert_int_equal(status_of(watch), 0);
    assert_memory_equal(text, "{\n \"pid\": ", 10);
    assert_non_null(strstr(text, "\"ended\": \"time is up\""));
}

/* Allocates and touches 64 KiB every 5 ms. */
static pid_t leaking_target_start(void)
{
    enum { BYTES = 64 << 10, TIMES = 2000 };
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; pid == 0 && i < TIMES; i++) {
        char *bytes = malloc(BYTES);
        memset(bytes, 1, BYTES);
        usleep(5000);
    }
    if (pid == 0)
        _exit(0);
    return pid;
}

static int fail_on_leak_status(pid_t target, char *seconds)
{
    static char text[TEXT_BYTES];
    char number[32];
    int output;
    snprintf(number, sizeof number, "%ld", (long)target);
    char *arguments[] = {"watch", number,      "--seconds", seconds,  "--interval",
                         "10ms",  "--fail-on", "leak",      "--json", NULL};
    pid_t watch = watch_start(arguments, &output);
    read_all(output, text, 0);
    close(output);
    kill(target, SIGKILL);
    waitpid(target, NULL, 0);
    return status_of(watch);
}

/* On a busy machine a watch may have too few samples to decide: tries again. */
static int decided_gate(pid_t (*start)(void))
{
    int status = 3;
    for (int try = 0; status == 3 && try < 5; try++)
        status = fail_on_leak_status(start(), "2.5");
    return status;
}

/* Uses CPU time, and no more memory. */
static pid_t busy_target_start(void)
{
    pid_t parent = getpid(), pid = fork();
    assert_true(pid >= 0);
    while (pid == 0 && getppid() == parent)
        usleep(100);
    if (pid == 0)
        _exit(0);
    return pid;
}

/* It only waits for the child that leaks. */
static pid_t leaking_parent_start(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        waitpid(leaking_target_start(), NULL, 0);
        _exit(0);
    }
    return pid;
}

static void fail_on_leak(void **state)
{
    assert_int_equal(decided_gate(leaking_target_start), 1);
    assert_int_equal(decided_gate(leaking_parent_start), 1);
    assert_int_equal(decided_gate(busy_target_start), 0);
    assert_int_equal(fail_on_leak_status(target_start(), "0.5"), 3);  /* no activity */
    assert_int_equal(fail_on_leak_status(target_start(), "0.02"), 3); /* too short to decide */
}

static int refused(char **arguments)
{
    int output;
    pid_t watch = watch_start(arguments, &output);
    close(output);
    return status_of(watch);
}

static void bad_arguments_are_refused(void **state)
{
    assert_int_equal(refused((char *[]){"watch", "1", "2", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "12x", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "0", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "1", "--counter", "x", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "1", "--interval", "1us", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "2147483600", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "/nowhere/console", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "1", "--fail-on", "growth", NULL}), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(until_the_process_ends),    cmocka_unit_test(until_it_is_interrupted),
        cmocka_unit_test(until_the_time_is_over),    cmocka_unit_test(fail_on_leak),
        cmocka_unit_test(bad_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
