/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   repeat.c: whether a request that had no good answer is sent again, and when. Only calls that the
   service does once however often they come, because they carry the same idempotency key or change
   nothing, are ever repeated, and none that costs a person a try (docs/decisions.md). */
#include <service/client.h>

#include <core/fail.h>

#include <openssl/rand.h>

#define REPEATS_MAX 2
#define SOON_MS     100 /* the middle of the first wait; the next is five times as long */
#define PATIENCE_S  5   /* a longer Retry-After is for the person to hear */
#define SPREAD_MS   500 /* beyond Retry-After, so that clients do not come back all at once */

/* 0 to `most` milliseconds; the middle when there is no randomness. */
static int64_t jitter(int64_t most)
{
    unsigned char byte = 128;

    return RAND_bytes(&byte, 1) == 1 ? most * byte / 255 : most / 2;
}

/* A gateway that had no answer from the service: it may have done the work. */
static bool is_gateways(const kamupin_error *error)
{
    return error->status == KAMUPIN_E_SERVICE_UNAVAILABLE && error->problem_type[0] == '\0' &&
           (error->http_status == 502 || error->http_status == 504);
}

/* How long to wait before the next time; -1 for not again. */
static int64_t wait_ms(unsigned int made, const kamupin_error *error)
{
    const int64_t middle = made == 0 ? SOON_MS : SOON_MS * 5;

    if (made >= REPEATS_MAX)
        return -1;
    if (error->status == KAMUPIN_E_NETWORK_TIMEOUT)
        return made == 0 ? jitter(SOON_MS)
                         : -1; /* the person has waited a whole time-out already */
    if (error->status == KAMUPIN_E_NETWORK_INTERRUPTED || is_gateways(error))
        return middle / 2 + jitter(middle);
    if (error->status == KAMUPIN_E_SERVICE_UNAVAILABLE && error->http_status == 503 &&
        error->wait_seconds >= 0 && error->wait_seconds <= PATIENCE_S)
        return (int64_t)error->wait_seconds * 1000 + jitter(SPREAD_MS);
    return -1;
}

bool kp_call_again(kp_service *service, const kp_call *call, unsigned int made,
                   kamupin_error *error)
{
    const int64_t wait = call->repeat ? wait_ms(made, error) : -1;
    const int64_t end = kp_now_ms(service->context) + wait;
    kamupin_error cancelled = KAMUPIN_ERROR_INIT;

    if (wait < 0 || (call->deadline_ms > 0 && end >= call->deadline_ms))
        return false;
    if (kp_http_pause(service->http, end, service->cancel, &cancelled) == KAMUPIN_OK)
        return true;
    kp_error_copy(&cancelled, error);
    return false;
}
