/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   card.h: what a card handle holds, for `pin` and above. */
#ifndef KP_CARD_CARD_H
#define KP_CARD_CARD_H

#include <card/identity.h>

struct kamupin_card {
    kamupin_context *context;
    kamupin_cancel *cancel; /* borrowed, may be NULL */
    kp_channel channel;
    kp_identity identity;
    kamupin_error error;
};

/** Starts a call on a card: clears its error record, checks for a fork and for cancel. */
kamupin_status kp_card_enter(kamupin_card *card);

/** A held, identified card: takes the transaction and confirms the identity; usable must be ok.
 * Every successful begin is ended by kp_card_release, which logs out and lets go. Errors land in
 * card->error. */
kamupin_status kp_card_hold(kamupin_card *card);
void kp_card_release(kamupin_card *card);

/** Why the card of an entry could not be read this time: its reader, the service, another program; ok
 * of all others. It may be the one that somebody names and nobody finds. */
kamupin_status kp_card_unread(const kamupin_card_info *info);

/** Marks every entry of a list by the caller's rule, for the operation: `judge` may turn a usable
 * card into one that is not (and says why), nothing else. */
void kp_reader_list_judge(kamupin_reader_list *list,
                          kamupin_status (*judge)(void *user, const kamupin_card_info *info),
                          void *user);

#endif
