/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   tokens.h: what a token endpoint grants (RFC 6749, 5.1; RFC 9449, 5). */
#ifndef KP_AUTH_TOKENS_H
#define KP_AUTH_TOKENS_H

#include <service/json.h>

typedef struct kp_tokens {
    kamupin_secret *access;
    kamupin_secret *refresh; /* NULL when none was granted */
    int64_t deadline_ms;     /* of the access token, on the context's clock */
} kp_tokens;

/** Reads an answer that was asked for at `sent_ms`. The tokens have to be bound to the session's key.
 * Nothing is left in `tokens` on failure. Errors: service-reply-malformed, secret-full. */
kamupin_status kp_tokens_read(kamupin_context *context, const json_t *root, int64_t sent_ms,
                              kp_tokens *tokens, kamupin_error *error);
void kp_tokens_wipe(kp_tokens *tokens);

#endif
