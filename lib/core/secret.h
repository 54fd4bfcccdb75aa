/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   secret.h: the arena's slots from inside. Only `card` (PINs) and `net`/`service` (codes, tokens)
   read a secret's bytes. */
#ifndef KP_CORE_SECRET_H
#define KP_CORE_SECRET_H

#include <kamupin/secret.h>

/** A view of a secret's bytes, not NUL-terminated; valid until the secret is changed or freed. */
typedef struct kp_bytes {
    const unsigned char *data;
    size_t length;
} kp_bytes;

/** The bytes of a secret, if it is of the kind that is asked for: ok, secret-kind,
 * invalid-argument, forked. */
kamupin_status kp_secret_read(const kamupin_secret *secret, kamupin_secret_kind kind,
                              kp_bytes *bytes, kamupin_error *error);

/** As kamupin_secret_new, for every kind, the library's own included. */
kamupin_status kp_secret_new(kamupin_context *context, kamupin_secret_kind kind,
                             kamupin_secret **secret, kamupin_error *error);

/** A new secret with the same kind and bytes. */
kamupin_status kp_secret_copy(const kamupin_secret *from, kamupin_secret **copy,
                              kamupin_error *error);

/** Constant-time comparison of two secrets of the same kind. */
bool kp_secret_equal(const kamupin_secret *a, const kamupin_secret *b);

kamupin_secret_kind kp_secret_kind_of(const kamupin_secret *secret);

/** The arena: one locked, guard-paged mapping per context, out of core dumps, zero in a forked
 * child. */
struct kp_arena;
kamupin_status kp_arena_new(struct kp_arena **arena, kamupin_error *error);
void kp_arena_free(struct kp_arena **arena);

#endif
