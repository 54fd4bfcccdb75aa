/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   keys.c: idempotency keys. Each request that was not answered keeps its own until it is, so that a
   person who was interrupted twice finds the work of both done once. */
#include <service/client.h>

#include <core/fail.h>
#include <service/dpop.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static void forget(kp_service *service, size_t at)
{
    kp_unanswered *all = service->unanswered;
    const size_t last = --service->unanswered_count;

    memmove(&all[at], &all[at + 1], (last - at) * sizeof *all);
    OPENSSL_cleanse(&all[last], sizeof *all);
}

void kp_keys_forget(kp_service *service)
{
    while (service->unanswered_count > 0)
        forget(service, service->unanswered_count - 1);
}

void kp_keys_forget_below(kp_service *service, const char *place)
{
    for (size_t i = service->unanswered_count; i > 0; i--)
        if (strncmp(service->unanswered[i - 1].path, place, strlen(place)) == 0)
            forget(service, i - 1);
}

/* Where the same request stands; the count when it does not. */
static size_t find(const kp_service *service, const char *path, const unsigned char *digest)
{
    size_t at = 0;

    while (at < service->unanswered_count &&
           (strcmp(service->unanswered[at].path, path) != 0 ||
            memcmp(service->unanswered[at].digest, digest, sizeof service->unanswered[at].digest)))
        at++;
    return at;
}

kamupin_status kp_key_take(kp_service *service, const kp_call *call, const char **key, bool *again,
                           kamupin_error *error)
{
    kp_unanswered made;

    *key = NULL;
    if (EVP_Digest(call->body->data, call->body->length, made.digest, NULL, EVP_sha256(), NULL) !=
        1)
        return kp_fail(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, "SHA-256");
    size_t at = find(service, call->path, made.digest);
    *again = at < service->unanswered_count;
    kamupin_status status = *again ? KAMUPIN_OK : kp_uuid(made.key, error);
    if (status == KAMUPIN_OK && !*again) {
        if (service->unanswered_count == KP_UNANSWERED_MAX)
            forget(service, 0);
        at = service->unanswered_count++;
        snprintf(made.path, sizeof made.path, "%s", call->path);
        service->unanswered[at] = made;
    }
    if (status == KAMUPIN_OK)
        *key = service->unanswered[at].key;
    OPENSSL_cleanse(&made, sizeof made);
    return status;
}

void kp_key_settle(kp_service *service, const char *key, kamupin_status status)
{
    for (size_t i = 0; i < service->unanswered_count && !kp_call_is_open(status); i++)
        if (key == service->unanswered[i].key) {
            forget(service, i);
            return;
        }
}

bool kp_call_is_open(kamupin_status status)
{
    switch ((int)status) {
    /* The answer did not come, or none of use. */
    case KAMUPIN_E_NETWORK_INTERRUPTED:
    case KAMUPIN_E_NETWORK_TIMEOUT:
    case KAMUPIN_E_CANCELLED:
    case KAMUPIN_E_REPLY_TOO_LARGE:
    case KAMUPIN_E_SERVICE_REPLY_MALFORMED:
    case KAMUPIN_E_SERVICE_UNAVAILABLE:
    case KAMUPIN_E_HTTP_REDIRECTED:
    case KAMUPIN_E_HTTP_INTERCEPTED:
    case KAMUPIN_E_SERVICE_REFUSED: /* for a reason that this version does not know */
    case KAMUPIN_E_RATE_LIMITED:
    case KAMUPIN_E_SESSION_EXPIRED: /* the right is judged before the key is looked up */
    case KAMUPIN_E_SESSION_REFUSED:
        return true;
    /* This machine could not ask, or not take the answer. */
    case KAMUPIN_E_NO_MEMORY:
    case KAMUPIN_E_SECRET_FULL:
    case KAMUPIN_E_LOCKED_MEMORY:
    case KAMUPIN_E_CRYPTO:
        return true;
    default: /* this time nothing was done; of an earlier time that says nothing */
        return kp_http_is_unreached(status);
    }
}

bool kp_service_is_unanswered(kamupin_status status)
{
    return kp_call_is_open(status) && !kp_http_is_unreached(status);
}
