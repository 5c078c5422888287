/* account.c - the tree of accounts. */
#include "account.h"

#include <assert.h>

void account_open(struct account *account, struct account *above, const char *name)
{
    *account =
        (struct account){.zone = above->zone, .name = name, .above = above, .next = above->below};
    above->below = account;
}

void account_close(struct account *account)
{
    struct account **link = &account->above->below;
    assert(account->bytes == 0 && account->below == NULL);
    while (*link != account)
        link = &(*link)->next;
    *link = account->next;
}
