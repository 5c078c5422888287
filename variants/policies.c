/* policies.c - the tables behind policies.h. */
#include "policies.h"

#include <string.h>

#define POLICY(name) extern const struct policy name##_policy;
#define DEMO(name)   POLICY(name)
#include "policies.def"
#undef POLICY
#undef DEMO

#define POLICY(name) &name##_policy,
#define DEMO(name)
const struct policy *const policies[] = {
#include "policies.def"
};
#undef POLICY
#undef DEMO

#define POLICY(name)
#define DEMO(name) &name##_policy,
const struct policy *const demos[] = {
#include "policies.def"
};
#undef POLICY
#undef DEMO

const size_t policies_count = sizeof policies / sizeof policies[0];
const size_t demos_count = sizeof demos / sizeof demos[0];

static const struct policy *policy_among(const struct policy *const list[], size_t count,
                                         const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->name, name) == 0)
            return list[i];
    return NULL;
}

const struct policy *policy_find(const char *name)
{
    const struct policy *policy = policy_among(policies, policies_count, name);
    return policy ? policy : policy_among(demos, demos_count, name);
}
