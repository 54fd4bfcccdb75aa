/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pin.c: pin change, with the old PIN, here or (pad.c) at the reader's keypad. The new PIN is judged before the card is asked anything, and
   a wrong old PIN is asked for again at a terminal only, where a person decides about each try. */
#include "fd.h"
#include "pad.h"
#include "term.h"

#include <stdio.h>

typedef struct change {
    cli *program;
    cli_term term;
    kamupin_card *card;
    kamupin_secret *old_pin, *new_pin, *again;
    cli_kept kept;
    kamupin_card_kind kind;
} change;

/* A card of a row from a file has lengths of its own, which the library knows and holds to before
   it sends anything. */
kamupin_status cli_check_pin(kamupin_card_kind kind, const kamupin_secret *pin,
                             const kamupin_secret *again, kamupin_error *error)
{
    return kind == KAMUPIN_CARD_OTHER ? KAMUPIN_OK : kamupin_pin_check(NULL, pin, again, error);
}

/* `option`: the descriptor that was read, NULL when a person typed. */
static kamupin_status answered(cli *program, kamupin_answer answer, const char *option,
                               kamupin_error *error)
{
    if (answer == KAMUPIN_ANSWER_CANCEL)
        return cli_error(error, KAMUPIN_E_CANCELLED);
    if (answer == KAMUPIN_ANSWER_STOP && option != NULL)
        return cli_refuse(program, M_NO_LINE, option, error);
    return KAMUPIN_OK;
}

static kamupin_status take_old(change *self, kamupin_error *error)
{
    int fd = self->program->args.old_pin_fd;
    kamupin_secret_clear(self->old_pin);
    if (fd >= 0)
        return answered(self->program, cli_fd_line(self->program, fd, NULL, self->old_pin, NULL),
                        "--old-pin-fd", error);
    kamupin_answer answer = cli_term_secret(&self->term, cli_say(self->program, M_ASK_OLD_PIN), -1,
                                            false, self->old_pin);
    return answered(self->program, answer, NULL, error);
}

/* What can be no PIN is said at once; at a terminal it is asked for again. */
static kamupin_status take_good_old(change *self, kamupin_error *error)
{
    for (;;) {
        kamupin_status status = take_old(self, error);
        if (status == KAMUPIN_OK)
            status = cli_check_pin(self->kind, self->old_pin, NULL, error);
        if (status == KAMUPIN_OK || status == KAMUPIN_E_CANCELLED ||
            self->program->args.old_pin_fd >= 0)
            return status;
        cli_problem(self->program, error);
    }
}

/* One new PIN, typed twice at a terminal. */
static kamupin_status take_new(change *self, kamupin_error *error)
{
    cli *program = self->program;
    int fd = program->args.new_pin_fd;
    kamupin_secret_clear(self->new_pin);
    kamupin_secret_clear(self->again);
    if (fd >= 0) {
        kamupin_answer answer = cli_fd_line(program, fd, NULL, self->new_pin, &self->kept);
        kamupin_secret_append(self->again, self->kept.bytes, self->kept.length);
        cli_kept_wipe(&self->kept);
        return answered(program, answer, "--new-pin-fd", error);
    }
    kamupin_answer answer =
        cli_term_secret(&self->term, cli_say(program, M_ASK_NEW_PIN), -1, NULL, self->new_pin);
    if (answer != KAMUPIN_ANSWER_CANCEL)
        answer = cli_term_secret(&self->term, cli_say(program, M_ASK_NEW_PIN_AGAIN), -1, NULL,
                                 self->again);
    return answered(program, answer, NULL, error);
}

static kamupin_status take_good_new(change *self, kamupin_error *error)
{
    for (;;) {
        kamupin_status status = take_new(self, error);
        if (status != KAMUPIN_OK)
            return status;
        status = cli_check_pin(self->kind, self->new_pin, self->again, error);
        if (status == KAMUPIN_OK || self->program->args.new_pin_fd >= 0)
            return status;
        cli_problem(self->program, error);
    }
}

static kamupin_status work(change *self, kamupin_error *error)
{
    cli *program = self->program;
    for (;;) {
        kamupin_status status = kamupin_pin_change(self->card, self->old_pin, self->new_pin,
                                                   self->again, program->args.risk);
        if (status == KAMUPIN_OK)
            return status;
        kamupin_card_error(self->card, error);
        error->status = status;
        bool ask_again =
            status == KAMUPIN_E_PIN_WRONG && program->args.old_pin_fd < 0 && error->tries_left > 1;
        if (!ask_again)
            return status;
        cli_problem(program, error);
        status = take_good_old(self, error);
        if (status != KAMUPIN_OK)
            return status;
    }
}

static kamupin_status make_secrets(change *self, kamupin_error *error)
{
    kamupin_secret **secrets[] = {&self->old_pin, &self->new_pin, &self->again};
    kamupin_status status = KAMUPIN_OK;
    for (size_t i = 0; i < 3 && status == KAMUPIN_OK; i++)
        status = kamupin_secret_new(self->program->context, KAMUPIN_SECRET_PIN, secrets[i], error);
    return status;
}

/* What is known before the first prompt: a card that refuses anyway need not ask for a PIN. */
static kamupin_status open_card(change *self, kamupin_error *error)
{
    cli *program = self->program;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = kamupin_card_open(program->context, program->args.card, program->cancel,
                                              &self->card, error);
    if (status == KAMUPIN_OK) {
        status = kamupin_card_read(self->card, &info);
        if (status == KAMUPIN_OK)
            status = kamupin_pin_ready(self->card, program->args.risk);
        kamupin_card_error(self->card, error);
    }
    self->kind = info.kind;
    if (status != KAMUPIN_OK && error->status != status)
        cli_error(error, status);
    if (status == KAMUPIN_OK && !program->args.json) {
        cli_show_row(program, M_CARD, info.product);
        cli_show_row(program, M_CARD_ID, info.card_id);
        cli_show_pin(program, &info);
        fflush(stdout);
    }
    return status;
}

/* Asks for the PINs here, and changes. */
static kamupin_status change_here(change *self, kamupin_error *error)
{
    kamupin_status status = make_secrets(self, error);
    if (status == KAMUPIN_OK)
        status = take_good_old(self, error);
    if (status == KAMUPIN_OK)
        status = take_good_new(self, error);
    return status == KAMUPIN_OK ? work(self, error) : status;
}

/* What has to be given on the command line, when nobody can be asked. */
static const char *missing(const cli *program)
{
    if (program->interactive || program->args.pinpad)
        return NULL;
    if (program->args.old_pin_fd < 0)
        return "--old-pin-fd";
    return program->args.new_pin_fd < 0 ? "--new-pin-fd" : NULL;
}

kamupin_status cli_pin_change(cli *program, kamupin_error *error)
{
    change self = {.program = program};
    kamupin_language language = program->args.language;
    if (missing(program) != NULL)
        return cli_needs(program, missing(program), error);
    cli_term_begin(&self.term, program);
    kamupin_status status = open_card(&self, error);
    if (status == KAMUPIN_OK && program->args.pinpad)
        status = cli_pad_ready(program, self.card, error);
    if (status == KAMUPIN_OK) {
        if (!program->args.quiet) {
            cli_screen_line(program->screen, "\n",
                            kamupin_notice_text(KAMUPIN_NOTICE_AFTER_PIN, language));
            cli_screen_line(program->screen, "", "");
        }
        status = program->args.pinpad ? cli_pad_change(program, self.card, error)
                                      : change_here(&self, error);
    }
    if (status == KAMUPIN_OK && !program->args.json)
        cli_tell(program, CLI_GOOD, M_CHANGED);
    if (status == KAMUPIN_OK)
        cli_json_add(program, "changed", json_true());
    cli_term_end(&self.term);
    cli_kept_wipe(&self.kept);
    kamupin_secret_free(&self.old_pin);
    kamupin_secret_free(&self.new_pin);
    kamupin_secret_free(&self.again);
    kamupin_card_free(&self.card);
    return status;
}
