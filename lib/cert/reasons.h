/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   reasons.h: reason codes of RFC 5280, 5.3.1, as CRLs and OCSP answers carry them. */
#ifndef KP_CERT_REASONS_H
#define KP_CERT_REASONS_H

#include <kamupin/lifecycle.h>

/** A code's reason; UNSPECIFIED for one that RFC 5280 does not have. */
kamupin_revocation_reason kp_reason_of(long code);

/** What a reason makes of a certificate that is listed: SUSPENDED for certificateHold, else REVOKED. */
#define KP_REASON_IS_HOLD(reason) ((reason) == KAMUPIN_REASON_CERTIFICATE_HOLD)

#endif
