/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   inquire.c: inquire seal-authority, debt and shipment: what may be asked without a login. A number
   may come from standard input, where no other user of the machine sees it. */
#include "fd.h"
#include "table.h"
#include "wrap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NUMBER_MAX 64

/* One line of standard input. It is no secret and yet nobody else's business. */
static bool read_number(const cli *program, char *room, size_t size)
{
    size_t length = 0;
    char byte = 0;
    ssize_t got = 0;
    while (cli_fd_wait(program, STDIN_FILENO) && (got = read(STDIN_FILENO, &byte, 1)) == 1 &&
           byte != '\n')
        if (byte != '\r' && length + 1 < size)
            room[length++] = byte;
    room[length] = '\0';
    return got >= 0;
}

/* The number that the command line names, or the one that is to be read. */
static kamupin_status take_number(cli *program, char room[NUMBER_MAX], kamupin_error *error)
{
    const char *given = program->args.number;
    if (program->args.service == NULL) {
        cli_refuse(program, M_NEEDS_SERVICE, "", error);
        return cli_error(error, KAMUPIN_E_URL_REFUSED);
    }
    if (strcmp(given, "-") == 0)
        return read_number(program, room, NUMBER_MAX) ? KAMUPIN_OK
                                                      : cli_error(error, KAMUPIN_E_CANCELLED);
    snprintf(room, NUMBER_MAX, "%s", given);
    return KAMUPIN_OK;
}

/* "vkn:4540536920" and so on, of the types that are a bit of `taken` (1 << type); others are refused
 * with `form`. */
static kamupin_status take_identity(cli *program, unsigned int taken, cli_message form,
                                    kamupin_identity *identity, kamupin_error *error)
{
    static const char *const types[] = {"tckn", "passport", "vkn", "detsis"};
    char given[NUMBER_MAX] = "";
    kamupin_status status = take_number(program, given, error);
    if (status != KAMUPIN_OK)
        return status;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t length = strlen(types[i]);
        identity->type = (kamupin_identity_type)(KAMUPIN_IDENTITY_TCKN + i);
        if (strncmp(given, types[i], length) != 0 || given[length] != ':' ||
            (taken & 1U << identity->type) == 0)
            continue;
        int wanted = snprintf(identity->number, sizeof identity->number, "%s", given + length + 1);
        if (wanted >= (int)sizeof identity->number) /* no number is that long */
            return cli_error(error, KAMUPIN_E_IDENTITY_MALFORMED);
        return KAMUPIN_OK;
    }
    return cli_refuse(program, form, "", error);
}

kamupin_status cli_inquire_seal_authority(cli *program, kamupin_error *error)
{
    kamupin_identity who = {.size = sizeof who};
    kamupin_seal_authority found = KAMUPIN_SEAL_AUTHORITY_INIT;
    char clean[KAMUPIN_NAME_MAX];
    kamupin_status status =
        take_identity(program, 1U << KAMUPIN_IDENTITY_VKN | 1U << KAMUPIN_IDENTITY_DETSIS,
                      M_SEAL_NUMBER_FORM, &who, error);
    if (status == KAMUPIN_OK)
        status = kamupin_inquire_seal_authority(program->context, program->args.service, &who,
                                                program->cancel, &found, error);
    if (status != KAMUPIN_OK)
        return status;
    if (!program->args.json)
        printf("%s: %s\n", cli_clean(found.name, clean, sizeof clean),
               cli_say(program, found.authorised ? M_SEAL_YES : M_SEAL_NO));
    cli_json_add(
        program, "seal_authority",
        json_pack("{s:s, s:b}", "name", found.name, "authorised", found.authorised ? 1 : 0));
    return KAMUPIN_OK;
}

kamupin_status cli_inquire_debt(cli *program, kamupin_error *error)
{
    kamupin_identity who = {.size = sizeof who};
    kamupin_debts found = KAMUPIN_DEBTS_INIT;
    kamupin_status status = take_identity(
        program,
        1U << KAMUPIN_IDENTITY_TCKN | 1U << KAMUPIN_IDENTITY_PASSPORT | 1U << KAMUPIN_IDENTITY_VKN,
        M_DEBT_NUMBER_FORM, &who, error);
    if (status == KAMUPIN_OK)
        status = kamupin_inquire_debt(program->context, program->args.service, &who,
                                      program->cancel, &found, error);
    if (status != KAMUPIN_OK)
        return status;
    json_t *debts = json_array();
    cli_table table = {.columns = 3, .right = 3, .header = true};
    const char *const names[] = {cli_say(program, M_REFERENCE), cli_say(program, M_PRODUCT),
                                 cli_say(program, M_AMOUNT)};
    cli_table_row(&table, names);
    for (size_t i = 0; i < found.count; i++) {
        const kamupin_debt *debt = &found.debt[i];
        char amount[KAMUPIN_AMOUNT_MAX];
        kamupin_amount_text(debt->kurus, program->args.language, amount, sizeof amount);
        const char *const cells[] = {debt->reference, cli_product(debt->product), amount};
        cli_table_row(&table, cells);
        json_array_append_new(debts, json_pack("{s:s, s:s, s:I, s:s}", "reference", debt->reference,
                                               "product", kamupin_product_name(debt->product),
                                               "kurus", (json_int_t)debt->kurus, "text", amount));
    }
    if (found.count == 0 && !program->args.json)
        printf("%s\n", cli_say(program, M_NO_DEBT));
    else if (!program->args.json)
        cli_table_write(&table, stdout, 0, cli_columns(STDOUT_FILENO));
    cli_table_free(&table);
    cli_json_add(program, "debts", debts);
    return KAMUPIN_OK;
}

static cli_message state_of(kamupin_shipment_state state)
{
    switch (state) {
    case KAMUPIN_SHIPMENT_PREPARING:
        return M_SHIPMENT_PREPARING;
    case KAMUPIN_SHIPMENT_ON_THE_WAY:
        return M_SHIPMENT_ON_THE_WAY;
    case KAMUPIN_SHIPMENT_DELIVERED:
        return M_SHIPMENT_DELIVERED;
    case KAMUPIN_SHIPMENT_RETURNED:
        return M_SHIPMENT_RETURNED;
    }
    return M_SHIPMENT_PREPARING;
}

/* "2026-01-26" as the language writes days. */
static void write_day(const cli *program, const char *day, char *room, size_t size)
{
    if (day[0] != '\0' && program->args.language == KAMUPIN_TURKISH)
        snprintf(room, size, "%.2s.%.2s.%.4s", day + 8, day + 5, day);
    else
        snprintf(room, size, "%s", day);
}

kamupin_status cli_inquire_shipment(cli *program, kamupin_error *error)
{
    kamupin_shipment found = KAMUPIN_SHIPMENT_INIT;
    char number[NUMBER_MAX] = "";
    kamupin_status status = take_number(program, number, error);
    if (status == KAMUPIN_OK)
        status = kamupin_inquire_shipment(program->context, program->args.service, number,
                                          program->cancel, &found, error);
    if (status != KAMUPIN_OK)
        return status;
    char day[16], clean[sizeof found.carrier];
    write_day(program, found.day, day, sizeof day);
    cli_clean(found.carrier, clean, sizeof clean);
    if (!program->args.json)
        printf("%s%s%s%s%s%s\n", cli_say(program, state_of(found.state)),
               clean[0] != '\0' || day[0] != '\0' ? " (" : "", clean,
               clean[0] != '\0' && day[0] != '\0' ? ", " : "", day,
               clean[0] != '\0' || day[0] != '\0' ? ")" : "");
    cli_json_add(program, "shipment",
                 json_pack("{s:s, s:o, s:o}", "state", kamupin_shipment_state_name(found.state),
                           "carrier",
                           found.carrier[0] != '\0' ? json_string(found.carrier) : json_null(),
                           "day", found.day[0] != '\0' ? json_string(found.day) : json_null()));
    return KAMUPIN_OK;
}
