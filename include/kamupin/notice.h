/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   notice.h: what people have to read, and where to turn: warnings before and after PIN work, and
   the call centre. Texts, not behaviour. Whence they are: docs/sources.md, by the rows that are
   named (C03, …). */
#ifndef KAMUPIN_NOTICE_H
#define KAMUPIN_NOTICE_H

#include <kamupin/error.h>

KAMUPIN_BEGIN

/** The catalogue of notices. */
typedef enum kamupin_notice {
    KAMUPIN_NOTICE_BEFORE_PIN = 1, /**< to be acknowledged before a PIN is typed (C03, C15, H05) */
    KAMUPIN_NOTICE_AFTER_PIN = 2,  /**< keeping the PIN, three wrong tries, no PUK (D01 to D05) */
    KAMUPIN_NOTICE_CODE_IS_NO_PUK = 3, /**< the code is for this program only (C11) */
    KAMUPIN_NOTICE_CALL_CENTRE = 4,    /**< whom to call, and when (B09) */
    KAMUPIN_NOTICE_DELIVERY = 5,       /**< what to do when something is missing (G02) */
    KAMUPIN_NOTICE_ISSUED_PIN = 6      /**< a PIN that an older portal shows once (D07, D08, D10) */
} kamupin_notice;

/** A notice's text, lines separated by '\n'.
 *  Ownership: static UTF-8; "" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_notice_text(kamupin_notice notice, kamupin_language language);

KAMUPIN_END
#endif
