/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   select.h: selecting and reading files, as the profile's row says. Everything here is read-only.
   Each answers ok when the card answered: the status word is the caller's to judge. */
#ifndef KP_CARD_SELECT_H
#define KP_CARD_SELECT_H

#include <card/channel.h>

/* All of them select as channel->row says: with FCI, or with P2 0C and no answer. */

/** Selects the MF. */
kamupin_status kp_select_mf(kp_channel *channel, kp_response *response, kamupin_error *error);

/** Selects the e-signature application: by name, or by its identifier under the MF (two commands
 * then; `under_mf` when the MF is selected already). Notes in the channel what its FCP says of the
 * PIN. */
kamupin_status kp_select_application(kp_channel *channel, const kp_profile *profile,
                                     kp_response *response, kamupin_error *error);
kamupin_status kp_select_application_under_mf(kp_channel *channel, const kp_profile *profile,
                                              kp_response *response, kamupin_error *error);

/** Selects the DF `file` under the MF, which is selected. */
kamupin_status kp_select_folder(kp_channel *channel, const kp_profile *profile, uint16_t file,
                                kp_response *response, kamupin_error *error);

/** Selects the file or folder `file` by its path from the MF. */
kamupin_status kp_select_path(kp_channel *channel, uint16_t file, kp_response *response,
                              kamupin_error *error);

/** Selects the EF `file` under the current DF. */
kamupin_status kp_select_file(kp_channel *channel, const kp_profile *profile, uint16_t file,
                              kp_response *response, kamupin_error *error);

/** READ BINARY of at most kp_channel_block bytes from `offset` of the selected EF. */
kamupin_status kp_read_block(kp_channel *channel, size_t offset, size_t length,
                             kp_response *response, kamupin_error *error);

/** The number in `tag` of an FCP or FCI template (62 or 6F); false when there is none. */
bool kp_fcp_number(const kp_response *response, uint32_t tag, uint32_t *number);

#endif
