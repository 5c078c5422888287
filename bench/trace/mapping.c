/* mapping.c - a handler of SIGBUS that puts zeros where a mapped file has no pages any more. */
#include "mapping.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define SLOTS 64

/* What the handler must know. It is the one thing that cannot hang from a struct: a signal handler
 * gets no argument of ours. begin is set last and cleared first. */
static struct slot {
    atomic_uintptr_t begin, end; /* 0: free */
    atomic_bool cut;
} slots[SLOTS];
static struct sigaction before;
static uintptr_t page_bytes;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the two above */

static struct slot *slot_of(uintptr_t address)
{
    for (int i = 0; i < SLOTS; i++) {
        uintptr_t begin = atomic_load(&slots[i].begin);
        if (begin != 0 && address >= begin && address < atomic_load(&slots[i].end))
            return &slots[i];
    }
    return NULL;
}

/* Returns to the instruction that failed, which then reads zeros, or fails again under the handler
 * that was there before. */
static void handle(int number, siginfo_t *info, void *context)
{
    uintptr_t address = (uintptr_t)info->si_addr;
    struct slot *slot = slot_of(address);
    uintptr_t page = address & ~(page_bytes - 1);
    if (slot != NULL && mmap((void *)page, atomic_load(&slot->end) - page, PROT_READ,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED)
        atomic_store(&slot->cut, true);
    else
        sigaction(SIGBUS, &before, NULL);
}

/* Whoever has set another handler meanwhile is asked after ours. */
static void install(void)
{
    struct sigaction now, action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
    pthread_mutex_lock(&lock);
    page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGBUS, NULL, &now) == 0 && now.sa_sigaction != handle) {
        before = now;
        sigaction(SIGBUS, &action, NULL);
    }
    pthread_mutex_unlock(&lock);
}

/* -1: none is free. */
static int slot_take(uintptr_t begin, size_t bytes)
{
    for (int i = 0; i < SLOTS; i++) {
        uintptr_t none = 0;
        if (!atomic_compare_exchange_strong(&slots[i].end, &none, begin + bytes))
            continue;
        atomic_store(&slots[i].cut, false);
        atomic_store(&slots[i].begin, begin);
        return i;
    }
    return -1;
}

struct mapping mapping_open(int fd, size_t bytes)
{
    install();
    void *at = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        return (struct mapping){0};
    int slot = slot_take((uintptr_t)at, bytes);
    if (slot >= 0)
        return (struct mapping){at, bytes, slot};
    munmap(at, bytes);
    return (struct mapping){0};
}

bool mapping_is_cut(const struct mapping *mapping)
{
    return mapping->at != NULL && atomic_load(&slots[mapping->slot].cut);
}

void mapping_close(struct mapping *mapping)
{
    if (mapping->at == NULL)
        return;
    atomic_store(&slots[mapping->slot].begin, 0);
    munmap(mapping->at, mapping->bytes);
    atomic_store(&slots[mapping->slot].end, 0);
}
