/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   client.c: a service's life, and one call of the profile: headers, idempotency key, nonce, and
   whether a request may be sent again. Knows no field of any body but those that all have. */
#include <service/client.h>

#include <core/fail.h>
#include <service/dpop.h>
#include <service/problem.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HEADER_MAX  8192  /* a token of 4 KB behind its name */
#define SECONDS_MAX 86400 /* no timer of the profile is longer than a day */
#define FACTORS_MAX 4

const char *const KP_FACTOR_WORDS[] = {"sms", "web-password", NULL};

kamupin_status kp_service_new(kamupin_context *context, const char *base_url,
                              kamupin_cancel *cancel, kp_service **service, kamupin_error *error)
{
    *service = NULL;
    kamupin_status status = kp_context_check(context, error);
    if (status == KAMUPIN_OK)
        status = kp_url_check(base_url, error);
    if (status != KAMUPIN_OK)
        return status;
    kp_service *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->context = context;
    made->cancel = cancel;
    made->pin_min = 6;
    made->pin_max = 12;
    size_t length = strlen(base_url);
    while (length > 0 && base_url[length - 1] == '/')
        length--;
    memcpy(made->base, base_url, length);
    status = kp_dpop_key_new(&made->key, error);
    if (status == KAMUPIN_OK)
        status = kp_http_new(context, &made->http, error);
    if (status != KAMUPIN_OK)
        kp_service_free(&made);
    *service = made;
    return status;
}

void kp_service_free(kp_service **service)
{
    if (service == NULL || *service == NULL)
        return;
    kamupin_secret_free(&(*service)->token);
    kamupin_secret_free(&(*service)->redeeming.code);
    kp_http_free(&(*service)->http);
    EVP_PKEY_free((*service)->key);
    OPENSSL_cleanse(*service, sizeof **service);
    free(*service);
    *service = NULL;
}

void kp_service_ignore_cancel(kp_service *service)
{
    service->cancel = NULL;
}

int64_t kp_call_deadline(kp_fields fields, const char *name, int64_t sent_ms)
{
    return sent_ms + (int64_t)kp_json_int(fields, name, 0, SECONDS_MAX) * 1000;
}

void kp_call_pin_policy(kp_fields fields, unsigned int *min, unsigned int *max)
{
    /* The profile allows 6 to 12 only; a wider policy means no more than what is allowed. */
    kp_fields policy = kp_json_object(fields, "pin_policy");
    unsigned int least = (unsigned int)kp_json_int(policy, "min_length", 1, 255);
    unsigned int most = (unsigned int)kp_json_int(policy, "max_length", 1, 255);

    *min = least > *min ? least : *min;
    *max = most < *max ? most : *max;
    if (*min > *max)
        kp_json_refuse(fields, "pin_policy");
}

bool kp_factors_have(const kp_factors *factors, kamupin_factor_type type)
{
    for (size_t i = 0; i < factors->count; i++)
        if (factors->type[i] == type)
            return true;
    return false;
}

void kp_call_factors(kp_fields fields, kp_factors *factors)
{
    static const kp_factors NONE = {.count = 0};
    const json_t *offered = json_object_get(fields.object, "second_factors");
    size_t count = kp_json_array(fields, "second_factors", FACTORS_MAX);

    *factors = NONE;
    if (count == 0)
        kp_json_refuse(fields, "second_factors");
    for (size_t i = 0; i < count; i++) {
        const char *word = json_string_value(json_array_get(offered, i));
        if (word == NULL)
            kp_json_refuse(fields, "second_factors");
        for (size_t known = 0; word != NULL && KP_FACTOR_WORDS[known] != NULL; known++) {
            kamupin_factor_type type = (kamupin_factor_type)(1 + known);
            if (strcmp(word, KP_FACTOR_WORDS[known]) == 0 && !kp_factors_have(factors, type))
                factors->type[factors->count++] = type;
        }
    }
}

/* ---- idempotency keys ---- */

static kamupin_status digest_of(const kp_buffer *body, unsigned char *digest, kamupin_error *error)
{
    if (EVP_Digest(body->data, body->length, digest, NULL, EVP_sha256(), NULL) == 1)
        return KAMUPIN_OK;
    return kp_fail(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, "SHA-256");
}

/* A key for this call: the one that the same request had when its answer was lost, or a new one. */
static kamupin_status key_for(kp_service *service, const kp_call *call, kamupin_error *error)
{
    kp_unanswered *last = &service->unanswered;
    unsigned char digest[32];

    kamupin_status status = digest_of(call->body, digest, error);
    if (status != KAMUPIN_OK)
        return status;
    if (!last->settled && strcmp(last->path, call->path) == 0 &&
        memcmp(last->digest, digest, sizeof digest) == 0)
        return KAMUPIN_OK;
    last->settled = false;
    status = kp_uuid(last->key, error);
    memcpy(last->digest, digest, sizeof digest);
    snprintf(last->path, sizeof last->path, "%s", call->path);
    return status;
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
    case KAMUPIN_E_NO_MEMORY:
    case KAMUPIN_E_SECRET_FULL:
    case KAMUPIN_E_RATE_LIMITED:
    case KAMUPIN_E_SESSION_EXPIRED: /* the right is judged before the key is looked up */
    case KAMUPIN_E_SESSION_REFUSED:
        return true;
    default: /* this time nothing was done; of an earlier time that says nothing */
        return kp_http_is_unreached(status);
    }
}

/* ---- one request ---- */

typedef struct kp_headers {
    kp_buffer line[6];
    const char *text[6];
    size_t count;
} kp_headers;

static kp_buffer *next_header(kp_headers *headers, const char *start)
{
    const kp_buffer empty = KP_BUFFER_INIT(HEADER_MAX);
    kp_buffer *line = &headers->line[headers->count++];

    *line = empty;
    kp_buffer_text(line, start);
    return line;
}

static void wipe_headers(kp_headers *headers)
{
    for (size_t i = 0; i < headers->count; i++)
        kp_buffer_wipe(&headers->line[i]);
}

static kamupin_status put_authorization(const kamupin_secret *secret, kamupin_secret_kind kind,
                                        const char *start, kp_headers *headers,
                                        kamupin_error *error)
{
    kp_bytes bytes;

    kamupin_status status = kp_secret_read(secret, kind, &bytes, error);
    if (status == KAMUPIN_OK)
        kp_buffer_append(next_header(headers, start), bytes.data, bytes.length);
    return status;
}

static kamupin_status put_right(kp_service *service, const kp_call *call, const char *url,
                                kp_headers *headers, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    kp_dpop_claims claims = {call->method, url, service->nonce, NULL, (int64_t)time(NULL)};

    if (call->right == KP_RIGHT_TICKET)
        return put_authorization(call->ticket, KAMUPIN_SECRET_REPORT_TICKET,
                                 "Authorization: KamuPIN-Ticket ", headers, error);
    if (call->right == KP_RIGHT_NONE)
        return KAMUPIN_OK;
    if (call->right == KP_RIGHT_TOKEN) {
        claims.token = service->token;
        status = put_authorization(service->token, KAMUPIN_SECRET_ACCESS_TOKEN,
                                   "Authorization: DPoP ", headers, error);
    }
    if (status == KAMUPIN_OK)
        status = kp_dpop_proof(service->key, &claims, next_header(headers, "DPoP: "), error);
    return status;
}

static kamupin_status put_headers(kp_service *service, const kp_call *call, const char *url,
                                  kp_headers *headers, kamupin_error *error)
{
    kp_buffer_text(next_header(headers, "KamuPIN-Client: libkamupin/"), kamupin_version());
    next_header(headers, "Accept: application/json, application/problem+json");
    if (call->body != NULL) {
        next_header(headers, "Content-Type: application/json");
        kp_buffer_text(next_header(headers, "Idempotency-Key: "),
                       call->key != NULL ? call->key : service->unanswered.key);
    }
    kamupin_status status = put_right(service, call, url, headers, error);
    for (size_t i = 0; i < headers->count && status == KAMUPIN_OK; i++) {
        headers->text[i] = (const char *)headers->line[i].data;
        if (headers->line[i].failed)
            status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    }
    return status;
}

static kamupin_status send_once(kp_service *service, const kp_call *call, kp_http_reply *reply,
                                kamupin_error *error)
{
    kp_headers headers = {.count = 0};
    char url[KP_URL_MAX + KP_PATH_MAX];

    snprintf(url, sizeof url, "%s%s", service->base, call->path);
    kamupin_status status = put_headers(service, call, url, &headers, error);
    if (status == KAMUPIN_OK) {
        const kp_http_request request = {call->method,  url,        headers.text,
                                         headers.count, call->body, call->deadline_ms};
        status = kp_http_exchange(service->http, &request, service->cancel, reply, error);
    }
    if (status == KAMUPIN_OK && kp_dpop_nonce_ok(reply->dpop_nonce))
        memcpy(service->nonce, reply->dpop_nonce, sizeof service->nonce);
    wipe_headers(&headers);
    return status;
}

/* ---- the call ---- */

/* ok for a 2xx answer with an object, else what it was instead. */
static kamupin_status judge(const kp_http_reply *reply, json_t **root, kamupin_error *error)
{
    if (reply->status < 200 || reply->status > 299)
        return kp_problem_fail(reply, error);
    kamupin_status status = KAMUPIN_OK;
    if (kp_http_is_page(reply))
        status = kp_fail(error, KAMUPIN_E_HTTP_INTERCEPTED, KAMUPIN_FROM_HTTP, NULL);
    else if (!kp_http_is_type(reply, "application/json"))
        status = kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_HTTP,
                         "an answer that is not application/json");
    else
        status = kp_json_parse(&reply->body, root, error);
    if (status != KAMUPIN_OK && error != NULL)
        error->http_status = reply->status;
    return status;
}

static bool wants_nonce(const kp_http_reply *reply, const kamupin_error *error)
{
    return reply->status == 401 && reply->dpop_nonce[0] != '\0' &&
           strcmp(error->problem_type, "urn:kamupin:problem:dpop-nonce") == 0;
}

kamupin_status kp_call_make(kp_service *service, const kp_call *call, kp_answer *answer,
                            kamupin_error *error)
{
    kamupin_error own = KAMUPIN_ERROR_INIT;
    bool renewed = false, again = true;
    unsigned int repeated = 0;

    answer->root = NULL;
    const bool keyed = call->body != NULL && call->key == NULL;
    kamupin_status status = keyed ? key_for(service, call, &own) : KAMUPIN_OK;
    while (status == KAMUPIN_OK && again) {
        kp_http_reply reply = {.status = 0};
        status = send_once(service, call, &reply, &own);
        if (status == KAMUPIN_OK)
            status = judge(&reply, &answer->root, &own);
        again = false;
        if (status != KAMUPIN_OK && !renewed && wants_nonce(&reply, &own))
            again = renewed = true; /* the service did nothing but name its nonce */
        else if (status != KAMUPIN_OK && kp_call_again(service, call, repeated, &own)) {
            again = true;
            repeated++;
        }
        if (status != KAMUPIN_OK)
            status = again ? KAMUPIN_OK : own.status; /* which is cancelled after a pulled wait */
        /* A stored answer's times count from when it was made. */
        answer->sent_ms = reply.sent_ms - (int64_t)reply.age * 1000;
        kp_http_reply_wipe(&reply);
    }
    service->keyed = keyed;
    if (keyed)
        service->unanswered.settled = !kp_call_is_open(status);
    if (status != KAMUPIN_OK)
        kp_error_copy(&own, error);
    return status;
}

void kp_call_settle(kp_service *service, kamupin_status status)
{
    if (service->keyed && kp_call_is_open(status))
        service->unanswered.settled = false;
}

kamupin_status kp_call_path(const kp_service *service, const char *rest, char *path,
                            kamupin_error *error)
{
    if (service->token == NULL)
        return kp_fail(error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL,
                       "no operation was redeemed");
    snprintf(path, KP_PATH_MAX, "/operations/%s%s", service->operation_id, rest);
    return KAMUPIN_OK;
}

kamupin_status kp_call_operation(kp_service *service, const char *rest, const kp_buffer *body,
                                 int64_t deadline_ms, kp_answer *answer, kamupin_error *error)
{
    char path[KP_PATH_MAX];

    answer->root = NULL;
    kamupin_status status = kp_call_path(service, rest, path, error);
    if (status == KAMUPIN_OK && body->failed)
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (status != KAMUPIN_OK)
        return status;
    const kp_call call = {.method = "POST",
                          .path = path,
                          .right = KP_RIGHT_TOKEN,
                          .body = body,
                          .deadline_ms = deadline_ms};
    return kp_call_make(service, &call, answer, error);
}
