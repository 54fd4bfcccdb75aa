/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_show.c: cert show: all that is known of one certificate. The identity number is masked unless
   the person wants to see it. */
#include "cert.h"
#include "file.h"

#include <stdio.h>
#include <string.h>

static void row_of(const cli *program, cli_message label, const kamupin_certificate *certificate,
                   kamupin_certificate_field field)
{
    const char *text = NULL;
    for (size_t i = 0; (text = kamupin_certificate_text(certificate, field, i)) != NULL; i++) {
        cli_show_row(program, label, text);
        if (field < KAMUPIN_CERTIFICATE_POLICY || field > KAMUPIN_CERTIFICATE_ISSUER_FILE)
            break;
    }
}

static void show_identity(const cli *program, const kamupin_certificate *certificate,
                          const kamupin_certificate_info *info)
{
    static const char *const types[] = {"", "TCKN", "", "VKN", "DETSİS"};
    kamupin_identity whole = KAMUPIN_IDENTITY_INIT;
    char line[64];
    const char *number = info->identity;
    if (info->identity[0] == '\0')
        return;
    if (program->args.whole_identity &&
        kamupin_certificate_identity(certificate, &whole) == KAMUPIN_OK)
        number = whole.number;
    const char *type = info->identity_type == KAMUPIN_IDENTITY_PASSPORT
                           ? cli_say(program, M_PASSPORT)
                           : types[info->identity_type];
    snprintf(line, sizeof line, "%s %s", type, number);
    cli_show_row(program, M_IDENTITY, line);
}

static void show_usage(const cli *program, unsigned int usage)
{
    static const cli_message words[] = {M_USAGE_SIGNATURE, M_USAGE_COMMITMENT, M_USAGE_KEYS,
                                        M_USAGE_DATA,      M_USAGE_AGREEMENT,  M_USAGE_ISSUING,
                                        M_USAGE_CRLS};
    char line[400] = "";
    size_t length = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if ((usage & 1U << i) != 0 && length < sizeof line)
            length += (size_t)snprintf(line + length, sizeof line - length, "%s%s",
                                       length > 0 ? ", " : "", cli_say(program, words[i]));
    if (line[0] != '\0')
        cli_show_row(program, M_KEY_USAGE, line);
}

static void show_times(const cli *program, const kamupin_certificate_info *info)
{
    char line[120], stamp[64];
    if (info->not_before != 0)
        cli_show_row(program, M_BEGIN,
                     cli_moment(program, (time_t)info->not_before, stamp, sizeof stamp));
    if (info->not_after != 0)
        cli_show_row(program, M_END,
                     cli_moment(program, (time_t)info->not_after, stamp, sizeof stamp));
    if (info->validity == KAMUPIN_NOT_YET_VALID)
        cli_show_row(program, M_NOTE,
                     cli_fill(program->args.language, M_NOT_YET_VALID,
                              cli_minute(program, info->not_before, stamp, sizeof stamp), line,
                              sizeof line));
    else if (info->validity == KAMUPIN_EXPIRED)
        cli_show_row(program, M_NOTE, cli_say(program, M_CERT_EXPIRED));
}

static void show_certificate(const cli *program, const kamupin_certificate *certificate)
{
    kamupin_certificate_info info = KAMUPIN_CERTIFICATE_INFO_INIT;
    kamupin_certificate_read(certificate, &info);
    row_of(program, M_HOLDER, certificate, KAMUPIN_CERTIFICATE_HOLDER);
    row_of(program, M_ORGANISATION, certificate, KAMUPIN_CERTIFICATE_ORGANISATION);
    show_identity(program, certificate, &info);
    cli_show_row(program, M_KIND, cli_cert_class(program, info.kind));
    show_times(program, &info);
    row_of(program, M_SERIAL, certificate, KAMUPIN_CERTIFICATE_SERIAL);
    row_of(program, M_SERIAL_DECIMAL, certificate, KAMUPIN_CERTIFICATE_SERIAL_DECIMAL);
    row_of(program, M_SUBJECT, certificate,
           program->args.whole_identity ? KAMUPIN_CERTIFICATE_SUBJECT
                                        : KAMUPIN_CERTIFICATE_SUBJECT_MASKED);
    row_of(program, M_ISSUER, certificate, KAMUPIN_CERTIFICATE_ISSUER);
    row_of(program, M_KEY, certificate, KAMUPIN_CERTIFICATE_KEY);
    show_usage(program, info.usage);
    row_of(program, M_SIGNED_WITH, certificate, KAMUPIN_CERTIFICATE_SIGNED_WITH);
    row_of(program, M_POLICY, certificate, KAMUPIN_CERTIFICATE_POLICY);
    row_of(program, M_PURPOSE, certificate, KAMUPIN_CERTIFICATE_PURPOSE);
    row_of(program, M_STATEMENT, certificate, KAMUPIN_CERTIFICATE_STATEMENT);
    row_of(program, M_OCSP, certificate, KAMUPIN_CERTIFICATE_OCSP);
    row_of(program, M_CRL, certificate, KAMUPIN_CERTIFICATE_CRL);
    row_of(program, M_ISSUER_FILE, certificate, KAMUPIN_CERTIFICATE_ISSUER_FILE);
    row_of(program, M_FINGERPRINT, certificate, KAMUPIN_CERTIFICATE_FINGERPRINT);
    row_of(program, M_CARD_NUMBER, certificate, KAMUPIN_CERTIFICATE_CARD_NUMBER);
    row_of(program, M_KNOWN_ROOT, certificate, KAMUPIN_CERTIFICATE_KNOWN_ROOT);
    cli_cert_show_weakness(program, info.weakness);
}

static void show_record(const cli *program, const kamupin_certificate_record *record)
{
    char line[200];
    printf("\n%s\n", cli_say(program, M_WITH_THE_SERVICE));
    cli_show_row(program, M_RECORD, record->certificate_id);
    cli_show_row(program, M_PRODUCT, cli_product(record->product));
    cli_show_row(program, M_STATE, cli_cert_standing(program, record, line, sizeof line));
    if (record->state == KAMUPIN_STATE_SUSPENDED && record->suspended_at != 0)
        cli_show_row(program, M_SUSPENDED_AT,
                     cli_moment(program, (time_t)record->suspended_at, line, sizeof line));
    if (record->state == KAMUPIN_STATE_SUSPENDED)
        cli_cert_show_until(program, record->suspend_until);
    if (record->state == KAMUPIN_STATE_REVOKED && record->revoked_at != 0)
        cli_show_row(program, M_REVOKED_AT,
                     cli_moment(program, (time_t)record->revoked_at, line, sizeof line));
    if (record->state == KAMUPIN_STATE_REVOKED)
        cli_show_row(program, M_REASON, cli_cert_reason(program, record->reason));
}

/* What befell it, the oldest first; also for programs. */
static void show_history(cli *program, const kamupin_session *session, json_t *certificate)
{
    kamupin_certificate_event event = KAMUPIN_CERTIFICATE_EVENT_INIT;
    json_t *history = json_array();
    for (size_t i = 0; kamupin_certificate_event_listed(session, i, &event) == KAMUPIN_OK; i++) {
        char line[200], stamp[64];
        const char *by = cli_cert_actor(program, event.by);
        cli_moment(program, (time_t)event.at, stamp, sizeof stamp);
        snprintf(line, sizeof line, "%s  %s%s%s", stamp, cli_cert_state(program, event.state),
                 by[0] != '\0' ? " " : "", by);
        if (!program->args.json)
            cli_show_row(program, i == 0 ? M_HISTORY : M_NOTHING, line);
        json_array_append_new(history,
                              json_pack("{s:s, s:o, s:o}", "state",
                                        kamupin_certificate_state_name(event.state), "at",
                                        cli_json_utc(event.at), "by", cli_json_actor(event.by)));
    }
    json_object_set_new(certificate, "history", history);
}

static void show_places(const cli *program, const kamupin_certificate_entry *entry)
{
    char line[KAMUPIN_CARD_ID_MAX + 60], number[24];
    if ((entry->sources & KAMUPIN_SOURCE_CARD) == 0)
        return;
    snprintf(line, sizeof line, "%s %s", entry->card_id,
             cli_fill_number(program->args.language, M_CERTIFICATE_OF_CARD,
                             (long)entry->card_index + 1, number, sizeof number));
    cli_show_row(program, M_CARD, line);
    cli_show_row(program, M_READER, entry->reader);
}

static kamupin_status write_pem(cli *program, const kamupin_certificate *certificate,
                                kamupin_error *error)
{
    const char *path = program->args.out;
    const unsigned char *der = NULL;
    size_t length = 0;
    if (path == NULL)
        return KAMUPIN_OK;
    bool good = kamupin_certificate_der(certificate, &der, &length) == KAMUPIN_OK &&
                cli_file_write_pem(path, der, length);
    return good ? KAMUPIN_OK : cli_refuse(program, M_CANNOT_WRITE_CERTIFICATE, path, error);
}

kamupin_status cli_cert_show(cli *program, kamupin_error *error)
{
    cli_certificate found = {.fetched = NULL};
    kamupin_status status = cli_certificate_find(program, &found, error);
    if (status == KAMUPIN_OK) {
        json_t *said = cli_json_certificate(&found.entry, program->args.whole_identity);
        if (!program->args.json) {
            show_certificate(program, found.entry.certificate);
            show_places(program, &found.entry);
        }
        if (!program->args.json && (found.entry.sources & KAMUPIN_SOURCE_SERVICE) != 0)
            show_record(program, &found.entry.record);
        if (found.detailed)
            show_history(program, found.from.session, said);
        cli_json_add(program, "certificate", said);
        status = write_pem(program, found.entry.certificate, error);
    }
    cli_certificate_free(program, &found, status);
    return status;
}
