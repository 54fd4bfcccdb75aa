/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   form.h: writing forms and queries, random words, and PKCE (RFC 7636). Speaks to nobody. */
#ifndef KP_AUTH_FORM_H
#define KP_AUTH_FORM_H

#include <core/buffer.h>
#include <core/secret.h>

/** Appends "name=value" (application/x-www-form-urlencoded), with "&" before it unless the buffer
 * is empty or ends in "?" or "&". */
void kp_form_put(kp_buffer *form, const char *name, const char *value);
/** The same with a secret's bytes. Errors: those of kp_secret_read. */
kamupin_status kp_form_put_secret(kp_buffer *form, const char *name, const kamupin_secret *secret,
                                  kamupin_error *error);

#define KP_RANDOM_TEXT 44 /* bytes of 256 random bits in base64url, with the NUL */

/** A random word: what nobody can guess. Errors: crypto. */
kamupin_status kp_random_text(char text[KP_RANDOM_TEXT], kamupin_error *error);

/** A new code verifier (RFC 7636, 4.1), kind PKCE_VERIFIER. Errors: crypto, secret-full. */
kamupin_status kp_pkce_new(kamupin_context *context, kamupin_secret **verifier,
                           kamupin_error *error);
/** Its challenge by S256 (4.2). Errors: crypto, those of kp_secret_read. */
kamupin_status kp_pkce_challenge(const kamupin_secret *verifier, char challenge[KP_RANDOM_TEXT],
                                 kamupin_error *error);

#endif
