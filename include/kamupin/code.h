/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   code.h: the verification code that the web page shows. One sample is public, 15 decimal
   digits, so the library accepts 6 to 32 and lets the service judge. */
#ifndef KAMUPIN_CODE_H
#define KAMUPIN_CODE_H

#include <kamupin/secret.h>

KAMUPIN_BEGIN

#define KAMUPIN_CODE_MIN 6  /**< digits */
#define KAMUPIN_CODE_MAX 32 /**< digits */

/** Makes a pasted code clean, in place: blanks, tabs, line ends, no-break spaces (U+00A0, U+2007,
 *  U+202F), zero-width characters (U+200B to U+200D, U+2060) and a byte-order mark go; what is left
 *  must be 6 to 32 ASCII digits.
 *  @param code kind VERIFICATION_CODE; unchanged when the answer is not ok
 *  @param error receives the reason; may be NULL
 *  Threads: the secret's. Sends nothing.
 *  Errors: code-malformed, secret-kind, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_code_normalise(kamupin_secret *code, kamupin_error *error);

KAMUPIN_END
#endif
