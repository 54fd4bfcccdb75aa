/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cancel.h: hooks that a pulled cancel handle calls, so that a wait in the reader system or the
   network ends at once. */
#ifndef KP_CORE_CANCEL_H
#define KP_CORE_CANCEL_H

#include <kamupin/cancel.h>

/** One wait that can be ended: lives on the waiter's stack between kp_cancel_enter and
 * kp_cancel_leave. */
typedef struct kp_cancel_hook {
    void (*wake)(void *object);
    void *object;
    struct kp_cancel_hook *next;
} kp_cancel_hook;

/** Registers `hook` (its wake and object are set). When the handle is already pulled, wake is
 * called before this returns. `cancel` may be NULL. wake is called under the handle's lock: it must
 * be short and call nothing of this library. */
void kp_cancel_enter(kamupin_cancel *cancel, kp_cancel_hook *hook);
/** Removes it; after this wake is not called any more. */
void kp_cancel_leave(kamupin_cancel *cancel, kp_cancel_hook *hook);

/** ok, or cancelled when `cancel` (may be NULL) is pulled. */
kamupin_status kp_cancel_check(const kamupin_cancel *cancel, kamupin_error *error);

#endif
