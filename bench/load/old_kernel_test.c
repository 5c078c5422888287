/* old_kernel_test.c - the generator on a kernel without epoll_pwait2, which a seccomp filter plays.
 */
#include "faulty_server.h"
#include "load.h"
#include "units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "load_fixture.h"

/* From now on the call fails with this error in this thread and in threads that it creates. */
static void call_remove(int number)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_pwait2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)number),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = sizeof code / sizeof code[0], .filter = code};
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
    struct epoll_event event;
    assert_int_equal(epoll_pwait2(-1, &event, 1, NULL, NULL), -1);
    assert_int_equal(errno, number);
}

static void load_runs(double rate_rps, uint64_t requests)
{
    struct faulty_behaviour good = {.name = "good", .response = FAULTY_SERVER_GOOD};
    struct faulty_server *server = faulty_server_open(&good, NULL);
    assert_non_null(server);
    struct load_setup setup = setup_for(faulty_server_url(server), "/users/random", 4);
    struct load_result result;
    setup.rate_rps = rate_rps;
    setup.requests = requests;
    run_get(&setup, &result);
    assert_int_equal(result.requests, requests);
    assert_int_equal(result.errors, 0);
    load_result_free(&result);
    faulty_server_close(server);
}

static void both_loops_run_without_the_call(void **state)
{
    load_runs(0, 1000);
    call_remove(ENOSYS);
    load_runs(0, 1000);
    load_runs(1000, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_loops_run_without_the_call)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
