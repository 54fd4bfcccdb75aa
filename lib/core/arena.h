/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   arena.h: the slots of the secrets' arena, for secret.c alone. */
#ifndef KP_CORE_ARENA_H
#define KP_CORE_ARENA_H

#include <core/secret.h>

#include <stdint.h>

/* A secret is its slot: nothing of it lies elsewhere. In a forked child the slot reads as zero, so
 * that its context is NULL and every call refuses it. */
struct kamupin_secret {
    kamupin_context *context;
    kamupin_secret_kind kind;
    uint32_t room; /* bytes at `bytes` */
    size_t length;
    unsigned char bytes[];
};

/** An empty slot with room for `room` bytes at least, or NULL when all are taken and no more can be
 * locked, or none is that large. Threads: any. */
kamupin_secret *kp_arena_take(struct kp_arena *arena, size_t room);
/** Wipes a slot and gives it back. Threads: any. */
void kp_arena_give(struct kp_arena *arena, kamupin_secret *slot);

#endif
