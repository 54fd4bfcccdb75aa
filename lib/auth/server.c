/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   server.c: one form to an authorization server, with a proof of the session's key, and what its
   refusals mean. Nothing is sent again but for a nonce: a code and a refresh token work once. */
#include <auth/server.h>

#include <core/fail.h>
#include <service/dpop.h>

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#define PROOF_MAX 4096

int64_t kp_server_now(const kp_server *server)
{
    if (server->date_s == 0)
        return kp_calendar_now(server->context);
    return server->date_s + (kp_now_ms(server->context) - server->date_ms) / 1000;
}

void kp_server_close(kp_server *server)
{
    kp_http_free(&server->http);
    OPENSSL_cleanse(server->nonce, sizeof server->nonce);
    server->known = false;
    server->date_s = 0;
}

/* ---- what a refusal means ---- */

/* The words of RFC 6749, 4.1.2.1 and 5.2, RFC 7009, RFC 9449 and OpenID Connect. A word that is none
 * of them is not repeated to anybody. */
static const struct {
    const char *word;
    kamupin_status page;  /* at the login page */
    kamupin_status token; /* at the token endpoint; OK: by the grant */
} WORDS[] = {
    {"access_denied", KAMUPIN_E_LOGIN_CANCELLED, KAMUPIN_E_LOGIN_REFUSED},
    {"invalid_grant", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_OK},
    {"server_error", KAMUPIN_E_SERVICE_UNAVAILABLE, KAMUPIN_E_SERVICE_UNAVAILABLE},
    {"temporarily_unavailable", KAMUPIN_E_SERVICE_UNAVAILABLE, KAMUPIN_E_SERVICE_UNAVAILABLE},
    {"invalid_request", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"invalid_client", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"invalid_scope", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"invalid_target", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"invalid_dpop_proof", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"use_dpop_nonce", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"unauthorized_client", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"unsupported_grant_type", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"unsupported_response_type", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"unsupported_token_type", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"login_required", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"consent_required", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
    {"interaction_required", KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_E_LOGIN_REFUSED},
};

static kamupin_status of_grant(kp_grant grant)
{
    if (grant == KP_GRANT_REFRESH)
        return KAMUPIN_E_SESSION_EXPIRED;
    return grant == KP_GRANT_CARD ? KAMUPIN_E_LOGIN_CARD_REFUSED : KAMUPIN_E_LOGIN_GRANT_REFUSED;
}

kamupin_status kp_server_refused(kp_grant grant, const char *word, kamupin_error *error)
{
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (strcmp(WORDS[i].word, word) == 0) {
            kamupin_status status = grant == KP_GRANT_PAGE ? WORDS[i].page : WORDS[i].token;
            if (status == KAMUPIN_OK)
                status = of_grant(grant);
            return kp_fail(error, status, KAMUPIN_FROM_SERVICE, "the authorization server says %s",
                           WORDS[i].word);
        }
    return kp_fail(error, KAMUPIN_E_LOGIN_REFUSED, KAMUPIN_FROM_SERVICE,
                   "the authorization server refuses with a word of its own");
}

/* ---- one form ---- */

static kamupin_status send_once(kp_server *server, const char *endpoint, const kp_buffer *form,
                                kp_http_reply *reply, kamupin_error *error)
{
    kp_buffer proof = KP_BUFFER_INIT(PROOF_MAX);
    const kp_dpop_claims claims = {"POST", endpoint, server->nonce, NULL, kp_server_now(server)};

    kp_buffer_text(&proof, "DPoP: ");
    kamupin_status status = kp_dpop_proof(server->key, &claims, &proof, error);
    if (status == KAMUPIN_OK && (proof.failed || form->failed))
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (status == KAMUPIN_OK) {
        const char *const headers[] = {"Accept: application/json",
                                       "Content-Type: application/x-www-form-urlencoded",
                                       (const char *)proof.data};
        const kp_http_request request = {.method = "POST",
                                         .url = endpoint,
                                         .headers = headers,
                                         .header_count = sizeof headers / sizeof headers[0],
                                         .body = form};
        status = kp_http_exchange(server->http, &request, server->cancel, reply, error);
    }
    if (status == KAMUPIN_OK && kp_dpop_nonce_ok(reply->dpop_nonce))
        memcpy(server->nonce, reply->dpop_nonce, sizeof server->nonce);
    kp_buffer_wipe(&proof);
    return status;
}

static kamupin_status read_refusal(const kp_http_reply *reply, kp_server_answer *answer,
                                   kamupin_error *error)
{
    const char *wrong = NULL;
    json_t *root = NULL;

    if (reply->status == 429)
        return kp_fail(error, KAMUPIN_E_RATE_LIMITED, KAMUPIN_FROM_SERVICE, NULL);
    if (reply->status >= 500)
        return kp_fail(error, KAMUPIN_E_SERVICE_UNAVAILABLE, KAMUPIN_FROM_SERVICE,
                       "the authorization server answers %d", reply->status);
    kamupin_status status = kp_json_parse(&reply->body, &root, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {root, &wrong};
        kp_json_text(fields, "error", answer->refusal, sizeof answer->refusal);
        status = kp_json_done(fields, error);
    }
    kp_json_free(root);
    return status;
}

static kamupin_status judge(const kp_http_reply *reply, bool wants_body, kp_server_answer *answer,
                            kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;

    answer->sent_ms = reply->sent_ms;
    answer->granted = reply->status >= 200 && reply->status <= 299;
    /* A gateway's page of 5xx says that it has no answer, not that nothing was done. */
    if (kp_http_is_page(reply) && reply->status < 500)
        status = kp_fail(error, KAMUPIN_E_HTTP_INTERCEPTED, KAMUPIN_FROM_HTTP,
                         "a web page in the place of the authorization server's answer");
    else if (!answer->granted)
        status = read_refusal(reply, answer, error);
    else if (wants_body)
        status = kp_json_parse(&reply->body, &answer->root, error);
    if (status != KAMUPIN_OK && error != NULL) {
        error->http_status = reply->status;
        error->wait_seconds = reply->retry_after;
    }
    return status;
}

static bool wants_nonce(const kp_http_reply *reply, const kp_server_answer *answer)
{
    return !answer->granted && kp_dpop_nonce_ok(reply->dpop_nonce) &&
           strcmp(answer->refusal, "use_dpop_nonce") == 0;
}

kamupin_status kp_server_post(kp_server *server, const char *endpoint, const kp_buffer *form,
                              bool wants_body, kp_server_answer *answer, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    bool again = true;

    for (int tries = 0; again && tries < 2; tries++) {
        kp_http_reply reply = {.status = 0};
        *answer = (kp_server_answer){.granted = false};
        status = send_once(server, endpoint, form, &reply, error);
        if (status == KAMUPIN_OK)
            status = judge(&reply, wants_body, answer, error);
        again = status == KAMUPIN_OK && wants_nonce(&reply, answer);
        kp_http_reply_wipe(&reply);
    }
    return status;
}
