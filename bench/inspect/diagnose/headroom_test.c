/* headroom_test.c - limits are parsed, and the one with the least left is chosen. */
#include "headroom.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_cgroup(const char *text, const char *expected, int version)
{
    char path[64];
    int found;
    assert_int_equal(headroom_cgroup(text, path, sizeof path, &found), 0);
    assert_string_equal(path, expected);
    assert_int_equal(found, version);
}

static void cgroups_of_both_versions(void **state)
{
    char path[64], tiny[4];
    int version;
    assert_cgroup("0::/user.slice/a.scope\n", "/user.slice/a.scope", 2);
    assert_cgroup("0::/\n", "/", 2);
    assert_cgroup("12:cpu:/a\n4:memory:/docker/b\n0::/c\n", "/docker/b", 1);
    assert_cgroup("1:name=systemd:/x\n0::/c\n", "/c", 2);
    assert_int_equal(headroom_cgroup("", path, sizeof path, &version), -1);
    assert_int_equal(headroom_cgroup("nonsense", path, sizeof path, &version), -1);
    assert_int_equal(headroom_cgroup("0::/far/too/long\n", tiny, sizeof tiny, &version), -1);
}

static void available_memory(void **state)
{
    uint64_t bytes;
    assert_int_equal(headroom_available("MemTotal: 5 kB\nMemAvailable:   1234 kB\n", &bytes), 0);
    assert_int_equal(bytes, 1234 * 1024);
    assert_int_equal(headroom_available("MemTotal: 5 kB\n", &bytes), -1);
    assert_int_equal(headroom_available("MemAvailable: some\n", &bytes), -1);
}

static void least_headroom_is_chosen(void **state)
{
    struct headroom headroom;
    const struct rlimit small = {64 << 20, 64 << 20};
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    assert_true(child > 0);
    headroom_find(child, &headroom);
    assert_true(strlen(headroom.limit) > 0 && headroom.left_bytes > 0);
    assert_int_equal(prlimit(child, RLIMIT_DATA, &small, NULL), 0);
    headroom_find(child, &headroom);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_string_equal(headroom.limit, "RLIMIT_DATA");
    assert_int_equal(headroom.limit_bytes, 64 << 20);
    assert_true(headroom.left_bytes < headroom.limit_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cgroups_of_both_versions),
        cmocka_unit_test(available_memory),
        cmocka_unit_test(least_headroom_is_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
