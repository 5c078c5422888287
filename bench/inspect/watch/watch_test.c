/* watch_test.c - a process is watched until it ends; the wrong ones are refused. */
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
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_BYTES 65536

/* A process that does nothing until it is ended. */
static pid_t victim_start(void)
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
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static size_t all_read(int fd, char text[TEXT_BYTES], size_t length)
{
    ssize_t got;
    while ((got = read(fd, text + length, TEXT_BYTES - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    return length;
}

/* Watches, and once the first line has come, sends a signal to one of the two. */
static void watch_and_signal(bool victim_ends, int signal, const char *expected)
{
    static char text[TEXT_BYTES];
    char number[32];
    int output;
    pid_t victim = victim_start();
    snprintf(number, sizeof number, "%ld", (long)victim);
    char *arguments[] = {"watch", number, "--limit", "1GiB", "--interval", "10ms", NULL};
    pid_t watch = watch_start(arguments, &output);
    ssize_t first = read(output, text, TEXT_BYTES - 1);
    assert_true(first > 0);
    kill(victim_ends ? victim : watch, signal);
    all_read(output, text, (size_t)first);
    close(output);
    assert_int_equal(status_of(watch), 0);
    kill(victim, SIGKILL);
    waitpid(victim, NULL, 0);
    assert_memory_equal(text, "0 s  rss ", 9);
    assert_non_null(strstr(text, expected));
    assert_non_null(strstr(text, "\nverdict: "));
}

static void until_the_process_ends(void **state)
{
    (void)state;
    watch_and_signal(true, SIGKILL, ": the process ended\n");
}

static void until_it_is_interrupted(void **state)
{
    (void)state;
    watch_and_signal(false, SIGINT, ": watch interrupted\n");
    watch_and_signal(false, SIGTERM, ": watch interrupted\n");
}

static void until_the_time_is_over(void **state)
{
    static char text[TEXT_BYTES];
    char number[32];
    int output;
    (void)state;
    snprintf(number, sizeof number, "%ld", (long)getpid());
    char *arguments[] = {"watch", number, "--seconds", "0.3", "--interval", "10ms", "--json", NULL};
    pid_t watch = watch_start(arguments, &output);
    all_read(output, text, 0);
    close(output);
    assert_int_equal(status_of(watch), 0);
    assert_memory_equal(text, "{\"pid\":", 7);
    assert_non_null(strstr(text, "\"ended\":\"watch over\""));
}

static int refused(char **arguments)
{
    int output;
    pid_t watch = watch_start(arguments, &output);
    close(output);
    return status_of(watch);
}

static void what_cannot_be_watched_is_refused(void **state)
{
    (void)state;
    assert_int_equal(refused((char *[]){"watch", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "12x", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "0", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "1", "--counter", "x", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "1", "--interval", "1us", NULL}), 2);
    assert_int_equal(refused((char *[]){"watch", "2147483600", NULL}), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(until_the_process_ends),
        cmocka_unit_test(until_it_is_interrupted),
        cmocka_unit_test(until_the_time_is_over),
        cmocka_unit_test(what_cannot_be_watched_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
