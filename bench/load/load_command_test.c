/* load_command_test.c - tidemark load as a command: exit status, JSON and table. */
#include "load_command.h"

#include "command.h"
#include "faulty_server.h"
#include "units.h"

#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define OUTPUT_BYTES  65536
#define ARGUMENTS_MAX 12

static const struct faulty_behaviour good = {.name = "good", .response = FAULTY_SERVER_GOOD};
static const struct faulty_behaviour bad = {
    .name = "bad", .response = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"};

/* Runs the command and reads its stdout into `output`; the list of arguments ends with NULL. */
static int command_run(char output[OUTPUT_BYTES], const char *const *arguments)
{
    char *argv[ARGUMENTS_MAX] = {(char *)"load"};
    FILE *file = tmpfile();
    int before = dup(STDOUT_FILENO), argc = 1, status;
    for (; *arguments; arguments++)
        argv[argc++] = (char *)*arguments;
    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    status = load_command(argc, argv);
    fflush(stdout);
    dup2(before, STDOUT_FILENO);
    close(before);
    rewind(file);
    output[fread(output, 1, OUTPUT_BYTES - 1, file)] = '\0';
    fclose(file);
    return status;
}

static int load_faulty(char output[OUTPUT_BYTES], const struct faulty_behaviour *behaviour,
                       const char *path, const char *form)
{
    struct faulty_server *server = faulty_server_open(behaviour, NULL);
    char url[256];
    int status;
    assert_non_null(server);
    snprintf(url, sizeof url, "%s%s", faulty_server_url(server), path);
    status = command_run(output,
                         (const char *[]){url, "--requests=1k", "--connections", "5", form, NULL});
    faulty_server_close(server);
    return status;
}

static json_int_t json_count(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static json_int_t intervals_sum(const json_t *object, const char *key)
{
    json_int_t sum = 0;
    const json_t *interval;
    size_t i;
    json_array_foreach (json_object_get(object, "intervals"), i, interval)
        sum += json_count(interval, key);
    return sum;
}

static void json_has_everything(void **unused)
{
    char output[OUTPUT_BYTES];
    json_t *object, *all;
    assert_int_equal(load_faulty(output, &good, "/users/{id}", "--json"), 0);
    object = json_loads(output, 0, NULL);
    assert_non_null(object);
    assert_int_equal(json_count(object, "requests"), 1000);
    assert_int_equal(json_count(object, "hits"), 1000);
    assert_int_equal(json_count(object, "errors"), 0);
    assert_int_equal(json_count(object, "connections"), 5);
    assert_true(json_real_value(json_object_get(object, "requests_per_second")) > 0);
    all = json_object_get(json_object_get(object, "latency"), "all");
    assert_int_equal(json_count(all, "count"), 1000);
    assert_true(json_count(all, "p50_ns") > 0);
    assert_true(json_count(all, "p50_ns") <= json_count(all, "p99_ns"));
    assert_true(json_count(all, "p9999_ns") <= json_count(all, "max_ns"));
    assert_int_equal(intervals_sum(object, "requests"), 1000);
    assert_int_equal(intervals_sum(object, "hits"), 1000);
    assert_int_equal(intervals_sum(object, "span_ns"), json_count(object, "wall_ns"));
    json_decref(object);
}

static void the_table_is_readable(void **unused)
{
    char output[OUTPUT_BYTES];
    assert_int_equal(load_faulty(output, &good, "/users/random", "--timeout=9s"), 0);
    assert_non_null(strstr(output, "requests               1,000"));
    assert_non_null(strstr(output, "100.00 %"));
    assert_non_null(strstr(output, "p99.99"));
}

static void errors_are_printed_and_fail(void **unused)
{
    char output[OUTPUT_BYTES];
    assert_int_equal(load_faulty(output, &bad, "/users/random", "--timeout=9s"), STATUS_BAD);
    assert_non_null(strstr(output, "1000 status"));
    assert_null(strstr(output, "p99.99"));
}

static void errors_can_be_expected(void **unused)
{
    char output[OUTPUT_BYTES];
    assert_int_equal(load_faulty(output, &bad, "/users/{id}", "--expect=any"), STATUS_OK);
    assert_non_null(strstr(output, "statuses               1,000   1000 5xx"));
    assert_non_null(strstr(output, "p99.99"));
    assert_int_equal(load_faulty(output, &bad, "/users/{id}", "--expect=2xx"), STATUS_BAD);
    assert_int_equal(load_faulty(output, &bad, "/users/{id}", "--expect=304,5xx"), STATUS_OK);
    assert_int_equal(load_faulty(output, &good, "/users/{id}", "--expect=5xx"), STATUS_BAD);
    assert_int_equal(load_faulty(output, &good, "/users/{id}", "--expect=5x"), STATUS_USAGE);
}

static void a_log_is_written(void **unused)
{
    char path[] = "/tmp/load_command_test.XXXXXX", option[64], line[65536], output[OUTPUT_BYTES];
    unsigned all = 0, hits = 0, totals = 0;
    close(mkstemp(path));
    snprintf(option, sizeof option, "--hdr=%s", path);
    assert_int_equal(load_faulty(output, &good, "/users/random", option), 0);
    FILE *file = fopen(path, "r");
    while (fgets(line, sizeof line, file)) {
        all += line[0] == '0' && strstr(line, ",HISTFAAA") != NULL;
        hits += strncmp(line, "Tag=hit,0.000,", 14) == 0;
        totals += strncmp(line, "Tag=total", 9) == 0;
    }
    fclose(file);
    unlink(path);
    assert_int_equal(all, 1);
    assert_int_equal(hits, 1);
    assert_int_equal(totals, 2);
    assert_int_equal(load_faulty(output, &good, "/users/random", "--hdr=/no/such/folder/x"),
                     STATUS_UNDECIDED);
}

/* --json=FILE writes the file beside the table. */
static void json_is_written_to_a_file(void **unused)
{
    char path[] = "/tmp/load_command_test.XXXXXX", option[64], output[OUTPUT_BYTES];
    json_t *object;
    close(mkstemp(path));
    snprintf(option, sizeof option, "--json=%s", path);
    assert_int_equal(load_faulty(output, &good, "/users/random", option), STATUS_OK);
    assert_non_null(strstr(output, "p99.99"));
    object = json_load_file(path, 0, NULL);
    assert_int_equal(json_count(object, "hits"), 1000);
    json_decref(object);
    unlink(path);
    assert_int_equal(load_faulty(output, &good, "/users/random", "--json=/no/such/folder/x"),
                     STATUS_UNDECIDED);
}

/* A host that cannot be resolved is no wrong option: the load could not run. */
static void a_load_that_cannot_run_is_undecided(void **unused)
{
    char output[OUTPUT_BYTES];
    const char *arguments[] = {"http://no-such-host.invalid/", "--requests=1", NULL};
    assert_int_equal(command_run(output, arguments), STATUS_UNDECIDED);
    assert_string_equal(output, "");
}

/* SIGINT ends the run: the results so far are printed. */
static void an_interrupted_load_prints_its_results(void **unused)
{
    const struct itimerspec soon = {.it_value.tv_nsec = 100 * (long)NS_PER_MS};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGINT};
    char url[256], output[OUTPUT_BYTES];
    sigset_t interrupt;
    timer_t timer;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, NULL); /* also in the server's thread */
    struct faulty_server *server = faulty_server_open(&good, NULL);
    snprintf(url, sizeof url, "%s/users/random", faulty_server_url(server));
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    timer_settime(timer, 0, &soon, NULL);
    assert_int_equal(command_run(output, (const char *[]){url, "--seconds=30", NULL}),
                     STATUS_INTERRUPTED);
    timer_delete(timer);
    assert_non_null(strstr(output, "Interrupted"));
    faulty_server_close(server);
}

static void a_capacity_is_found(void **unused)
{
    struct faulty_server *server = faulty_server_open(&good, NULL);
    char url[256], output[OUTPUT_BYTES];
    const char *arguments[] = {url,
                               "--find-capacity",
                               "--slo=p50=10s",
                               "--seconds=0.05",
                               "--json",
                               "--warmup=1ms",
                               "--connections",
                               "5",
                               "--rate=16000",
                               NULL};
    snprintf(url, sizeof url, "%s/users/{id}", faulty_server_url(server));
    assert_int_equal(command_run(output, arguments), 0);
    json_t *object = json_loads(output, 0, NULL);
    assert_non_null(object);
    double capacity_rps = json_real_value(json_object_get(object, "capacity_rps"));
    assert_true(capacity_rps > 0);
    assert_true(json_array_size(json_object_get(object, "trials")) >= 4);
    json_decref(object);
    faulty_server_close(server);
}

/* The first trial ends the search. */
static void a_server_that_is_down_ends_the_search(void **unused)
{
    char output[OUTPUT_BYTES];
    assert_int_equal(command_run(output, (const char *[]){"http://127.0.0.1:1/", "--find-capacity",
                                                          "--slo=p99=2ms", "--json", NULL}),
                     STATUS_BAD);
    assert_string_equal(output, "");
}

static void wrong_options_are_refused(void **unused)
{
    static const char *const calls[][4] = {
        {NULL},
        {"ftp://h/"},
        {"http://127.0.0.1:1/", "--workload=scan:10"},
        {"http://127.0.0.1:1/{id}", "--workload=/no/such/file"},
        {"http://127.0.0.1:1/", "--connections=0"},
        {"http://127.0.0.1:1/", "--seconds=soon"},
        {"http://127.0.0.1:1/", "http://127.0.0.1:1/"},
        {"http://127.0.0.1:1/", "--poisson"},
        {"http://127.0.0.1:1/", "--streams=4"},
        {"http://127.0.0.1:1/", "--find-capacity"},
        {"http://127.0.0.1:1/", "--slo=p99=2ms"},
        {"http://127.0.0.1:1/{id}", "--speed=1x"},
        {"http://127.0.0.1:1/{id}", "--workload=zipf:1:10", "--speed=fast"},
        {"http://127.0.0.1:1/{id}", "--workload=zipf:1:10", "--speed=1x"},
    };
    char output[OUTPUT_BYTES];
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        assert_int_equal(command_run(output, calls[i]), STATUS_USAGE);
        assert_string_equal(output, "");
    }
}

static void help_is_printed(void **unused)
{
    char output[OUTPUT_BYTES];
    assert_int_equal(command_run(output, (const char *[]){"--help", NULL}), 0);
    assert_non_null(strstr(output, "--connections"));
    assert_non_null(strstr(output, "zipf:"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_everything),
        cmocka_unit_test(the_table_is_readable),
        cmocka_unit_test(errors_are_printed_and_fail),
        cmocka_unit_test(errors_can_be_expected),
        cmocka_unit_test(a_log_is_written),
        cmocka_unit_test(json_is_written_to_a_file),
        cmocka_unit_test(a_load_that_cannot_run_is_undecided),
        cmocka_unit_test(an_interrupted_load_prints_its_results),
        cmocka_unit_test(a_capacity_is_found),
        cmocka_unit_test(a_server_that_is_down_ends_the_search),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(help_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
