/* fragmenting.c - no leak, but fragmentation: with the entries it allocates notes of changing size,
 * and a few notes of each size stay. Each keeps a whole page from being used for other sizes. */
#include "queue.h"

#define ENTRY_BYTES 450 /* about the size of a record: notes take as much memory as entries */
#define NOTES_SHARE 8   /* with a limit in bytes, notes take 1/8 of it */
#define PHASE_INSERTS                                                                              \
    UINT64_C(40000)            /* with one size; all notes except those that stay are replaced */
#define FILLING_SPEED    16    /* how many times faster notes are allocated at first */
#define SURVIVOR_SPACING 20480 /* bytes of notes for each note that stays */

/* Size classes of which many fit a page. */
static const uint16_t sizes[] = {160, 640, 96, 1280, 224, 80, 768, 192, 1792, 112, 320, 896, 64};

#define SIZES (sizeof sizes / sizeof sizes[0])

struct note {
    struct note *next;
    uint32_t bytes;
};

struct notes { /* oldest first */
    struct note *first, **last;
    uint64_t bytes;
};

struct fragmenting {
    struct account *account;
    const struct slots *slots;
    struct queue arrivals; /* entries, newest at the head */
    struct notes passing, staying;
    uint64_t notes_bytes_most;
    bool filled; /* the notes have reached it */
    uint64_t inserts;
    uint64_t quota;    /* to be allocated, in bytes times PHASE_INSERTS */
    uint64_t unspaced; /* bytes allocated since the last note that stays */
};

static void notes_init(struct notes *notes)
{
    *notes = (struct notes){.last = &notes->first};
}

static uint64_t notes_limit(const struct policy_setup *setup)
{
    uint64_t by_entries = setup->capacity_entries * ENTRY_BYTES;
    uint64_t by_bytes = setup->capacity_bytes / NOTES_SHARE;
    return by_bytes == 0 || (by_entries != 0 && by_entries < by_bytes) ? by_entries : by_bytes;
}

static void *fragmenting_create(const struct policy_setup *setup)
{
    struct fragmenting *order = account_alloc(setup->account, sizeof *order);
    *order = (struct fragmenting){.account = setup->account,
                                  .slots = setup->slots,
                                  .arrivals = QUEUE_EMPTY,
                                  .notes_bytes_most = notes_limit(setup)};
    notes_init(&order->passing);
    notes_init(&order->staying);
    return order;
}

static void note_write(struct fragmenting *order, struct notes *notes, uint32_t bytes)
{
    struct note *note = account_alloc(order->account, bytes);
    note->bytes = bytes;
    *notes->last = note;
    notes->last = &note->next;
    notes->bytes += bytes;
}

static void note_drop(struct fragmenting *order, struct notes *notes)
{
    struct note *note = notes->first;
    notes->first = note->next;
    if (notes->first == NULL)
        notes->last = &notes->first;
    notes->bytes -= note->bytes;
    account_free(order->account, note);
}

static void notes_clear(struct fragmenting *order, struct notes *notes)
{
    while (notes->first)
        note_drop(order, notes);
}

static void fragmenting_destroy(void *state)
{
    struct fragmenting *order = state;
    notes_clear(order, &order->passing);
    notes_clear(order, &order->staying);
}

static bool notes_fit(const struct fragmenting *order, uint32_t bytes)
{
    return order->passing.bytes + order->staying.bytes + bytes <= order->notes_bytes_most;
}

/* Frees passing notes first; those that stay take at most half of the limit. */
static void notes_make_room(struct fragmenting *order, uint32_t bytes)
{
    while (order->passing.first && !notes_fit(order, bytes))
        note_drop(order, &order->passing);
    while (order->staying.first && order->staying.bytes > order->notes_bytes_most / 2)
        note_drop(order, &order->staying);
}

static void note_add(struct fragmenting *order, uint32_t bytes)
{
    bool stays = order->unspaced + bytes >= SURVIVOR_SPACING;
    order->unspaced = stays ? 0 : order->unspaced + bytes;
    notes_make_room(order, bytes);
    if (notes_fit(order, bytes))
        note_write(order, stays ? &order->staying : &order->passing, bytes);
}

static void fragmenting_insert(void *state, uint32_t slot, const struct access *access)
{
    struct fragmenting *order = state;
    uint32_t bytes = sizes[order->inserts++ / PHASE_INSERTS % SIZES];
    queue_push(&order->arrivals, order->slots, slot);
    order->filled |= !notes_fit(order, bytes);
    order->quota += order->notes_bytes_most * (order->filled ? 1 : FILLING_SPEED);
    for (; order->quota >= bytes * PHASE_INSERTS; order->quota -= bytes * PHASE_INSERTS)
        note_add(order, bytes);
}

static void fragmenting_hit(void *state, uint32_t slot, const struct access *access)
{
    (void)state, (void)slot, (void)access;
}

static uint32_t fragmenting_victim(void *state, const struct access *access)
{
    return ((struct fragmenting *)state)->arrivals.tail;
}

static void fragmenting_remove(void *state, uint32_t slot, uint64_t hash, enum leaving why)
{
    struct fragmenting *order = state;
    (void)hash, (void)why;
    queue_remove(&order->arrivals, order->slots, slot);
}

const struct policy fragmenting_policy = {
    .name = "fragmenting",
    .summary = "no leak: a few objects of each size keep pages that no other size can use",
    .limits = KEEPS_CAPACITY,
    .node_bytes = sizeof(struct link),
    .create = fragmenting_create,
    .destroy = fragmenting_destroy,
    .insert = fragmenting_insert,
    .hit = fragmenting_hit,
    .victim = fragmenting_victim,
    .remove = fragmenting_remove,
};
