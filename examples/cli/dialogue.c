/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   dialogue.c: see dialogue.h. */
#include "dialogue.h"

#include <stdio.h>
#include <string.h>

static int descriptor(const cli_args *args, kamupin_ask ask)
{
    switch (ask) {
    case KAMUPIN_ASK_CODE:
        return args->code_fd;
    case KAMUPIN_ASK_NEW_PIN:
    case KAMUPIN_ASK_NEW_PIN_AGAIN:
        return args->new_pin_fd;
    case KAMUPIN_ASK_SMS_CODE:
        return args->sms_fd;
    case KAMUPIN_ASK_WEB_PASSWORD:
        return args->web_password_fd;
    case KAMUPIN_ASK_PIN_TO_CHECK:
        return args->check_pin_fd;
    }
    return -1;
}

/* What a person may answer in place of the secret that is asked for. */
static cli_instead instead_of(const kamupin_question *question)
{
    const kamupin_factor *factor = question->factor;
    if (factor == NULL)
        return (cli_instead){.resend = false};
    bool sms = factor->type == KAMUPIN_FACTOR_SMS;
    bool both = factor->offered == (1U << KAMUPIN_FACTOR_SMS | 1U << KAMUPIN_FACTOR_WEB_PASSWORD);
    return (cli_instead){.resend = sms, .other = !both ? NULL : sms ? "p" : "sms"};
}

static kamupin_answer ask_descriptor(cli_dialogue *self, const kamupin_question *question, int fd,
                                     kamupin_secret *into)
{
    cli_kept *keep = question->ask == KAMUPIN_ASK_NEW_PIN ? &self->kept : NULL;
    if (question->ask == KAMUPIN_ASK_NEW_PIN_AGAIN) {
        kamupin_secret_append(into, self->kept.bytes, self->kept.length);
        cli_kept_wipe(&self->kept);
        return KAMUPIN_ANSWER_GIVEN;
    }
    const cli_instead instead = instead_of(question);
    kamupin_answer answer = cli_fd_line(self->program, fd, &instead, into, keep);
    if (keep != NULL && self->copy != NULL) {
        kamupin_secret_clear(self->copy);
        kamupin_secret_append(self->copy, keep->bytes, keep->length);
    }
    /* Nothing to read at the first question is an empty answer, which the library can judge. */
    if (answer == KAMUPIN_ANSWER_STOP && question->problem == NULL)
        answer = KAMUPIN_ANSWER_GIVEN;
    return answer;
}

static cli_message label(kamupin_ask ask)
{
    switch (ask) {
    case KAMUPIN_ASK_CODE:
        return M_ASK_CODE;
    case KAMUPIN_ASK_NEW_PIN:
        return M_ASK_NEW_PIN;
    case KAMUPIN_ASK_NEW_PIN_AGAIN:
        return M_ASK_NEW_PIN_AGAIN;
    case KAMUPIN_ASK_SMS_CODE:
        return M_ASK_SMS_CODE;
    case KAMUPIN_ASK_WEB_PASSWORD:
        return M_ASK_WEB_PASSWORD;
    case KAMUPIN_ASK_PIN_TO_CHECK:
        return M_ASK_PIN_TO_CHECK;
    }
    return M_ASK_CODE;
}

static void say_about_sms(cli_dialogue *self, const kamupin_factor *sms, bool sent)
{
    char line[200];
    char time[KAMUPIN_DURATION_MAX];
    char clean[sizeof sms->destination];
    kamupin_language language = self->program->args.language;
    cli_clean(sms->destination, clean, sizeof clean);
    if (sent)
        cli_screen_line(self->program->screen, "",
                        cli_fill(language, M_SMS_SENT, clean, line, sizeof line));
    if (!sent || !self->program->interactive)
        return;
    if (sms->resend_after > 0)
        cli_fill(language, M_SMS_HINT,
                 kamupin_duration_text(sms->resend_after, language, time, sizeof time), line,
                 sizeof line);
    else
        snprintf(line, sizeof line, "%s", cli_text(language, M_SMS_HINT_NOW));
    cli_screen_line(self->program->screen, "", line);
    cli_say_wrong_phone(self->program);
}

static void say_about_factor(cli_dialogue *self, const kamupin_question *question)
{
    cli_screen *screen = self->program->screen;
    bool first = question->problem == NULL;
    bool sms = question->factor->type == KAMUPIN_FACTOR_SMS;
    if (sms)
        say_about_sms(self, question->factor, first);
    else if (first)
        cli_screen_line(screen, "", cli_say(self->program, M_ABOUT_PASSWORD));
    if (self->program->interactive && instead_of(question).other != NULL)
        cli_screen_line(screen, "", cli_say(self->program, sms ? M_HINT_PASSWORD : M_HINT_SMS));
}

/* What stands above a prompt. */
static void introduce(cli_dialogue *self, const kamupin_question *question)
{
    const cli *program = self->program;
    kamupin_language language = program->args.language;
    cli_screen_settle(program->screen);
    if (question->problem != NULL)
        cli_problem(self->program, question->problem);
    else if (question->ask == KAMUPIN_ASK_CODE && (program->interactive || !program->args.quiet))
        cli_screen_line(self->program->screen, "",
                        kamupin_notice_text(KAMUPIN_NOTICE_CODE_IS_NO_PUK, language));
    else if (question->ask == KAMUPIN_ASK_PIN_TO_CHECK)
        cli_screen_line(self->program->screen, "", cli_say(self->program, M_WHY_PIN_TO_CHECK));
    if (question->factor != NULL && (program->interactive || !program->args.quiet))
        say_about_factor(self, question);
}

static kamupin_answer ask_secret(void *user, const kamupin_question *question, kamupin_secret *into)
{
    cli_dialogue *self = user;
    int fd = descriptor(&self->program->args, question->ask);
    introduce(self, question);
    if (fd >= 0)
        return ask_descriptor(self, question, fd, into);
    if (!self->program->interactive)
        return KAMUPIN_ANSWER_STOP;
    const cli_instead instead = instead_of(question);
    return cli_term_secret(&self->term, cli_say(self->program, label(question->ask)),
                           question->seconds_left, &instead, into);
}

static kamupin_answer ask_card(void *user, const kamupin_reader_list *list, size_t *index)
{
    cli_dialogue *self = user;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    size_t places[32];
    size_t count = 0;
    size_t number = 0;
    self->asked = true;
    cli_screen_settle(self->program->screen);
    cli_screen_line(self->program->screen, "\n", cli_say(self->program, M_CHOOSE_CARD));
    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK && count < 32; i++) {
        char line[400];
        char clean[400];
        char state[200];
        if (info.usable != KAMUPIN_OK)
            continue;
        places[count++] = i;
        snprintf(line, sizeof line, "  %zu  %s: %s", count, info.reader, info.product);
        cli_screen_line(self->program->screen, "", cli_clean(line, clean, sizeof clean));
        cli_screen_line(self->program->screen, "     ",
                        cli_clean(info.card_id, clean, sizeof clean));
        snprintf(line, sizeof line, "PIN: %s",
                 cli_pin_text(self->program, &info, state, sizeof state));
        cli_screen_line(self->program->screen, "     ", line);
    }
    kamupin_answer answer =
        cli_term_number(&self->term, cli_say(self->program, M_CHOOSE_NUMBER), count, &number);
    if (answer == KAMUPIN_ANSWER_GIVEN)
        *index = places[number - 1];
    return answer;
}

/* Which card it is that nobody was asked about. Only told: a list that fails is no reason to stop. */
static void say_card(cli_dialogue *self)
{
    cli *program = self->program;
    kamupin_reader_list *list = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    if (self->asked || !program->interactive || program->args.quiet ||
        program->card_id[0] == '\0' ||
        kamupin_reader_list_new(program->context, program->cancel, &list, NULL) != KAMUPIN_OK)
        return;
    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++) {
        char card[400], clean[400], line[500];
        if (strcmp(info.card_id, program->card_id) != 0)
            continue;
        snprintf(card, sizeof card, "%s, %s", info.product, info.reader);
        cli_fill(program->args.language, M_CARD_PICKED, cli_clean(card, clean, sizeof clean), line,
                 sizeof line);
        cli_screen_line(program->screen, "  ", line);
    }
    kamupin_reader_list_free(&list);
}

bool cli_dialogue_acknowledge(void *user, kamupin_notice notice)
{
    cli_dialogue *self = user;
    cli *program = self->program;
    cli_screen_settle(program->screen);
    if (program->args.quiet && (notice != KAMUPIN_NOTICE_BEFORE_PIN || program->args.acknowledge))
        return true;
    if (notice == KAMUPIN_NOTICE_BEFORE_PIN)
        say_card(self);
    cli_screen_line(program->screen, "\n", kamupin_notice_text(notice, program->args.language));
    cli_screen_line(program->screen, "", "");
    if (notice != KAMUPIN_NOTICE_BEFORE_PIN || program->args.acknowledge)
        return true;
    return program->interactive && cli_term_enter(&self->term, cli_say(program, M_ASK_ACKNOWLEDGE));
}

/* A person can put another card in; a card that is lost, or that was named and may not be used, is
 * said and not waited for. */
static bool wait_for_card(void *user, kamupin_status why)
{
    cli_dialogue *self = user;
    kamupin_error problem;
    bool missing = why == KAMUPIN_E_NO_READER || why == KAMUPIN_E_NO_CARD ||
                   why == KAMUPIN_E_CARD_NOT_FOUND || why == KAMUPIN_E_CARD_REMOVED;
    if (missing || !self->program->interactive)
        return missing;
    if (self->program->args.card != NULL || why == KAMUPIN_E_CARD_DEAD ||
        why == KAMUPIN_E_PUK_LAST_TRY)
        return false;
    cli_error(&problem, why);
    cli_problem(self->program, &problem);
    return true;
}

kamupin_prompts cli_dialogue_prompts(cli_dialogue *self)
{
    return (kamupin_prompts){.size = sizeof(kamupin_prompts),
                             .user = self,
                             .secret = ask_secret,
                             .card = self->program->interactive ? ask_card : NULL,
                             .acknowledge = cli_dialogue_acknowledge,
                             .wait_for_card = wait_for_card};
}
