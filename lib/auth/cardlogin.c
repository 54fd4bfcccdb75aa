/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cardlogin.c: the login with the card: a JWT bearer assertion (RFC 7523, 2.1), signed by the key of
   its signing certificate. Everything that can be refused without the PIN is refused before it. */
#include <auth/assertion.h>
#include <auth/login.h>

#include <core/fail.h>

#include <openssl/crypto.h>
#include <string.h>

#define CERTIFICATES_MAX 16
#define ASSERTION_MAX    65000

/* What the card said last, in the session's record. */
static kamupin_status of_card(const kamupin_card *card, kamupin_status status, kamupin_error *error)
{
    if (status != KAMUPIN_OK)
        kamupin_card_error(card, error);
    return status;
}

/* The certificate whose key will sign, and the others of the card that vouch for it. */
static kamupin_status choose(kamupin_card *card, kamupin_sign_request *request,
                             kp_assertion *assertion, kamupin_error *error)
{
    kp_x5c all[CERTIFICATES_MAX];
    const char *algorithm = NULL;
    size_t count = 0, chosen = 0;

    kamupin_status status = of_card(card, kamupin_card_sign_ready(card, request, &chosen), error);
    if (status != KAMUPIN_OK)
        return status;
    while (count < CERTIFICATES_MAX &&
           kamupin_card_certificate(card, count, &all[count].der, &all[count].length) == KAMUPIN_OK)
        count++;
    request->certificate = chosen;
    assertion->chain[0] = all[chosen];
    assertion->count = 1;
    kp_assertion_chain(assertion, all, count);
    return kp_assertion_algorithm(&assertion->chain[0], request, &algorithm, error);
}

static kamupin_status sign(kamupin_card *card, const kamupin_secret *pin,
                           const kp_assertion *assertion, kamupin_sign_request *request,
                           kp_buffer *text, kamupin_error *error)
{
    kamupin_signature signature = KAMUPIN_SIGNATURE_INIT;

    kamupin_status status = kp_assertion_begin(assertion, request, text, error);
    if (status == KAMUPIN_OK)
        status = of_card(card, kamupin_card_sign(card, request, pin, &signature), error);
    if (status == KAMUPIN_OK)
        status = kp_assertion_end(&signature, text, error);
    return status;
}

static kamupin_status send(kamupin_session *session, kp_login *login, const kp_buffer *assertion,
                           kamupin_error *error)
{
    kp_buffer form = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    kp_form_put(&form, "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
    kp_form_put(&form, "assertion", (const char *)assertion->data);
    kp_form_put(&form, "scope", session->metadata.login.scopes);
    return kp_login_request(session, login, KP_GRANT_CARD, &form, error);
}

/* Everything that needs no PIN. Where the service vouches for how cards of this row sign, its word
 * stands for the caller's. */
static kamupin_status prepare(kamupin_session *session, kamupin_card *card,
                              kamupin_sign_request *request, kp_assertion *assertion,
                              kp_login **login, kamupin_error *error)
{
    const kp_metadata *metadata = &session->metadata;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;

    kamupin_status status = kp_login_ready(session, KAMUPIN_LOGIN_CARD, login, error);
    if (status == KAMUPIN_OK && !(*login)->server.said.assertions)
        status = kp_fail(error, KAMUPIN_E_LOGIN_NOT_OFFERED, KAMUPIN_FROM_SERVICE,
                         "the authorization server takes no signed assertions");
    if (status == KAMUPIN_OK)
        status = of_card(card, kamupin_card_read(card, &info), error);
    if (status != KAMUPIN_OK)
        return status;
    if ((kp_vouched_for(metadata, info.profile) & KP_VOUCHED_SIGN) != 0)
        request->risk |= KAMUPIN_RISK_UNPROVEN;
    status = choose(card, request, assertion, error);
    assertion->audience = (*login)->server.said.token;
    assertion->now = kp_server_now(&(*login)->server);
    return status;
}

static kamupin_status log_in(kamupin_session *session, kamupin_card *card,
                             const kamupin_secret *pin, unsigned int risk, kamupin_error *error)
{
    kamupin_sign_request request = KAMUPIN_SIGN_REQUEST_INIT;
    kp_buffer text = KP_BUFFER_INIT(ASSERTION_MAX);
    kp_assertion assertion = {.count = 0};
    kp_login *login = NULL;

    request.risk = risk;
    kamupin_status status = prepare(session, card, &request, &assertion, &login, error);
    if (status == KAMUPIN_OK)
        status = sign(card, pin, &assertion, &request, &text, error);
    if (status == KAMUPIN_OK)
        status = send(session, login, &text, error);
    kp_buffer_wipe(&text);
    return status;
}

kamupin_status kamupin_session_login_card_ready(kamupin_session *session, kamupin_card *card,
                                                unsigned int risk)
{
    kamupin_sign_request request = KAMUPIN_SIGN_REQUEST_INIT;
    kp_assertion assertion = {.count = 0};
    kp_login *login = NULL;
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (card == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    request.risk = risk;
    return prepare(session, card, &request, &assertion, &login, &session->error);
}

kamupin_status kamupin_session_login_card(kamupin_session *session, kamupin_card *card,
                                          const kamupin_secret *pin, unsigned int risk)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (card == NULL || pin == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    return log_in(session, card, pin, risk, &session->error);
}
