/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   applications.c: applications for certificates as the profile has them. Their forms are the
   service's own: they pass through as the JSON that they are. */
#include <service/consent.h>

#include <core/fail.h>

#include <stdio.h>
#include <string.h>

#define ID_MIN        8
#define SECONDS_MAX   31622400 /* of a year */
#define SCHEMA_ID_MAX 64

/* In the order of kamupin_application_state. */
static const char *const STATES[] = {"pending-pre-application",
                                     "draft",
                                     "submitted",
                                     "paid",
                                     "produced",
                                     "refused",
                                     "expired",
                                     NULL};

static bool is_schema_id(const char *text)
{
    return strlen(text) < SCHEMA_ID_MAX && text[0] != '\0' && text[0] != '.' && text[0] != '-' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(text);
}

kamupin_application_reason kp_call_application_reason(kp_fields fields)
{
    static const char *const words[] = {"renewal", "lost", "other", NULL};

    return (kamupin_application_reason)(KAMUPIN_APPLICATION_RENEWAL +
                                        kp_json_word(fields, "reason", words));
}

static int read_seconds(const kp_answer *answer, kp_fields fields)
{
    const int seconds = kp_json_int_or(fields, "seconds_left", 0, SECONDS_MAX, -1);

    if (seconds < 0)
        return -1;
    return kp_seconds_until(answer->context, answer->sent_ms + (int64_t)seconds * 1000);
}

static void read_application(const kp_answer *answer, kp_fields fields,
                             kamupin_application_info *info)
{
    const kamupin_application_info empty = KAMUPIN_APPLICATION_INFO_INIT;

    *info = empty;
    kp_json_id(fields, "application_id", info->application_id, ID_MIN, sizeof info->application_id);
    info->product = kp_call_product(fields);
    info->state = (kamupin_application_state)(KAMUPIN_APPLICATION_PENDING +
                                              kp_json_word(fields, "state", STATES));
    info->reason = kp_call_application_reason(fields);
    kp_json_text(fields, "schema_id", info->schema_id, sizeof info->schema_id);
    if (!is_schema_id(info->schema_id))
        kp_json_refuse(fields, "schema_id");
    kp_call_title(fields, info->title_tr, info->title_en);
    if (kp_json_has(fields, "on_behalf_of"))
        kp_call_organisation(kp_json_object(fields, "on_behalf_of"), &info->on_behalf_of);
    info->seconds_left = read_seconds(answer, fields);
    info->price_kurus = kp_call_price(fields);
}

/* ---- all of them ---- */

typedef struct all_applications {
    kamupin_application_info *infos;
    size_t count;
} all_applications;

static void read_all(kp_answer *answer, void *into)
{
    all_applications *all = into;

    all->count = kp_json_array(answer->fields, "applications", KP_APPLICATIONS_MAX);
    for (size_t i = 0; i < all->count; i++)
        read_application(answer, kp_json_entry(answer->fields, "applications", i), &all->infos[i]);
}

kamupin_status kp_application_all(kamupin_session *session, kamupin_application_info *infos,
                                  size_t *count, kamupin_error *error)
{
    all_applications all = {infos, 0};

    kamupin_status status = kp_session_call(session, "/applications", NULL, read_all, &all, error);
    *count = status == KAMUPIN_OK ? all.count : 0;
    return status;
}

/* ---- one ---- */

typedef struct one_application {
    const char *asked;
    kamupin_application_info *info;
    kp_buffer *document; /* NULL: not wanted */
} one_application;

static void read_one(kp_answer *answer, void *into)
{
    const one_application *one = into;

    read_application(answer, answer->fields, one->info);
    if (strcmp(one->info->application_id, one->asked) != 0)
        kp_json_refuse(answer->fields, "application_id");
    one->info->needs_consent = kp_json_bool(answer->fields, "needs_consent");
    if (one->document == NULL)
        return;
    kp_buffer_wipe(one->document);
    answer->status =
        kp_json_copy(answer->fields, "document", KP_DOCUMENT_MAX, one->document, answer->error);
}

kamupin_status kp_application_look(kamupin_session *session, const char *application_id,
                                   kamupin_application_info *info, kp_buffer *document,
                                   kamupin_error *error)
{
    one_application one = {application_id, info, document};
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/applications/%s", application_id);
    return kp_session_call(session, path, NULL, read_one, &one, error);
}

/* Whether a text is a JSON object as the profile has them. */
static bool is_object(const char *json, size_t length)
{
    kp_buffer text = KP_BUFFER_INIT(KP_DOCUMENT_MAX);
    json_t *root = NULL;

    kp_buffer_append(&text, json, length);
    const bool is = !text.failed && kp_json_parse(&text, &root, NULL) == KAMUPIN_OK;
    kp_json_free(root);
    kp_buffer_wipe(&text);
    return is;
}

kamupin_status kp_application_submit(kamupin_session *session, const char *application_id,
                                     const char *schema_id, const char *json, size_t length,
                                     kamupin_application_info *info, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    one_application one = {application_id, info, NULL};
    char path[KP_PATH_MAX];

    if (!is_schema_id(schema_id) || !is_object(json, length))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "a form is a JSON object of %d bytes at most, of a named schema",
                       KP_DOCUMENT_MAX);
    snprintf(path, sizeof path, "/applications/%s/submit", application_id);
    kp_json_put_field(&body, "{", "schema_id", schema_id);
    kp_buffer_text(&body, ",\"document\":");
    kp_buffer_append(&body, json, length);
    kp_buffer_text(&body, "}");
    return kp_session_call(session, path, &body, read_one, &one, error);
}
