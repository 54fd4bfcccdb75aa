/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   events.c: see events.h. */
#include "events.h"

#include <stdio.h>

static cli_message phase_message(kamupin_phase phase)
{
    switch (phase) {
    case KAMUPIN_PHASE_CODE:
        return M_PHASE_CODE;
    case KAMUPIN_PHASE_CARD:
        return M_PHASE_CARD;
    case KAMUPIN_PHASE_PIN:
        return M_PHASE_PIN;
    case KAMUPIN_PHASE_FACTOR:
        return M_PHASE_FACTOR;
    case KAMUPIN_PHASE_READY:
        return M_PHASE_READY;
    case KAMUPIN_PHASE_AUTHORITY:
        return M_PHASE_AUTHORITY;
    case KAMUPIN_PHASE_CARD_WORK:
        return M_PHASE_CARD_WORK;
    case KAMUPIN_PHASE_REPORT:
        return M_PHASE_REPORT;
    case KAMUPIN_PHASE_DONE:
        return M_PHASE_DONE;
    case KAMUPIN_PHASE_FAILED:
        return M_PHASE_FAILED;
    case KAMUPIN_PHASE_CANCELLED:
        return M_PHASE_CANCELLED;
    }
    return M_PHASE_CODE;
}

/* With a login an order is made, and nobody types a code. */
static cli_message message_of(const cli *program, kamupin_phase phase)
{
    if (program->args.with_login && phase == KAMUPIN_PHASE_CODE)
        return M_PHASE_CODE_LOGIN;
    if (program->args.with_login && phase == KAMUPIN_PHASE_CARD)
        return M_PHASE_CARD_LOGIN;
    return phase_message(phase);
}

static void show_phase(cli *program, const kamupin_event *event)
{
    bool over = event->phase >= KAMUPIN_PHASE_DONE;
    if (event->phase == KAMUPIN_PHASE_PIN)
        snprintf(program->card_id, sizeof program->card_id, "%s", event->card_id);
    if (program->args.quiet)
        return;
    cli_screen_live(program->screen, cli_say(program, message_of(program, event->phase)),
                    over ? -1 : event->seconds_left);
    if (event->phase == KAMUPIN_PHASE_DONE)
        cli_screen_settle_good(program->screen);
    else if (over)
        cli_screen_settle(program->screen);
}

static cli_message resumed_message(kamupin_outcome outcome)
{
    if (outcome == KAMUPIN_OUTCOME_DONE)
        return M_RESUMED_DONE;
    return outcome == KAMUPIN_OUTCOME_NOT_DONE ? M_RESUMED_NOT_DONE : M_RESUMED_UNKNOWN;
}

void cli_event(void *user, const kamupin_event *event)
{
    cli *program = user;
    char line[400];
    char clean[KAMUPIN_CARD_ID_MAX];
    kamupin_language language = program->args.language;
    const char *card = cli_clean(event->card_id, clean, sizeof clean);
    switch (event->kind) {
    case KAMUPIN_EVENT_PHASE:
        show_phase(program, event);
        break;
    case KAMUPIN_EVENT_WAIT_FOR_CARD:
        cli_fill(language, M_WAITING, kamupin_status_cause(event->status, language), line,
                 sizeof line);
        cli_screen_live(program->screen, line, event->seconds_left);
        break;
    case KAMUPIN_EVENT_CARD_REMOVED:
        cli_fill(language, M_REMOVED, card, line, sizeof line);
        cli_screen_live(program->screen, line, event->seconds_left);
        break;
    case KAMUPIN_EVENT_RESUMED:
        cli_fill(language, resumed_message(event->outcome), card, line, sizeof line);
        cli_screen_line(program->screen, "→ ", line);
        /* pin unblock and pin create go on to the new code by themselves */
        if (event->outcome == KAMUPIN_OUTCOME_NOT_DONE &&
            program->args.command == COMMAND_PIN_RESUME)
            cli_screen_line(program->screen, "  ", cli_say(program, M_RESUMED_NEXT));
        break;
    }
}
