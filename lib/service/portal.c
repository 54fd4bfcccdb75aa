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

/* ---- the picture ---- */

static void read_captcha(kp_answer *answer, void *into)
{
    kp_captcha *captcha = into;

    kp_json_id(answer->fields, "captcha_id", captcha->id, ID_MIN, sizeof captcha->id);
    const size_t type = kp_json_word(answer->fields, "media_type", MEDIA_TYPES);
    snprintf(captcha->media_type, sizeof captcha->media_type, "%s", MEDIA_TYPES[type]);
    kp_json_bytes(answer->fields, "image", captcha->image, KP_CAPTCHA_MAX, &captcha->length);
    captcha->deadline_ms = kp_answer_deadline(answer, "seconds_left");
}

kamupin_status kp_portal_captcha(kp_service *service, const char *replaces, kp_captcha *captcha,
                                 kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    *captcha = (kp_captcha){.image = malloc(KP_CAPTCHA_MAX)};
    if (captcha->image == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    kp_buffer_text(&body, "{");
    if (replaces[0] != '\0')
        kp_json_put_field(&body, "", "replaces", replaces);
    kp_buffer_text(&body, "}");
    kamupin_status status =
        kp_call_with_key(service, "/login/captcha", &body, read_captcha, captcha, error);
    if (status != KAMUPIN_OK) {
        free(captcha->image);
        *captcha = (kp_captcha){.image = NULL};
    }
    return status;
}

/* ---- who it is ---- */

static void put_person(kp_buffer *body, const kp_portal_person *person)
{
    kp_json_put_field(body, "{", "captcha_id", person->captcha_id);
    kp_buffer_text(body, ",\"captcha_answer\":");
    kp_json_put(body, person->captcha_answer->data, person->captcha_answer->length);
    kp_call_put_identity(body, ",\"identity\":{", person->identity);
    if (person->word != NULL) {
        kp_buffer_text(body, ",\"security_word\":");
        kp_json_put(body, person->word->data, person->word->length);
    }
    kp_buffer_text(body, "}");
}

static void read_login(kp_answer *answer, void *into)
{
    kp_portal_login *login = into;

    kp_json_id(answer->fields, "login_id", login->id, ID_MIN, sizeof login->id);
    kp_json_shown(answer->fields, "destination", login->destination, sizeof login->destination);
    login->deadline_ms = kp_answer_deadline(answer, "seconds_left");
}

kamupin_status kp_portal_begin(kp_service *service, const kp_portal_person *person,
                               kp_portal_login *login, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    *login = (kp_portal_login){.id = ""};
    put_person(&body, person);
    kamupin_status status =
        kp_call_with_key(service, "/login/password", &body, read_login, login, error);
    if (status != KAMUPIN_OK)
        login->id[0] = '\0';
    return status;
}

static void read_destination(kp_answer *answer, void *into)
{
    kp_json_shown(answer->fields, "destination", into, KAMUPIN_DESTINATION_MAX);
}

kamupin_status kp_portal_reset(kp_service *service, const kp_portal_person *person,
                               char *destination, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    put_person(&body, person);
    return kp_call_with_key(service, "/login/reset", &body, read_destination, destination, error);
}

/* ---- the SMS ---- */

static void read_sms(kp_answer *answer, void *into)
{
    kp_call_factor_begun(answer, KAMUPIN_FACTOR_SMS, into);
}

kamupin_status kp_portal_sms(kp_service *service, const char *login_id, kp_factor_begun *sms,
                             kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_factor_begun told;
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/login/password/%s/sms", login_id);
    kp_buffer_text(&body, "{}");
    kamupin_status status = kp_call_with_key(service, path, &body, read_sms, &told, error);
    if (status == KAMUPIN_OK)
        *sms = told;
    return status;
}

typedef struct confirmed {
    kamupin_secret *token;
    int64_t deadline_ms;
} confirmed;

static void read_confirmed(kp_answer *answer, void *into)
{
    confirmed *login = into;

    kamupin_secret_free(&login->token);
    kp_json_word(answer->fields, "token_type", TOKEN_TYPES);
    login->deadline_ms = kp_answer_deadline(answer, "seconds_left");
    answer->status = kp_json_token(answer->fields, "access_token", answer->context,
                                   KAMUPIN_SECRET_ACCESS_TOKEN, &login->token, answer->error);
}

kamupin_status kp_portal_confirm(kp_service *service, const char *login_id,
                                 const kamupin_secret *code, kamupin_secret **token,
                                 int64_t *deadline_ms, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    confirmed login = {NULL, 0};
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
    status = kp_call_with_key(service, path, &body, read_confirmed, &login, error);
    if (status == KAMUPIN_OK) {
        *token = login.token;
        *deadline_ms = login.deadline_ms;
    } else {
        kamupin_secret_free(&login.token);
    }
    return status;
}
