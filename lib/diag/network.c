/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   network.c: the way to the service, the service, and what its server says of the time. One call
   without a session, metadata; where TLS fails over dates, one question for the date. */
#include <diag/diag.h>

#include <core/fail.h>
#include <net/http.h>
#include <service/service.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE_MS 20000 /* name, connection, TLS and answer, and a second try after a lost one */
#define HINT_MS    10000

/* 2026-01-01T00:00:00Z: this code is younger. A calendar before it is wrong whatever anybody says; a dead
 * battery starts it many years before. */
#define WRITTEN INT64_C(1767225600)

#define NEAR_S INT64_C(300) /* what a date may be off and nobody minds */
#define FAR_S  INT64_C(86400)

/* Host, and port where there is one, of an address. */
static void name_host(const char *url, char *host, size_t size)
{
    const char *start = strstr(url, "://");

    start = start == NULL ? url : start + 3;
    const size_t length = strcspn(start, "/");
    snprintf(host, size, "%.*s", length < size ? (int)length : (int)size - 1, start);
}

/* Whether the request was kept from the service on its way, or its answer on the way back. */
static bool is_networks(kamupin_status status)
{
    return status >= KAMUPIN_E_NETWORK_NAME && status <= KAMUPIN_E_HTTP_INTERCEPTED &&
           status != KAMUPIN_E_HTTP_REDIRECTED && status != KAMUPIN_E_REPLY_TOO_LARGE;
}

static void learn(kp_diag *diag, kp_clock_source source, int64_t date)
{
    diag->clock = source;
    diag->ahead = kp_calendar_now(diag->context) - date;
}

/* TLS failed over a certificate's dates: either it is out of them, or this computer's calendar is. The
 * server's word for the date is heard, as a hint: see docs/decisions.md. True when it is the calendar. */
static bool clock_explains(kp_diag *diag)
{
    char url[KP_URL_MAX + sizeof "/metadata"];
    int64_t date = 0;
    size_t length = strlen(diag->wished.service);

    while (length > 0 && diag->wished.service[length - 1] == '/')
        length--;
    if (length >= KP_URL_MAX)
        return false;
    snprintf(url, sizeof url, "%.*s/metadata", (int)length, diag->wished.service);
    kp_bound_part(&diag->bound, HINT_MS);
    if (kp_http_hint(diag->context, url, kp_now_ms(diag->context) + HINT_MS, diag->bound.cancel,
                     &date, NULL) != KAMUPIN_OK)
        return kp_calendar_now(diag->context) < WRITTEN;
    learn(diag, KP_CLOCK_HINTED, date);
    return llabs(diag->ahead) > NEAR_S;
}

static kamupin_status ask(kp_diag *diag, kamupin_error *error)
{
    kp_service *service = NULL;
    kp_metadata *metadata = malloc(sizeof *metadata);

    if (metadata == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    kp_bound_part(&diag->bound, SERVICE_MS);
    kamupin_status status =
        kp_service_new(diag->context, diag->wished.service, diag->bound.cancel, &service, error);
    if (status == KAMUPIN_OK)
        status =
            kp_service_metadata_by(service, kp_now_ms(diag->context) + SERVICE_MS, metadata, error);
    if (status != KAMUPIN_OK && kp_bound_over(&diag->bound))
        status = kp_fail(error, KAMUPIN_E_NETWORK_TIMEOUT, KAMUPIN_FROM_NETWORK,
                         "no answer in %d s", SERVICE_MS / 1000);
    if (service != NULL && kp_service_date(service) != 0)
        learn(diag, KP_CLOCK_TOLD, kp_service_date(service));
    kp_service_free(&service);
    free(metadata);
    return status;
}

void kp_diag_network(kp_diag *diag)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    char host[KP_URL_MAX];

    if (diag->wished.service == NULL) {
        kp_diag_say(diag, KAMUPIN_ABOUT_SERVICE, KAMUPIN_NOTE, NULL, "", 0);
        return;
    }
    name_host(diag->wished.service, host, sizeof host);
    if (diag->wished.offline) {
        kp_diag_say(diag, KAMUPIN_ABOUT_NETWORK, KAMUPIN_NOTE, NULL, host, 0);
        return;
    }
    const kamupin_status status = ask(diag, &error);
    if (status == KAMUPIN_E_TLS_EXPIRED && clock_explains(diag))
        return; /* the clock is what is to be mended; then the network can be looked at */
    const bool at_network = is_networks(status);
    if (!at_network)
        kp_diag_say(diag, KAMUPIN_ABOUT_NETWORK, KAMUPIN_FINE, NULL, host, 0);
    if (status == KAMUPIN_OK)
        kp_diag_say(diag, KAMUPIN_ABOUT_SERVICE, KAMUPIN_FINE, NULL, host, 0);
    else
        kp_diag_fault(diag, at_network ? KAMUPIN_ABOUT_NETWORK : KAMUPIN_ABOUT_SERVICE, &error,
                      host, 0);
}

/* ---- the clock ---- */

void kp_diag_clock(kp_diag *diag)
{
    const bool told = diag->clock == KP_CLOCK_TOLD || diag->clock == KP_CLOCK_HINTED;
    kamupin_error error =
        kp_diag_error(KAMUPIN_E_CLOCK_WRONG, diag->clock == KP_CLOCK_TOLD     ? KAMUPIN_FROM_HTTP
                                             : diag->clock == KP_CLOCK_HINTED ? KAMUPIN_FROM_TLS
                                                                              : KAMUPIN_FROM_LOCAL);
    char host[KP_URL_MAX] = "";

    if (!told && kp_calendar_now(diag->context) < WRITTEN)
        diag->clock = KP_CLOCK_IMPOSSIBLE;
    if (told)
        name_host(diag->wished.service, host, sizeof host);
    if (diag->clock == KP_CLOCK_UNKNOWN)
        return;
    if (diag->clock == KP_CLOCK_IMPOSSIBLE)
        kp_diag_fault(diag, KAMUPIN_ABOUT_CLOCK, &error, "", 0);
    else if (llabs(diag->ahead) <= NEAR_S)
        kp_diag_say(diag, KAMUPIN_ABOUT_CLOCK, KAMUPIN_FINE, NULL, host, 0);
    else /* hours are in the way of no certificate, but a signature carries the wrong time */
        kp_diag_say(diag, KAMUPIN_ABOUT_CLOCK,
                    llabs(diag->ahead) <= FAR_S ? KAMUPIN_TROUBLE : KAMUPIN_FAULT, &error, host,
                    diag->ahead);
}
