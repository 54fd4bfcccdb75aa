/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_gather.c: certificates where they are: in files, on cards, with the service. */
#include "cert.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static kamupin_status list_error(const cli_certificates *found, kamupin_status status,
                                 kamupin_error *error)
{
    kamupin_certificate_list_error(found->list, error);
    return status;
}

/* Says what is wrong with which of several. */
static void say_of(cli *program, const char *what, const kamupin_error *error)
{
    char text[KAMUPIN_TEXT_MAX], line[KAMUPIN_TEXT_MAX + 300], clean[sizeof line];
    kamupin_error_text(error, program->args.language, text, sizeof text);
    snprintf(line, sizeof line, "%s: %s", what, text);
    cli_screen_line(program->screen, "kamupin: ", cli_clean(line, clean, sizeof clean));
}

static bool is_folder(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && S_ISDIR(there.st_mode);
}

kamupin_status cli_certificates_add_file(cli *program, cli_certificates *found, const char *path,
                                         kamupin_error *error)
{
    char clean[sizeof error->detail];
    kamupin_status status = kamupin_certificate_list_add_file(found->list, path);
    if (status == KAMUPIN_OK)
        return status;
    list_error(found, status, error);
    say_of(program, path, error);
    if (status == KAMUPIN_E_CERTIFICATE_FILE && is_folder(path)) /* which of its files it was */
        cli_screen_line(program->screen, "! ", cli_clean(error->detail, clean, sizeof clean));
    program->said = true;
    return status;
}

static kamupin_status add_card(cli *program, kamupin_certificate_list *list, const char *which,
                               kamupin_error *error)
{
    kamupin_card *card = NULL;
    kamupin_status status =
        kamupin_card_open(program->context, which, program->cancel, &card, error);
    if (status == KAMUPIN_OK) {
        status = kamupin_certificate_list_add_card(list, card);
        kamupin_certificate_list_error(list, error);
    }
    kamupin_card_free(&card);
    return status;
}

kamupin_status cli_certificates_of_cards(cli *program, kamupin_certificate_list *list,
                                         size_t *cards, kamupin_error *error)
{
    kamupin_reader_list *readers = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    size_t count = 0;
    kamupin_status status = KAMUPIN_OK;
    if (program->args.card != NULL) {
        status = add_card(program, list, program->args.card, error);
        count = 1;
    } else {
        status = kamupin_reader_list_new(program->context, program->cancel, &readers, error);
    }
    for (size_t i = 0; readers != NULL && status != KAMUPIN_E_CANCELLED &&
                       kamupin_reader_list_get(readers, i, &info) == KAMUPIN_OK;
         i++) {
        if (!cli_recognised(&info) || info.certificates == 0)
            continue;
        count++;
        status = add_card(program, list, info.card_id, error);
        if (status != KAMUPIN_OK && status != KAMUPIN_E_CANCELLED) {
            say_of(program, info.reader, error);
            status = KAMUPIN_OK;
        }
    }
    kamupin_reader_list_free(&readers);
    if (cards != NULL)
        *cards = count;
    return status;
}

bool cli_session_held(cli *program, kamupin_session **session)
{
    kamupin_error unsaid = KAMUPIN_ERROR_INIT;
    return program->args.service != NULL &&
           cli_session_borrow(program, session, &unsaid) == KAMUPIN_OK;
}

static kamupin_role role_of(const cli *program)
{
    return program->args.role != 0 ? program->args.role : KAMUPIN_ROLE_INDIVIDUAL;
}

static kamupin_status add_service(cli *program, cli_certificates *found, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    if (found->session == NULL)
        status = cli_session_borrow(program, &found->session, error);
    if (status != KAMUPIN_OK)
        return status;
    status = kamupin_certificate_list_add_service(found->list, found->session, role_of(program));
    return status == KAMUPIN_OK ? status : list_error(found, status, error);
}

/* Nothing was named: whatever can be had. Readers that cannot be asked are no failure where the
 * service can. */
static kamupin_status add_all(cli *program, cli_certificates *found, kamupin_error *error)
{
    const bool held = cli_session_held(program, &found->session);
    kamupin_status status = cli_certificates_of_cards(program, found->list, NULL, error);
    if (held && status != KAMUPIN_OK && status != KAMUPIN_E_CANCELLED) {
        cli_problem(program, error);
        status = KAMUPIN_OK;
    }
    return held && status == KAMUPIN_OK ? add_service(program, found, error) : status;
}

kamupin_status cli_certificates_gather(cli *program, cli_certificates *found, kamupin_error *error)
{
    const cli_args *args = &program->args;
    bool cards = args->card != NULL, service = args->with_login || args->role != 0;
    kamupin_status status = kamupin_certificate_list_new(program->context, &found->list, error);
    if (status == KAMUPIN_OK && !cards && !service && args->file_count == 0)
        return add_all(program, found, error);
    for (size_t i = 0; i < args->file_count && status == KAMUPIN_OK; i++)
        if (strcmp(args->files[i], "cards") == 0)
            cards = true;
        else if (strcmp(args->files[i], "service") == 0)
            service = true;
        else
            status = cli_certificates_add_file(program, found, args->files[i], error);
    if (status == KAMUPIN_OK && cards)
        status = cli_certificates_of_cards(program, found->list, NULL, error);
    if (status == KAMUPIN_OK && service)
        status = add_service(program, found, error);
    return status;
}

void cli_certificates_free(cli *program, cli_certificates *found, kamupin_status status)
{
    kamupin_certificate_list_free(&found->list);
    cli_session_return(program, &found->session, status);
}
