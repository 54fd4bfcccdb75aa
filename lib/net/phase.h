/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   phase.h: how far an exchange has come, so that one that takes too long is told by where it stuck.
   For net/ alone. */
#ifndef KP_NET_PHASE_H
#define KP_NET_PHASE_H

#include <core/context.h>

#include <net/curl.h>

typedef enum kp_phase {
    KP_PHASE_NAME,
    KP_PHASE_CONNECT,
    KP_PHASE_TUNNEL, /* the proxy was asked, and has not answered */
    KP_PHASE_TLS,
    KP_PHASE_ANSWER, /* the request is under way, and nothing of an answer has come */
    KP_PHASE_BODY
} kp_phase;

/** The phase of a transfer. `started`: its request was given to a connection; `answered`: something
 * of an answer has come. */
kp_phase kp_phase_of(const kp_curl *curl, CURL *easy, bool started, bool answered);

/** Milliseconds that the context gives a phase; 0: no bound of its own. */
long kp_phase_bound(const kamupin_context *context, kp_phase phase);

/** Fills `error` for time that ran out in a phase: network-name, network-unreachable,
 * network-proxy, tls-failed; network-timeout once the request may have arrived. */
kamupin_status kp_phase_fail(kp_phase phase, kamupin_error *error);

#endif
