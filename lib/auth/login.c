/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   login.c: the life of what a session remembers of its login, renewing and revoking. A refresh token
   is given away once: its answer brings another, and when that answer is lost the session can only
   be logged in anew. */
#include <auth/login.h>

#include <core/cancel.h>
#include <core/fail.h>

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

void kp_login_drop(kp_login *login)
{
    OPENSSL_cleanse(login->state, sizeof login->state);
    kamupin_secret_free(&login->verifier);
}

static void free_login(kamupin_session *session)
{
    kp_login *login = session->login;

    session->renew = NULL;
    session->revoke = NULL;
    session->login = NULL;
    if (login == NULL)
        return;
    kp_login_drop(login);
    kamupin_secret_free(&login->refresh);
    kp_server_close(&login->server);
    OPENSSL_cleanse(login, sizeof *login);
    free(login);
}

kamupin_status kp_login_of(kamupin_session *session, kp_login **login, kamupin_error *error)
{
    kp_login *made = session->login;

    if (made == NULL) {
        made = calloc(1, sizeof *made);
        if (made == NULL)
            return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
        made->server.context = session->context;
        made->server.cancel = session->cancel;
        session->login = made;
        session->login_free = free_login;
    }
    made->server.key = session->service->key;
    *login = made;
    return KAMUPIN_OK;
}

kamupin_status kp_login_ready(kamupin_session *session, unsigned int method, kp_login **login,
                              kamupin_error *error)
{
    kamupin_status status = kp_login_of(session, login, error);

    if (status == KAMUPIN_OK)
        status = kp_session_metadata(session, error);
    if (status != KAMUPIN_OK)
        return status;
    const kp_login_offer *offer = &session->metadata.login;
    if ((offer->methods & method) != method || offer->issuer[0] == '\0')
        return kp_fail(error, KAMUPIN_E_LOGIN_NOT_OFFERED, KAMUPIN_FROM_SERVICE,
                       "not among the metadata's login methods");
    return kp_server_discover(&(*login)->server, offer->issuer, error);
}

/* ---- tokens ---- */

static kamupin_status revoke(kamupin_session *session, kamupin_error *error)
{
    kp_buffer form = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_server_answer answer = {.granted = true};
    kp_login *login = NULL;
    const kamupin_secret *token = session->service->token;

    kamupin_status status = kp_session_metadata(session, error);
    if (status != KAMUPIN_OK || session->metadata.login.issuer[0] == '\0')
        return status; /* what was restored is of no authorization server */
    status = kp_login_ready(session, 0, &login, error);
    if (status != KAMUPIN_OK || login->server.said.revocation[0] == '\0')
        return status;
    /* With the refresh token goes all that was granted with it (RFC 7009, 2.1). */
    const bool refresh = login->refresh != NULL;
    if (refresh)
        token = login->refresh;
    if (token == NULL)
        return KAMUPIN_OK;
    kp_form_put(&form, "client_id", session->metadata.login.client_id);
    kp_form_put(&form, "token_type_hint", refresh ? "refresh_token" : "access_token");
    status = kp_form_put_secret(&form, "token", token, error);
    if (status == KAMUPIN_OK)
        status = kp_server_post(&login->server, login->server.said.revocation, &form, false,
                                &answer, error);
    if (status == KAMUPIN_OK && !answer.granted)
        status = kp_server_refused(KP_GRANT_CODE, answer.refusal, error);
    kp_json_free(answer.root);
    kp_buffer_wipe(&form);
    return status;
}

void kp_login_restored(kamupin_session *session, kp_tokens *tokens)
{
    kp_login *login = session->login;

    kp_session_logged_in(session, tokens->access, tokens->deadline_ms);
    kamupin_secret_free(&login->refresh);
    login->refresh = tokens->refresh;
    *tokens = (kp_tokens){.access = NULL};
    session->renew = kp_login_renew;
    /* A token alone does not tell who gave it, and who borrows a session ends what is the lender's. */
    session->revoke = login->refresh != NULL ? revoke : NULL;
}

void kp_login_kept(kamupin_session *session)
{
    if (kp_login_keep(session, true, session->keep, session->keep_user, NULL) != KAMUPIN_OK)
        kp_log(session->context, KAMUPIN_LOG_WARNING, "auth", "the session could not be kept");
}

void kp_login_granted(kamupin_session *session, kp_tokens *tokens)
{
    kp_login_restored(session, tokens);
    session->revoke = revoke;
}

/* Asks the token endpoint, and puts what it grants into the session. */
static kamupin_status request(kamupin_session *session, kp_login *login, kp_grant grant,
                              kp_buffer *form, kamupin_error *error)
{
    kp_server_answer answer = {.granted = false};
    kp_tokens tokens = {.access = NULL};

    kp_form_put(form, "client_id", session->metadata.login.client_id);
    kamupin_status status =
        kp_server_post(&login->server, login->server.said.token, form, true, &answer, error);
    if (status == KAMUPIN_OK)
        status = answer.granted
                     ? kp_tokens_read(session->context, answer.root, answer.sent_ms, &tokens, error)
                     : kp_server_refused(grant, answer.refusal, error);
    if (status == KAMUPIN_OK)
        kp_login_granted(session, &tokens);
    kp_json_free(answer.root);
    kp_buffer_wipe(form);
    return status;
}

kamupin_status kp_login_request(kamupin_session *session, kp_login *login, kp_grant grant,
                                kp_buffer *form, kamupin_error *error)
{
    kamupin_status status = request(session, login, grant, form, error);

    if (status == KAMUPIN_OK) {
        kp_session_drop_lists(session); /* they may be another person's */
        kp_login_kept(session);
    }
    return status;
}

/* ---- renewing ---- */

/* Whether the server certainly did not use the refresh token up. */
static bool is_unused(kamupin_status status, const kamupin_error *error)
{
    switch ((int)status) {
    case KAMUPIN_E_LOGIN_REFUSED: /* for a reason that is not the token's */
    case KAMUPIN_E_RATE_LIMITED:
    case KAMUPIN_E_HTTP_INTERCEPTED:
    case KAMUPIN_E_HTTP_REDIRECTED:
        return true;
    case KAMUPIN_E_SERVICE_UNAVAILABLE:
        return error->http_status == 503;
    default:
        return kp_http_is_unreached(status);
    }
}

/* Nobody knows whether the server has used the token up, so it is not sent again. */
static kamupin_status lost(kamupin_status status, kamupin_error *error)
{
    switch ((int)status) {
    case KAMUPIN_OK:
    case KAMUPIN_E_SESSION_EXPIRED:
    case KAMUPIN_E_CANCELLED:
    case KAMUPIN_E_NO_MEMORY:
    case KAMUPIN_E_SECRET_FULL:
        return status;
    default:
        return kp_fail(error, KAMUPIN_E_SESSION_EXPIRED, KAMUPIN_FROM_NETWORK,
                       "the answer to the renewal was lost (%s)", kamupin_status_name(status));
    }
}

kamupin_status kp_login_renew(kamupin_session *session, kamupin_error *error)
{
    kp_buffer form = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kamupin_error own = KAMUPIN_ERROR_INIT;
    kp_login *login = session->login;

    if (login == NULL || login->refresh == NULL)
        return kp_fail(error, KAMUPIN_E_SESSION_EXPIRED, KAMUPIN_FROM_LOCAL, "no refresh token");
    kamupin_status status = kp_login_ready(session, 0, &login, error);
    if (status != KAMUPIN_OK)
        return status;
    kp_form_put(&form, "grant_type", "refresh_token");
    status = kp_form_put_secret(&form, "refresh_token", login->refresh, error);
    if (status == KAMUPIN_OK) /* after this a cancel may come too late to keep the token */
        status = kp_cancel_check(session->cancel, error);
    if (status != KAMUPIN_OK) {
        kp_buffer_wipe(&form);
        return status;
    }
    kamupin_secret *used = login->refresh;
    login->refresh = NULL;
    status = request(session, login, KP_GRANT_REFRESH, &form, &own);
    if (login->refresh == NULL && (status == KAMUPIN_OK || is_unused(status, &own))) {
        login->refresh = used; /* a server that gives no other goes on with this one */
        used = NULL;
    } else {
        status = lost(status, &own);
    }
    if (status == KAMUPIN_OK || used != NULL)
        kp_login_kept(session); /* what is kept shall not use the old one again either */
    kamupin_secret_free(&used);
    if (status != KAMUPIN_OK)
        kp_error_copy(&own, error);
    return status;
}
