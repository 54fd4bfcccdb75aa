/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   application.c: application list, show and submit. A form is the service's own JSON: it is shown and
   sent as it is, together with the schema that it was shown with. */
#include "application.h"

#include "cert.h"
#include "fd.h"
#include "wrap.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DOCUMENT_MAX ((size_t)32 * 1024)
#define FORM_MAX     (DOCUMENT_MAX + 8192) /* what is shown beside the document, and blanks */

static cli_message state_of(kamupin_application_state state)
{
    switch (state) {
    case KAMUPIN_APPLICATION_PENDING:
        return M_APPLICATION_PENDING;
    case KAMUPIN_APPLICATION_DRAFT:
        return M_APPLICATION_DRAFT;
    case KAMUPIN_APPLICATION_SUBMITTED:
        return M_APPLICATION_SUBMITTED;
    case KAMUPIN_APPLICATION_PAID:
        return M_APPLICATION_PAID;
    case KAMUPIN_APPLICATION_PRODUCED:
        return M_APPLICATION_PRODUCED;
    case KAMUPIN_APPLICATION_REFUSED:
        return M_APPLICATION_REFUSED;
    case KAMUPIN_APPLICATION_EXPIRED:
        return M_ORDER_EXPIRED;
    }
    return M_NOTHING;
}

const char *cli_application_reason(const cli *program, kamupin_application_reason reason)
{
    return cli_say(program, reason == KAMUPIN_APPLICATION_RENEWAL ? M_FOR_RENEWAL
                            : reason == KAMUPIN_APPLICATION_LOST  ? M_FOR_LOST
                                                                  : M_FOR_ANOTHER);
}

const char *cli_title(const cli *program, const char *turkish, const char *english)
{
    const char *wanted = program->args.language == KAMUPIN_TURKISH ? turkish : english;
    return wanted[0] != '\0' ? wanted : turkish;
}

static json_t *json_of(const kamupin_application_info *info)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "application_id",
        info->application_id, "product", kamupin_product_name(info->product), "state",
        kamupin_application_state_name(info->state), "reason",
        kamupin_application_reason_name(info->reason), "schema_id", info->schema_id, "title_tr",
        cli_json_text_or_null(info->title_tr), "title_en", cli_json_text_or_null(info->title_en),
        "on_behalf_of", cli_json_identity(&info->on_behalf_of), "seconds_left",
        info->seconds_left >= 0 ? json_integer(info->seconds_left) : json_null(), "price_kurus",
        info->price_kurus >= 0 ? json_integer((json_int_t)info->price_kurus) : json_null());
}

const char *cli_whom(const kamupin_identity *whom, char *room, size_t size)
{
    room[0] = '\0';
    if (whom->number[0] != '\0')
        snprintf(room, size, "%s:%s", whom->type == KAMUPIN_IDENTITY_VKN ? "vkn" : "detsis",
                 whom->number);
    return room;
}

static cli_table table_of(const cli *program)
{
    cli_table table = {.columns = 6, .header = true, .lead = 2};
    const char *const names[] = {cli_say(program, M_TITLE),   cli_say(program, M_APPLICATION),
                                 cli_say(program, M_PRODUCT), cli_say(program, M_REASON),
                                 cli_say(program, M_STATE),   cli_say(program, M_LEFT_OF_IT)};
    cli_table_row(&table, names);
    return table;
}

/* Days where there are any: nobody counts the minutes of a month. */
static const char *time_left(const cli *program, int seconds, char *room, size_t size)
{
    const int day = 24 * 60 * 60;
    room[0] = '\0';
    if (seconds >= day)
        cli_fill_number(program->args.language, M_DAYS, seconds / day, room, size);
    else if (seconds > 0)
        kamupin_duration_text(seconds, program->args.language, room, size);
    return room;
}

static void add(const cli *program, cli_table *table, const kamupin_application_info *info)
{
    char time[KAMUPIN_DURATION_MAX];
    const char *const cells[] = {cli_title(program, info->title_tr, info->title_en),
                                 info->application_id,
                                 cli_product(info->product),
                                 cli_application_reason(program, info->reason),
                                 cli_say(program, state_of(info->state)),
                                 time_left(program, info->seconds_left, time, sizeof time)};
    cli_table_row(table, cells);
}

kamupin_status cli_application_list(cli *program, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_application_info info = KAMUPIN_APPLICATION_INFO_INIT;
    json_t *all = json_array();
    cli_table table = table_of(program);
    size_t count = 0;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK) {
        status = kamupin_application_list(session, &count);
        kamupin_session_error(session, error);
    }
    for (size_t i = 0; i < count; i++)
        if (kamupin_application_listed(session, i, &info) == KAMUPIN_OK) {
            add(program, &table, &info);
            json_array_append_new(all, json_of(&info));
        }
    if (status == KAMUPIN_OK && count == 0 && !program->args.json)
        printf("%s\n", cli_say(program, M_NO_APPLICATION));
    if (count > 0 && !program->args.json)
        cli_table_write(&table, stdout, 0, cli_columns(STDOUT_FILENO));
    cli_table_free(&table);
    if (status == KAMUPIN_OK)
        cli_json_add(program, "applications", json_incref(all));
    json_decref(all);
    cli_session_return(program, &session, status);
    return status;
}

/* ---- one ---- */

static void take_document(void *user, const char *json, size_t length)
{
    json_t **document = user;
    *document = json_loadb(json, length, 0, NULL);
}

static void show_rows(const cli *program, const kamupin_application_info *info)
{
    char line[KAMUPIN_AMOUNT_MAX + KAMUPIN_DURATION_MAX];
    printf("%s\n", cli_title(program, info->title_tr, info->title_en));
    cli_show_row(program, M_APPLICATION, info->application_id);
    cli_show_row(program, M_PRODUCT, cli_product(info->product));
    cli_show_row(program, M_REASON, cli_application_reason(program, info->reason));
    cli_show_row(program, M_STATE, cli_say(program, state_of(info->state)));
    if (info->on_behalf_of.number[0] != '\0')
        cli_show_row(program, M_ON_BEHALF_OF, cli_whom(&info->on_behalf_of, line, sizeof line));
    if (info->seconds_left > 0)
        cli_show_row(program, M_LEFT_OF_IT,
                     time_left(program, info->seconds_left, line, sizeof line));
    if (info->price_kurus >= 0)
        cli_show_row(
            program, M_AMOUNT,
            kamupin_amount_text(info->price_kurus, program->args.language, line, sizeof line));
}

/* Whether its form can still be submitted. */
static bool is_open(kamupin_application_state state)
{
    return state == KAMUPIN_APPLICATION_PENDING || state == KAMUPIN_APPLICATION_DRAFT;
}

static void say(cli *program, const kamupin_application_info *info, json_t *document,
                bool consent_missing)
{
    json_t *said = json_of(info);
    if (document != NULL) {
        json_object_set(said, "document", document);
        json_object_set_new(said, "needs_consent", json_boolean(info->needs_consent));
    }
    cli_json_add(program, "application", said);
    if (program->args.json)
        return;
    show_rows(program, info);
    if (consent_missing)
        cli_show_row(program, M_NEXT_STEP, cli_say(program, M_CONSENT_FIRST));
    if (document != NULL) {
        printf("%s:\n", cli_say(program, M_FORM));
        cli_show_form(document);
    }
}

/* Whether the e-consent has to come first; also where its state cannot be learned. */
static bool lacks_consent(kamupin_session *session, const kamupin_application_info *info)
{
    kamupin_consent_info consent = KAMUPIN_CONSENT_INFO_INIT;
    return info->needs_consent && is_open(info->state) &&
           (kamupin_consent_status(session, &consent) != KAMUPIN_OK ||
            consent.state != KAMUPIN_CONSENT_ACCEPTED);
}

kamupin_status cli_application_show(cli *program, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_application_info info = KAMUPIN_APPLICATION_INFO_INIT;
    json_t *document = NULL;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK) {
        status =
            kamupin_application_get(session, program->args.number, &info, take_document, &document);
        kamupin_session_error(session, error);
    }
    if (status == KAMUPIN_OK)
        say(program, &info, document, !program->args.json && lacks_consent(session, &info));
    json_decref(document);
    cli_session_return(program, &session, status);
    return status;
}

/* Reads the form, of --in or standard input; one byte too many is kept, so that the library says so. */
static kamupin_status read_form(cli *program, char *form, size_t *length, kamupin_error *error)
{
    const char *path = program->args.in;
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    ssize_t got = fd >= 0 ? 1 : -1;
    *length = 0;
    while (got > 0 && *length < FORM_MAX + 1 && cli_fd_wait(program, fd)) {
        got = read(fd, form + *length, FORM_MAX + 1 - *length);
        *length += got > 0 ? (size_t)got : 0;
    }
    if (path != NULL && fd >= 0)
        close(fd);
    if (kamupin_cancel_pulled(program->cancel))
        return cli_error(error, KAMUPIN_E_CANCELLED);
    return got >= 0 ? KAMUPIN_OK
                    : cli_refuse(program, M_CANNOT_READ, path != NULL ? path : "-", error);
}

/* A form that was filled in: its document, and the schema that it was shown with. */
typedef struct filled {
    json_t *read; /* what `application show --json` printed, or its application alone */
    const char *schema_id;
    char *document;
} filled;

static void forget_form(filled *form)
{
    json_decref(form->read);
    free(form->document);
}

/* What can be no form is said here: the library would only call it an invalid argument. A document
 * alone is none: it does not say for which schema it was filled in, and the service may have another
 * by this time. */
static kamupin_status take_form(cli *program, const char *text, size_t length, filled *form,
                                kamupin_error *error)
{
    form->read = length <= FORM_MAX ? json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const json_t *application = json_object_get(form->read, "application");
    if (application == NULL)
        application = form->read;
    const json_t *document = json_object_get(application, "document");
    form->schema_id = json_string_value(json_object_get(application, "schema_id"));
    if (json_is_object(document))
        form->document = json_dumps(document, JSON_COMPACT);
    return form->schema_id != NULL && form->document != NULL &&
                   strlen(form->document) <= DOCUMENT_MAX
               ? KAMUPIN_OK
               : cli_refuse(program, M_NO_FORM, "", error);
}

static kamupin_status submit(cli *program, kamupin_session *session, const filled *form,
                             kamupin_error *error)
{
    kamupin_application_info info = KAMUPIN_APPLICATION_INFO_INIT;
    kamupin_status status =
        kamupin_application_submit(session, program->args.number, form->schema_id, form->document,
                                   strlen(form->document), &info);
    kamupin_session_error(session, error);
    if (status == KAMUPIN_E_DOCUMENT_REFUSED && error->detail[0] != '\0')
        cli_screen_line(program->screen, "! ", error->detail);
    if (status == KAMUPIN_OK)
        say(program, &info, NULL, false);
    return status;
}

kamupin_status cli_application_submit(cli *program, kamupin_error *error)
{
    kamupin_session *session = NULL;
    filled form = {NULL, NULL, NULL};
    size_t length = 0;
    char *text = malloc(FORM_MAX + 1);
    kamupin_status status = text != NULL ? read_form(program, text, &length, error)
                                         : cli_error(error, KAMUPIN_E_NO_MEMORY);
    if (status == KAMUPIN_OK)
        status = take_form(program, text, length, &form, error);
    free(text);
    if (status == KAMUPIN_OK)
        status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK)
        status = submit(program, session, &form, error);
    forget_form(&form);
    cli_session_return(program, &session, status);
    return status;
}
