/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   hint.h: judging a server by all but its certificate's dates. For net/http.c alone. */
#ifndef KP_NET_HINT_H
#define KP_NET_HINT_H

#include <core/context.h>

#include <net/curl.h>

/** Has libcurl leave the chain to kp_hint_judge; the name and pinned keys stay its own. Set after
 * kp_tls_rules. Errors: tls-failed. */
kamupin_status kp_hint_rules(const kp_curl *curl, CURL *easy, kamupin_error *error);

/** Whether the chain that `easy` has met holds but for its dates, and the server's certificate is in
 * force at `date` (seconds since 1970). Errors: tls-certificate, no-memory. */
kamupin_status kp_hint_judge(const kamupin_context *context, const kp_curl *curl, CURL *easy,
                             int64_t date, kamupin_error *error);

#endif
