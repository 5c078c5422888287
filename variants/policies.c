/* policies.c - the table behind policies.h. */
#include "policies.h"

#include <string.h>

#define POLICY(name) extern const struct policy name##_policy;
#include "policies.def"
#undef POLICY

#define POLICY(name) &name##_policy,
const struct policy *const policies[] = {
#include "policies.def"
};
#undef POLICY

const size_t policies_count = sizeof policies / sizeof policies[0];

const struct policy *policy_find(const char *name)
{
    for (size_t i = 0; i < policies_count; i++)
        if (strcmp(policies[i]->name, name) == 0)
            return policies[i];
    return NULL;
}
