/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   calls.c: the operation's own calls: second factor, authority, giving up. */
#include <service/client.h>

#include <core/fail.h>
#include <core/letters.h>
#include <core/look.h>
#include <service/jwe.h>

#include <string.h>

static const char *const CRYPTOGRAM[] = {"cryptogram", NULL};
static const char *const SEALED_PUK[] = {"sealed-puk", NULL};
static const char *const CANCELLED[] = {"cancelled", NULL};
static const char *const PREVIOUS[] = {"not-sent", "unknown", NULL};

#define WEB_PASSWORD_MAX (4 * 128) /* bytes of the longest in UTF-8 */
#define SMS_CODE_MIN     4 /* what the profile allows where the service has not said a length */
#define SMS_CODE_MAX     12
#define CRYPTOGRAM_MIN   8
#define PUK_MIN          4 /* bytes that a card takes */
#define PUK_MAX          16
#define CHALLENGE_MIN    8
#define CHALLENGE_MAX    32

/* ---- the second factor ---- */

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

kamupin_status kp_service_factor_begin(kp_service *service, const char *card_id,
                                       kamupin_factor_type type, bool again, kp_factor_begun *begun,
                                       kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    beginning begun_now = {.type = type};

    if (type != KAMUPIN_FACTOR_SMS && type != KAMUPIN_FACTOR_WEB_PASSWORD)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    if (again) {
        kp_buffer_text(&body, "{}");
    } else {
        kp_json_put_field(&body, "{", "card_id", card_id);
        kp_json_put_field(&body, ",", "type", KP_FACTOR_WORDS[type - 1]);
        kp_buffer_text(&body, "}");
    }
    kamupin_status status = kp_call_operation(service, again ? "/factor/resend" : "/factor", &body,
                                              NULL, read_begun, &begun_now, error);
    if (status == KAMUPIN_OK) {
        kp_keys_forget(service); /* another factor that was begun before is over with this one */
        *begun = begun_now.told;
    }
    return status;
}

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

static kamupin_status put_secret(kp_buffer *body, const kamupin_secret *secret,
                                 kamupin_error *error)
{
    kp_buffer composed = KP_BUFFER_INIT(WEB_PASSWORD_MAX);
    kp_bytes bytes;

    if (kp_secret_kind_of(secret) != KAMUPIN_SECRET_WEB_PASSWORD) {
        kamupin_status status = kp_secret_read(secret, KAMUPIN_SECRET_SMS_CODE, &bytes, error);
        if (status != KAMUPIN_OK)
            return status;
        kp_buffer_text(body, "{\"code\":");
        kp_json_put(body, bytes.data, bytes.length);
        kp_buffer_text(body, "}");
        return KAMUPIN_OK;
    }
    kamupin_status status = kp_secret_read(secret, KAMUPIN_SECRET_WEB_PASSWORD, &bytes, error);
    if (status == KAMUPIN_OK && !kp_letters_nfc(bytes, &composed)) /* no password can be that */
        status = kp_fail_local(error, KAMUPIN_E_WEB_PASSWORD_WRONG);
    if (status == KAMUPIN_OK) {
        kp_buffer_text(body, "{\"web_password\":");
        kp_json_put(body, composed.data, composed.length);
        kp_buffer_text(body, "}");
        body->failed = body->failed || composed.failed;
    }
    kp_buffer_wipe(&composed);
    return status;
}

typedef struct verified {
    kamupin_secret *ticket;
    int64_t deadline_ms;
} verified;

static void read_verified(kp_answer *answer, void *into)
{
    verified *factor = into;

    kamupin_secret_free(&factor->ticket);
    factor->deadline_ms = kp_call_deadline(answer->fields, "seconds_left", answer->sent_ms);
    answer->status = kp_json_token(answer->fields, "report_ticket", answer->context,
                                   KAMUPIN_SECRET_REPORT_TICKET, &factor->ticket, answer->error);
}

kamupin_status kp_service_factor_verify(kp_service *service, const kamupin_secret *secret,
                                        kamupin_secret **ticket, int64_t *deadline_ms,
                                        kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    verified factor = {NULL, 0};

    *ticket = NULL;
    kamupin_status status = put_secret(&body, secret, error);
    if (status == KAMUPIN_OK)
        status = kp_call_operation(service, "/factor/verify", &body, NULL, read_verified, &factor,
                                   error);
    if (status == KAMUPIN_OK) {
        *ticket = factor.ticket;
        *deadline_ms = factor.deadline_ms;
    } else {
        kamupin_secret_free(&factor.ticket);
    }
    kp_buffer_wipe(&body);
    return status;
}

/* ---- the authority ---- */

/* Whether `previous` is one of the profile's words, or nothing. */
static bool is_previous(const char *previous)
{
    for (size_t i = 0; previous != NULL && PREVIOUS[i] != NULL; i++)
        if (strcmp(PREVIOUS[i], previous) == 0)
            return true;
    return previous == NULL;
}

static void put_authority(kp_buffer *body, const char *card_id, const char *form,
                          const uint8_t *challenge, size_t challenge_length, const char *previous)
{
    kp_json_put_field(body, "{", "card_id", card_id);
    kp_json_put_field(body, ",", "form", form);
    if (challenge != NULL) {
        kp_buffer_text(body, ",\"challenge\":\"");
        kp_buffer_base64url(body, challenge, challenge_length);
        kp_buffer_text(body, "\"");
    }
    if (previous != NULL)
        kp_json_put_field(body, ",", "previous", previous);
    kp_buffer_text(body, "}");
}

typedef struct cryptogram {
    uint8_t *bytes;
    size_t room, length;
    int attempts_left;
} cryptogram;

static void read_cryptogram(kp_answer *answer, void *into)
{
    cryptogram *told = into;

    kp_json_word(answer->fields, "form", CRYPTOGRAM);
    kp_json_bytes(answer->fields, "cryptogram", told->bytes, told->room, &told->length);
    if (told->length < CRYPTOGRAM_MIN)
        kp_json_refuse(answer->fields, "cryptogram");
    /* Fewer than two left is the guard's to refuse, in pin/, with its own words. */
    told->attempts_left = kp_json_int(answer->fields, "attempts_left", 0, 15);
}

kamupin_status kp_service_cryptogram(kp_service *service, const char *card_id,
                                     const uint8_t *challenge, size_t challenge_length,
                                     const char *previous, int64_t deadline_ms, uint8_t *bytes,
                                     size_t *length, int *attempts_left, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    const kp_call how = {.deadline_ms = deadline_ms};
    cryptogram told = {bytes, *length, 0, 0};

    *length = 0;
    *attempts_left = 0;
    if (challenge_length < CHALLENGE_MIN || challenge_length > CHALLENGE_MAX ||
        !is_previous(previous))
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    put_authority(&body, card_id, CRYPTOGRAM[0], challenge, challenge_length, previous);
    kamupin_status status =
        kp_call_operation(service, "/authority", &body, &how, read_cryptogram, &told, error);
    if (status == KAMUPIN_OK) {
        *length = told.length;
        *attempts_left = told.attempts_left;
    }
    return status;
}

/* The PUK inside a JWE; too short a one is none, and no card shall be marked for it. */
static kamupin_status open_puk(const kp_service *service, const char *card_id, const char *text,
                               kamupin_secret **puk, kamupin_error *error)
{
    const kp_jwe_parties parties = {service->operation_id, card_id};
    kp_bytes bytes = {NULL, 0};

    kamupin_status status = kp_jwe_open(service->context, service->key, text, &parties,
                                        KP_SECRET_PUK, PUK_MAX, puk, error);
    if (status == KAMUPIN_OK)
        status = kp_secret_read(*puk, KP_SECRET_PUK, &bytes, error);
    if (status != KAMUPIN_OK || bytes.length >= PUK_MIN)
        return status;
    kamupin_secret_free(puk);
    return kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_SERVICE,
                   "too short a PUK");
}

typedef struct sealed {
    const kp_service *service;
    const char *card_id;
    kamupin_secret *puk;
    int uses_left;
} sealed;

static void read_sealed(kp_answer *answer, void *into)
{
    char text[KP_JWE_MAX];
    sealed *told = into;

    kamupin_secret_free(&told->puk);
    kp_json_word(answer->fields, "form", SEALED_PUK);
    kp_json_text(answer->fields, "sealed", text, sizeof text);
    told->uses_left = kp_json_int(answer->fields, "attempts_left", 0, 15);
    answer->status = kp_json_done(answer->fields, answer->error);
    if (answer->status == KAMUPIN_OK)
        answer->status = open_puk(told->service, told->card_id, text, &told->puk, answer->error);
}

kamupin_status kp_service_sealed_puk(kp_service *service, const char *card_id, kamupin_secret **puk,
                                     int *uses_left, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    sealed told = {service, card_id, NULL, 0};
    const kp_call how = {.repeat = true};

    *puk = NULL;
    *uses_left = 0;
    put_authority(&body, card_id, SEALED_PUK[0], NULL, 0, NULL);
    kamupin_status status =
        kp_call_operation(service, "/authority", &body, &how, read_sealed, &told, error);
    if (status == KAMUPIN_OK) {
        *puk = told.puk;
        *uses_left = told.uses_left;
    } else {
        kamupin_secret_free(&told.puk);
    }
    return status;
}

/* ---- giving up ---- */

static void read_cancelled(kp_answer *answer, void *into)
{
    (void)into;
    kp_json_word(answer->fields, "phase", CANCELLED);
}

kamupin_status kp_service_cancel(kp_service *service, long timeout_ms, kamupin_error *error)
{
    const kp_call how = {.deadline_ms =
                             timeout_ms > 0 ? kp_now_ms(service->context) + timeout_ms : 0};
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    kp_buffer_text(&body, "{}");
    return kp_call_operation(service, "/cancel", &body, &how, read_cancelled, NULL, error);
}
