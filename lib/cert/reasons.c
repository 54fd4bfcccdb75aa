/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   reasons.c: reason codes. Pure. */
#include <cert/reasons.h>

#define UNUSED_CODE 7

kamupin_revocation_reason kp_reason_of(long code)
{
    if (code < KAMUPIN_REASON_UNSPECIFIED || code > KAMUPIN_REASON_AA_COMPROMISE ||
        code == UNUSED_CODE)
        return KAMUPIN_REASON_UNSPECIFIED;
    return (kamupin_revocation_reason)code;
}
