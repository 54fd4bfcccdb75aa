/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   calls.c: the operation's own calls: authority, giving up. Its second factor is in factor.c. */
#include <service/client.h>

#include <core/fail.h>
#include <service/jwe.h>

#include <string.h>

static const char *const CRYPTOGRAM[] = {"cryptogram", NULL};
static const char *const SEALED_PUK[] = {"sealed-puk", NULL};
static const char *const CANCELLED[] = {"cancelled", NULL};
static const char *const PREVIOUS[] = {"not-sent", "unknown", NULL};

#define CRYPTOGRAM_MIN 8
#define PUK_MIN        4 /* bytes that a card takes */
#define PUK_MAX        16
#define CHALLENGE_MIN  8
#define CHALLENGE_MAX  32

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
