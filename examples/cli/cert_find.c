/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_find.c: the one certificate that a command line names: by a file, a serial number, a
   certificate_id, or as one of a card. */
#include "cert.h"

#include <stdio.h>
#include <string.h>

#define DECIMAL "decimal:"

static const char *without_zeros(const char *digits)
{
    while (digits[0] == '0' || digits[0] == ':' || digits[0] == ' ')
        digits++;
    return digits;
}

/* Hex digits with or without colons, the same number whatever their case. */
static bool same_hex(const char *typed, const char *serial)
{
    typed = without_zeros(typed);
    serial = without_zeros(serial);
    while (*serial != '\0' && cli_begins(typed, serial, 1)) {
        typed++;
        serial++;
        typed += strspn(typed, ": ");
    }
    return *serial == '\0' && *typed == '\0';
}

static bool is_serial(const char *which)
{
    if (strncmp(which, DECIMAL, sizeof DECIMAL - 1) == 0)
        return true;
    return which[0] != '\0' && which[strspn(which, "0123456789abcdefABCDEF: ")] == '\0';
}

static bool has_serial(const kamupin_certificate_entry *entry, const char *which)
{
    if (strncmp(which, DECIMAL, sizeof DECIMAL - 1) != 0)
        return same_hex(which, cli_cert_serial(entry));
    const char *decimal =
        kamupin_certificate_text(entry->certificate, KAMUPIN_CERTIFICATE_SERIAL_DECIMAL, 0);
    return decimal != NULL && strcmp(which + sizeof DECIMAL - 1, decimal) == 0;
}

/* Among what was gathered: the one with that serial number (`which` may be NULL), with the number
 * of --certificate, or the only one. */
static kamupin_status choose(cli *program, cli_certificate *found, const char *which,
                             kamupin_status none, kamupin_error *error)
{
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    const kamupin_certificate_list *list = found->from.list;
    const size_t number = which == NULL ? program->args.certificate : KAMUPIN_CERTIFICATE_ANY;
    cli_table table = cli_cert_table(program);
    size_t fits = 0;
    for (size_t i = 0; kamupin_certificate_list_get(list, i, &entry) == KAMUPIN_OK; i++) {
        if (which != NULL && !has_serial(&entry, which))
            continue;
        if (number != KAMUPIN_CERTIFICATE_ANY && number != i)
            continue;
        found->entry = entry;
        cli_cert_row(program, &table, &entry);
        fits++;
    }
    kamupin_status status = KAMUPIN_OK;
    if (fits > 1) {
        cli_cert_write(program, &table, stderr, 2);
        cli_screen_line(program->screen, "kamupin: ", cli_say(program, M_WHICH_CERTIFICATE));
        program->said = true;
        status = cli_error(error, KAMUPIN_E_CHOICE_NEEDED);
    } else if (fits == 0 && number != KAMUPIN_CERTIFICATE_ANY) {
        char digits[24];
        snprintf(digits, sizeof digits, "%zu", number + 1);
        status = cli_refuse(program, M_NO_CERTIFICATE_THERE, digits, error);
    } else if (fits == 0) {
        status = cli_error(error, none);
    }
    cli_table_free(&table);
    return status;
}

/* Asks the service about `which`; the certificate itself only when no card has shown it. */
static kamupin_status ask_service(cli_certificate *found, const char *which, kamupin_error *error)
{
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    kamupin_certificate **into = found->entry.certificate == NULL ? &found->fetched : NULL;
    kamupin_session *session = found->from.session;
    kamupin_status status = kamupin_certificate_details(session, which, &record, into);
    if (status != KAMUPIN_OK) {
        kamupin_session_error(session, error);
        return status;
    }
    found->entry.record = record;
    found->entry.sources |= KAMUPIN_SOURCE_SERVICE;
    found->detailed = true;
    if (into != NULL)
        found->entry.certificate = found->fetched;
    return status;
}

/* By serial number or certificate_id: on a card, with the service, or both. */
static kamupin_status find_by_number(cli *program, cli_certificate *found, const char *which,
                                     kamupin_error *error)
{
    kamupin_error unread = KAMUPIN_ERROR_INIT;
    kamupin_status status = KAMUPIN_E_CERTIFICATE_UNKNOWN;
    if (is_serial(which)) {
        status = cli_certificates_of_cards(program, found->from.list, NULL, &unread);
        if (status == KAMUPIN_E_CANCELLED || (status != KAMUPIN_OK && program->args.card != NULL))
            return *error = unread, status;
        status = choose(program, found, which, KAMUPIN_E_CERTIFICATE_UNKNOWN, error);
    }
    const bool here = status == KAMUPIN_OK;
    if (!here && status != KAMUPIN_E_CERTIFICATE_UNKNOWN)
        return status;
    if (here && !program->args.with_login && !cli_session_held(program, &found->from.session))
        return status;
    if (found->from.session == NULL) {
        status = cli_session_borrow(program, &found->from.session, error);
        if (status != KAMUPIN_OK)
            return status;
    }
    status = ask_service(found, which, error);
    return here && !program->args.with_login ? KAMUPIN_OK : status;
}

static kamupin_status find_in_file(cli *program, cli_certificate *found, const char *path,
                                   kamupin_error *error)
{
    kamupin_status status = cli_certificates_add_file(program, &found->from, path, error);
    return status == KAMUPIN_OK ? choose(program, found, NULL, KAMUPIN_E_CERTIFICATE_FILE, error)
                                : status;
}

static kamupin_status find_on_cards(cli *program, cli_certificate *found, kamupin_error *error)
{
    size_t cards = 0;
    kamupin_status status = cli_certificates_of_cards(program, found->from.list, &cards, error);
    if (status != KAMUPIN_OK)
        return status;
    return choose(program, found, NULL,
                  cards == 0 ? KAMUPIN_E_NO_CARD : KAMUPIN_E_CARD_NO_CERTIFICATE, error);
}

kamupin_status cli_certificate_find(cli *program, cli_certificate *found, kamupin_error *error)
{
    const char *which = program->args.number;
    const kamupin_certificate_entry empty = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    found->entry = empty;
    kamupin_status status =
        kamupin_certificate_list_new(program->context, &found->from.list, error);
    if (status != KAMUPIN_OK)
        return status;
    if (which != NULL && !is_serial(which) && strncmp(which, "crt-", 4) != 0) {
        status = find_in_file(program, found, which, error);
        which = NULL;
    } else if (which != NULL) {
        return find_by_number(program, found, which, error);
    } else {
        status = find_on_cards(program, found, error);
    }
    if (status == KAMUPIN_OK && program->args.with_login) {
        status = cli_session_borrow(program, &found->from.session, error);
        if (status == KAMUPIN_OK)
            status = ask_service(found, cli_cert_serial(&found->entry), error);
    } else if (status == KAMUPIN_OK && program->args.number == NULL &&
               program->args.command == COMMAND_CERT_SHOW &&
               cli_session_held(program, &found->from.session)) {
        kamupin_error unsaid = KAMUPIN_ERROR_INIT; /* it may be somebody else's card */
        ask_service(found, cli_cert_serial(&found->entry), &unsaid);
    }
    return status;
}

void cli_certificate_free(cli *program, cli_certificate *found, kamupin_status status)
{
    kamupin_certificate_free(&found->fetched);
    cli_certificates_free(program, &found->from, status);
}
