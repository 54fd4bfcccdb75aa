/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   reply.h: an answer's status line and headers. For net/ alone. */
#ifndef KP_NET_REPLY_H
#define KP_NET_REPLY_H

#include <net/curl.h>
#include <net/http.h>

/** Fills `reply`, but its body, from a transfer that has ended well. Errors: http-redirected,
 * http-intercepted, network-interrupted (an answer that does not say where it ends). */
kamupin_status kp_reply_read(const kp_curl *curl, CURL *easy, kp_http_reply *reply,
                             kamupin_error *error);

#endif
