/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   look.h: which secret a refused one looks like. People mix up the page's code, the SMS code, the
   PIN and their passwords; the error record then says so, and never what was typed. */
#ifndef KP_CORE_LOOK_H
#define KP_CORE_LOOK_H

#include <core/secret.h>

/** What these bytes look like; blanks and characters without width are passed over. */
kamupin_look kp_look(kp_bytes bytes);

/** Notes in `error` (NULL is fine) what the refused secret looks like, if that is something else than
 * what a secret of kind `wanted` looks like. */
void kp_look_note(const kamupin_secret *secret, kamupin_secret_kind wanted, kamupin_error *error);

/** Bytes of the blank, or of the character without width, that `data` begins with; 0 when it begins
 * with none. What a web page's copy brings along. */
size_t kp_blank_at(const unsigned char *data, size_t left);

/** The value of the decimal digit that `data` begins with, ASCII or full width (U+FF10 to U+FF19), and
 * its bytes; -1 when it begins with none. */
int kp_digit_at(const unsigned char *data, size_t left, size_t *length);

#endif
