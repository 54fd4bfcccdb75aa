/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   oauth.c: the login in the browser: an authorization code for a native public client (RFC 6749,
   RFC 8252) with PKCE by S256 (RFC 7636), its tokens bound to the session's key (RFC 9449). The
   library opens no browser and no port: an address goes out, an address comes in. */
#include <auth/callback.h>
#include <auth/login.h>

#include <core/fail.h>
#include <service/dpop.h>

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

static kamupin_status wrong_argument(kamupin_session *session, const char *what)
{
    return kp_fail(&session->error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "%s", what);
}

/* ---- out ---- */

/* The authorization request (RFC 6749, 4.1.1). Nothing in it is a secret: the verifier goes as its
 * hash, and the key as its thumbprint (RFC 9449, 10), so that the code is of use to nobody else. */
static kamupin_status put_url(const kamupin_session *session, const kp_login *login, kp_buffer *url,
                              kamupin_error *error)
{
    const kp_login_offer *offer = &session->metadata.login;
    const char *endpoint = login->server.said.authorization;
    char challenge[KP_RANDOM_TEXT], thumbprint[KP_RANDOM_TEXT];

    kamupin_status status = kp_pkce_challenge(login->verifier, challenge, error);
    if (status == KAMUPIN_OK)
        status = kp_dpop_thumbprint(session->service->key, thumbprint, error);
    if (status != KAMUPIN_OK)
        return status;
    kp_buffer_text(url, endpoint);
    if (strchr(endpoint, '?') == NULL)
        kp_buffer_text(url, "?");
    kp_form_put(url, "response_type", "code");
    kp_form_put(url, "client_id", offer->client_id);
    kp_form_put(url, "redirect_uri", session->redirect);
    kp_form_put(url, "scope", offer->scopes);
    kp_form_put(url, "state", login->state);
    kp_form_put(url, "code_challenge", challenge);
    kp_form_put(url, "code_challenge_method", "S256");
    kp_form_put(url, "dpop_jkt", thumbprint);
    if (url->failed)
        status = kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_SERVICE,
                         "the login's address would be too long");
    return status;
}

static void tell(const kamupin_session *session, const kp_buffer *url, kamupin_login *login)
{
    const kp_login_offer *offer = &session->metadata.login;
    const kamupin_login empty = KAMUPIN_LOGIN_INIT;

    *login = empty;
    memcpy(login->url, url->data, url->length + 1);
    snprintf(login->application_tr, sizeof login->application_tr, "%s", offer->application_tr);
    snprintf(login->application_en, sizeof login->application_en, "%s", offer->application_en);
    snprintf(login->address, sizeof login->address, "%s",
             offer->address[0] != '\0' ? offer->address : session->service->base);
}

static kamupin_status begin(kamupin_session *session, const char *carry, kamupin_login *told,
                            kamupin_error *error)
{
    kp_buffer url = KP_BUFFER_INIT(KAMUPIN_LOGIN_URL_MAX - 1);
    kp_login *login = NULL;

    kamupin_status status = kp_login_ready(session, KAMUPIN_LOGIN_BROWSER, &login, error);
    if (status != KAMUPIN_OK)
        return status;
    const kp_server_metadata *said = &login->server.said;
    if (said->authorization[0] == '\0' || !said->s256)
        return kp_fail(error, KAMUPIN_E_LOGIN_NOT_OFFERED, KAMUPIN_FROM_SERVICE,
                       "the authorization server has no login page, or no PKCE by S256");
    kp_login_drop(login);
    /* What was carried before may be what is carried on. */
    memmove(login->carry, carry == NULL ? "" : carry, carry == NULL ? 1 : strlen(carry) + 1);
    status = kp_pkce_new(session->context, &login->verifier, error);
    if (status == KAMUPIN_OK)
        status = kp_random_text(login->state, error);
    if (status == KAMUPIN_OK)
        status = put_url(session, login, &url, error);
    if (status == KAMUPIN_OK)
        tell(session, &url, told);
    else
        kp_login_drop(login);
    kp_buffer_wipe(&url);
    return status;
}

kamupin_status kamupin_session_begin(kamupin_session *session, const char *carry,
                                     kamupin_login *login)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (login == NULL || login->size != sizeof *login)
        return wrong_argument(session, "login");
    if (carry != NULL && strlen(carry) >= KP_CARRY_MAX)
        return wrong_argument(session, "carry");
    if (session->redirect[0] == '\0')
        return kp_fail(&session->error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL,
                       "the session was made without a redirect");
    return begin(session, carry, login, &session->error);
}

const char *kamupin_session_carried(const kamupin_session *session)
{
    const kp_login *login = session == NULL ? NULL : session->login;

    return login == NULL ? "" : login->carry;
}

/* ---- in ---- */

/* The code for its tokens (RFC 6749, 4.1.3; RFC 7636, 4.5). */
static kamupin_status redeem(kamupin_session *session, kp_login *login, const char *code,
                             kamupin_error *error)
{
    kp_buffer form = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    kp_form_put(&form, "grant_type", "authorization_code");
    kp_form_put(&form, "code", code);
    kp_form_put(&form, "redirect_uri", session->redirect);
    kamupin_status status = kp_form_put_secret(&form, "code_verifier", login->verifier, error);
    if (status == KAMUPIN_OK)
        status = kp_login_request(session, login, KP_GRANT_CODE, &form, error);
    kp_buffer_wipe(&form);
    return status;
}

static kamupin_status complete(kamupin_session *session, kp_login *login, const char *text,
                               kamupin_error *error)
{
    const kp_expected expected = {session->redirect, login->state, session->metadata.login.issuer,
                                  login->server.said.names_issuer};
    kp_callback callback;

    kamupin_status status = kp_callback_read(text, &expected, &callback, error);
    if (status == KAMUPIN_OK) {
        status = callback.error[0] != '\0' ? kp_server_refused(KP_GRANT_PAGE, callback.error, error)
                                           : redeem(session, login, callback.code, error);
        /* The code was not seen by anybody if the server was not reached: it may be given again. */
        if (!kp_http_is_unreached(status))
            kp_login_drop(login);
    }
    OPENSSL_cleanse(&callback, sizeof callback);
    return status;
}

kamupin_status kamupin_session_complete(kamupin_session *session, const char *callback)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (callback == NULL)
        return wrong_argument(session, "callback");
    kp_login *login = session->login;
    if (login == NULL || login->verifier == NULL)
        return kp_fail(&session->error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL,
                       "no login waits for its callback");
    return complete(session, login, callback, &session->error);
}

kamupin_status kamupin_session_renew(kamupin_session *session)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (session->service->token == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_LOGIN_REQUIRED);
    if (session->renew == NULL)
        return kp_fail(&session->error, KAMUPIN_E_SESSION_EXPIRED, KAMUPIN_FROM_LOCAL,
                       "this kind of session cannot be renewed");
    return session->renew(session, &session->error);
}
