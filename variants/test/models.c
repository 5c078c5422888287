/* models.c - the slow policies of models.h. */
#include "models.h"

#include "sketch.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define NOT_FOUND UINT32_MAX

static uint32_t list_find(const struct model_list *list, uint64_t key)
{
    for (uint32_t at = 0; at < list->count; at++)
        if (list->keys[at] == key)
            return at;
    return NOT_FOUND;
}

static uint64_t list_remove(struct model_list *list, uint32_t at)
{
    uint64_t key = list->keys[at];
    memmove(&list->keys[at], &list->keys[at + 1], (list->count - at - 1) * sizeof *list->keys);
    memmove(&list->notes[at], &list->notes[at + 1], (list->count - at - 1) * sizeof *list->notes);
    list->count--;
    return key;
}

static void list_push(struct model_list *list, uint64_t key, uint64_t note)
{
    assert(list->count < MODEL_LIST_MAX);
    memmove(&list->keys[1], &list->keys[0], list->count * sizeof *list->keys);
    memmove(&list->notes[1], &list->notes[0], list->count * sizeof *list->notes);
    list->keys[0] = key;
    list->notes[0] = note;
    list->count++;
}

static uint64_t list_pop(struct model_list *list)
{
    return list_remove(list, list->count - 1);
}

/* Which of the lists has the key, and where. */
static bool model_find(const struct model *model, uint64_t key, unsigned *list, uint32_t *at)
{
    for (*list = 0; *list < MODEL_LISTS; ++*list)
        if ((*at = list_find(&model->lists[*list], key)) != NOT_FOUND)
            return true;
    return false;
}

static uint32_t model_count(const struct model *model)
{
    uint32_t count = 0;
    for (unsigned list = 0; list < MODEL_LISTS; list++)
        count += model->lists[list].count;
    return count;
}

static bool model_full(const struct model *model)
{
    return model_count(model) >= model->capacity;
}

static bool fifo_request(struct model *model, uint64_t key)
{
    struct model_list *list = &model->lists[0];
    if (list_find(list, key) != NOT_FOUND)
        return true;
    if (model_full(model))
        list_pop(list);
    list_push(list, key, 0);
    return false;
}

static bool lru_request(struct model *model, uint64_t key)
{
    struct model_list *list = &model->lists[0];
    uint32_t at = list_find(list, key);
    if (at != NOT_FOUND)
        list_remove(list, at);
    else if (model_full(model))
        list_pop(list);
    list_push(list, key, 0);
    return at != NOT_FOUND;
}

/* A ring with a hand: a new entry replaces the victim in place. */
static bool clock_request(struct model *model, uint64_t key)
{
    struct model_list *ring = &model->lists[0];
    uint32_t at = list_find(ring, key);
    if (at != NOT_FOUND) {
        ring->notes[at] = 1;
        return true;
    }
    if (!model_full(model)) {
        ring->keys[ring->count] = key;
        ring->notes[ring->count++] = 0;
        return false;
    }
    for (; ring->notes[model->hand]; model->hand = (model->hand + 1) % ring->count)
        ring->notes[model->hand] = 0;
    ring->keys[model->hand] = key;
    model->hand = (model->hand + 1) % ring->count;
    return false;
}

/* The hand is a distance from the tail. */
static bool sieve_request(struct model *model, uint64_t key)
{
    struct model_list *list = &model->lists[0];
    uint32_t at = list_find(list, key);
    if (at != NOT_FOUND) {
        list->notes[at] = 1;
        return true;
    }
    if (model_full(model)) {
        while (list->notes[list->count - 1 - model->hand]) {
            list->notes[list->count - 1 - model->hand] = 0;
            model->hand = (model->hand + 1) % list->count;
        }
        list_remove(list, list->count - 1 - model->hand);
        if (model->hand >= list->count)
            model->hand = 0;
    }
    list_push(list, key, 0);
    return false;
}

/* The list is ordered by recency; the victim is the last entry with the smallest count. */
static bool lfu_request(struct model *model, uint64_t key)
{
    struct model_list *list = &model->lists[0];
    uint32_t at = list_find(list, key);
    uint64_t times = 1;
    if (at != NOT_FOUND) {
        times = list->notes[at] + 1;
        list_remove(list, at);
    } else if (model_full(model)) {
        uint32_t least = 0;
        for (uint32_t i = 0; i < list->count; i++)
            least = list->notes[i] <= list->notes[least] ? i : least;
        list_remove(list, least);
    }
    list_push(list, key, times);
    return at != NOT_FOUND;
}

static uint32_t slru_segment_size(const struct model *model)
{
    return model->capacity < 4 ? 1 : model->capacity / 4;
}

static void slru_demote_overflow(struct model *model, unsigned segment)
{
    while (segment > 0 && model->lists[segment].count > slru_segment_size(model)) {
        list_push(&model->lists[segment - 1], list_pop(&model->lists[segment]), 0);
        segment--;
    }
}

static bool slru_request(struct model *model, uint64_t key)
{
    unsigned list;
    uint32_t at;
    if (model_find(model, key, &list, &at)) {
        unsigned above = list == 3 ? 3 : list + 1;
        list_push(&model->lists[above], list_remove(&model->lists[list], at), 0);
        slru_demote_overflow(model, above);
        return true;
    }
    for (list = 0; model_full(model) && model->lists[list].count == 0; list++)
        ;
    if (model_full(model))
        list_pop(&model->lists[list]);
    for (list = 0; list < 4 && model->lists[list].count >= slru_segment_size(model); list++)
        ;
    list_push(&model->lists[list % 4], key, 0);
    return false;
}

static bool twoq_request(struct model *model, uint64_t key)
{
    struct model_list *a1in = &model->lists[0], *am = &model->lists[1], *a1out = &model->extra[0];
    uint32_t at = list_find(am, key);
    if (at != NOT_FOUND) {
        list_push(am, list_remove(am, at), 0);
        return true;
    }
    if (list_find(a1in, key) != NOT_FOUND)
        return true;
    uint32_t ghost = list_find(a1out, key);
    if (ghost != NOT_FOUND)
        list_remove(a1out, ghost);
    if (model_full(model)) {
        if (a1in->count > model->capacity / 4 || am->count == 0)
            list_push(a1out, list_pop(a1in), 0);
        else
            list_pop(am);
        if (a1out->count > model->capacity / 2)
            list_pop(a1out);
    }
    list_push(ghost != NOT_FOUND ? am : a1in, key, 0);
    return false;
}

enum { T1, T2 };

static void arc_replace(struct model *model, bool in_b2)
{
    struct model_list *t1 = &model->lists[T1], *t2 = &model->lists[T2];
    bool from_t1 =
        t1->count > 0 && (t1->count > model->adaptive || (in_b2 && t1->count == model->adaptive));
    if (from_t1 || t2->count == 0)
        list_push(&model->extra[T1], list_pop(t1), 0);
    else
        list_push(&model->extra[T2], list_pop(t2), 0);
}

/* Cases I to IV of figure 4 of the paper. */
static bool arc_request(struct model *model, uint64_t key)
{
    struct model_list *t1 = &model->lists[T1], *t2 = &model->lists[T2];
    struct model_list *b1 = &model->extra[T1], *b2 = &model->extra[T2];
    double c = model->capacity;
    unsigned list;
    uint32_t at;
    if (model_find(model, key, &list, &at)) {
        list_push(t2, list_remove(&model->lists[list], at), 0);
        return true;
    }
    bool full = model_full(model);
    uint32_t in_b1 = list_find(b1, key), in_b2 = list_find(b2, key);
    if (in_b1 != NOT_FOUND || in_b2 != NOT_FOUND) {
        double up = fmax(1, (double)b2->count / b1->count);
        double down = fmax(1, (double)b1->count / b2->count);
        model->adaptive =
            in_b1 != NOT_FOUND ? fmin(c, model->adaptive + up) : fmax(0, model->adaptive - down);
        list_remove(in_b1 != NOT_FOUND ? b1 : b2, in_b1 != NOT_FOUND ? in_b1 : in_b2);
        if (full)
            arc_replace(model, in_b2 != NOT_FOUND);
        list_push(t2, key, 0);
        return false;
    }
    if (t1->count + b1->count == c) {
        if (t1->count < c) {
            list_pop(b1);
            if (full)
                arc_replace(model, false);
        } else {
            list_pop(t1);
        }
    } else if (full) {
        if (t1->count + t2->count + b1->count + b2->count == 2 * c)
            list_pop(b2);
        arc_replace(model, false);
    }
    list_push(t1, key, 0);
    return false;
}

static void s3fifo_evict_main(struct model *model)
{
    struct model_list *main_queue = &model->lists[1];
    for (;;) {
        uint64_t times = main_queue->notes[main_queue->count - 1];
        uint64_t key = list_pop(main_queue);
        if (times == 0)
            return;
        list_push(main_queue, key, times - 1);
    }
}

/* False: all entries of the small queue moved to the main queue; none was evicted. */
static bool s3fifo_evict_small(struct model *model)
{
    struct model_list *small_queue = &model->lists[0];
    while (small_queue->count > 0) {
        uint64_t times = small_queue->notes[small_queue->count - 1];
        uint64_t key = list_pop(small_queue);
        if (times < 2) {
            list_push(&model->extra[0], key, 0);
            if (model->extra[0].count > model->capacity * 90 / 100)
                list_pop(&model->extra[0]);
            return true;
        }
        list_push(&model->lists[1], key, 0);
    }
    return false;
}

static bool s3fifo_request(struct model *model, uint64_t key)
{
    unsigned list;
    uint32_t at;
    if (model_find(model, key, &list, &at)) {
        if (model->lists[list].notes[at] < 3)
            model->lists[list].notes[at]++;
        return true;
    }
    uint32_t ghost = list_find(&model->extra[0], key);
    if (ghost != NOT_FOUND)
        list_remove(&model->extra[0], ghost);
    if (model_full(model) &&
        (model->lists[1].count > model->capacity - model->capacity * 10 / 100 ||
         !s3fifo_evict_small(model)))
        s3fifo_evict_main(model);
    list_push(&model->lists[ghost != NOT_FOUND], key, 0);
    return false;
}

/* LIRS: extra[0] is the stack, with notes; lists[0] is the queue of resident HIR keys. */
enum { NOTE_LIR = 1, NOTE_RESIDENT = 2 };

static uint32_t lirs_count_lir(const struct model_list *stack)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at < stack->count; at++)
        count += stack->notes[at] & NOTE_LIR;
    return count;
}

static void lirs_prune(struct model_list *stack)
{
    while (stack->count > 0 && !(stack->notes[stack->count - 1] & NOTE_LIR))
        list_pop(stack);
}

/* While there are too many LIR entries, the one at the bottom of the stack becomes HIR. */
static void lirs_demote_excess(struct model *model, struct model_list *stack,
                               struct model_list *queue)
{
    uint32_t hir = model->capacity / 100 == 0 ? 1 : model->capacity / 100;
    while (lirs_count_lir(stack) > model->capacity - hir) {
        list_push(queue, list_pop(stack), 0);
        lirs_prune(stack);
    }
    lirs_prune(stack);
}

/* The victim's key may stay on the stack. `extra[1]` lists such keys, the last evicted first; if
 * there are too many, the key that was evicted first is removed from the stack. */
static void lirs_evict(struct model *model, struct model_list *stack, struct model_list *queue)
{
    struct model_list *evicted = &model->extra[1];
    uint64_t key = queue->count > 0 ? list_pop(queue) : list_pop(stack);
    uint32_t at = list_find(stack, key);
    if (at != NOT_FOUND) {
        stack->notes[at] = 0;
        list_push(evicted, key, 0);
    }
    lirs_prune(stack);
    for (uint32_t i = evicted->count; i-- > 0;)
        if (list_find(stack, evicted->keys[i]) == NOT_FOUND)
            list_remove(evicted, i);
    if (evicted->count > model->capacity)
        list_remove(stack, list_find(stack, list_pop(evicted)));
    lirs_prune(stack);
}

static bool lirs_request(struct model *model, uint64_t key)
{
    struct model_list *stack = &model->extra[0], *queue = &model->lists[0];
    struct model_list *evicted = &model->extra[1];
    uint32_t at = list_find(stack, key), queued = list_find(queue, key);
    bool lir = at != NOT_FOUND && (stack->notes[at] & NOTE_LIR);
    bool hit = lir || queued != NOT_FOUND;
    if (!hit && queue->count + lirs_count_lir(stack) >= model->capacity)
        lirs_evict(model, stack, queue);
    at = list_find(stack, key);
    if (at != NOT_FOUND)
        list_remove(stack, at);
    if (list_find(evicted, key) != NOT_FOUND)
        list_remove(evicted, list_find(evicted, key));
    uint32_t hir = model->capacity / 100 == 0 ? 1 : model->capacity / 100;
    bool filling = !hit && lirs_count_lir(stack) < model->capacity - hir;
    if (queued != NOT_FOUND)
        list_remove(queue, queued);
    bool becomes_lir = lir || at != NOT_FOUND || filling;
    list_push(stack, key, becomes_lir ? NOTE_LIR | NOTE_RESIDENT : NOTE_RESIDENT);
    if (!becomes_lir)
        list_push(queue, key, 0);
    lirs_demote_excess(model, stack, queue);
    return hit;
}

/* Sizes and costs are equal: the priority is the number of requests plus the priority of the last
 * victim. Among equal priorities, the one that was set first is evicted. */
static bool gdsf_request(struct model *model, uint64_t key)
{
    struct model_list *list = &model->lists[0];
    struct model_list *priorities = &model->extra[0]; /* as notes, parallel to the list */
    uint32_t at = list_find(list, key);
    uint64_t times = 1;
    if (at != NOT_FOUND) {
        times = list->notes[at] + 1;
        list_remove(list, at);
        list_remove(priorities, at);
    } else if (model_full(model)) {
        uint32_t least = 0;
        for (uint32_t i = 0; i < list->count; i++)
            least = priorities->notes[i] <= priorities->notes[least] ? i : least;
        model->adaptive = (double)priorities->notes[least];
        list_remove(list, least);
        list_remove(priorities, least);
    }
    list_push(list, key, times);
    list_push(priorities, key, (uint64_t)model->adaptive + times);
    return at != NOT_FOUND;
}

enum { WINDOW, PROBATION, PROTECTED };

static void wtinylfu_evict(struct model *model, uint32_t window_max)
{
    struct model_list *window = &model->lists[WINDOW];
    struct model_list *victims = &model->lists[PROBATION];
    if (victims->count == 0)
        victims = &model->lists[PROTECTED];
    if (victims->count == 0) {
        list_pop(window);
        return;
    }
    if (window->count >= window_max &&
        sketch_estimate(model->sketch, window->keys[window->count - 1]) <=
            sketch_estimate(model->sketch, victims->keys[victims->count - 1]))
        list_pop(window);
    else
        list_pop(victims);
}

static bool wtinylfu_request(struct model *model, uint64_t key)
{
    uint32_t window_max = model->capacity / 100 == 0 ? 1 : model->capacity / 100;
    uint32_t protected_max = (uint32_t)((model->capacity - window_max) * 0.8);
    unsigned list;
    uint32_t at;
    bool hit = model_find(model, key, &list, &at);
    if (!hit && model_full(model))
        wtinylfu_evict(model, window_max);
    sketch_fit(model->sketch, model->lists[WINDOW].count + model->lists[PROBATION].count +
                                  model->lists[PROTECTED].count);
    sketch_increment(model->sketch, key);
    if (!hit) {
        list_push(&model->lists[WINDOW], key, 0);
        if (model->lists[WINDOW].count > window_max)
            list_push(&model->lists[PROBATION], list_pop(&model->lists[WINDOW]), 0);
        return false;
    }
    list_remove(&model->lists[list], at);
    list_push(&model->lists[list == WINDOW ? WINDOW : PROTECTED], key, 0);
    if (model->lists[PROTECTED].count > protected_max)
        list_push(&model->lists[PROBATION], list_pop(&model->lists[PROTECTED]), 0);
    return true;
}

const struct model_policy model_policies[] = {
    {"fifo", fifo_request},   {"lru", lru_request},   {"clock", clock_request},
    {"sieve", sieve_request}, {"lfu", lfu_request},   {"slru", slru_request},
    {"twoq", twoq_request},   {"arc", arc_request},   {"s3fifo", s3fifo_request},
    {"lirs", lirs_request},   {"gdsf", gdsf_request}, {"wtinylfu", wtinylfu_request},
};
const unsigned model_policies_count = sizeof model_policies / sizeof model_policies[0];
