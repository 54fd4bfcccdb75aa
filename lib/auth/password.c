/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   password.c: the password login of older portals. What can be told without the service is told
   without it: a number that can be none, an empty word, an impatient press cost no try, no picture
   and no SMS. */
#include <auth/login.h>
#include <auth/password.h>

#include <core/fail.h>
#include <core/letters.h>
#include <core/look.h>
#include <kamupin/password.h>
#include <service/portal.h>

#include <stdlib.h>
#include <string.h>

#define CAPTCHA_LETTERS 16
#define WORD_LETTERS    64

struct kp_password {
    kp_captcha captcha;
    kp_portal_login login;
    kp_factor_begun sms; /* .type is ANY as long as none was sent */
};

static void drop_captcha(struct kp_password *password)
{
    free(password->captcha.image);
    password->captcha = (kp_captcha){.image = NULL};
}

static void drop_login(struct kp_password *password)
{
    password->login = (kp_portal_login){.id = ""};
    password->sms = (kp_factor_begun){.type = KAMUPIN_FACTOR_ANY};
}

void kp_password_drop(kamupin_session *session)
{
    if (session->password != NULL)
        drop_captcha(session->password);
    free(session->password);
    session->password = NULL;
}

/* Starts a call: what the session remembers of such a login. NULL with the reason in `status` where
 * the service does not offer one, and then nothing of it is sent. */
static struct kp_password *enter(kamupin_session *session, kamupin_status *status)
{
    *status = kp_session_enter(session);
    if (*status == KAMUPIN_OK)
        *status = kp_session_metadata(session, &session->error);
    if (*status != KAMUPIN_OK)
        return NULL;
    if ((session->metadata.login.methods & KAMUPIN_LOGIN_PASSWORD) == 0) {
        *status = kp_fail_local(&session->error, KAMUPIN_E_LOGIN_NOT_OFFERED);
        return NULL;
    }
    if (session->password == NULL)
        session->password = calloc(1, sizeof *session->password);
    if (session->password == NULL)
        *status = kp_fail_local(&session->error, KAMUPIN_E_NO_MEMORY);
    return session->password;
}

kamupin_status kamupin_password_captcha(kamupin_session *session, kamupin_captcha *captcha)
{
    kamupin_status status = KAMUPIN_OK;
    kp_captcha made;

    struct kp_password *password = enter(session, &status);
    if (password == NULL)
        return status;
    if (captcha == NULL || captcha->size != sizeof *captcha)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    status = kp_portal_captcha(session->service, password->captcha.id, &made, &session->error);
    if (status != KAMUPIN_OK)
        return status;
    drop_captcha(password);
    password->captcha = made;
    captcha->image = made.image;
    captcha->length = made.length;
    memcpy(captcha->media_type, made.media_type, sizeof captcha->media_type);
    captcha->seconds_left = kp_seconds_until(session->context, made.deadline_ms);
    return KAMUPIN_OK;
}

/* ---- who it is ---- */

/* Appends a text in NFC; false when it is empty, too long, or none. */
static bool compose(kp_bytes text, size_t letters_max, kp_buffer *out)
{
    size_t letters = 0;

    if (!kp_letters_nfc(text, out))
        return false;
    for (size_t i = 0; i < out->length; i++)
        letters += (out->data[i] & 0xC0) != 0x80;
    return letters > 0 && letters <= letters_max;
}

static kamupin_status check_person(kamupin_session *session, const kamupin_identity *who,
                                   const char *captcha_answer, kp_buffer *answer)
{
    kamupin_error *error = &session->error;

    if (who == NULL || who->size != sizeof *who || captcha_answer == NULL ||
        (who->type != KAMUPIN_IDENTITY_TCKN && who->type != KAMUPIN_IDENTITY_PASSPORT))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "a person's number and the characters of the picture");
    kamupin_status status = kamupin_identity_check(who, error);
    if (status != KAMUPIN_OK)
        return status;
    if (session->password->captcha.id[0] == '\0')
        return kp_fail(error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL,
                       "no picture was asked for");
    if (kp_seconds_until(session->context, session->password->captcha.deadline_ms) == 0)
        return kp_fail_local(error, KAMUPIN_E_CAPTCHA_EXPIRED);
    const kp_bytes typed = {(const unsigned char *)captcha_answer, strlen(captcha_answer)};
    return compose(typed, CAPTCHA_LETTERS, answer) ? KAMUPIN_OK
                                                   : kp_fail_local(error, KAMUPIN_E_CAPTCHA_WRONG);
}

static kamupin_status check_word(kamupin_session *session, const kamupin_secret *word,
                                 kp_buffer *composed)
{
    kp_bytes bytes;

    kamupin_status status =
        kp_secret_read(word, KAMUPIN_SECRET_SECURITY_WORD, &bytes, &session->error);
    if (status == KAMUPIN_OK && !compose(bytes, WORD_LETTERS, composed))
        status = kp_fail_local(&session->error, KAMUPIN_E_SECURITY_WORD_WRONG);
    return status;
}

/* Whether the service has looked at the picture, so that it is used up. */
static bool is_answered(const kamupin_session *session, kamupin_status status)
{
    return status == KAMUPIN_OK ||
           (session->error.origin == KAMUPIN_FROM_SERVICE && status != KAMUPIN_E_RATE_LIMITED &&
            status != KAMUPIN_E_SERVICE_UNAVAILABLE);
}

kamupin_status kamupin_password_begin(kamupin_session *session, const kamupin_identity *who,
                                      const char *captcha_answer, const kamupin_secret *word,
                                      kamupin_contact *phone)
{
    kp_buffer answer = KP_BUFFER_INIT(4 * 256), composed = KP_BUFFER_INIT(KAMUPIN_SECRET_MAX + 1);
    kamupin_status status = KAMUPIN_OK;

    struct kp_password *password = enter(session, &status);
    if (password == NULL)
        return status;
    if (phone != NULL && phone->size != sizeof *phone)
        status = kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    if (status == KAMUPIN_OK)
        status = check_person(session, who, captcha_answer, &answer);
    if (status == KAMUPIN_OK)
        status = check_word(session, word, &composed);
    if (status == KAMUPIN_OK) {
        const kp_portal_person person = {password->captcha.id, &answer, who, &composed};
        drop_login(password);
        status = kp_portal_begin(session->service, &person, &password->login, &session->error);
        if (is_answered(session, status))
            drop_captcha(password);
        if (status == KAMUPIN_E_SECURITY_WORD_WRONG)
            kp_look_note(word, KAMUPIN_SECRET_SECURITY_WORD, &session->error);
    }
    if (status == KAMUPIN_OK && phone != NULL) {
        memcpy(phone->destination, password->login.destination, sizeof phone->destination);
        phone->seconds_left = kp_seconds_until(session->context, password->login.deadline_ms);
    }
    kp_buffer_wipe(&answer);
    kp_buffer_wipe(&composed);
    return status;
}

kamupin_status kamupin_password_reset(kamupin_session *session, const kamupin_identity *who,
                                      const char *captcha_answer, kamupin_contact *mail)
{
    kp_buffer answer = KP_BUFFER_INIT(4 * 256);
    kamupin_status status = KAMUPIN_OK;
    char destination[KAMUPIN_DESTINATION_MAX];

    struct kp_password *password = enter(session, &status);
    if (password == NULL)
        return status;
    if (mail != NULL && mail->size != sizeof *mail)
        status = kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    if (status == KAMUPIN_OK)
        status = check_person(session, who, captcha_answer, &answer);
    if (status == KAMUPIN_OK) {
        const kp_portal_person person = {password->captcha.id, &answer, who, NULL};
        status = kp_portal_reset(session->service, &person, destination, &session->error);
        if (is_answered(session, status))
            drop_captcha(password);
    }
    if (status == KAMUPIN_OK && mail != NULL) {
        memcpy(mail->destination, destination, sizeof mail->destination);
        mail->seconds_left = -1;
    }
    kp_buffer_wipe(&answer);
    return status;
}

/* ---- the SMS ---- */

static void show(const kamupin_session *session, const kp_factor_begun *sms, kamupin_factor *shown)
{
    const kamupin_factor empty = {.size = sizeof empty};

    *shown = empty;
    shown->offered = 1U << KAMUPIN_FACTOR_SMS;
    shown->type = KAMUPIN_FACTOR_SMS;
    memcpy(shown->destination, sms->destination, sizeof shown->destination);
    shown->code_length = sms->code_length;
    shown->seconds_left = kp_seconds_until(session->context, sms->deadline_ms);
    shown->resend_after = kp_seconds_until(session->context, sms->resend_at_ms);
    shown->tries_left = sms->tries_left;
}

/* After these the login that was begun is over. */
static void end_by(struct kp_password *password, kamupin_status status)
{
    if (status == KAMUPIN_E_SESSION_EXPIRED || status == KAMUPIN_E_SMS_CODE_EXHAUSTED ||
        status == KAMUPIN_E_PHONE_OUT_OF_DATE)
        drop_login(password);
}

static kamupin_status need_login(kamupin_session *session, const struct kp_password *password)
{
    if (password->login.id[0] == '\0')
        return kp_fail(&session->error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL,
                       "no login was begun");
    return KAMUPIN_OK;
}

kamupin_status kamupin_password_sms(kamupin_session *session, kamupin_factor *sms)
{
    kamupin_status status = KAMUPIN_OK;

    struct kp_password *password = enter(session, &status);
    if (password == NULL)
        return status;
    kamupin_error *error = &session->error;
    if (sms != NULL && sms->size != sizeof *sms)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    status = need_login(session, password);
    const int wait = kp_seconds_until(session->context, password->sms.resend_at_ms);
    if (status == KAMUPIN_OK && password->sms.type == KAMUPIN_FACTOR_SMS && wait > 0) {
        status = kp_fail_local(error, KAMUPIN_E_SMS_RESEND_TOO_SOON);
        error->wait_seconds = wait;
    }
    if (status == KAMUPIN_OK)
        status = kp_portal_sms(session->service, password->login.id, &password->sms, error);
    end_by(password, status);
    if (status == KAMUPIN_OK && sms != NULL)
        show(session, &password->sms, sms);
    return status;
}

/* The session is this login's from now on: nothing of another way to log in is left. */
static void logged_in(kamupin_session *session, kamupin_secret *token, int64_t deadline_ms)
{
    if (session->login_free != NULL)
        session->login_free(session);
    session->login = NULL;
    session->renew = NULL;
    session->revoke = NULL;
    kp_session_drop_lists(session);
    kp_session_logged_in(session, token, deadline_ms);
    kp_password_drop(session);
    kp_login_kept(session);
}

kamupin_status kamupin_password_confirm(kamupin_session *session, const kamupin_secret *code)
{
    kamupin_status status = KAMUPIN_OK;
    kamupin_secret *token = NULL;
    int64_t deadline_ms = 0;

    struct kp_password *password = enter(session, &status);
    if (password == NULL)
        return status;
    status = need_login(session, password);
    if (status == KAMUPIN_OK && password->sms.type != KAMUPIN_FACTOR_SMS)
        status = kp_fail(&session->error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL,
                         "no SMS was sent yet");
    if (status == KAMUPIN_OK)
        status = kp_sms_code_check(code, password->sms.code_length, &session->error);
    if (status == KAMUPIN_OK && kp_seconds_until(session->context, password->sms.deadline_ms) == 0)
        status = kp_fail_local(&session->error, KAMUPIN_E_SMS_CODE_EXPIRED);
    if (status != KAMUPIN_OK)
        return status;
    status = kp_portal_confirm(session->service, password->login.id, code, &token, &deadline_ms,
                               &session->error);
    if (status == KAMUPIN_E_SMS_CODE_WRONG)
        kp_look_note(code, KAMUPIN_SECRET_SMS_CODE, &session->error);
    end_by(password, status);
    if (status == KAMUPIN_OK)
        logged_in(session, token, deadline_ms);
    return status;
}
