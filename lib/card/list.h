/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   list.h: a reader list from inside, for opening a card from it. */
#ifndef KP_CARD_LIST_H
#define KP_CARD_LIST_H

#include <card/address.h>
#include <card/identity.h>

/** Lists the readers and identifies their cards. With an `address` (may be NULL) only those that it
 * can mean, by reader and ATR, are read. `keep`: the list keeps their connections, for
 * kp_reader_list_take. Errors: as kamupin_reader_list_new. */
kamupin_status kp_reader_list_build(kamupin_context *context, const kp_address *address, bool keep,
                                    kamupin_cancel *cancel, kamupin_reader_list **list,
                                    kamupin_error *error);

/** What is known of entry `index`, which exists. Belongs to the list. */
const kamupin_card_info *kp_reader_list_info(const kamupin_reader_list *list, size_t index);

/** Moves identity and open connection of entry `index`, which was read by a list that keeps them,
 * to the caller, who wipes and closes them; the list keeps its info. */
void kp_reader_list_take(kamupin_reader_list *list, size_t index, kp_identity *identity,
                         kp_channel *channel);

#endif
