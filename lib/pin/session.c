/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.c: PIN work under secure messaging. Sends nothing itself. */
#include <pin/session.h>

#include <core/fail.h>

kamupin_status kp_pin_session_begin(kamupin_card *card, const kamupin_secret *keys)
{
    const kp_profile *row = card->identity.profile;

    if (row->secure_messaging == KP_SM_NONE)
        return kp_fail(&card->error, KAMUPIN_E_COMMAND_UNKNOWN, KAMUPIN_FROM_LOCAL,
                       "row %s knows no secure messaging", row->name);
    if (!card->channel.held || card->channel.sm != NULL)
        return kp_fail(&card->error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL,
                       "a session begins once, on a held card");
    return kp_sm_open(card->context, row->secure_messaging, keys, &card->channel.sm, &card->error);
}

void kp_pin_session_end(kamupin_card *card)
{
    kp_sm_close(&card->channel.sm);
}

kamupin_status kp_pin_session_wanted(kamupin_card *card, unsigned int commands)
{
    if ((card->identity.profile->protected_commands & commands) == 0 || card->channel.sm != NULL)
        return KAMUPIN_OK;
    return kp_fail(&card->error, KAMUPIN_E_SECURE_MESSAGING, KAMUPIN_FROM_LOCAL,
                   "row %s wants this command protected, and no session stands",
                   card->identity.profile->name);
}
