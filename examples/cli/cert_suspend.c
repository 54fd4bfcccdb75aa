/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_suspend.c: cert suspend, unsuspend and activate. None of them touches a reader: a card that is
   lost is what one suspends for. */
#include "cert.h"
#include "options.h"
#include "term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The person's certificates, as the service listed them. */
typedef struct records {
    kamupin_certificate_record *all;
    size_t count;
} records;

static kamupin_status read_reason(cli *program, kamupin_suspend_reason *reason,
                                  kamupin_error *error)
{
    const char *given = program->args.reason;
    *reason = KAMUPIN_SUSPEND_UNSAID;
    if (given == NULL)
        return KAMUPIN_OK;
    for (size_t i = 0; cli_suspend_reasons[i] != NULL; i++)
        if (strcmp(given, cli_suspend_reasons[i]) == 0) {
            *reason = (kamupin_suspend_reason)(KAMUPIN_SUSPEND_LOST + i);
            return KAMUPIN_OK;
        }
    return cli_refuse(program, M_SUSPEND_REASONS, "", error);
}

/* Whether it can be suspended, and is not yet. */
static bool is_open(const kamupin_certificate_record *record)
{
    return (record->may & KAMUPIN_MAY_SUSPEND) != 0 && record->state != KAMUPIN_STATE_SUSPENDED;
}

/* Those that can be suspended; `*asleep` counts those that the person has suspended before. */
static kamupin_status list_open(cli *program, kamupin_session *session, records *open,
                                size_t *asleep, kamupin_error *error)
{
    const kamupin_role role =
        program->args.role != 0 ? program->args.role : KAMUPIN_ROLE_INDIVIDUAL;
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    size_t count = 0;
    *asleep = 0;
    kamupin_status status = kamupin_certificate_record_list(session, role, &count);
    if (status != KAMUPIN_OK) {
        kamupin_session_error(session, error);
        return status;
    }
    open->all = calloc(count + 1, sizeof *open->all);
    if (open->all == NULL)
        return cli_error(error, KAMUPIN_E_NO_MEMORY);
    for (size_t i = 0; i < count; i++) {
        if (kamupin_certificate_record_listed(session, i, &record) != KAMUPIN_OK)
            continue;
        if (is_open(&record))
            open->all[open->count++] = record;
        else
            *asleep +=
                record.state == KAMUPIN_STATE_SUSPENDED && record.suspended_by == KAMUPIN_BY_HOLDER;
    }
    return status;
}

static void add_row(const cli *program, cli_table *table, const kamupin_certificate_record *record)
{
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    entry.sources = KAMUPIN_SOURCE_SERVICE;
    entry.record = *record;
    cli_cert_row(program, table, &entry);
}

/* Says which there are; a person who can be asked answers with a number. */
static void show_choices(cli *program, const records *open)
{
    json_t *choices = json_array();
    cli_table table = cli_cert_table(program);
    for (size_t i = 0; i < open->count; i++) {
        add_row(program, &table, &open->all[i]);
        json_array_append_new(choices, cli_json_record(&open->all[i]));
    }
    if (!program->interactive) {
        cli_cert_write(program, &table, stderr, 2);
        cli_screen_line(program->screen, "kamupin: ", cli_say(program, M_WHICH_TO_SUSPEND));
        program->said = true;
    }
    cli_json_add(program, "choices", choices);
    cli_table_free(&table);
}

/* Which of them, from 0; `open->count` for all. */
static kamupin_status ask_which(cli *program, const records *open, size_t *which,
                                kamupin_error *error)
{
    cli_term term;
    size_t number = 0;
    char line[KAMUPIN_NAME_MAX + 200], clean[sizeof line], day[40];
    cli_screen_line(program->screen, "", cli_say(program, M_ASK_SUSPEND));
    for (size_t i = 0; i < open->count; i++) {
        const kamupin_certificate_record *one = &open->all[i];
        snprintf(line, sizeof line, "  %zu  %s, %s, %s", i + 1, cli_product(one->product),
                 one->holder, cli_day(program, one->not_after, day, sizeof day));
        cli_screen_line(program->screen, "", cli_clean(line, clean, sizeof clean));
        cli_screen_line(program->screen, "     ", one->serial);
    }
    snprintf(line, sizeof line, "  %zu  %s", open->count + 1, cli_say(program, M_ALL_OF_THEM));
    cli_screen_line(program->screen, "", line);
    cli_term_begin(&term, program);
    kamupin_answer answer =
        cli_term_number(&term, cli_say(program, M_CHOOSE_NUMBER), open->count + 1, &number);
    cli_term_end(&term);
    *which = number - 1;
    return answer == KAMUPIN_ANSWER_GIVEN ? KAMUPIN_OK : cli_error(error, KAMUPIN_E_CANCELLED);
}

static void show_record(const cli *program, cli_message done,
                        const kamupin_certificate_record *record)
{
    char line[200];
    cli_tell(program, CLI_GOOD, done);
    cli_show_row(program, M_HOLDER, record->holder);
    cli_show_row(program, M_PRODUCT, cli_product(record->product));
    cli_show_row(program, M_SERIAL, record->serial);
    cli_show_row(program, M_STATE, cli_cert_standing(program, record, line, sizeof line));
    if (record->state == KAMUPIN_STATE_SUSPENDED)
        cli_cert_show_until(program, record->suspend_until);
}

static void show_suspended(const cli *program, const kamupin_certificate_record *record)
{
    char line[300];
    if (program->args.json)
        return;
    show_record(program, M_SUSPENDED, record);
    printf("%s\n", cli_fill(program->args.language, M_SUSPEND_UNDO, record->certificate_id, line,
                            sizeof line));
    printf("%s\n", cli_fill(program->args.language, M_SUSPEND_REVOKE, record->certificate_id, line,
                            sizeof line));
    fflush(stdout);
}

static kamupin_status suspend_one(cli *program, kamupin_session *session, const char *which,
                                  kamupin_suspend_reason reason, json_t *done, kamupin_error *error)
{
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    kamupin_status status = kamupin_certificate_suspend(session, which, reason, &record);
    if (status != KAMUPIN_OK) {
        kamupin_session_error(session, error);
        return status;
    }
    show_suspended(program, &record);
    json_array_append_new(done, cli_json_record(&record));
    return status;
}

/* All of them, also when one is refused: the first refusal is the answer. Who stops in between is told
 * so: the rest is open still. */
static kamupin_status suspend_all(cli *program, kamupin_session *session, const records *open,
                                  kamupin_suspend_reason reason, json_t *done, kamupin_error *error)
{
    kamupin_error later = KAMUPIN_ERROR_INIT;
    kamupin_status first = KAMUPIN_OK;
    size_t i = 0;
    for (; i < open->count && !kamupin_cancel_pulled(program->cancel); i++) {
        kamupin_error *into = first == KAMUPIN_OK ? error : &later;
        kamupin_status status =
            suspend_one(program, session, open->all[i].certificate_id, reason, done, into);
        first = first == KAMUPIN_OK ? status : first;
    }
    return first == KAMUPIN_OK && i < open->count ? cli_error(error, KAMUPIN_E_CANCELLED) : first;
}

/* Nobody said which: one that was not clear is asked about, or all of them are meant. */
static kamupin_status suspend_open(cli *program, kamupin_session *session,
                                   kamupin_suspend_reason reason, json_t *done,
                                   kamupin_error *error)
{
    records open = {.all = NULL};
    size_t asleep = 0, which = 0;
    kamupin_status status = list_open(program, session, &open, &asleep, error);
    if (status == KAMUPIN_OK && open.count == 0 && asleep > 0) {
        cli_screen_line(program->screen, "", cli_say(program, M_ALL_SUSPENDED));
    } else if (status == KAMUPIN_OK && open.count == 0) {
        cli_refuse(program, M_NONE_TO_SUSPEND, "", error);
        status = cli_error(error, KAMUPIN_E_CERTIFICATE_UNKNOWN);
    } else if (status == KAMUPIN_OK && program->args.all) {
        status = suspend_all(program, session, &open, reason, done, error);
    } else if (status == KAMUPIN_OK) {
        if (open.count > 1) {
            show_choices(program, &open);
            status = program->interactive ? ask_which(program, &open, &which, error)
                                          : cli_error(error, KAMUPIN_E_CHOICE_NEEDED);
        }
        if (status == KAMUPIN_OK && which == open.count)
            status = suspend_all(program, session, &open, reason, done, error);
        else if (status == KAMUPIN_OK)
            status =
                suspend_one(program, session, open.all[which].certificate_id, reason, done, error);
    }
    free(open.all);
    return status;
}

kamupin_status cli_cert_suspend(cli *program, kamupin_error *error)
{
    const char *which = program->args.number;
    kamupin_session *session = NULL;
    kamupin_suspend_reason reason = KAMUPIN_SUSPEND_UNSAID;
    json_t *done = json_array();
    kamupin_status status = read_reason(program, &reason, error);
    if (status == KAMUPIN_OK && which != NULL && program->args.all)
        status = cli_refuse(program, M_NOT_TOGETHER, "--all", error);
    if (status == KAMUPIN_OK)
        status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK && which != NULL)
        status = suspend_one(program, session, which, reason, done, error);
    else if (status == KAMUPIN_OK)
        status = suspend_open(program, session, reason, done, error);
    if (status == KAMUPIN_OK || json_array_size(done) > 0)
        cli_json_add(program, "suspended", json_incref(done));
    json_decref(done);
    cli_session_return(program, &session, status);
    return status;
}

/* ---- reopening, and opening ---- */

static kamupin_status move(cli *program,
                           kamupin_status (*call)(kamupin_session *, const char *,
                                                  kamupin_certificate_record *),
                           cli_message said, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK) {
        status = call(session, program->args.number, &record);
        kamupin_session_error(session, error);
    }
    if (status == KAMUPIN_OK) {
        if (!program->args.json)
            show_record(program, said, &record);
        cli_json_add(program, "record", cli_json_record(&record));
    }
    cli_session_return(program, &session, status);
    return status;
}

kamupin_status cli_cert_unsuspend(cli *program, kamupin_error *error)
{
    return move(program, kamupin_certificate_unsuspend, M_UNSUSPENDED, error);
}

kamupin_status cli_cert_activate(cli *program, kamupin_error *error)
{
    return move(program, kamupin_certificate_activate, M_ACTIVATED, error);
}
