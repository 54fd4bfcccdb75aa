/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   list.h: a reader list from inside, for opening a card from it. */
#ifndef KP_CARD_LIST_H
#define KP_CARD_LIST_H

#include <card/identity.h>

/** Lists the readers and identifies their cards; when `which` (may be NULL) is the name of one of
 * the readers, only the card in that one. Errors: as kamupin_reader_list_new. */
kamupin_status kp_reader_list_build(kamupin_context *context, const char *which,
                                    kamupin_cancel *cancel, kamupin_reader_list **list,
                                    kamupin_error *error);

/** What is known of entry `index`, which exists. Belongs to the list. */
const kamupin_card_info *kp_reader_list_info(const kamupin_reader_list *list, size_t index);

/** Moves the identity of entry `index` to the caller, who wipes it; the list keeps its info. */
void kp_reader_list_take(kamupin_reader_list *list, size_t index, kp_identity *identity);

#endif
