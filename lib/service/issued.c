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

typedef struct all_records {
    kamupin_issued_pin_info *infos;
    size_t count;
} all_records;

static void read_all(kp_answer *answer, void *into)
{
    all_records *all = into;

    all->count = kp_json_array(answer->fields, "records", KP_ISSUED_MAX);
    for (size_t i = 0; i < all->count; i++) {
        const kp_fields entry = kp_json_entry(answer->fields, "records", i);
        read_record(entry, &all->infos[i]);
        all->infos[i].product = kp_call_product(entry);
        all->infos[i].shown = kp_json_bool(entry, "shown");
    }
}

kamupin_status kp_issued_all(kamupin_session *session, kamupin_issued_pin_info *infos,
                             size_t *count, kamupin_error *error)
{
    all_records all = {infos, 0};

    kamupin_status status = kp_session_call(session, "/issued-pins", NULL, read_all, &all, error);
    *count = status == KAMUPIN_OK ? all.count : 0;
    return status;
}

typedef struct showing {
    const char *asked;
    kamupin_issued_pin_info *info;
    kamupin_secret *pin;
} showing;

static void read_shown(kp_answer *answer, void *into)
{
    const showing *shown = into;

    kamupin_secret_clear(shown->pin);
    read_record(answer->fields, shown->info);
    shown->info->shown = true;
    if (strcmp(shown->info->record_id, shown->asked) != 0)
        kp_json_refuse(answer->fields, "record_id");
    answer->status =
        kp_json_digits(answer->fields, "pin", PIN_MIN, PIN_MAX, shown->pin, answer->error);
}

kamupin_status kp_issued_show(kamupin_session *session, const char *record_id,
                              kamupin_issued_pin_info *info, kamupin_secret **pin,
                              kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    char path[KP_PATH_MAX];

    kamupin_status status = kp_secret_new(session->context, KAMUPIN_SECRET_ISSUED_PIN, pin, error);
    if (status != KAMUPIN_OK)
        return status;
    showing shown = {record_id, info, *pin};
    snprintf(path, sizeof path, "/issued-pins/%s/show", record_id);
    kp_buffer_text(&body, "{}");
    status = kp_session_call(session, path, &body, read_shown, &shown, error);
    if (status != KAMUPIN_OK)
        kamupin_secret_free(pin);
    return status;
}

static void read_deleted(kp_answer *answer, void *into)
{
    (void)into;
    if (!kp_json_bool(answer->fields, "deleted"))
        kp_json_refuse(answer->fields, "deleted");
}

kamupin_status kp_issued_delete(kamupin_session *session, const char *record_id,
                                kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/issued-pins/%s/delete", record_id);
    kp_buffer_text(&body, "{\"confirm\":\"delete-for-good\"}");
    return kp_session_call(session, path, &body, read_deleted, NULL, error);
}
