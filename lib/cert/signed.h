/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   signed.h: a signature that is made once and may have to be handed in twice: the consent's and that
   of a list. For cert/ alone. */
#ifndef KP_CERT_SIGNED_H
#define KP_CERT_SIGNED_H

#include <core/buffer.h>
#include <kamupin/cms.h>
#include <service/consent.h>

/** What a card is asked for. */
typedef struct kp_wanted_signature {
    kamupin_card *card;
    const kamupin_secret *pin;
    unsigned int risk;
} kp_wanted_signature;

/** Signs `content` into `made`, unless a signature is there already. Errors: those of
 * kamupin_card_cms; reply-too-large for one that no request holds. */
kamupin_status kp_signed_once(const kp_wanted_signature *wanted, const kp_buffer *content,
                              kp_buffer *made, kamupin_error *error);

/** Whether a signature that was handed in with this status may be handed in again. */
bool kp_signed_lives(kamupin_status status);

#endif
