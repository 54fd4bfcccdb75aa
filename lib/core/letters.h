/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   letters.h: Turkish letters as one keyboard types them and another composes them, and characters
   that nobody sees. What is compared byte by byte elsewhere (a web password, a security word) is sent
   in one form, NFC. */
#ifndef KP_CORE_LETTERS_H
#define KP_CORE_LETTERS_H

#include <core/buffer.h>
#include <core/secret.h>

/** Appends `text` to `out` with a Turkish letter and its combining mark made one character, as NFC
 * (Unicode Standard Annex 15) has it: ç ğ İ ö ş ü and â î û, in both cases. All else stays as it
 * is: a password has no other letters that are taken apart by a Turkish keyboard. False, with
 * nothing said of `out`, when `text` is not UTF-8 (RFC 3629) or holds a control character. */
bool kp_letters_nfc(kp_bytes text, kp_buffer *out);

/** Bytes of the UTF-8 character that `data` begins with, and the character; 0 when it begins with
 * none. */
size_t kp_letters_next(const unsigned char *data, size_t left, unsigned int *character);

/** Whether a character cannot be seen but changes what is: one without width, or one that turns the
 * order in which its neighbours are shown. */
bool kp_letters_hidden(unsigned int character);

#endif
