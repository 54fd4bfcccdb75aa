/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   authorised.c: authorised list, show and sign: for persons who sign applications for their
   institution. What is signed are the bytes that --out writes; the rows say the same. */
#include "application.h"
#include "cert.h"
#include "signer.h"
#include "wrap.h"

#include <stdio.h>
#include <unistd.h>

typedef struct signing {
    cli *program;
    kamupin_session *session;
    kamupin_authorised_list *list;
    kamupin_authorised_info info;
    FILE *stream; /* where the list is read; NULL: by nobody */
} signing;

static const char *state_of(const cli *program, kamupin_list_state state)
{
    return cli_say(program, state == KAMUPIN_LIST_SIGNED      ? M_LIST_SIGNED
                            : state == KAMUPIN_LIST_WITHDRAWN ? M_LIST_WITHDRAWN
                                                              : M_ORDER_WAITING);
}

static json_t *json_of(const kamupin_authorised_info *info)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:i, s:s, s:o, s:o}", "list_id", info->list_id,
                     "on_behalf_of", cli_json_identity(&info->on_behalf_of), "title_tr",
                     cli_json_text_or_null(info->title_tr), "title_en",
                     cli_json_text_or_null(info->title_en), "entries", (int)info->entries, "state",
                     kamupin_list_state_name(info->state), "made_at", cli_json_utc(info->made_at),
                     "signed_at", cli_json_utc(info->signed_at));
}

/* ---- the lists ---- */

static cli_table table_of_lists(const cli *program)
{
    cli_table table = {.columns = 6, .header = true, .lead = 2};
    const char *const names[] = {cli_say(program, M_TITLE),        cli_say(program, M_LIST),
                                 cli_say(program, M_ON_BEHALF_OF), cli_say(program, M_ENTRIES),
                                 cli_say(program, M_MADE_AT),      cli_say(program, M_STATE)};
    cli_table_row(&table, names);
    return table;
}

static void add_list(const cli *program, cli_table *table, const kamupin_authorised_info *info)
{
    char entries[16], made[40], whom[40];
    snprintf(entries, sizeof entries, "%u", info->entries);
    const char *const cells[] = {
        cli_title(program, info->title_tr, info->title_en),    info->list_id,
        cli_whom(&info->on_behalf_of, whom, sizeof whom),      entries,
        cli_minute(program, info->made_at, made, sizeof made), state_of(program, info->state)};
    cli_table_row(table, cells);
}

kamupin_status cli_authorised_list(cli *program, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_authorised_info info = KAMUPIN_AUTHORISED_INFO_INIT;
    json_t *all = json_array();
    cli_table table = table_of_lists(program);
    size_t count = 0;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK) {
        status = kamupin_authorised_lists(session, &count);
        kamupin_session_error(session, error);
    }
    for (size_t i = 0; i < count; i++)
        if (kamupin_authorised_listed(session, i, &info) == KAMUPIN_OK) {
            add_list(program, &table, &info);
            json_array_append_new(all, json_of(&info));
        }
    if (status == KAMUPIN_OK && count == 0 && !program->args.json)
        printf("%s\n", cli_say(program, M_NO_LISTS));
    if (count > 0 && !program->args.json)
        cli_table_write(&table, stdout, 0, cli_columns(STDOUT_FILENO));
    cli_table_free(&table);
    if (status == KAMUPIN_OK)
        cli_json_add(program, "lists", json_incref(all));
    json_decref(all);
    cli_session_return(program, &session, status);
    return status;
}

/* ---- one of them ---- */

static cli_table table_of_rows(const cli *program)
{
    cli_table table = {.columns = 5, .header = true};
    const char *const names[] = {cli_say(program, M_NAME), cli_say(program, M_IDENTITY),
                                 cli_say(program, M_PRODUCT), cli_say(program, M_REASON),
                                 cli_say(program, M_APPLICATION)};
    cli_table_row(&table, names);
    return table;
}

static json_t *show_rows(const signing *self)
{
    const cli *program = self->program;
    kamupin_authorised_row row = KAMUPIN_AUTHORISED_ROW_INIT;
    json_t *rows = json_array();
    cli_table table = table_of_rows(program);
    for (size_t i = 0; kamupin_authorised_list_row(self->list, i, &row) == KAMUPIN_OK; i++) {
        const char *const cells[] = {row.name, row.identity, cli_product(row.product),
                                     cli_application_reason(program, row.reason),
                                     row.application_id};
        cli_table_row(&table, cells);
        json_array_append_new(rows,
                              json_pack("{s:s, s:o, s:o, s:s, s:s}", "application_id",
                                        row.application_id, "name", cli_json_text(row.name),
                                        "identity", cli_json_text_or_null(row.identity), "product",
                                        kamupin_product_name(row.product), "reason",
                                        kamupin_application_reason_name(row.reason)));
    }
    if (self->stream != NULL)
        cli_table_write(&table, self->stream, 2, cli_columns(fileno(self->stream)));
    cli_table_free(&table);
    return rows;
}

static void show_list(const signing *self)
{
    cli *program = self->program;
    const kamupin_authorised_info *info = &self->info;
    FILE *stream = self->stream;
    char stamp[64];
    if (stream != NULL) {
        fprintf(stream, "%s\n", cli_title(program, info->title_tr, info->title_en));
        cli_write_row(program, stream, M_LIST, info->list_id);
        if (info->on_behalf_of.number[0] != '\0')
            cli_write_row(program, stream, M_ON_BEHALF_OF,
                          cli_whom(&info->on_behalf_of, stamp, sizeof stamp));
        cli_write_row(program, stream, M_STATE, state_of(program, info->state));
        if (info->signed_at != 0)
            cli_write_row(program, stream, M_SIGNED_AT,
                          cli_moment(program, (time_t)info->signed_at, stamp, sizeof stamp));
    }
    json_t *said = json_of(info);
    json_object_set_new(said, "rows", show_rows(self));
    cli_json_add(program, "list", said);
    fflush(stdout);
}

static kamupin_status get_list(signing *self, kamupin_error *error)
{
    cli *program = self->program;
    kamupin_status status =
        kamupin_authorised_list_new(self->session, program->args.number, &self->list, error);
    if (status == KAMUPIN_OK)
        status = kamupin_authorised_list_read(self->list, &self->info);
    if (status == KAMUPIN_OK)
        show_list(self);
    return status;
}

kamupin_status cli_authorised_show(cli *program, kamupin_error *error)
{
    signing self = {.program = program,
                    .info = KAMUPIN_AUTHORISED_INFO_INIT,
                    .stream = program->args.json ? NULL : stdout};
    const unsigned char *content = NULL;
    size_t length = 0;
    kamupin_status status = cli_session_borrow(program, &self.session, error);
    if (status == KAMUPIN_OK)
        status = get_list(&self, error);
    if (status == KAMUPIN_OK && program->args.out != NULL) {
        status = kamupin_authorised_list_content(self.list, &content, &length);
        if (status == KAMUPIN_OK)
            status = cli_write_file(program, content, length, error);
    }
    kamupin_authorised_list_free(&self.list);
    cli_session_return(program, &self.session, status);
    return status;
}

static kamupin_status sign(void *user, cli_signer *signer, kamupin_error *error)
{
    signing *self = user;
    kamupin_status status = kamupin_authorised_list_sign(self->list, signer->card, signer->pin,
                                                         self->program->args.risk);
    if (status != KAMUPIN_OK)
        kamupin_authorised_list_error(self->list, error);
    return status;
}

static void say_signed(signing *self)
{
    cli *program = self->program;
    if (kamupin_authorised_list_read(self->list, &self->info) != KAMUPIN_OK)
        return;
    cli_json_add(program, "list", json_of(&self->info));
    if (!program->args.json)
        cli_tell(program, CLI_GOOD, M_SIGNED_LIST);
}

/* One that cannot be signed any more is refused before anybody is asked for a PIN. */
static kamupin_status check_state(const signing *self, kamupin_error *error)
{
    return self->info.state == KAMUPIN_LIST_WAITING ? KAMUPIN_OK
                                                    : cli_error(error, KAMUPIN_E_LIST_SIGNED);
}

kamupin_status cli_authorised_sign(cli *program, kamupin_error *error)
{
    signing self = {
        .program = program, .info = KAMUPIN_AUTHORISED_INFO_INIT, .stream = cli_asked_on(program)};
    cli_signer signer = {.program = program};
    kamupin_status status = cli_signer_ways(program, error);
    if (status == KAMUPIN_OK)
        status = cli_session_borrow(program, &self.session, error);
    if (status == KAMUPIN_OK)
        status = get_list(&self, error);
    if (status == KAMUPIN_OK)
        status = check_state(&self, error);
    if (status == KAMUPIN_OK)
        status = cli_signer_open(&signer, error);
    if (status == KAMUPIN_OK)
        status = cli_signer_document(&signer, M_ASK_SIGN_LIST, sign, &self, error);
    cli_signer_close(&signer);
    if (status == KAMUPIN_OK)
        say_signed(&self);
    kamupin_authorised_list_free(&self.list);
    cli_session_return(program, &self.session, status);
    return status;
}
