/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certclass.h: what kind of Kamu SM certificate this is. It lives in card/ and not with the
   certificates of a later version (cert/), because recognition needs it: a card gets PIN commands
   only when one of its certificates classifies. Nothing here says that a certificate is genuine or
   in force. */
#ifndef KP_CARD_CERTCLASS_H
#define KP_CARD_CERTCLASS_H

#include <stddef.h>
#include <stdint.h>

typedef enum kp_certificate_class {
    KP_CERTIFICATE_BROKEN = -1, /* not one whole X.509 certificate */
    KP_CERTIFICATE_OTHER = 0,   /* one, but none of those below */
    KP_CERTIFICATE_QUALIFIED_SIGNATURE,
    KP_CERTIFICATE_ELECTRONIC_SEAL,
    KP_CERTIFICATE_QUALIFIED_SEAL,
    KP_CERTIFICATE_MALI_MUHUR
} kp_certificate_class;

/** Classifies one DER certificate. All classes need a certificate policy of Kamu SM's arc, because
 * other providers' qualified certificates carry the same statements of the law. */
kp_certificate_class kp_certificate_classify(const uint8_t *der, size_t length);

#endif
