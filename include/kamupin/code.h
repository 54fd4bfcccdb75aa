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

/** Makes a pasted code clean, in place: blanks of every width, tabs, line ends, no-break spaces,
 *  characters without width (joiners, marks of direction, a byte-order mark) go, full-width digits
 *  (U+FF10 to U+FF19) become ASCII ones; what is left must be 6 to 32 digits.
 *  @param code kind VERIFICATION_CODE; unchanged when the answer is not ok
 *  @param error receives the reason; may be NULL
 *  Threads: the secret's. Sends nothing.
 *  Errors: code-malformed, secret-kind, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_code_normalise(kamupin_secret *code, kamupin_error *error);

KAMUPIN_END
#endif
