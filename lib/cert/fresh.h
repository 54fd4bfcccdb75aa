/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   fresh.h: whether what an authority said about revocation is still to be believed. */
#ifndef KP_CERT_FRESH_H
#define KP_CERT_FRESH_H

#include <stdbool.h>
#include <stdint.h>

#define KP_SKEW        300   /* seconds that two calendars may differ */
#define KP_CRL_UNSAID  86400 /* so old may a CRL be that does not say when the next one comes */
#define KP_OCSP_UNSAID 3600  /* … and an OCSP answer, which then means "as of now" */

/** Whether `now` is between the two times (seconds since 1970; next_update 0: not said, `unsaid`
 * seconds after this_update then), with KP_SKEW to both sides. */
static inline bool kp_is_fresh(int64_t this_update, int64_t next_update, int64_t now, long unsaid)
{
    return this_update <= now + KP_SKEW &&
           now <= (next_update != 0 ? next_update : this_update + unsaid) + KP_SKEW;
}

#endif
