/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   arena.c: the memory that secrets live in. Blocks of slots, each block one anonymous mapping: a page
   that traps, the slots, a page that traps. The slots are locked (not swapped), left out of core
   dumps and zero in a forked child (Linux madvise). A context begins with one block of small slots;
   more blocks come when they are needed, as far as the system locks memory: a login has slots of its
   own size, because an authorization server's tokens may be long. */
#define _DEFAULT_SOURCE 1 /* MAP_ANONYMOUS, madvise */
#include <core/arena.h>

#include <core/fail.h>

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZES     2  /* of slots: small and large */
#define SLOTS_MAX 48 /* in one block */

/* The first block of each fit together into the 64 KiB that an old system locks for a process. All of
 * them are 1.8 MB: 64 sessions with long tokens, and ten secrets more for each. */
static const struct {
    size_t slot;   /* bytes of a slot */
    size_t slots;  /* in a block */
    size_t blocks; /* at most */
} SIZE[SIZES] = {{sizeof(kamupin_secret) + KAMUPIN_SECRET_MAX, SLOTS_MAX, 16},
                 {sizeof(kamupin_secret) + KP_SECRET_LONG_MAX, 4, 64}};

typedef struct block {
    struct block *next;
    unsigned char *mapping; /* guard page, slots, guard page */
    bool used[SLOTS_MAX];
} block;

struct kp_arena {
    pthread_mutex_t lock;
    size_t page;
    block *blocks[SIZES];
    size_t count[SIZES];
};

static size_t slots_size(const struct kp_arena *arena, size_t size)
{
    const size_t wanted = SIZE[size].slots * SIZE[size].slot;

    return (wanted + arena->page - 1) / arena->page * arena->page;
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

/* One more block of slots of that size. Errors: no-memory, locked-memory. */
static kamupin_status add_block(struct kp_arena *arena, size_t size, kamupin_error *error)
{
    const size_t bytes = slots_size(arena, size);
    block *made = calloc(1, sizeof *made);
    kamupin_status status = KAMUPIN_OK;

    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    void *mapping =
        mmap(NULL, bytes + 2 * arena->page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    made->mapping = mapping == MAP_FAILED ? NULL : mapping;
    if (made->mapping == NULL ||
        mprotect(made->mapping + arena->page, bytes, PROT_READ | PROT_WRITE) != 0)
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    else if (!harden(made->mapping + arena->page, bytes))
        status = kp_fail(error, KAMUPIN_E_LOCKED_MEMORY, KAMUPIN_FROM_LOCAL,
                         "%zu bytes could not be locked", bytes);
    if (status != KAMUPIN_OK) {
        if (made->mapping != NULL)
            munmap(made->mapping, bytes + 2 * arena->page);
        free(made);
        return status;
    }
    made->next = arena->blocks[size];
    arena->blocks[size] = made;
    arena->count[size]++;
    return KAMUPIN_OK;
}

kamupin_status kp_arena_new(struct kp_arena **arena, kamupin_error *error)
{
    struct kp_arena *made = calloc(1, sizeof *made);

    *arena = NULL;
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->page = (size_t)sysconf(_SC_PAGESIZE);
    kamupin_status status = add_block(made, 0, error);
    if (status != KAMUPIN_OK) {
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
    for (size_t size = 0; size < SIZES; size++)
        while ((*arena)->blocks[size] != NULL) {
            block *gone = (*arena)->blocks[size];
            (*arena)->blocks[size] = gone->next;
            OPENSSL_cleanse(gone->mapping + (*arena)->page, slots_size(*arena, size));
            munmap(gone->mapping, slots_size(*arena, size) + 2 * (*arena)->page);
            free(gone);
        }
    pthread_mutex_destroy(&(*arena)->lock);
    free(*arena);
    *arena = NULL;
}

static unsigned char *slot_at(const struct kp_arena *arena, const block *in, size_t size,
                              size_t index)
{
    return in->mapping + arena->page + index * SIZE[size].slot;
}

static kamupin_secret *take_from(struct kp_arena *arena, size_t size)
{
    for (block *at = arena->blocks[size]; at != NULL; at = at->next)
        for (size_t i = 0; i < SIZE[size].slots; i++)
            if (!at->used[i]) {
                kamupin_secret *slot = (kamupin_secret *)(void *)slot_at(arena, at, size, i);
                at->used[i] = true;
                slot->room = (uint32_t)(SIZE[size].slot - sizeof *slot);
                return slot;
            }
    return NULL;
}

kamupin_secret *kp_arena_take(struct kp_arena *arena, size_t room)
{
    kamupin_secret *slot = NULL;
    size_t size = 0;

    while (size < SIZES && room > SIZE[size].slot - sizeof *slot)
        size++;
    if (size == SIZES)
        return NULL;
    pthread_mutex_lock(&arena->lock);
    slot = take_from(arena, size);
    if (slot == NULL && arena->count[size] < SIZE[size].blocks &&
        add_block(arena, size, NULL) == KAMUPIN_OK)
        slot = take_from(arena, size);
    pthread_mutex_unlock(&arena->lock);
    return slot;
}

/* Marks the slot free, wherever it is. */
static void mark_free(struct kp_arena *arena, const unsigned char *slot)
{
    for (size_t size = 0; size < SIZES; size++)
        for (block *at = arena->blocks[size]; at != NULL; at = at->next) {
            const unsigned char *first = slot_at(arena, at, size, 0);
            if (slot >= first && slot < first + SIZE[size].slots * SIZE[size].slot)
                at->used[(size_t)(slot - first) / SIZE[size].slot] = false;
        }
}

void kp_arena_give(struct kp_arena *arena, kamupin_secret *slot)
{
    OPENSSL_cleanse(slot, sizeof *slot + slot->room);
    pthread_mutex_lock(&arena->lock);
    mark_free(arena, (const unsigned char *)slot);
    pthread_mutex_unlock(&arena->lock);
}
