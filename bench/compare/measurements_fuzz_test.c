/* measurements_fuzz_test.c - the fuzz target over files of each kind, cut and changed, always in
 * the same way. */
#include "summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fuzz_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS      400
#define CUTS        40
#define CHANGES_MAX 8
#define BYTES_MAX   (64 << 10)

static const char gbench[] =
    "{\"context\":{\"host_name\":\"h\",\"num_cpus\":2,\"library_build_type\":\"release\"},"
    "\"benchmarks\":[{\"name\":\"a/1\",\"run_name\":\"a/1\",\"run_type\":\"iteration\","
    "\"repetition_index\":0,\"real_time\":1.5e+01,\"cpu_time\":1.4e+01,\"time_unit\":\"ns\"},"
    "{\"name\":\"a/1\",\"run_type\":\"iteration\",\"repetition_index\":1,\"real_time\":15,"
    "\"cpu_time\":14,\"time_unit\":\"ns\"},{\"name\":\"a/1_mean\",\"run_name\":\"a/1\","
    "\"run_type\":\"aggregate\",\"real_time\":15,\"cpu_time\":14,\"time_unit\":\"ns\"},"
    "{\"name\":\"b\",\"error_occurred\":true,\"error_message\":\"no\"}]}";

static const char hyperfine[] =
    "{\"results\":[{\"command\":\"lru\",\"mean\":0.02,\"times\":[0.021,0.022,0.02,0.023,0.0205,"
    "0.019],\"exit_codes\":[0,0,0,0,0,0]},{\"command\":\"ttl\",\"times\":[1],\"exit_codes\":"
    "[null]}]}";

/* What takes the place of a few bytes. */
static const char *const strange[] = {
    "18446744073709551616",
    "-9223372036854775808",
    "-1",
    "1e308",
    "1e-308",
    "0",
    "null",
    "[]",
    "{}",
    "true",
    "\"",
    "\\u0000",
    "\xff",
    ",",
    ":",
    "\n",
    "",
    "a/1",
    "\"iteration\"",
};
#define STRANGE (sizeof strange / sizeof strange[0])

struct seeds {
    char *texts[3];
};

static char *result_text(void)
{
    char path[] = "/tmp/tidemark-compare-fuzz-XXXXXX";
    struct error error;
    static char text[BYTES_MAX];
    int file = mkstemp(path);
    struct result *result = result_create("lru", "lru");
    for (uint64_t i = 1; i <= 2; i++) {
        struct result_run *run = result_run_add(result);
        snprintf(run->workload, sizeof run->workload, "zipf");
        run->repetition = i;
        run->load.requests_per_second = 1000.5;
        run->load.hit_ratio = 0.5;
        result_sample_add(result, run, &(struct result_sample){.rss_bytes = 1000 + i});
    }
    summary_make(result);
    assert_int_equal(result_write(result, path, &error), 0);
    result_destroy(result);
    close(file);
    FILE *opened = fopen(path, "re");
    assert_non_null(opened);
    size_t count = fread(text, 1, sizeof text - 1, opened);
    fclose(opened);
    unlink(path);
    text[count] = '\0';
    return strdup(text);
}

static int seeds_make(void **state)
{
    struct seeds *seeds = calloc(1, sizeof *seeds);
    assert_non_null(seeds);
    seeds->texts[0] = strdup(gbench);
    seeds->texts[1] = strdup(hyperfine);
    seeds->texts[2] = result_text();
    *state = seeds;
    return 0;
}

static int seeds_free(void **state)
{
    struct seeds *seeds = *state;
    for (size_t i = 0; i < 3; i++)
        free(seeds->texts[i]);
    free(seeds);
    return 0;
}

static void cut_files(void **state)
{
    const struct seeds *seeds = *state;
    for (size_t s = 0; s < 3; s++)
        for (size_t cut = 0; cut <= CUTS; cut++)
            fuzz_run(seeds->texts[s], strlen(seeds->texts[s]) * cut / CUTS);
}

static void changed_files(void **state)
{
    static char bytes[BYTES_MAX];
    const struct seeds *seeds = *state;
    struct random random;
    random_seed(&random, 1);
    for (size_t s = 0; s < 3; s++)
        for (int round = 0; round < ROUNDS; round++) {
            size_t count = strlen(seeds->texts[s]);
            assert_in_range(count, 1, BYTES_MAX / 2);
            memcpy(bytes, seeds->texts[s], count);
            for (uint64_t changes = 1 + random_below(&random, CHANGES_MAX); changes > 0; changes--)
                count = fuzz_replace(bytes, count, strange, STRANGE, &random);
            fuzz_run(bytes, count);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_files),
        cmocka_unit_test(changed_files),
    };
    return cmocka_run_group_tests(tests, seeds_make, seeds_free);
}
