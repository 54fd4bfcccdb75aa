/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   client.c: a service's life, and one call of the profile: headers, nonce, sending again, and the
   answer's way to its reader. Knows no field of any body. */
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

#define HEADER_MAX  8192 /* a token of 4 KB behind its name */
#define HEADERS_MAX 7

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

/* ---- one request ---- */

typedef struct kp_headers {
    kp_buffer line[HEADERS_MAX];
    const char *text[HEADERS_MAX];
    size_t count;
} kp_headers;

static const char *method_of(const kp_call *call)
{
    return call->body == NULL ? "GET" : "POST";
}

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
    char place[KP_URL_MAX + KP_PATH_MAX]; /* a proof names no query (RFC 9449, 4.2) */
    kp_dpop_claims claims = {method_of(call), place, service->nonce, NULL, (int64_t)time(NULL)};

    snprintf(place, sizeof place, "%.*s", (int)strcspn(url, "?"), url);
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

static kamupin_status put_headers(kp_service *service, const kp_call *call, const char *key,
                                  const char *url, kp_headers *headers, kamupin_error *error)
{
    kp_buffer_text(next_header(headers, "KamuPIN-Client: libkamupin/"), kamupin_version());
    next_header(headers, "Accept: application/json, application/problem+json");
    if (call->language != NULL)
        kp_buffer_text(next_header(headers, "Accept-Language: "), call->language);
    if (call->body != NULL) {
        next_header(headers, "Content-Type: application/json");
        kp_buffer_text(next_header(headers, "Idempotency-Key: "), key);
    }
    kamupin_status status = put_right(service, call, url, headers, error);
    for (size_t i = 0; i < headers->count && status == KAMUPIN_OK; i++) {
        headers->text[i] = (const char *)headers->line[i].data;
        if (headers->line[i].failed)
            status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    }
    return status;
}

static kamupin_status send_once(kp_service *service, const kp_call *call, const char *key,
                                kp_http_reply *reply, kamupin_error *error)
{
    kp_headers headers = {.count = 0};
    char url[KP_URL_MAX + KP_PATH_MAX];

    snprintf(url, sizeof url, "%s%s", service->base, call->path);
    kamupin_status status = put_headers(service, call, key, url, &headers, error);
    if (status == KAMUPIN_OK) {
        const kp_http_request request = {.method = method_of(call),
                                         .url = url,
                                         .headers = headers.text,
                                         .header_count = headers.count,
                                         .body = call->body,
                                         .deadline_ms = call->deadline_ms};
        status = kp_http_exchange(service->http, &request, service->cancel, reply, error);
    }
    if (reply->date != 0 && reply->age == 0) { /* said over TLS that held, whatever else it said */
        service->date = reply->date;
        service->date_ms = kp_now_ms(service->context);
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

/* Sends the request until an answer has come that is of use, or none is to be waited for. The
 * answer's object is then in *root. */
static kamupin_status exchange(kp_service *service, const kp_call *call, const char *key,
                               json_t **root, kp_answer *answer)
{
    kamupin_error *error = answer->error;
    kamupin_status status = KAMUPIN_OK;
    bool renewed = false, again = true;
    unsigned int repeated = 0;

    while (status == KAMUPIN_OK && again) {
        kp_http_reply reply = {.status = 0};
        status = send_once(service, call, key, &reply, error);
        if (status == KAMUPIN_OK)
            status = judge(&reply, root, error);
        again = false;
        if (status != KAMUPIN_OK && !renewed && wants_nonce(&reply, error))
            again = renewed = true; /* the service did nothing but name its nonce */
        else if (status != KAMUPIN_OK && kp_call_again(service, call, repeated, error)) {
            again = true;
            repeated++;
        }
        if (status != KAMUPIN_OK)
            status = again ? KAMUPIN_OK : error->status; /* cancelled after a pulled wait */
        /* A stored answer's times count from when it was made. */
        answer->sent_ms = reply.sent_ms - (int64_t)reply.age * 1000;
        answer->stored = reply.age > 0;
        kp_http_reply_wipe(&reply);
    }
    return status;
}

/* One key, one answer, read; whether it is worth nothing any more in answer->over. */
static kamupin_status make(kp_service *service, const kp_call *call, kp_answer *answer,
                           kp_reader *read, void *into)
{
    const char *key = call->key, *wrong = NULL;
    json_t *root = NULL;
    kamupin_status status = KAMUPIN_OK;

    if (call->body != NULL && call->body->failed)
        return kp_fail_local(answer->error, KAMUPIN_E_NO_MEMORY);
    if (call->body != NULL && key == NULL)
        status = kp_key_take(service, call, &key, &answer->again, answer->error);
    if (status == KAMUPIN_OK)
        status = exchange(service, call, key, &root, answer);
    if (status == KAMUPIN_OK) {
        answer->fields = (kp_fields){root, &wrong};
        read(answer, into);
        status = answer->status;
    }
    if (status == KAMUPIN_OK)
        status = kp_json_done(answer->fields, answer->error);
    kp_key_settle(service, key, status);
    kp_json_free(root);
    return status;
}

kamupin_status kp_call_make(kp_service *service, const kp_call *call, kp_reader *read, void *into,
                            kamupin_error *error)
{
    kamupin_error own = KAMUPIN_ERROR_INIT;
    kp_answer answer = {.context = service->context, .error = &own};

    kamupin_status status = make(service, call, &answer, read, into);
    if (status == KAMUPIN_OK && answer.again && answer.stored && answer.over) {
        /* Its key is settled: a new one. */
        answer = (kp_answer){.context = service->context, .error = &own};
        status = make(service, call, &answer, read, into);
    }
    if (status != KAMUPIN_OK)
        kp_error_copy(&own, error);
    return status;
}

kamupin_status kp_call_with_key(kp_service *service, const char *path, kp_buffer *body,
                                kp_reader *read, void *into, kamupin_error *error)
{
    const kp_call call = {.path = path, .right = KP_RIGHT_KEY, .body = body, .repeat = true};
    kamupin_status status = kp_call_make(service, &call, read, into, error);

    kp_buffer_wipe(body);
    return status;
}

kamupin_status kp_call_operation(kp_service *service, const char *rest, kp_buffer *body,
                                 const kp_call *how, kp_reader *read, void *into,
                                 kamupin_error *error)
{
    char path[KP_PATH_MAX];
    kp_call call = {.deadline_ms = 0};
    kamupin_status status = KAMUPIN_OK;

    if (how != NULL)
        call = *how;
    snprintf(path, sizeof path, "/operations/%s%s", service->operation_id, rest);
    call.path = path;
    call.right = KP_RIGHT_TOKEN;
    call.body = body;
    if (service->token == NULL)
        status =
            kp_fail(error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL, "no operation was redeemed");
    else
        status = kp_call_make(service, &call, read, into, error);
    kp_buffer_wipe(body);
    return status;
}
