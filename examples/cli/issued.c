/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   issued.c: issued-pin list, show and delete, with the session that `kamupin login` holds. A PIN is
   shown once, because the service shows it once; deleting it cannot be undone and is asked about. */
#include "session.h"
#include "table.h"
#include "term.h"
#include "wrap.h"

#include <stdio.h>
#include <unistd.h>

static json_t *json_of(const kamupin_issued_pin_info *info)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:b}", "record_id", info->record_id, "serial",
                     info->serial, "product", kamupin_product_name(info->product), "shown",
                     info->shown ? 1 : 0, "stale", info->stale ? 1 : 0);
}

static cli_table table_of(const cli *program)
{
    cli_table table = {.columns = 4, .header = true};
    const char *const names[] = {cli_say(program, M_RECORD), cli_say(program, M_SERIAL),
                                 cli_say(program, M_PRODUCT), cli_say(program, M_STATE)};
    cli_table_row(&table, names);
    return table;
}

static void add(const cli *program, cli_table *table, const kamupin_issued_pin_info *info)
{
    char state[100];
    snprintf(state, sizeof state, "%s%s%s",
             cli_say(program, info->shown ? M_PIN_SHOWN : M_PIN_NOT_SHOWN), info->stale ? ", " : "",
             info->stale ? cli_say(program, M_PIN_CHANGED) : "");
    const char *const cells[] = {info->record_id, info->serial, cli_product(info->product), state};
    cli_table_row(table, cells);
}

kamupin_status cli_issued_list(cli *program, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_issued_pin_info info = KAMUPIN_ISSUED_PIN_INFO_INIT;
    json_t *records = json_array();
    cli_table table = table_of(program);
    size_t count = 0;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK) {
        status = kamupin_issued_pin_list(session, &count);
        kamupin_session_error(session, error);
    }
    for (size_t i = 0; i < count; i++)
        if (kamupin_issued_pin_listed(session, i, &info) == KAMUPIN_OK) {
            add(program, &table, &info);
            json_array_append_new(records, json_of(&info));
        }
    if (status == KAMUPIN_OK && count == 0 && !program->args.json)
        printf("%s\n", cli_say(program, M_NO_ISSUED_PIN));
    if (count > 0 && !program->args.json)
        cli_table_write(&table, stdout, 0, cli_columns(STDOUT_FILENO));
    cli_table_free(&table);
    if (status == KAMUPIN_OK)
        cli_json_add(program, "issued_pins", json_incref(records));
    json_decref(records);
    cli_session_return(program, &session, status);
    return status;
}

static void to_the_person(void *user, const kamupin_issued_pin_info *record, const char *digits)
{
    cli *program = user;
    if (!program->args.json)
        printf("PIN: %s%s%s\n", digits, record->stale ? "  " : "",
               record->stale ? cli_say(program, M_PIN_STALE) : "");
    cli_json_add(program, "issued_pin",
                 json_pack("{s:s, s:s, s:b}", "record_id", record->record_id, "pin", digits,
                           "stale", record->stale ? 1 : 0));
}

kamupin_status cli_issued_show(cli *program, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK) {
        status = kamupin_issued_pin_show(session, program->args.number, to_the_person, program);
        kamupin_session_error(session, error);
    }
    if (status == KAMUPIN_OK && !program->args.json)
        printf("\n%s\n", kamupin_notice_text(KAMUPIN_NOTICE_ISSUED_PIN, program->args.language));
    cli_session_return(program, &session, status);
    return status;
}

/* Whether the person means it: --acknowledge, or a word typed. */
static bool is_meant(cli *program)
{
    cli_term term;
    if (program->args.acknowledge)
        return true;
    if (!program->interactive)
        return false;
    cli_term_begin(&term, program);
    bool meant = cli_term_word(&term, M_ASK_DELETE, M_OTHER_WORD, cli_say(program, M_DELETE));
    cli_term_end(&term);
    return meant;
}

kamupin_status cli_issued_delete(cli *program, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK) {
        const kamupin_delete confirmed =
            is_meant(program) ? KAMUPIN_DELETE_FOR_GOOD : KAMUPIN_DELETE_NOT;
        status = kamupin_issued_pin_delete(session, program->args.number, confirmed);
        kamupin_session_error(session, error);
    }
    if (status == KAMUPIN_OK && !program->args.json)
        cli_tell(program, CLI_GOOD, M_DELETED);
    if (status == KAMUPIN_OK)
        cli_json_add(program, "deleted", json_true());
    cli_session_return(program, &session, status);
    return status;
}
