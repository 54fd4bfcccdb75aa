/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_list.c: cert list, and cert watch, which looks at the same certificates for those that end
   soon. Both read only. */
#include "cert.h"

#include <stdio.h>

#define DAY ((int64_t)24 * 60 * 60)

static void write_all(const cli *program, const cli_table *table, size_t rows)
{
    if (program->args.json)
        return;
    if (rows == 0)
        printf("%s\n", cli_say(program, M_NO_CERTIFICATES));
    else
        cli_cert_write(program, table, stdout, 0);
}

/* Whether the service knows certificates of organisations alone, which it lists for the authorised person. */
static bool only_organisations(const cli *program, const cli_certificates *found)
{
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    kamupin_certificate_list *other = NULL;
    size_t count = 0;
    if (found->session == NULL || program->args.role != 0)
        return false;
    for (size_t i = 0; kamupin_certificate_list_get(found->list, i, &entry) == KAMUPIN_OK; i++)
        if ((entry.sources & KAMUPIN_SOURCE_SERVICE) != 0)
            return false;
    if (kamupin_certificate_list_new(program->context, &other, NULL) == KAMUPIN_OK &&
        kamupin_certificate_list_add_service(other, found->session, KAMUPIN_ROLE_AUTHORISED) ==
            KAMUPIN_OK)
        count = kamupin_certificate_list_count(other);
    kamupin_certificate_list_free(&other);
    return count > 0;
}

kamupin_status cli_cert_list(cli *program, kamupin_error *error)
{
    cli_certificates found = {.list = NULL};
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    json_t *all = json_array();
    cli_table table = cli_cert_table(program);
    kamupin_status status = cli_certificates_gather(program, &found, error);
    if (status == KAMUPIN_OK) {
        for (size_t i = 0; kamupin_certificate_list_get(found.list, i, &entry) == KAMUPIN_OK; i++) {
            cli_cert_row(program, &table, &entry);
            json_array_append_new(all, cli_json_certificate(&entry, false));
        }
        write_all(program, &table, json_array_size(all));
        cli_json_add(program, "certificates", json_incref(all));
        if (!program->args.json && only_organisations(program, &found))
            cli_screen_line(program->screen, "kamupin: ", cli_say(program, M_TRY_AUTHORISED));
    }
    json_decref(all);
    cli_table_free(&table);
    cli_certificates_free(program, &found, status);
    return status;
}

/* ---- those that end soon ---- */

/* When a certificate ends; 0 for one whose end is no news: revoked, or of the service's list alone
 * and over for as long as `since`. */
static int64_t end_of(const kamupin_certificate_entry *entry, int64_t since)
{
    kamupin_certificate_info info = KAMUPIN_CERTIFICATE_INFO_INIT;
    const bool known = (entry->sources & KAMUPIN_SOURCE_SERVICE) != 0;
    if (known && entry->record.state == KAMUPIN_STATE_REVOKED)
        return 0;
    if (entry->sources == KAMUPIN_SOURCE_SERVICE && entry->record.not_after < since)
        return 0;
    if (entry->certificate == NULL)
        return entry->record.not_after;
    return kamupin_certificate_read(entry->certificate, &info) == KAMUPIN_OK ? info.not_after : 0;
}

/* Whole days; negative for one that is over. */
static json_int_t days_until(int64_t end, int64_t now)
{
    return end >= now ? (json_int_t)((end - now) / DAY)
                      : -(json_int_t)((now - end + DAY - 1) / DAY);
}

kamupin_status cli_cert_watch(cli *program, kamupin_error *error)
{
    cli_certificates found = {.list = NULL};
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    const int64_t now = (int64_t)time(NULL), span = program->args.days * DAY;
    json_t *all = json_array();
    cli_table table = cli_cert_table(program);
    bool ended = false;
    kamupin_status status = cli_certificates_gather(program, &found, error);
    for (size_t i = 0;
         status == KAMUPIN_OK && kamupin_certificate_list_get(found.list, i, &entry) == KAMUPIN_OK;
         i++) {
        const int64_t end = end_of(&entry, now - span);
        if (end == 0 || end > now + span)
            continue;
        ended = ended || end < now;
        cli_cert_row(program, &table, &entry);
        json_t *one = cli_json_certificate(&entry, false);
        json_object_set_new(one, "days_left", json_integer(days_until(end, now)));
        json_array_append_new(all, one);
    }
    if (status == KAMUPIN_OK) {
        if (json_array_size(all) > 0)
            write_all(program, &table, json_array_size(all));
        cli_json_add(program, "ending", json_incref(all));
        if (json_array_size(all) > 0)
            status = cli_error(error, ended ? KAMUPIN_E_CERTIFICATE_EXPIRED
                                            : KAMUPIN_E_CERTIFICATE_ENDS_SOON);
    }
    json_decref(all);
    cli_table_free(&table);
    cli_certificates_free(program, &found, status);
    return status;
}
