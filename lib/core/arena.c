/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   arena.c: the memory that secrets live in. One anonymous mapping per context: a page that traps,
   the slots, a page that traps. The slots are locked (not swapped), left out of core dumps and zero
   in a forked child (Linux madvise). */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS, madvise */
#include <core/arena.h>

#include <core/fail.h>

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SLOT_COUNT 48

struct kp_arena {
    pthread_mutex_t lock;
    unsigned char *mapping; /* guard page, slots, guard page */
    size_t mapping_size;
    size_t page;
    bool used[SLOT_COUNT];
};

static size_t slots_size(size_t page)
{
    const size_t wanted = SLOT_COUNT * sizeof(kamupin_secret);

    return (wanted + page - 1) / page * page;
}

/* Locks the slots and keeps them out of dumps and children. */
static bool harden(unsigned char *slots, size_t size)
{
    if (mlock(slots, size) != 0)
        return false;
#ifdef MADV_DONTDUMP
    if (madvise(slots, size, MADV_DONTDUMP) != 0)
        return false;
#endif
#ifdef MADV_WIPEONFORK
    if (madvise(slots, size, MADV_WIPEONFORK) != 0)
        return false;
#endif
    return true;
}

kamupin_status kp_arena_new(struct kp_arena **arena, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    struct kp_arena *made = calloc(1, sizeof *made);

    *arena = NULL;
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->page = (size_t)sysconf(_SC_PAGESIZE);
    made->mapping_size = slots_size(made->page) + 2 * made->page;
    void *mapping = mmap(NULL, made->mapping_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    made->mapping = mapping == MAP_FAILED ? NULL : mapping;
    if (made->mapping == NULL ||
        mprotect(made->mapping + made->page, slots_size(made->page), PROT_READ | PROT_WRITE) != 0)
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    else if (!harden(made->mapping + made->page, slots_size(made->page)))
        status = kp_fail(error, KAMUPIN_E_LOCKED_MEMORY, KAMUPIN_FROM_LOCAL,
                         "%zu bytes could not be locked", slots_size(made->page));
    if (status != KAMUPIN_OK) {
        if (made->mapping != NULL)
            munmap(made->mapping, made->mapping_size);
        free(made);
        return status;
    }
    pthread_mutex_init(&made->lock, NULL);
    *arena = made;
    return KAMUPIN_OK;
}

void kp_arena_free(struct kp_arena **arena)
{
    if (*arena == NULL)
        return;
    OPENSSL_cleanse((*arena)->mapping + (*arena)->page, slots_size((*arena)->page));
    munmap((*arena)->mapping, (*arena)->mapping_size);
    pthread_mutex_destroy(&(*arena)->lock);
    free(*arena);
    *arena = NULL;
}

static kamupin_secret *slot_at(const struct kp_arena *arena, size_t index)
{
    return (kamupin_secret *)(void *)(arena->mapping + arena->page) + index;
}

kamupin_secret *kp_arena_take(struct kp_arena *arena)
{
    kamupin_secret *slot = NULL;

    pthread_mutex_lock(&arena->lock);
    for (size_t i = 0; i < SLOT_COUNT && slot == NULL; i++) {
        if (!arena->used[i]) {
            arena->used[i] = true;
            slot = slot_at(arena, i);
        }
    }
    pthread_mutex_unlock(&arena->lock);
    return slot;
}

void kp_arena_give(struct kp_arena *arena, kamupin_secret *slot)
{
    OPENSSL_cleanse(slot, sizeof *slot);
    pthread_mutex_lock(&arena->lock);
    arena->used[slot - slot_at(arena, 0)] = false;
    pthread_mutex_unlock(&arena->lock);
}
