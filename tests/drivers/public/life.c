/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   life.c: a person's certificates at the service, revocations, the consent, applications and lists, a
   line each, for tests whose other ends are a running service and a real PC/SC daemon. Uses the
   public headers alone; touches what its environment names: KAMUPIN_SERVICE, KAMUPIN_CA_FILE,
   KAMUPIN_STATE_DIR.

   Each answer is a line: the status' name, a tab, a value. Lines ("-" is NULL): captcha, begin TYPE
   NUMBER CAPTCHA WORD, sms, confirm CODE, end, certificates [ROLE], details WHICH, all [-] (with
   the only card), certificate WHICH
   (from bytes), suspend WHICH [REASON], unsuspend WHICH, activate WHICH, revoke WHICH REASON, losses
   LANGUAGE, factor TYPE, shown, code CODE, password WORD, read, cancel, free, consent, text
   [LANGUAGE], seconds, sign PIN, drop, applications, application ID, submit ID SCHEMA JSON, lists, list ID, rows, content, sign-list
   PIN, release, advance MILLISECONDS (of the context's clock). An argument is the milliseconds that
   one HTTPS exchange may take. */
#include "shared/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(world *self, const char *text)
{
    self->used +=
        (size_t)snprintf(self->value + self->used, sizeof self->value - self->used, "%s", text);
}

static void put_number(world *self, const char *before, int64_t number)
{
    self->used += (size_t)snprintf(self->value + self->used, sizeof self->value - self->used,
                                   "%s%lld", before, (long long)number);
}

static void put_hex(world *self, const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        self->used += (size_t)snprintf(self->value + self->used, sizeof self->value - self->used,
                                       "%02x", bytes[i]);
}

static const char *which(const world *self)
{
    return strcmp(self->word[1], "-") == 0 ? NULL : self->word[1];
}

static kamupin_status session_said(world *self, kamupin_status status)
{
    kamupin_session_error(self->session, &self->error);
    return status;
}

/* ---- logging in ---- */

static kamupin_status captcha(world *self)
{
    kamupin_captcha picture = KAMUPIN_CAPTCHA_INIT;

    return session_said(self, kamupin_password_captcha(self->session, &picture));
}

static kamupin_status begin(world *self)
{
    kamupin_secret *word = secret(self, KAMUPIN_SECRET_SECURITY_WORD, self->word[4]);
    kamupin_contact phone = KAMUPIN_CONTACT_INIT;
    kamupin_identity who = KAMUPIN_IDENTITY_INIT;

    who.type =
        strcmp(self->word[1], "tckn") == 0 ? KAMUPIN_IDENTITY_TCKN : KAMUPIN_IDENTITY_PASSPORT;
    snprintf(who.number, sizeof who.number, "%s", self->word[2]);
    kamupin_status status =
        kamupin_password_begin(self->session, &who, self->word[3], word, &phone);
    kamupin_secret_free(&word);
    return session_said(self, status);
}

static kamupin_status sms(world *self)
{
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;

    return session_said(self, kamupin_password_sms(self->session, &factor));
}

static kamupin_status confirm(world *self)
{
    kamupin_secret *code = secret(self, KAMUPIN_SECRET_SMS_CODE, self->word[1]);
    kamupin_status status = kamupin_password_confirm(self->session, code);

    kamupin_secret_free(&code);
    return session_said(self, status);
}

static kamupin_status end(world *self)
{
    return session_said(self, kamupin_session_end(self->session));
}

/* ---- certificates ---- */

static void put_record(world *self, const kamupin_certificate_record *record)
{
    put(self, record->certificate_id);
    put(self, "|"), put(self, record->serial);
    put(self, "|"), put(self, kamupin_product_name(record->product));
    put(self, "|"), put(self, kamupin_certificate_state_name(record->state));
    put(self, "|"), put(self, kamupin_actor_name(record->suspended_by));
    put(self, "|"), put(self, kamupin_revocation_reason_name(record->reason));
    put_number(self, "|", record->may);
    put(self, "|"), put(self, record->on_behalf_of.number);
    put(self, "|"), put(self, record->card_id);
    put(self, "|"), put(self, record->identity);
    put_number(self, "|", record->suspended_at);
    put_number(self, "|", record->suspend_until);
    put_number(self, "|", record->revoked_at);
    put_number(self, "|", record->not_before);
    put_number(self, "|", record->not_after);
    put(self, "|"), put(self, record->holder);
}

static kamupin_status certificates(world *self)
{
    const bool authorised = strcmp(self->word[1], "authorised") == 0;
    const int role = self->word[1][0] >= '0' && self->word[1][0] <= '9' ? atoi(self->word[1])
                     : authorised ? (int)KAMUPIN_ROLE_AUTHORISED
                                  : (int)KAMUPIN_ROLE_INDIVIDUAL;
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    size_t count = 0;

    kamupin_status status =
        kamupin_certificate_record_list(self->session, (kamupin_role)role, &count);
    for (size_t i = 0; i < count; i++) {
        put(self, i == 0 ? "" : ";");
        if (kamupin_certificate_record_listed(self->session, i, &record) == KAMUPIN_OK)
            put_record(self, &record);
    }
    if (kamupin_certificate_record_listed(self->session, count, &record) !=
        KAMUPIN_E_INVALID_ARGUMENT)
        put(self, "beyond the last");
    return session_said(self, status);
}

static kamupin_status details(world *self)
{
    kamupin_certificate_event event = KAMUPIN_CERTIFICATE_EVENT_INIT;
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;

    kamupin_status status = kamupin_certificate_details(self->session, which(self), &record, NULL);
    put_record(self, &record);
    for (size_t i = 0; kamupin_certificate_event_listed(self->session, i, &event) == KAMUPIN_OK;
         i++) {
        put(self, ";"), put(self, kamupin_certificate_state_name(event.state));
        put(self, "/"), put(self, kamupin_actor_name(event.by));
        put(self, "/"), put(self, kamupin_revocation_reason_name(event.reason));
        put(self, "/"), put(self, event.reason_text);
    }
    return session_said(self, status);
}

static kamupin_status certificate(world *self)
{
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    kamupin_certificate *found = NULL;

    kamupin_status status =
        kamupin_certificate_details(self->session, which(self), &record, &found);
    if (found != NULL)
        put(self, kamupin_certificate_text(found, KAMUPIN_CERTIFICATE_FINGERPRINT, 0));
    kamupin_certificate_free(&found);
    return session_said(self, status);
}

/* Those of the only card, unless it is "-", and of the service, in one list. */
static kamupin_status all(world *self)
{
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    kamupin_certificate_list *found = NULL;
    kamupin_card *card = NULL;

    kamupin_status status = kamupin_certificate_list_new(self->context, &found, &self->error);
    if (status == KAMUPIN_OK && which(self) != NULL)
        status = kamupin_card_open(self->context, NULL, NULL, &card, &self->error);
    if (status == KAMUPIN_OK && card != NULL)
        status = kamupin_certificate_list_add_card(found, card);
    if (status == KAMUPIN_OK)
        status =
            kamupin_certificate_list_add_service(found, self->session, KAMUPIN_ROLE_INDIVIDUAL);
    for (size_t i = 0; kamupin_certificate_list_get(found, i, &entry) == KAMUPIN_OK; i++) {
        put_number(self, i == 0 ? "" : ";", entry.sources);
        put(self, "/"), put(self, entry.card_id);
        put(self, "/"), put_record(self, &entry.record);
    }
    kamupin_certificate_list_error(found, &self->error);
    kamupin_card_free(&card);
    kamupin_certificate_list_free(&found);
    return status;
}

static kamupin_status suspend(world *self)
{
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    int reason = self->word[2][0] == '\0' ? (int)KAMUPIN_SUSPEND_UNSAID : 99;

    for (int i = KAMUPIN_SUSPEND_UNSAID; i <= KAMUPIN_SUSPEND_OTHER; i++)
        if (strcmp(kamupin_suspend_reason_name((kamupin_suspend_reason)i), self->word[2]) == 0)
            reason = i;
    kamupin_status status = kamupin_certificate_suspend(self->session, which(self),
                                                        (kamupin_suspend_reason)reason, &record);
    put_record(self, &record);
    return session_said(self, status);
}

static kamupin_status unsuspend(world *self)
{
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    kamupin_status status = kamupin_certificate_unsuspend(self->session, which(self), &record);

    put_record(self, &record);
    return session_said(self, status);
}

static kamupin_status activate(world *self)
{
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    kamupin_status status = kamupin_certificate_activate(self->session, which(self), &record);

    put_record(self, &record);
    return session_said(self, status);
}

/* ---- revoking ---- */

static kamupin_status revocation_said(world *self, kamupin_status status)
{
    kamupin_revocation_error(self->revocation, &self->error);
    return status;
}

static kamupin_status read_revocation(world *self)
{
    kamupin_revocation_info info = KAMUPIN_REVOCATION_INFO_INIT;
    kamupin_status status = kamupin_revocation_read(self->revocation, &info);

    put_number(self, "", info.seconds_left);
    put_number(self, "|", (int64_t)info.losses);
    put_number(self, "|", info.price_kurus);
    put(self, info.confirmed ? "|confirmed|" : "|prepared|");
    put(self, kamupin_revocation_reason_name(info.reason));
    put(self, "|"), put_record(self, &info.record);
    return status;
}

static kamupin_status revoke(world *self)
{
    kamupin_revocation_reason reason = KAMUPIN_REASON_NONE;

    for (int i = 0; i <= KAMUPIN_REASON_AA_COMPROMISE; i++)
        if (strcmp(kamupin_revocation_reason_name((kamupin_revocation_reason)i), self->word[2]) ==
            0)
            reason = (kamupin_revocation_reason)i;
    kamupin_revocation_free(&self->revocation);
    kamupin_status status =
        kamupin_revocation_new(self->session, which(self), reason, &self->revocation, &self->error);
    return status == KAMUPIN_OK ? read_revocation(self) : status;
}

static kamupin_status losses(world *self)
{
    const kamupin_language language =
        strcmp(self->word[1], "en") == 0 ? KAMUPIN_ENGLISH : KAMUPIN_TURKISH;
    const char *loss = NULL;

    for (size_t i = 0; (loss = kamupin_revocation_loss(self->revocation, i, language)) != NULL; i++)
        put(self, i == 0 ? "" : "|"), put(self, loss);
    return KAMUPIN_OK;
}

static void put_factor(world *self, const kamupin_factor *factor)
{
    put_number(self, "", factor->type);
    put_number(self, "|", factor->offered);
    put(self, "|"), put(self, factor->destination);
    put_number(self, "|", factor->code_length);
    put_number(self, "|", factor->tries_left);
    put_number(self, "|", factor->resend_after);
}

static kamupin_status begin_factor(world *self)
{
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;
    const kamupin_factor_type type = strcmp(self->word[1], "sms") == 0 ? KAMUPIN_FACTOR_SMS
                                     : strcmp(self->word[1], "web") == 0
                                         ? KAMUPIN_FACTOR_WEB_PASSWORD
                                         : KAMUPIN_FACTOR_ANY;
    kamupin_status status = kamupin_revocation_begin_factor(self->revocation, type, &factor);

    put_factor(self, &factor);
    return revocation_said(self, status);
}

static kamupin_status shown_factor(world *self)
{
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;
    kamupin_status status = kamupin_revocation_factor(self->revocation, &factor);

    put_factor(self, &factor);
    return status;
}

static kamupin_status give(world *self, kamupin_secret_kind kind)
{
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    kamupin_secret *given = secret(self, kind, self->word[1]);
    kamupin_status status = kamupin_revocation_confirm(self->revocation, given, &record);

    put_record(self, &record);
    kamupin_secret_free(&given);
    return revocation_said(self, status);
}

static kamupin_status give_code(world *self)
{
    return give(self, KAMUPIN_SECRET_SMS_CODE);
}

static kamupin_status give_password(world *self)
{
    return give(self, KAMUPIN_SECRET_WEB_PASSWORD);
}

static kamupin_status cancel_revocation(world *self)
{
    return revocation_said(self, kamupin_revocation_cancel(self->revocation));
}

static kamupin_status free_revocation(world *self)
{
    kamupin_revocation_free(&self->revocation);
    return KAMUPIN_OK;
}

/* ---- consent ---- */

static void put_consent(world *self, const kamupin_consent_info *info)
{
    put(self, kamupin_consent_state_name(info->state));
    put_number(self, "|", info->at);
}

static kamupin_status consent_status(world *self)
{
    kamupin_consent_info info = KAMUPIN_CONSENT_INFO_INIT;
    kamupin_status status = kamupin_consent_status(self->session, &info);

    put_consent(self, &info);
    return session_said(self, status);
}

static kamupin_status consent_text(world *self)
{
    const unsigned char *text = NULL;
    size_t length = 0;

    kamupin_consent_free(&self->consent);
    kamupin_status status = kamupin_consent_new(
        self->session, strcmp(self->word[1], "en") == 0 ? KAMUPIN_ENGLISH : KAMUPIN_TURKISH,
        &self->consent, &self->error);
    if (status == KAMUPIN_OK)
        status = kamupin_consent_text(self->consent, &text, &length);
    put_hex(self, text, length);
    return status;
}

static kamupin_status consent_seconds(world *self)
{
    put_number(self, "", kamupin_consent_seconds_left(self->consent));
    return KAMUPIN_OK;
}

/* The only card, or none at all with "-" instead of a PIN. */
static kamupin_status open_card(world *self, kamupin_card **card, kamupin_secret **pin)
{
    if (which(self) == NULL)
        return KAMUPIN_OK;
    *pin = secret(self, KAMUPIN_SECRET_PIN, self->word[1]);
    return kamupin_card_open(self->context, NULL, NULL, card, &self->error);
}

static kamupin_status sign_consent(world *self)
{
    kamupin_consent_info info = KAMUPIN_CONSENT_INFO_INIT;
    kamupin_card *card = NULL;
    kamupin_secret *pin = NULL;

    kamupin_status status = open_card(self, &card, &pin);
    if (status == KAMUPIN_OK) {
        status = kamupin_consent_sign(self->consent, card, pin, KAMUPIN_RISK_UNPROVEN, &info);
        kamupin_consent_error(self->consent, &self->error);
    }
    put_consent(self, &info);
    kamupin_secret_free(&pin);
    kamupin_card_free(&card);
    return status;
}

static kamupin_status drop_consent(world *self)
{
    kamupin_consent_free(&self->consent);
    return KAMUPIN_OK;
}

/* ---- applications ---- */

static void put_application(world *self, const kamupin_application_info *info)
{
    put(self, info->application_id);
    put(self, "|"), put(self, kamupin_product_name(info->product));
    put(self, "|"), put(self, kamupin_application_state_name(info->state));
    put(self, "|"), put(self, kamupin_application_reason_name(info->reason));
    put(self, "|"), put(self, info->schema_id);
    put(self, "|"), put(self, info->title_en);
    put(self, "|"), put(self, info->on_behalf_of.number);
    put_number(self, "|", info->seconds_left);
    put_number(self, "|", info->price_kurus);
    put_number(self, "|", info->needs_consent);
}

static kamupin_status applications(world *self)
{
    kamupin_application_info info = KAMUPIN_APPLICATION_INFO_INIT;
    size_t count = 0;

    kamupin_status status = kamupin_application_list(self->session, &count);
    for (size_t i = 0; kamupin_application_listed(self->session, i, &info) == KAMUPIN_OK; i++) {
        put(self, i == 0 ? "" : ";");
        put_application(self, &info);
    }
    return session_said(self, status);
}

static void take_document(void *user, const char *json, size_t length)
{
    world *self = user;

    put(self, strlen(json) == length ? json : "another length");
    put(self, ";");
}

static kamupin_status application(world *self)
{
    kamupin_application_info info = KAMUPIN_APPLICATION_INFO_INIT;
    kamupin_status status =
        kamupin_application_get(self->session, self->word[1], &info, take_document, self);

    put_application(self, &info);
    return session_said(self, status);
}

static kamupin_status submit(world *self)
{
    kamupin_application_info info = KAMUPIN_APPLICATION_INFO_INIT;
    kamupin_status status = kamupin_application_submit(self->session, self->word[1], self->word[2],
                                                       self->word[3], strlen(self->word[3]), &info);

    put_application(self, &info);
    return session_said(self, status);
}

/* ---- lists ---- */

static void put_list(world *self, const kamupin_authorised_info *info)
{
    put(self, info->list_id);
    put(self, "|"), put(self, info->on_behalf_of.number);
    put(self, "|"), put(self, info->title_en);
    put_number(self, "|", info->entries);
    put(self, "|"), put(self, kamupin_list_state_name(info->state));
    put_number(self, "|", info->made_at);
    put_number(self, "|", info->signed_at);
}

static kamupin_status lists(world *self)
{
    kamupin_authorised_info info = KAMUPIN_AUTHORISED_INFO_INIT;
    size_t count = 0;

    kamupin_status status = kamupin_authorised_lists(self->session, &count);
    for (size_t i = 0; kamupin_authorised_listed(self->session, i, &info) == KAMUPIN_OK; i++) {
        put(self, i == 0 ? "" : ";");
        put_list(self, &info);
    }
    return session_said(self, status);
}

static kamupin_status read_list(world *self)
{
    kamupin_authorised_info info = KAMUPIN_AUTHORISED_INFO_INIT;
    kamupin_status status = kamupin_authorised_list_read(self->list, &info);

    put_list(self, &info);
    return status;
}

static kamupin_status open_list(world *self)
{
    kamupin_authorised_list_free(&self->list);
    kamupin_status status =
        kamupin_authorised_list_new(self->session, self->word[1], &self->list, &self->error);
    return status == KAMUPIN_OK ? read_list(self) : status;
}

static kamupin_status rows(world *self)
{
    kamupin_authorised_row row = KAMUPIN_AUTHORISED_ROW_INIT;

    for (size_t i = 0; kamupin_authorised_list_row(self->list, i, &row) == KAMUPIN_OK; i++) {
        put(self, i == 0 ? "" : ";"), put(self, row.application_id);
        put(self, "|"), put(self, row.name);
        put(self, "|"), put(self, row.identity);
        put(self, "|"), put(self, kamupin_product_name(row.product));
        put(self, "|"), put(self, kamupin_application_reason_name(row.reason));
    }
    return KAMUPIN_OK;
}

static kamupin_status content(world *self)
{
    const unsigned char *bytes = NULL;
    size_t length = 0;

    kamupin_status status = kamupin_authorised_list_content(self->list, &bytes, &length);
    put_hex(self, bytes, length);
    return status;
}

static kamupin_status sign_list(world *self)
{
    kamupin_card *card = NULL;
    kamupin_secret *pin = NULL;

    kamupin_status status = open_card(self, &card, &pin);
    if (status == KAMUPIN_OK) {
        status = kamupin_authorised_list_sign(self->list, card, pin, KAMUPIN_RISK_UNPROVEN);
        kamupin_authorised_list_error(self->list, &self->error);
    }
    if (status == KAMUPIN_OK)
        read_list(self);
    kamupin_secret_free(&pin);
    kamupin_card_free(&card);
    return status;
}

static kamupin_status release(world *self)
{
    kamupin_authorised_list_free(&self->list);
    return KAMUPIN_OK;
}

const line lines[] = {{"captcha", captcha},
                      {"begin", begin},
                      {"sms", sms},
                      {"confirm", confirm},
                      {"end", end},
                      {"certificates", certificates},
                      {"details", details},
                      {"all", all},
                      {"certificate", certificate},
                      {"suspend", suspend},
                      {"unsuspend", unsuspend},
                      {"activate", activate},
                      {"revoke", revoke},
                      {"losses", losses},
                      {"factor", begin_factor},
                      {"shown", shown_factor},
                      {"code", give_code},
                      {"password", give_password},
                      {"read", read_revocation},
                      {"cancel", cancel_revocation},
                      {"free", free_revocation},
                      {"consent", consent_status},
                      {"text", consent_text},
                      {"seconds", consent_seconds},
                      {"sign", sign_consent},
                      {"drop", drop_consent},
                      {"applications", applications},
                      {"application", application},
                      {"submit", submit},
                      {"lists", lists},
                      {"list", open_list},
                      {"rows", rows},
                      {"content", content},
                      {"sign-list", sign_list},
                      {"release", release}};

const size_t line_count = sizeof lines / sizeof *lines;

void refused(world *self)
{
    snprintf(self->value, sizeof self->value, "tries=%d wait=%d detail=%s", self->error.tries_left,
             self->error.wait_seconds, self->error.detail);
}
