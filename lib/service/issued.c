/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   issued.c: records of issued PINs, as the profile has them. A PIN goes from the answer into locked
   memory; a "puk" beside it is not looked at. */
#include <service/orders.h>

#include <core/fail.h>

#include <stdio.h>
#include <string.h>

#define RECORD_ID_MIN 8
#define PIN_MIN       4
#define PIN_MAX       12

static void read_record(kp_fields fields, kamupin_issued_pin_info *info)
{
    const kamupin_issued_pin_info empty = KAMUPIN_ISSUED_PIN_INFO_INIT;

    *info = empty;
    kp_json_id(fields, "record_id", info->record_id, RECORD_ID_MIN, sizeof info->record_id);
    kp_json_text(fields, "serial", info->serial, sizeof info->serial);
    info->stale = kp_json_bool(fields, "stale");
    if (kp_json_has(fields, "card_id"))
        kp_json_text(fields, "card_id", info->card_id, sizeof info->card_id);
}

kamupin_status kp_issued_all(kamupin_session *session, kamupin_issued_pin_info *infos,
                             size_t *count, kamupin_error *error)
{
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;

    *count = 0;
    kamupin_status status = kp_session_call(session, "/issued-pins", NULL, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        const size_t there = kp_json_array(fields, "records", KP_ISSUED_MAX);
        for (size_t i = 0; i < there; i++) {
            const kp_fields entry = kp_json_entry(fields, "records", i);
            read_record(entry, &infos[i]);
            infos[i].product =
                (kamupin_product)(1 + kp_json_word(entry, "product", kp_product_words));
            infos[i].shown = kp_json_bool(entry, "shown");
        }
        status = kp_json_done(fields, error);
        *count = status == KAMUPIN_OK ? there : 0;
    }
    kp_call_settle(session->service, status);
    kp_json_free(answer.root);
    return status;
}

kamupin_status kp_issued_show(kamupin_session *session, const char *record_id,
                              kamupin_issued_pin_info *info, kamupin_secret **pin,
                              kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;
    char path[KP_PATH_MAX];

    *pin = NULL;
    snprintf(path, sizeof path, "/issued-pins/%s/show", record_id);
    kp_buffer_text(&body, "{}");
    kamupin_status status = kp_secret_new(session->context, KAMUPIN_SECRET_ISSUED_PIN, pin, error);
    if (status == KAMUPIN_OK)
        status = kp_session_call(session, path, &body, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        read_record(fields, info);
        info->shown = true;
        if (strcmp(info->record_id, record_id) != 0)
            kp_json_refuse(fields, "record_id");
        status = kp_json_digits(fields, "pin", PIN_MIN, PIN_MAX, *pin, error);
        if (status == KAMUPIN_OK)
            status = kp_json_done(fields, error);
    }
    if (status != KAMUPIN_OK)
        kamupin_secret_free(pin);
    kp_call_settle(session->service, status);
    kp_json_free(answer.root);
    kp_buffer_wipe(&body);
    return status;
}

kamupin_status kp_issued_delete(kamupin_session *session, const char *record_id,
                                kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/issued-pins/%s/delete", record_id);
    kp_buffer_text(&body, "{\"confirm\":\"delete-for-good\"}");
    kamupin_status status = kp_session_call(session, path, &body, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        if (!kp_json_bool(fields, "deleted"))
            kp_json_refuse(fields, "deleted");
        status = kp_json_done(fields, error);
    }
    kp_call_settle(session->service, status);
    kp_json_free(answer.root);
    kp_buffer_wipe(&body);
    return status;
}
