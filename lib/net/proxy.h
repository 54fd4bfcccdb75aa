/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   proxy.h: by way of which proxy a request goes, and with what login. For net/ alone. */
#ifndef KP_NET_PROXY_H
#define KP_NET_PROXY_H

#include <core/context.h>

#include <net/curl.h>

/** Whether the options name a proxy. */
bool kp_proxy_named(const kamupin_context *context);

/** Whether TLS is spoken with the proxy that the options or the environment name. */
bool kp_proxy_speaks_tls(const kamupin_context *context);

/** Sets the context's proxy and its login on `easy`, for one exchange. Errors: no-memory,
 * network-library (this libcurl cannot do such a proxy). */
kamupin_status kp_proxy_set(kamupin_context *context, const kp_curl *curl, CURL *easy,
                            kamupin_error *error);

/** Takes the login back out of `easy`. */
void kp_proxy_forget(const kp_curl *curl, CURL *easy);

#endif
