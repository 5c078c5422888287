/* subjects.c - looks up policies and checks foreign programs. */
#include "subjects.h"

#include "command.h"
#include "server_under_test.h"

#include <stdio.h>
#include <string.h>

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

struct subject subject_of_policy(const struct policy *policy)
{
    struct subject subject = {.policy = policy};
    snprintf(subject.name, sizeof subject.name, "%s", policy->name);
    return subject;
}

static bool is_listed(const struct subjects *subjects, const char *name)
{
    for (size_t i = 0; i < subjects->count; i++)
        if (strcmp(subjects->list[i].name, name) == 0)
            return true;
    return false;
}

static int subject_add(struct subjects *subjects, const struct subject *subject,
                       struct error *error)
{
    if (subjects->count == SUBJECTS_MAX)
        return error_set(error, "at most %d policies and programs can be run", SUBJECTS_MAX);
    if (!subject->other && is_listed(subjects, subject->name))
        return error_set(error, "'%s' is named twice; name a --command with --name", subject->name);
    subjects->list[subjects->count++] = *subject;
    return 0;
}

/* Adds its partner from the other build, too, if there is one. */
static int policy_add(struct subjects *subjects, const struct policy *policy, bool paired,
                      struct error *error)
{
    struct subject subject = subject_of_policy(policy);
    if (subject_add(subjects, &subject, error) != 0)
        return -1;
    subject.other = true;
    return paired ? subject_add(subjects, &subject, error) : 0;
}

static int policy_unknown(const char *name, struct error *error)
{
    error_set(error, "--policies: there is no policy '%s'; there are", name);
    for (size_t i = 0; i < policies_count; i++)
        error_add(error, " %s", policies[i]->name);
    return -1;
}

static int policies_fill(struct subjects *subjects, const struct bench_options *options,
                         struct error *error)
{
    char name[RESULT_NAME_BYTES];
    const char *list = options->policies != NULL ? options->policies : BENCH_POLICIES;
    bool paired = options->against != NULL, all = strcmp(list, "all") == 0;
    if (options->policies == NULL && options->commands.count > 0)
        return 0;
    for (size_t i = 0; all && i < policies_count; i++)
        if (policy_add(subjects, policies[i], paired, error) != 0)
            return -1;
    while (!all && list_next(&list, name, sizeof name)) {
        const struct policy *policy = policy_find(name);
        if (policy == NULL)
            return policy_unknown(name, error);
        if (policy_add(subjects, policy, paired, error) != 0)
            return -1;
    }
    return subjects->count > 0 ? 0 : error_set(error, "--policies is empty");
}

/* The file name of the command's first word. */
static void program_name(const char *command, char name[RESULT_NAME_BYTES])
{
    size_t length = strcspn(command, " ");
    const char *slash = memrchr(command, '/', length), *from = slash != NULL ? slash + 1 : command;
    snprintf(name, RESULT_NAME_BYTES, "%.*s", (int)(command + length - from), from);
}

/* It becomes the name of a result file. */
static int name_check(const char *name, struct error *error)
{
    size_t good = strspn(name, NAME_CHARACTERS);
    if (good > 0 && name[good] == '\0' && name[0] != '.' && good < RESULT_NAME_BYTES)
        return 0;
    return error_set(
        error, "'%s' cannot name a result; use --name with letters, digits, '-', '_', '.'", name);
}

static int program_add(struct subjects *subjects, const struct bench_options *options, size_t i,
                       struct error *error)
{
    struct subject subject = {
        .command = options->commands.texts[i],
        .url = options->urls.texts[options->urls.count == 1 ? 0 : i],
    };
    char default_name[RESULT_NAME_BYTES];
    program_name(subject.command, default_name);
    const char *name = i < options->names.count ? options->names.texts[i] : default_name;
    if (name_check(name, error) != 0 ||
        server_check_command(subject.command, subject.url, error) != 0)
        return -1;
    snprintf(subject.name, sizeof subject.name, "%s", name);
    return subject_add(subjects, &subject, error);
}

static int programs_fill(struct subjects *subjects, const struct bench_options *options,
                         struct error *error)
{
    size_t commands = options->commands.count, urls = options->urls.count;
    if (commands == 0 && urls + options->names.count > 0)
        return error_set(error, "--url and --name need a --command");
    if (commands > 0 && urls != 1 && urls != commands)
        return error_set(error, "--command needs one --url for all commands, or one for each");
    if (options->names.count > commands)
        return error_set(error, "there are more --name than --command");
    for (size_t i = 0; i < commands; i++)
        if (program_add(subjects, options, i, error) != 0)
            return -1;
    return 0;
}

int subjects_fill(struct subjects *subjects, const struct bench_options *options,
                  struct error *error)
{
    if (policies_fill(subjects, options, error) != 0)
        return -1;
    subjects->paired_count = options->against != NULL ? subjects->count : 0;
    return programs_fill(subjects, options, error);
}

int subjects_check_servers(const struct subjects *subjects, const char *server_dir,
                           const char *other_dir, struct error *error)
{
    for (size_t i = 0; i < subjects->count; i++) {
        const struct subject *subject = &subjects->list[i];
        if (subject->policy == NULL)
            continue;
        if (server_check_program(subject->other ? other_dir : server_dir, subject->name,
                                 subject->other ? "name the folder of the servers with --against"
                                                : SERVER_DIR_ADVICE,
                                 error) != 0)
            return -1;
    }
    return 0;
}
