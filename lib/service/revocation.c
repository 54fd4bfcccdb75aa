/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   revocation.c: a revocation as the profile has it: prepared, and given up. It is confirmed with its
   second factor (factor.c). */
#include <service/certificates.h>

#include <core/fail.h>

#include <stdio.h>
#include <string.h>

#define ID_MIN 8

static void read_losses(kp_fields fields, kp_revoking *revoking)
{
    static const char *const languages[] = {"tr", "en"}; /* by kamupin_language */
    const kp_fields lost = kp_json_object(fields, "lost");

    for (size_t language = 0; language < 2; language++) {
        revoking->losses[language] = kp_json_array(lost, languages[language], KP_LOSSES_MAX);
        if (revoking->losses[language] == 0)
            kp_json_refuse(fields, "lost");
        for (size_t i = 0; i < revoking->losses[language]; i++)
            kp_json_item(lost, languages[language], i, revoking->loss[language][i], KP_LOSS_MAX);
    }
}

typedef struct preparing {
    const char *asked;
    kamupin_revocation_reason reason;
    kp_revoking *told;
} preparing;

static void read_prepared(kp_answer *answer, void *into)
{
    const preparing *asked = into;
    const kp_fields fields = answer->fields, certificate = kp_json_object(fields, "certificate");
    kp_revoking *told = asked->told;
    char word[41];

    kamupin_secret_free(&told->confirmation);
    kp_json_id(fields, "revocation_id", told->revocation_id, ID_MIN, sizeof told->revocation_id);
    kp_read_certificate(certificate, &told->record, NULL, NULL);
    if (strcmp(told->record.certificate_id, asked->asked) != 0)
        kp_json_refuse(certificate, "certificate_id");
    kp_json_text(fields, "reason", word, sizeof word);
    if (strcmp(word, kamupin_revocation_reason_name(asked->reason)) != 0)
        kp_json_refuse(fields, "reason");
    told->reason = asked->reason;
    told->deadline_ms = kp_answer_deadline(answer, "seconds_left");
    kp_call_factors(fields, &told->factors);
    read_losses(fields, told);
    told->price_kurus = kp_call_price(fields);
    answer->status = kp_json_token(fields, "confirmation_token", answer->context,
                                   KAMUPIN_SECRET_CONFIRMATION, &told->confirmation, answer->error);
}

kamupin_status kp_revocation_prepare(kamupin_session *session, const char *id,
                                     kamupin_revocation_reason reason, kp_revoking *revoking,
                                     kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    preparing asked = {id, reason, revoking};
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/certificates/%s/revocation", id);
    kp_json_put_field(&body, "{", "reason", kamupin_revocation_reason_name(reason));
    kp_buffer_text(&body, "}");
    kamupin_status status = kp_session_call(session, path, &body, read_prepared, &asked, error);
    if (status != KAMUPIN_OK)
        kamupin_secret_free(&revoking->confirmation);
    return status;
}

static void read_cancelled(kp_answer *answer, void *into)
{
    (void)into;
    if (!kp_json_bool(answer->fields, "cancelled"))
        kp_json_refuse(answer->fields, "cancelled");
}

/* A call at the end of it, when the person may have pulled the cancel handle: time alone bounds it. */
static kamupin_status make_last_call(kamupin_session *session, const char *path,
                                     const kp_buffer *body, long timeout_ms, kp_reader *read,
                                     void *into, kamupin_error *error)
{
    kp_service *service = session->service;
    kamupin_cancel *cancel = service->cancel;
    const kp_call call = {.path = path,
                          .right = KP_RIGHT_TOKEN,
                          .body = body,
                          .deadline_ms = kp_now_ms(session->context) + timeout_ms};

    if (service->token == NULL)
        return kp_fail_local(error, KAMUPIN_E_LOGIN_REQUIRED);
    service->cancel = NULL;
    kamupin_status status = kp_call_make(service, &call, read, into, error);
    service->cancel = cancel;
    return status;
}

kamupin_status kp_revocation_give_up(kamupin_session *session, const kp_revoking *revoking,
                                     long timeout_ms, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/revocations/%s/cancel", revoking->revocation_id);
    kp_buffer_text(&body, "{}");
    kamupin_status status =
        make_last_call(session, path, &body, timeout_ms, read_cancelled, NULL, error);
    kp_keys_forget_below(session->service, path);
    kp_buffer_wipe(&body);
    return status;
}

typedef struct looking {
    const kp_revoking *revoking;
    kamupin_certificate_record *record;
} looking;

/* The certificate that the revocation is of, and no other. */
static void read_its_certificate(kp_answer *answer, const kp_revoking *revoking,
                                 kamupin_certificate_record *record)
{
    kp_read_certificate(answer->fields, record, NULL, NULL);
    if (strcmp(record->certificate_id, revoking->record.certificate_id) != 0)
        kp_json_refuse(answer->fields, "certificate_id");
}

static void read_looked(kp_answer *answer, void *into)
{
    const looking *asked = into;

    read_its_certificate(answer, asked->revoking, asked->record);
}

kamupin_status kp_revocation_look(kamupin_session *session, const kp_revoking *revoking,
                                  long timeout_ms, kamupin_certificate_record *record,
                                  kamupin_error *error)
{
    looking asked = {revoking, record};
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/certificates/%s", revoking->record.certificate_id);
    return make_last_call(session, path, NULL, timeout_ms, read_looked, &asked, error);
}

void kp_read_revoked(kp_answer *answer, const kp_revoking *revoking,
                     kamupin_certificate_record *record)
{
    read_its_certificate(answer, revoking, record);
    if (record->state != KAMUPIN_STATE_REVOKED)
        kp_json_refuse(answer->fields, "state");
}
