/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   tls.h: the TLS rules of every connection, and what libcurl's codes mean to this library. For
   net/ alone. */
#ifndef KP_NET_TLS_H
#define KP_NET_TLS_H

#include <core/context.h>

#include <net/curl.h>

/** Sets the TLS rules on `easy`. Errors: ca-file, no-memory. */
kamupin_status kp_tls_rules(const kamupin_context *context, const kp_curl *curl, CURL *easy,
                            kamupin_error *error);

/** Fills `error` from libcurl's code of a finished transfer, whether it had come as far as a proxy,
 * and its error buffer, of which nothing is told on; never called with CURLE_OK. */
kamupin_status kp_curl_fail(const kp_curl *curl, CURL *easy, CURLcode code, bool at_proxy,
                            const char *said, kamupin_error *error);

#endif
