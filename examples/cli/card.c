/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   card.c: card list, card show and pin status. They read only. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

kamupin_status cli_card_list(cli *program, kamupin_error *error)
{
    kamupin_reader_list *list = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status =
        kamupin_reader_list_new(program->context, program->cancel, &list, error);
    if (status != KAMUPIN_OK)
        return status;
    json_t *cards = json_array();
    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++) {
        json_array_append_new(cards, cli_json_card(&info));
        if (!program->args.json)
            cli_show_card(program, &info, false);
    }
    if (kamupin_reader_list_count(list) == 0 && !program->args.json)
        printf("%s\n", cli_say(program, M_NO_READERS));
    cli_json_add(program, "cards", cards);
    kamupin_reader_list_free(&list);
    return KAMUPIN_OK;
}

/* The card that is meant. Unlike kamupin_card_open it also answers cards that no PIN work is
 * possible with: to look at one is harmless. */
static kamupin_status find_card(cli *program, kamupin_card_info *found, kamupin_error *error)
{
    kamupin_reader_list *list = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    const char *which = program->args.card;
    size_t fits = 0, signature = 0;
    if (which != NULL && kamupin_card_matches(&info, which) == KAMUPIN_E_CARD_ADDRESS)
        return cli_error(error, KAMUPIN_E_CARD_ADDRESS);
    kamupin_status status =
        kamupin_reader_list_new(program->context, program->cancel, &list, error);
    if (status != KAMUPIN_OK)
        return status;
    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++) {
        bool fit = which != NULL ? kamupin_card_matches(&info, which) == KAMUPIN_OK
                                 : info.kind != KAMUPIN_CARD_NONE;
        bool better = info.kind == KAMUPIN_CARD_SIGNATURE;
        if (fit && (fits == 0 || (better && signature == 0)))
            *found = info;
        fits += fit;
        signature += fit && better;
    }
    size_t readers = kamupin_reader_list_count(list);
    kamupin_reader_list_free(&list);
    if (fits == 1 || signature == 1)
        return KAMUPIN_OK;
    if (fits > 1)
        return cli_error(error, KAMUPIN_E_CHOICE_NEEDED);
    if (readers == 0)
        return cli_error(error, KAMUPIN_E_NO_READER);
    return cli_error(error, which != NULL ? KAMUPIN_E_CARD_NOT_FOUND : KAMUPIN_E_NO_CARD);
}

kamupin_status cli_card_show(cli *program, kamupin_error *error)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = find_card(program, &info, error);
    if (status != KAMUPIN_OK)
        return status;
    if (info.kind == KAMUPIN_CARD_NONE)
        return cli_error(error, info.usable != KAMUPIN_OK ? info.usable : KAMUPIN_E_NO_CARD);
    cli_json_add(program, "card", cli_json_card(&info));
    if (!program->args.json)
        cli_show_card(program, &info, true);
    return KAMUPIN_OK;
}

kamupin_status cli_pin_status(cli *program, kamupin_error *error)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = find_card(program, &info, error);
    if (status != KAMUPIN_OK)
        return status;
    if (!cli_recognised(&info))
        return cli_error(error,
                         info.usable != KAMUPIN_OK ? info.usable : KAMUPIN_E_CARD_UNRECOGNISED);
    cli_json_add(program, "card", cli_json_card(&info));
    if (program->args.json)
        return KAMUPIN_OK;
    kamupin_status next = cli_next_step(&info);
    cli_show_row(program, M_CARD, info.product);
    cli_show_row(program, M_CARD_ID, info.card_id);
    cli_show_pin(program, &info);
    if (next != KAMUPIN_OK)
        cli_show_row(program, M_NEXT_STEP, kamupin_status_remedy(next, program->args.language));
    return KAMUPIN_OK;
}
