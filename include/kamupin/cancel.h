/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cancel.h: a cancel handle belongs to one operation or wait and may be pulled from any thread. It
   ends waits, prompts and network at once; inside an APDU it takes effect when that APDU has ended,
   and after the first command that changes the card the operation finishes and reports
   (it is never left half done). One wait it cannot end: PC/SC-lite's for connecting to a card that
   another program holds in a transaction; it takes effect when that program lets go. */
#ifndef KAMUPIN_CANCEL_H
#define KAMUPIN_CANCEL_H

#include <kamupin/context.h>

KAMUPIN_BEGIN

typedef struct kamupin_cancel kamupin_cancel;

/** Makes a cancel handle, not pulled.
 *  @param cancel receives the handle; the caller frees it with kamupin_cancel_free when no call
 *          uses it any more, and no card or operation that was given it is left.
 *  Threads: any. Errors: invalid-argument, no-memory. */
KAMUPIN_API kamupin_status kamupin_cancel_new(kamupin_context *context, kamupin_cancel **cancel,
                                              kamupin_error *error);

/** Frees and sets the caller's pointer to NULL. NULL is fine.
 *  Errors: none. */
KAMUPIN_API void kamupin_cancel_free(kamupin_cancel **cancel);

/** Cancels the call that was given this handle, and every later one until kamupin_cancel_clear.
 *  Threads: any, also from a callback; not from a signal handler. Errors: none. */
KAMUPIN_API void kamupin_cancel_pull(kamupin_cancel *cancel);

/** Makes a pulled handle usable again.
 *  Threads: any, while no call uses it. Errors: none. */
KAMUPIN_API void kamupin_cancel_clear(kamupin_cancel *cancel);

/** Whether the handle is pulled. false for NULL.
 *  Threads: any. Errors: none. */
KAMUPIN_API bool kamupin_cancel_pulled(const kamupin_cancel *cancel);

KAMUPIN_END
#endif
