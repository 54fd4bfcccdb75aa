/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   secret.h: the arena's slots from inside. Only `card` (PINs) and `net`/`service` (codes, tokens)
   read a secret's bytes. */
#ifndef KP_CORE_SECRET_H
#define KP_CORE_SECRET_H

#include <kamupin/secret.h>

/** A card's PUK, as a service sealed it to an operation. No program can name this kind: it stands in
 * no public header. */
#define KP_SECRET_PUK ((kamupin_secret_kind)67)

/** The most bytes of a secret that was made with room for them (kp_secret_room): a session's token. */
#define KP_SECRET_LONG_MAX 4072

/** A view of a secret's bytes, not NUL-terminated; valid until the secret is changed or freed. */
typedef struct kp_bytes {
    const unsigned char *data;
    size_t length;
} kp_bytes;

/** The bytes of a secret, if it is of the kind that is asked for: ok, secret-kind,
 * invalid-argument, forked. */
kamupin_status kp_secret_read(const kamupin_secret *secret, kamupin_secret_kind kind,
                              kp_bytes *bytes, kamupin_error *error);

/** As kamupin_secret_new, for every kind that is typed or copied, the library's own included but for
 * PUK, which comes from kp_secret_written alone. */
kamupin_status kp_secret_new(kamupin_context *context, kamupin_secret_kind kind,
                             kamupin_secret **secret, kamupin_error *error);

/** As kp_secret_new, with room for `room` bytes, KP_SECRET_LONG_MAX at most. */
kamupin_status kp_secret_room(kamupin_context *context, kamupin_secret_kind kind, size_t room,
                              kamupin_secret **secret, kamupin_error *error);

/** Writes a new secret's bytes where they will lie: at most `size` at `room`. Answers how many; 0
 * when it cannot. */
typedef size_t kp_secret_writer(void *user, unsigned char *room, size_t size);

/** A new secret that `write` fills, so that nothing else ever holds its bytes. The kind PUK can be
 * made in no other way: it comes out of what a service sealed (service/jwe.c, the only caller), and
 * nothing that a person types can become one.
 * Errors: crypto when `write` answers 0, secret-full, forked. */
kamupin_status kp_secret_written(kamupin_context *context, kamupin_secret_kind kind,
                                 kp_secret_writer *write, void *user, kamupin_secret **secret,
                                 kamupin_error *error);

/** A new secret with the same kind and bytes. */
kamupin_status kp_secret_copy(const kamupin_secret *from, kamupin_secret **copy,
                              kamupin_error *error);

/** Constant-time comparison of two secrets of the same kind. */
bool kp_secret_equal(const kamupin_secret *a, const kamupin_secret *b);

kamupin_secret_kind kp_secret_kind_of(const kamupin_secret *secret);

/** The arena: locked, guard-paged mappings of one context, out of core dumps, zero in a forked
 * child. */
struct kp_arena;
kamupin_status kp_arena_new(struct kp_arena **arena, kamupin_error *error);
void kp_arena_free(struct kp_arena **arena);

#endif
