/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   phase.c: how far an exchange has come, and what it means when its time runs out there. */
#include <net/phase.h>

#include <core/fail.h>

/* In the order of kp_phase. Only the last two can have given the request to the service. */
static const struct {
    kamupin_status status;
    kamupin_origin origin;
    const char *what;
} LATE[] = {
    {KAMUPIN_E_NETWORK_NAME, KAMUPIN_FROM_NETWORK, "the name was not found in time"},
    {KAMUPIN_E_NETWORK_UNREACHABLE, KAMUPIN_FROM_NETWORK, "no connection was made in time"},
    {KAMUPIN_E_NETWORK_PROXY, KAMUPIN_FROM_NETWORK, "the proxy did not answer in time"},
    {KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS, "the TLS handshake did not end in time"},
    {KAMUPIN_E_NETWORK_TIMEOUT, KAMUPIN_FROM_NETWORK, "no answer came in time"},
    {KAMUPIN_E_NETWORK_TIMEOUT, KAMUPIN_FROM_NETWORK, "the answer did not end in time"},
};

/* Whether TCP stands. libcurl's time of connecting may be that of the whole of it, with a proxy's
 * tunnel and TLS; the port is there as soon as the connection is. */
static bool is_connected(const kp_curl *curl, CURL *easy)
{
    curl_off_t microseconds = 0;
    long port = 0;

    curl->easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &microseconds);
    curl->easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port);
    return microseconds > 0 || port > 0;
}

kp_phase kp_phase_of(const kp_curl *curl, CURL *easy, bool started, bool answered)
{
    curl_off_t named = 0;
    long asked = 0, tunnel = 0;

    if (started)
        return answered ? KP_PHASE_BODY : KP_PHASE_ANSWER;
    curl->easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &named);
    if (named == 0)
        return KP_PHASE_NAME;
    if (!is_connected(curl, easy))
        return KP_PHASE_CONNECT;
    /* Before the request itself is sent, only a proxy can have been asked for something. Until it has
     * granted it, the other end is the proxy. */
    curl->easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &asked);
    curl->easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    return asked > 0 && (tunnel < 200 || tunnel > 299) ? KP_PHASE_TUNNEL : KP_PHASE_TLS;
}

long kp_phase_bound(const kamupin_context *context, kp_phase phase)
{
    const long bounds[] = {
        [KP_PHASE_NAME] = context->name_timeout_ms,
        [KP_PHASE_TLS] = context->tls_timeout_ms,
        [KP_PHASE_ANSWER] = context->answer_timeout_ms,
        [KP_PHASE_BODY] = 0,
    };

    return bounds[phase];
}

kamupin_status kp_phase_fail(kp_phase phase, kamupin_error *error)
{
    return kp_fail_platform(error, LATE[phase].status, LATE[phase].origin,
                            (long)CURLE_OPERATION_TIMEDOUT, LATE[phase].what);
}
