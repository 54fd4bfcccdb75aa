/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   unblock.c: pin unblock, pin create and pin resume: the library's one-call form; and the unblocking
   that card probe ends with. */
#include "dialogue.h"
#include "events.h"
#include "order.h"

#include <stdio.h>

static void say_result(cli *program, cli_message what, const kamupin_result *result)
{
    char line[200];
    char stamp[64];
    cli_tell(program, CLI_GOOD, what);
    if (result->product[0] != '\0')
        cli_show_row(program, M_CARD, result->product);
    cli_show_row(program, M_CARD_ID, result->card_id);
    if (result->finished_at != 0)
        cli_show_row(program, M_TIME,
                     cli_moment(program, (time_t)result->finished_at, stamp, sizeof stamp));
    if (result->reported)
        cli_fill(program->args.language, M_SERVICE_HEARD,
                 cli_moment_of(program, result->recorded_at, stamp, sizeof stamp), line,
                 sizeof line);
    else
        snprintf(line, sizeof line, "%s", cli_say(program, M_SERVICE_NOT_HEARD));
    cli_show_row(program, M_SERVICE, line);
}

kamupin_status cli_unblock_ready(cli *program, kamupin_error *error)
{
    const cli_args *args = &program->args;
    if (args->service == NULL) {
        cli_refuse(program, M_NEEDS_SERVICE, "", error);
        return cli_error(error, KAMUPIN_E_URL_REFUSED);
    }
    if (args->on_behalf_of != NULL && !args->with_login)
        return cli_refuse(program, M_ONLY_WITH_LOGIN, "", error);
    if (program->interactive)
        return KAMUPIN_OK;
    if (args->code_fd < 0 && !args->with_login)
        return cli_needs(program, "--code-fd", error);
    if (args->new_pin_fd < 0)
        return cli_needs(program, "--new-pin-fd", error);
    if (args->sms_fd < 0 && args->web_password_fd < 0)
        return cli_needs(program, "--sms-fd", error);
    if (!args->acknowledge) {
        cli_dialogue_acknowledge(&(cli_dialogue){.program = program}, KAMUPIN_NOTICE_BEFORE_PIN);
        return cli_error(error, KAMUPIN_E_NOT_ACKNOWLEDGED);
    }
    return KAMUPIN_OK;
}

kamupin_factor_type cli_factor_wanted(const cli *program)
{
    bool sms = program->args.sms_fd >= 0;
    bool password = program->args.web_password_fd >= 0;
    if (program->args.factor != KAMUPIN_FACTOR_ANY || sms == password)
        return program->args.factor;
    return sms ? KAMUPIN_FACTOR_SMS : KAMUPIN_FACTOR_WEB_PASSWORD;
}

static kamupin_operation_options options_of(cli *program)
{
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    options.service = program->args.service;
    options.card = program->args.card;
    options.risk = program->args.risk;
    options.factor = cli_factor_wanted(program);
    options.event = cli_event;
    options.event_user = program;
    options.cancel = program->cancel;
    return options;
}

kamupin_status cli_pin_unblock(cli *program, kamupin_error *error)
{
    bool create = program->args.command == COMMAND_PIN_CREATE;
    cli_dialogue self = {.program = program};
    kamupin_result result = KAMUPIN_RESULT_INIT;
    kamupin_status status = cli_unblock_ready(program, error);
    if (status != KAMUPIN_OK)
        return status;
    cli_order order = {NULL, NULL};
    kamupin_operation_options options = options_of(program);
    kamupin_prompts prompts = cli_dialogue_prompts(&self);
    options.kind = create ? KAMUPIN_OPERATION_CREATE : KAMUPIN_OPERATION_UNBLOCK;
    options.product = program->args.product;
    if (program->args.with_login)
        status = cli_order_begin(program, options.kind, &order, error);
    options.order = order.order;
    options.service = order.order != NULL ? NULL : program->args.service;
    if (status == KAMUPIN_OK) {
        cli_term_begin(&self.term, program);
        status = kamupin_unblock(program->context, &options, &prompts, &result, error);
        cli_term_end(&self.term);
    }
    cli_order_end(program, &order, result.outcome != KAMUPIN_OUTCOME_NONE, status);
    cli_kept_wipe(&self.kept);
    cli_screen_settle(program->screen);
    bool done = result.outcome == KAMUPIN_OUTCOME_DONE;
    if (result.outcome != KAMUPIN_OUTCOME_NONE)
        cli_json_add(program, "result", cli_json_result(&result));
    if (done && !program->args.json)
        say_result(program, create ? M_CREATED : M_UNBLOCKED, &result);
    return status;
}

kamupin_status cli_unblock_card(cli *program, const char *card, kamupin_secret *new_pin,
                                kamupin_error *error)
{
    cli_dialogue self = {.program = program, .copy = new_pin, .asked = true};
    kamupin_operation_options options = options_of(program);
    kamupin_prompts prompts = cli_dialogue_prompts(&self);
    options.kind = KAMUPIN_OPERATION_UNBLOCK;
    options.card = card;
    options.risk |= KAMUPIN_RISK_UNPROVEN;
    cli_term_begin(&self.term, program);
    kamupin_status status = kamupin_unblock(program->context, &options, &prompts, NULL, error);
    cli_screen_settle(program->screen);
    if (status == KAMUPIN_OK && program->args.new_pin_fd < 0 &&
        cli_term_secret(&self.term, cli_say(program, M_ASK_NEW_PIN_CHECK), -1, NULL, new_pin) !=
            KAMUPIN_ANSWER_GIVEN)
        status = cli_error(error, KAMUPIN_E_CANCELLED);
    cli_term_end(&self.term);
    cli_kept_wipe(&self.kept);
    return status;
}

kamupin_status cli_pin_resume(cli *program, kamupin_error *error)
{
    cli_dialogue self = {.program = program};
    kamupin_operation_options options = options_of(program);
    kamupin_prompts prompts = cli_dialogue_prompts(&self);
    size_t left = 0;
    cli_term_begin(&self.term, program);
    kamupin_status status = kamupin_resume(program->context, &options, &prompts, &left, error);
    cli_term_end(&self.term);
    cli_screen_settle(program->screen);
    cli_json_add(program, "left", json_integer((json_int_t)left));
    if (!program->args.json) {
        char line[100];
        printf("%s\n", left == 0 ? cli_say(program, M_NOTHING_LEFT)
                                 : cli_fill_number(program->args.language, M_LEFT, (long)left, line,
                                                   sizeof line));
    }
    return status;
}
