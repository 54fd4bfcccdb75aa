/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   hosts.h: the hosts that a context has contacted, for whoever has to say where requests went. For
   net/ alone. */
#ifndef KP_NET_HOSTS_H
#define KP_NET_HOSTS_H

#include <core/context.h>
#include <kamupin/network.h>
#include <net/curl.h>

/** Counts a request to the host of `url`, and names it in `seen`. Any thread. */
void kp_hosts_begin(kamupin_context *context, const kp_curl *curl, const char *url,
                    kamupin_host *seen);

/** Whether the last connection was made to something else than that host: to a proxy. */
bool kp_hosts_by_proxy(const kamupin_context *context, const kp_curl *curl, CURL *easy,
                       const kamupin_host *seen);

/** Notes how that request ended, by what `easy` knows of its transfer. */
void kp_hosts_end(kamupin_context *context, const kp_curl *curl, CURL *easy, kamupin_status status,
                  kamupin_host *seen);

#endif
