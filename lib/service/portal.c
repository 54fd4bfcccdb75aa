/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   portal.c: the password login of older portals, as the profile has it. */
#include <service/portal.h>

#include <core/fail.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_MIN 8

static const char *const MEDIA_TYPES[] = {"image/png", NULL};
static const char *const TOKEN_TYPES[] = {"DPoP", NULL};

/* One call with the proof of the key alone; the body is wiped. */
static kamupin_status call(kp_service *service, const char *path, kp_buffer *body,
                           kp_answer *answer, kamupin_error *error)
{
    const kp_call call = {
        .method = "POST", .path = path, .right = KP_RIGHT_KEY, .body = body, .repeat = true};
    kamupin_status status = KAMUPIN_E_NO_MEMORY;

    answer->root = NULL;
    if (body->failed)
        kp_fail_local(error, status);
    else
        status = kp_call_make(service, &call, answer, error);
    kp_buffer_wipe(body);
    return status;
}

static void read_captcha(kp_fields fields, int64_t sent_ms, kp_captcha *captcha)
{
    kp_json_id(fields, "captcha_id", captcha->id, ID_MIN, sizeof captcha->id);
    const size_t type = kp_json_word(fields, "media_type", MEDIA_TYPES);
    snprintf(captcha->media_type, sizeof captcha->media_type, "%s", MEDIA_TYPES[type]);
    kp_json_bytes(fields, "image", captcha->image, KP_CAPTCHA_MAX, &captcha->length);
    captcha->deadline_ms = kp_call_deadline(fields, "seconds_left", sent_ms);
}

kamupin_status kp_portal_captcha(kp_service *service, const char *replaces, kp_captcha *captcha,
                                 kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;

    *captcha = (kp_captcha){.image = malloc(KP_CAPTCHA_MAX)};
    if (captcha->image == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    kp_buffer_text(&body, "{");
    if (replaces[0] != '\0')
        kp_json_put_field(&body, "", "replaces", replaces);
    kp_buffer_text(&body, "}");
    kamupin_status status = call(service, "/login/captcha", &body, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        read_captcha(fields, answer.sent_ms, captcha);
        status = kp_json_done(fields, error);
    }
    if (status != KAMUPIN_OK) {
        free(captcha->image);
        *captcha = (kp_captcha){.image = NULL};
    }
    kp_call_settle(service, status);
    kp_json_free(answer.root);
    return status;
}

static void put_person(kp_buffer *body, const kp_portal_person *person)
{
    kp_json_put_field(body, "{", "captcha_id", person->captcha_id);
    kp_buffer_text(body, ",\"captcha_answer\":");
    kp_json_put(body, person->captcha_answer->data, person->captcha_answer->length);
    kp_session_put_identity(body, ",\"identity\":{", person->identity);
    if (person->word != NULL) {
        kp_buffer_text(body, ",\"security_word\":");
        kp_json_put(body, person->word->data, person->word->length);
    }
    kp_buffer_text(body, "}");
}

kamupin_status kp_portal_begin(kp_service *service, const kp_portal_person *person,
                               kp_portal_login *login, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;

    *login = (kp_portal_login){.id = ""};
    put_person(&body, person);
    kamupin_status status = call(service, "/login/password", &body, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        kp_json_id(fields, "login_id", login->id, ID_MIN, sizeof login->id);
        kp_json_text(fields, "destination", login->destination, sizeof login->destination);
        login->deadline_ms = kp_call_deadline(fields, "seconds_left", answer.sent_ms);
        status = kp_json_done(fields, error);
    }
    if (status != KAMUPIN_OK)
        login->id[0] = '\0';
    kp_call_settle(service, status);
    kp_json_free(answer.root);
    return status;
}

kamupin_status kp_portal_sms(kp_service *service, const char *login_id, kp_factor_begun *sms,
                             kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/login/password/%s/sms", login_id);
    kp_buffer_text(&body, "{}");
    kamupin_status status = call(service, path, &body, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        kp_factor_begun told;
        kp_call_factor_begun(fields, KAMUPIN_FACTOR_SMS, answer.sent_ms, &told);
        status = kp_json_done(fields, error);
        if (status == KAMUPIN_OK)
            *sms = told;
    }
    kp_call_settle(service, status);
    kp_json_free(answer.root);
    return status;
}

kamupin_status kp_portal_confirm(kp_service *service, const char *login_id,
                                 const kamupin_secret *code, kamupin_secret **token,
                                 int64_t *deadline_ms, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;
    char path[KP_PATH_MAX];
    kp_bytes digits;

    *token = NULL;
    snprintf(path, sizeof path, "/login/password/%s/confirm", login_id);
    kamupin_status status = kp_secret_read(code, KAMUPIN_SECRET_SMS_CODE, &digits, error);
    if (status != KAMUPIN_OK)
        return status;
    kp_buffer_text(&body, "{\"code\":");
    kp_json_put(&body, digits.data, digits.length);
    kp_buffer_text(&body, "}");
    status = call(service, path, &body, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        kp_json_word(fields, "token_type", TOKEN_TYPES);
        *deadline_ms = kp_call_deadline(fields, "seconds_left", answer.sent_ms);
        status = kp_json_token(fields, "access_token", service->context,
                               KAMUPIN_SECRET_ACCESS_TOKEN, token, error);
        if (status == KAMUPIN_OK)
            status = kp_json_done(fields, error);
    }
    if (status != KAMUPIN_OK)
        kamupin_secret_free(token);
    kp_call_settle(service, status);
    kp_json_free(answer.root);
    return status;
}

kamupin_status kp_portal_reset(kp_service *service, const kp_portal_person *person,
                               char *destination, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;

    put_person(&body, person);
    kamupin_status status = call(service, "/login/reset", &body, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        kp_json_text(fields, "destination", destination, KAMUPIN_DESTINATION_MAX);
        status = kp_json_done(fields, error);
    }
    kp_call_settle(service, status);
    kp_json_free(answer.root);
    return status;
}
