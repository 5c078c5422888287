/* subjects.h - the servers that a bench measures: policies, and foreign programs. */
#pragma once

#include "bench_options.h"
#include "policies.h"
#include "result.h"

#define SUBJECTS_MAX 64

struct subject {
    char name[RESULT_NAME_BYTES];
    const struct policy *policy; /* NULL: a foreign program */
    const char *command, *url;   /* of a foreign program, pointing into argv */
    bool other;                  /* the policy's server in the build of --against */
};

struct subjects {
    /* Policies come first. With --against each is followed by its partner from the other build. */
    struct subject list[SUBJECTS_MAX];
    size_t count, paired_count; /* the first paired_count are pairs: 0 and 1, 2 and 3, ... */
};

struct subject subject_of_policy(const struct policy *policy);
/* Adds what the options name. 0, or -1 and one line in error. */
int subjects_fill(struct subjects *subjects, const struct bench_options *options,
                  struct error *error);
/* Checks that each policy's program serve-POLICY is in server_dir, or its partner in other_dir. 0,
 * or -1 and one line in error. */
int subjects_check_servers(const struct subjects *subjects, const char *server_dir,
                           const char *other_dir, struct error *error);
