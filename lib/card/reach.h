/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   reach.h: reaching the reader system, with a way out while it is silent. */
#ifndef KP_CARD_REACH_H
#define KP_CARD_REACH_H

#include <core/cancel.h>
#include <kamupin/reader.h>

/** The backend's `open`. While PC/SC's daemon takes the connection and says nothing (it is about to
 * be started, or hangs), pulling `cancel` (may be NULL) ends the wait with cancelled; the thread that
 * waits there is left behind, and lets go of what it gets. */
kamupin_reader_answer kp_reach(const kamupin_reader_backend *backend, kamupin_cancel *cancel,
                               void **worker);

#endif
