/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.h: PIN work under secure messaging: what the row asks for, and a session from keys that a
   service hands over (relay authority). */
#ifndef KP_PIN_SESSION_H
#define KP_PIN_SESSION_H

#include <card/card.h>

/** Opens a session by the row's algorithm with `keys` (kind KAMUPIN_SECRET_CARD_SESSION; the caller
 * may free it at once) and puts it on the held card's channel: from here every command of the card
 * goes protected. Errors: command-unknown (the row knows no secure messaging), wrong-state (not held,
 * or a session stands), those of kp_sm_open. */
kamupin_status kp_pin_session_begin(kamupin_card *card, const kamupin_secret *keys);

/** Takes the session away and wipes it. Call it before kp_card_release, so that logging out goes in
 * clear whatever became of the session. Nothing when there is none. */
void kp_pin_session_end(kamupin_card *card);

/** Whether the row wants these commands (bits of kp_protected) under a session and none stands:
 * then secure-messaging, else ok. */
kamupin_status kp_pin_session_wanted(kamupin_card *card, unsigned int commands);

#endif
