/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_words.c: what is known of a certificate, in words and columns for people. */
#include "cert.h"
#include "wrap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *cli_cert_class(const cli *program, kamupin_certificate_class kind)
{
    switch (kind) {
    case KAMUPIN_CLASS_SIGNATURE:
        return cli_say(program, M_CLASS_SIGNATURE);
    case KAMUPIN_CLASS_SEAL:
        return cli_say(program, M_CLASS_SEAL);
    case KAMUPIN_CLASS_QUALIFIED_SEAL:
        return cli_say(program, M_CLASS_QUALIFIED_SEAL);
    case KAMUPIN_CLASS_MALI_MUHUR:
        return cli_product(KAMUPIN_PRODUCT_MALI_MUHUR);
    case KAMUPIN_CLASS_ENCRYPTION:
        return cli_say(program, M_CLASS_ENCRYPTION);
    case KAMUPIN_CLASS_TIME_STAMP:
        return cli_say(program, M_CLASS_TIME_STAMP);
    case KAMUPIN_CLASS_AUTHORITY:
        return cli_say(program, M_CLASS_AUTHORITY);
    case KAMUPIN_CLASS_OTHER:
        break;
    }
    return cli_say(program, M_CLASS_OTHER);
}

/* A product by the kind of its certificates. */
static const char *kind_of(const cli *program, kamupin_product product)
{
    switch (product) {
    case KAMUPIN_PRODUCT_NES:
        return cli_say(program, M_CLASS_SIGNATURE);
    case KAMUPIN_PRODUCT_ELEKTRONIK_MUHUR:
        return cli_say(program, M_CLASS_SEAL);
    case KAMUPIN_PRODUCT_KURUMSAL_SIFRELEME:
        return cli_say(program, M_CLASS_ENCRYPTION);
    case KAMUPIN_PRODUCT_MALI_MUHUR:
    case KAMUPIN_PRODUCT_ANY:
        break;
    }
    return cli_product(product);
}

const char *cli_cert_state(const cli *program, kamupin_certificate_state state)
{
    switch (state) {
    case KAMUPIN_STATE_ISSUED:
        return cli_say(program, M_CERT_ISSUED);
    case KAMUPIN_STATE_NOT_YET_VALID:
        return cli_say(program, M_CERT_NOT_YET_VALID);
    case KAMUPIN_STATE_ACTIVE:
        return cli_say(program, M_CERT_ACTIVE);
    case KAMUPIN_STATE_SUSPENDED:
        return cli_say(program, M_CERT_SUSPENDED);
    case KAMUPIN_STATE_REVOKED:
        return cli_say(program, M_CERT_REVOKED);
    case KAMUPIN_STATE_EXPIRED:
        return cli_say(program, M_CERT_EXPIRED);
    }
    return cli_say(program, M_CERT_STATE_UNKNOWN);
}

const char *cli_cert_actor(const cli *program, kamupin_actor actor)
{
    switch (actor) {
    case KAMUPIN_BY_HOLDER:
        return cli_say(program, M_BY_HOLDER);
    case KAMUPIN_BY_AUTHORITY:
        return cli_say(program, M_BY_AUTHORITY);
    case KAMUPIN_BY_INSTITUTION:
        return cli_say(program, M_BY_INSTITUTION);
    case KAMUPIN_BY_NOBODY:
        break;
    }
    return "";
}

const char *cli_cert_reason(const cli *program, kamupin_revocation_reason reason)
{
    switch (reason) {
    case KAMUPIN_REASON_NONE:
        return "";
    case KAMUPIN_REASON_UNSPECIFIED:
        return cli_say(program, M_REASON_UNSPECIFIED);
    case KAMUPIN_REASON_KEY_COMPROMISE:
        return cli_say(program, M_REASON_KEY_COMPROMISE);
    case KAMUPIN_REASON_AFFILIATION_CHANGED:
        return cli_say(program, M_REASON_AFFILIATION_CHANGED);
    case KAMUPIN_REASON_SUPERSEDED:
        return cli_say(program, M_REASON_SUPERSEDED);
    case KAMUPIN_REASON_CESSATION_OF_OPERATION:
        return cli_say(program, M_REASON_CESSATION);
    case KAMUPIN_REASON_CERTIFICATE_HOLD:
        return cli_say(program, M_CERT_SUSPENDED);
    case KAMUPIN_REASON_CA_COMPROMISE:
    case KAMUPIN_REASON_REMOVE_FROM_CRL:
    case KAMUPIN_REASON_PRIVILEGE_WITHDRAWN:
    case KAMUPIN_REASON_AA_COMPROMISE:
        break;
    }
    return kamupin_revocation_reason_name(reason);
}

const char *cli_day(const cli *program, int64_t moment, char *room, size_t size)
{
    struct tm parts;
    const time_t time = (time_t)moment;
    const bool turkish = program->args.language == KAMUPIN_TURKISH;
    if (localtime_r(&time, &parts) == NULL ||
        strftime(room, size, turkish ? "%d.%m.%Y" : "%Y-%m-%d", &parts) == 0)
        room[0] = '\0';
    return room;
}

const char *cli_minute(const cli *program, int64_t moment, char *room, size_t size)
{
    struct tm parts;
    const time_t time = (time_t)moment;
    const bool turkish = program->args.language == KAMUPIN_TURKISH;
    if (localtime_r(&time, &parts) == NULL ||
        strftime(room, size, turkish ? "%d.%m.%Y %H:%M" : "%Y-%m-%d %H:%M", &parts) == 0)
        room[0] = '\0';
    return room;
}

const char *cli_cert_standing(const cli *program, const kamupin_certificate_record *record,
                              char *room, size_t size)
{
    char day[40];
    const char *state = cli_cert_state(program, record->state);
    const char *by = cli_cert_actor(program, record->suspended_by);
    if (record->state == KAMUPIN_STATE_NOT_YET_VALID)
        cli_fill(program->args.language, M_NOT_YET_VALID,
                 cli_minute(program, record->not_before, day, sizeof day), room, size);
    else if (record->state == KAMUPIN_STATE_SUSPENDED && by[0] != '\0')
        snprintf(room, size, "%s %s", state, by);
    else if (record->state == KAMUPIN_STATE_REVOKED && record->revoked_at != 0)
        snprintf(room, size, "%s %s", state, cli_day(program, record->revoked_at, day, sizeof day));
    else
        snprintf(room, size, "%s", state);
    return room;
}

/* Where nobody but the certificate itself was asked: what its dates say. */
static const char *standing_by_dates(const cli *program, const kamupin_certificate_info *info,
                                     char *room, size_t size)
{
    char day[40];
    switch (info->validity) {
    case KAMUPIN_NOT_YET_VALID:
        return cli_fill(program->args.language, M_NOT_YET_VALID,
                        cli_minute(program, info->not_before, day, sizeof day), room, size);
    case KAMUPIN_VALID_NOW:
        return cli_say(program, M_WITHIN_DATES);
    case KAMUPIN_EXPIRED:
        return cli_say(program, M_CERT_EXPIRED);
    case KAMUPIN_VALIDITY_UNKNOWN:
        break;
    }
    return cli_say(program, M_CERT_STATE_UNKNOWN);
}

void cli_cert_show_until(const cli *program, int64_t until)
{
    char line[120], stamp[64];
    if (until != 0)
        cli_show_row(program, M_SUSPEND_UNTIL,
                     cli_fill(program->args.language, M_BY_ITSELF,
                              cli_moment(program, (time_t)until, stamp, sizeof stamp), line,
                              sizeof line));
}

void cli_cert_show_weakness(const cli *program, unsigned int weakness)
{
    static const struct {
        unsigned int bit;
        cli_message message;
    } all[] = {{KAMUPIN_WEAK_HASH, M_WEAK_HASH},
               {KAMUPIN_WEAK_KEY, M_WEAK_KEY},
               {KAMUPIN_WEAK_ANCHOR, M_WEAK_ANCHOR},
               {KAMUPIN_WEAK_TEST, M_WEAK_TEST}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if ((weakness & all[i].bit) != 0)
            cli_show_row(program, M_WEAKNESS, cli_say(program, all[i].message));
}

/* ---- columns ---- */

const char *cli_cert_serial(const kamupin_certificate_entry *entry)
{
    const char *serial =
        entry->certificate != NULL
            ? kamupin_certificate_text(entry->certificate, KAMUPIN_CERTIFICATE_SERIAL, 0)
            : entry->record.serial;
    return serial != NULL ? serial : "";
}

/* A root of Kamu SM that is known by its fingerprint is told from any other that calls itself one. */
static const char *kind_in_list(const cli *program, const kamupin_certificate *certificate,
                                kamupin_certificate_class kind)
{
    return kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_KNOWN_ROOT, 0) != NULL
               ? cli_say(program, M_CLASS_KNOWN_ROOT)
               : cli_cert_class(program, kind);
}

cli_table cli_cert_table(const cli *program)
{
    cli_table table = {.columns = 7, .header = true, .lead = 3, .vary = 3};
    const char *const names[] = {cli_say(program, M_HOLDER),   cli_say(program, M_SERIAL),
                                 cli_say(program, M_READER),   cli_say(program, M_KIND),
                                 cli_say(program, M_IDENTITY), cli_say(program, M_END),
                                 cli_say(program, M_STATE)};
    cli_table_row(&table, names);
    return table;
}

void cli_cert_row(const cli *program, cli_table *table, const kamupin_certificate_entry *entry)
{
    const kamupin_certificate_record *record = &entry->record;
    const bool known = (entry->sources & KAMUPIN_SOURCE_SERVICE) != 0;
    kamupin_certificate_info info = KAMUPIN_CERTIFICATE_INFO_INIT;
    char day[40], state[120];
    const char *holder = record->holder, *kind = kind_of(program, record->product);
    const char *identity = record->identity;
    int64_t end = record->not_after;
    if (entry->certificate != NULL &&
        kamupin_certificate_read(entry->certificate, &info) == KAMUPIN_OK) {
        holder = kamupin_certificate_text(entry->certificate, KAMUPIN_CERTIFICATE_HOLDER, 0);
        kind = kind_in_list(program, entry->certificate, info.kind);
        identity = info.identity;
        end = info.not_after;
    }
    const char *const cells[] = {holder,
                                 cli_cert_serial(entry),
                                 entry->reader,
                                 kind,
                                 identity,
                                 cli_day(program, end, day, sizeof day),
                                 known ? cli_cert_standing(program, record, state, sizeof state)
                                       : standing_by_dates(program, &info, state, sizeof state)};
    cli_table_row(table, cells);
}

void cli_cert_write(const cli *program, const cli_table *table, FILE *stream, int indent)
{
    cli_screen_settle(program->screen);
    cli_table_write(table, stream, indent, cli_columns(fileno(stream)));
}
