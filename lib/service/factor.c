/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   factor.c: the calls of a second factor, which are the same for an operation and for a revocation:
   only place, right and what comes of the right code differ. None is repeated by itself: one sends a
   text message, the other can cost a try. */
#include <service/certificates.h>

#include <core/fail.h>
#include <core/letters.h>
#include <core/look.h>

#include <stdio.h>
#include <string.h>

#define WEB_PASSWORD_MAX (4 * 128) /* bytes of the longest in UTF-8 */
#define SMS_CODE_MIN     4 /* what the profile allows where the service has not said a length */
#define SMS_CODE_MAX     12

/* ---- beginning ---- */

void kp_call_factor_begun(kp_answer *answer, kamupin_factor_type type, kp_factor_begun *begun)
{
    const kp_factor_begun empty = {.type = type};
    const kp_fields fields = answer->fields;

    *begun = empty;
    if (kp_json_word(fields, "type", KP_FACTOR_WORDS) != (size_t)type - 1)
        kp_json_refuse(fields, "type");
    begun->deadline_ms = kp_answer_deadline(answer, "seconds_left");
    begun->tries_left = kp_json_int(fields, "tries_left", 0, 99);
    if (type != KAMUPIN_FACTOR_SMS)
        return;
    kp_json_shown(fields, "destination", begun->destination, sizeof begun->destination);
    begun->code_length = (unsigned int)kp_json_int(fields, "code_length", 4, 12);
    /* Who asks again when another SMS may be sent wants another one. */
    begun->resend_at_ms = kp_answer_deadline(answer, "resend_after");
}

typedef struct beginning {
    kamupin_factor_type type;
    kp_factor_begun told;
} beginning;

static void read_begun(kp_answer *answer, void *into)
{
    beginning *begun = into;

    kp_call_factor_begun(answer, begun->type, &begun->told);
}

static kp_service *service_of(const kp_factor_use *use)
{
    return use->revoking == NULL ? use->service : use->session->service;
}

/* The path of a call; with an empty `rest` the folder of all of them. */
static void path_of(const kp_factor_use *use, const char *rest, char *path)
{
    if (use->revoking == NULL)
        snprintf(path, KP_PATH_MAX, "/operations/%s%s", use->service->operation_id, rest);
    else
        snprintf(path, KP_PATH_MAX, "/revocations/%s%s", use->revoking->revocation_id, rest);
}

static kamupin_status make_call(const kp_factor_use *use, const char *rest, kp_buffer *body,
                                kp_reader *read, void *into, kamupin_error *error)
{
    char path[KP_PATH_MAX];
    const kp_call how = {.path = path, .body = body};

    if (use->revoking == NULL)
        return kp_call_operation(use->service, rest, body, NULL, read, into, error);
    path_of(use, rest, path);
    kamupin_status status = kp_session_make(use->session, &how, read, into, error);
    kp_buffer_wipe(body);
    return status;
}

static void put_choice(const kp_factor_use *use, kamupin_factor_type type, kp_buffer *body)
{
    if (use->revoking == NULL) {
        kp_json_put_field(body, "{", "card_id", use->card_id);
        kp_json_put_field(body, ",", "type", KP_FACTOR_WORDS[type - 1]);
    } else {
        kp_json_put_field(body, "{", "type", KP_FACTOR_WORDS[type - 1]);
    }
    kp_buffer_text(body, "}");
}

kamupin_status kp_service_factor_begin(const kp_factor_use *use, kamupin_factor_type type,
                                       bool again, kp_factor_begun *begun, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    beginning begun_now = {.type = type};
    char place[KP_PATH_MAX];

    if (type != KAMUPIN_FACTOR_SMS && type != KAMUPIN_FACTOR_WEB_PASSWORD)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    if (again)
        kp_buffer_text(&body, "{}");
    else
        put_choice(use, type, &body);
    kamupin_status status =
        make_call(use, again ? "/factor/resend" : "/factor", &body, read_begun, &begun_now, error);
    if (status == KAMUPIN_OK) {
        /* Another factor that was begun before is over with this one. */
        path_of(use, "", place);
        kp_keys_forget_below(service_of(use), place);
        *begun = begun_now.told;
    }
    return status;
}

/* ---- giving the code or the password ---- */

kamupin_status kp_sms_code_check(const kamupin_secret *code, unsigned int code_length,
                                 kamupin_error *error)
{
    kp_bytes bytes;

    kamupin_status status = kp_secret_read(code, KAMUPIN_SECRET_SMS_CODE, &bytes, error);
    if (status != KAMUPIN_OK)
        return status;
    bool fits = code_length == 0 ? bytes.length >= SMS_CODE_MIN && bytes.length <= SMS_CODE_MAX
                                 : bytes.length == code_length;
    for (size_t i = 0; i < bytes.length; i++)
        fits = fits && bytes.data[i] >= '0' && bytes.data[i] <= '9';
    if (fits)
        return KAMUPIN_OK;
    kp_fail_local(error, KAMUPIN_E_SMS_CODE_MALFORMED);
    kp_look_note(code, KAMUPIN_SECRET_SMS_CODE, error);
    return KAMUPIN_E_SMS_CODE_MALFORMED;
}

/* The secret and what it is called. `composed` takes a password in NFC. */
static kamupin_status read_secret(const kamupin_secret *secret, const char **name,
                                  kp_buffer *composed, kp_bytes *bytes, kamupin_error *error)
{
    if (kp_secret_kind_of(secret) != KAMUPIN_SECRET_WEB_PASSWORD) {
        *name = "code";
        return kp_secret_read(secret, KAMUPIN_SECRET_SMS_CODE, bytes, error);
    }
    *name = "web_password";
    kamupin_status status = kp_secret_read(secret, KAMUPIN_SECRET_WEB_PASSWORD, bytes, error);
    if (status == KAMUPIN_OK && !kp_letters_nfc(*bytes, composed)) /* no password can be that */
        return kp_fail_local(error, KAMUPIN_E_WEB_PASSWORD_WRONG);
    if (composed->failed)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    *bytes = (kp_bytes){composed->data, composed->length};
    return status;
}

static void put_bytes(kp_buffer *body, const char *before, const char *name, kp_bytes bytes)
{
    kp_buffer_text(body, before);
    kp_json_put(body, name, strlen(name));
    kp_buffer_text(body, ":");
    kp_json_put(body, bytes.data, bytes.length);
}

static kamupin_status put_given(const kp_factor_use *use, const kamupin_secret *secret,
                                kp_buffer *body, kamupin_error *error)
{
    kp_buffer composed = KP_BUFFER_INIT(WEB_PASSWORD_MAX);
    kp_bytes bytes = {NULL, 0}, token = {NULL, 0};
    const char *name = "";

    kamupin_status status = read_secret(secret, &name, &composed, &bytes, error);
    if (status == KAMUPIN_OK && use->revoking != NULL)
        status =
            kp_secret_read(use->revoking->confirmation, KAMUPIN_SECRET_CONFIRMATION, &token, error);
    if (status == KAMUPIN_OK) {
        if (use->revoking != NULL)
            put_bytes(body, "{", "confirmation_token", token);
        put_bytes(body, use->revoking != NULL ? "," : "{", name, bytes);
        kp_buffer_text(body, "}");
    }
    kp_buffer_wipe(&composed);
    return status;
}

static void read_ticket(kp_answer *answer, kp_factor_given *given)
{
    kamupin_secret_free(&given->ticket);
    given->deadline_ms = kp_call_deadline(answer->fields, "seconds_left", answer->sent_ms);
    answer->status = kp_json_token(answer->fields, "report_ticket", answer->context,
                                   KAMUPIN_SECRET_REPORT_TICKET, &given->ticket, answer->error);
}

typedef struct giving {
    const kp_factor_use *use;
    kp_factor_given told;
} giving;

static void read_given(kp_answer *answer, void *into)
{
    giving *given = into;

    if (given->use->revoking == NULL)
        read_ticket(answer, &given->told);
    else
        kp_read_revoked(answer, given->use->revoking, &given->told.record);
}

kamupin_status kp_service_factor_verify(const kp_factor_use *use, const kamupin_secret *secret,
                                        kp_factor_given *given, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    giving now = {.use = use};
    const char *rest = use->revoking == NULL ? "/factor/verify" : "/confirm";

    kamupin_status status = put_given(use, secret, &body, error);
    if (status == KAMUPIN_OK)
        status = make_call(use, rest, &body, read_given, &now, error);
    if (status == KAMUPIN_OK)
        *given = now.told;
    else
        kamupin_secret_free(&now.told.ticket);
    kp_buffer_wipe(&body);
    return status;
}
