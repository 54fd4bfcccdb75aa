/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   probe.c: card probe. Prints what the library finds, asks before each step that could cost
   something, and writes the draft of a profile. */
#include "cli.h"
#include "fd.h"
#include "file.h"
#include "term.h"

#include <stdio.h>
#include <string.h>

typedef struct probing {
    cli *program;
    cli_term term;
    json_t *findings;
} probing;

static void told(void *user, const kamupin_probe_finding *finding)
{
    probing *it = user;
    char clean[500];
    char word[8] = "";
    if (finding->status_word != 0)
        snprintf(word, sizeof word, "%04X", finding->status_word & 0xFFFFU);
    json_array_append_new(
        it->findings,
        json_pack("{s:s, s:o, s:o, s:s}", "step", finding->step, "command",
                  finding->command[0] != '\0' ? json_string(finding->command) : json_null(),
                  "status_word", word[0] != '\0' ? json_string(word) : json_null(), "text",
                  finding->text));
    if (it->program->args.json)
        return;
    printf("%s\n", cli_clean(finding->text, clean, sizeof clean));
    if (finding->command[0] != '\0')
        printf("    > %s\n", finding->command);
    fflush(stdout);
}

static cli_message warning(kamupin_probe_step step)
{
    switch (step) {
    case KAMUPIN_PROBE_VERIFY:
        return M_PROBE_VERIFY;
    case KAMUPIN_PROBE_EMPTY_VERIFY:
        return M_PROBE_EMPTY_VERIFY;
    case KAMUPIN_PROBE_CHANGE:
        return M_PROBE_CHANGE;
    case KAMUPIN_PROBE_SACRIFICE:
        return M_PROBE_SACRIFICE;
    case KAMUPIN_PROBE_UNBLOCK:
        return M_PROBE_UNBLOCK;
    }
    return M_PROBE_VERIFY;
}

/* At a terminal a card is given up by a word that nobody types by chance, --acknowledge or not. */
static bool confirmed(probing *it, kamupin_probe_step step)
{
    cli *program = it->program;
    if (step == KAMUPIN_PROBE_SACRIFICE && program->interactive)
        return cli_term_word(&it->term, M_ASK_SACRIFICE, M_OTHER_WORD,
                             cli_say(program, M_WORD_SACRIFICE));
    if (program->args.acknowledge)
        return true;
    return program->interactive && cli_term_enter(&it->term, cli_say(program, M_ASK_ACKNOWLEDGE));
}

/* Each step by itself: its warning, and Enter; without a terminal --acknowledge stands for it. */
static bool ask(void *user, kamupin_probe_step step, kamupin_secret *pin)
{
    probing *it = user;
    cli *program = it->program;
    int fd = program->args.pin_fd;
    cli_screen_line(program->screen, "\n", cli_say(program, warning(step)));
    if (!confirmed(it, step))
        return false;
    if (pin == NULL)
        return true;
    kamupin_answer answer =
        fd >= 0 ? cli_fd_line(program, fd, NULL, pin, NULL)
                : cli_term_secret(&it->term, cli_say(program, M_ASK_PIN), -1, NULL, pin);
    return answer == KAMUPIN_ANSWER_GIVEN;
}

/* The terminal is given to the operation's questions meanwhile. */
static kamupin_status unblock(void *user, const char *card, kamupin_secret *new_pin,
                              kamupin_error *error)
{
    probing *it = user;
    cli_term_end(&it->term);
    kamupin_status status = cli_unblock_card(it->program, card, new_pin, error);
    cli_term_begin(&it->term, it->program);
    return status;
}

/* What would be missing in the middle is asked for before anything is sent. */
static kamupin_status check_line(cli *program, kamupin_error *error)
{
    const cli_args *args = &program->args;
    if (args->draft != NULL && cli_file_is_there(args->draft)) /* somebody may have worked on it */
        return cli_refuse(program, M_DRAFT_THERE, args->draft, error);
    if (args->probe_steps == 0)
        return KAMUPIN_OK;
    if ((args->probe_steps & KAMUPIN_PROBE_VERIFY) == 0)
        return cli_refuse(program, M_PROBE_NEEDS_VERIFY, "", error);
    if ((args->probe_steps & KAMUPIN_PROBE_UNBLOCK) != 0 &&
        (args->probe_steps & KAMUPIN_PROBE_SACRIFICE) == 0)
        return cli_refuse(program, M_PROBE_NEEDS_SACRIFICE, "", error);
    if (!program->interactive && args->pin_fd < 0)
        return cli_needs(program, "--pin-fd", error);
    if (!program->interactive && !args->acknowledge) {
        for (unsigned int step = 1; step <= args->probe_steps; step <<= 1)
            if ((args->probe_steps & step) != 0) /* what there is to be read */
                cli_screen_line(program->screen, "",
                                cli_say(program, warning((kamupin_probe_step)step)));
        return cli_error(error, KAMUPIN_E_NOT_ACKNOWLEDGED);
    }
    return (args->probe_steps & KAMUPIN_PROBE_UNBLOCK) != 0 ? cli_unblock_ready(program, error)
                                                            : KAMUPIN_OK;
}

static void say(const cli *program, const char *text)
{
    if (!program->args.json)
        printf("%s\n", text);
}

/* What is done with the draft, and what its reader does with it. */
static kamupin_status keep(cli *program, const char *draft, kamupin_error *error)
{
    const char *path = program->args.draft;
    if (draft[0] == '\0')
        return KAMUPIN_OK;
    char line[300];
    char clean[300];
    bool good =
        path != NULL && !cli_file_is_there(path) && cli_file_write(path, draft, strlen(draft));
    if (!good && !program->args.json)
        printf("\n%s\n\n%s\n", cli_say(program, M_PROBE_DRAFT), draft);
    if (!good && path != NULL)
        return cli_refuse(program, M_CANNOT_WRITE_DRAFT, path, error);
    if (good) { /* the path, which may have somebody's name in it, is no part of the report */
        cli_fill(program->args.language, M_PROBE_WRITTEN, path, line, sizeof line);
        cli_screen_line(program->screen, "", cli_clean(line, clean, sizeof clean));
        say(program, "");
    }
    say(program, cli_say(program, M_PROBE_NEXT));
    return KAMUPIN_OK;
}

kamupin_status cli_card_probe(cli *program, kamupin_error *error)
{
    probing it = {.program = program};
    char draft[KAMUPIN_PROBE_DRAFT_MAX] = "";
    kamupin_probe_request request = KAMUPIN_PROBE_REQUEST_INIT;
    request.card = program->args.card;
    request.steps = program->args.probe_steps;
    request.language = program->args.language;
    request.told = told;
    request.ask = ask;
    request.unblock = unblock;
    request.user = &it;
    request.cancel = program->cancel;
    kamupin_status status = check_line(program, error);
    if (status != KAMUPIN_OK)
        return status;
    it.findings = json_array();
    say(program, cli_say(program, request.steps == 0 ? M_PROBE_BEGIN : M_PROBE_BEGIN_STEPS));
    if (request.steps != 0)
        cli_term_begin(&it.term, program);
    status = kamupin_card_probe(program->context, &request, draft, sizeof draft, error);
    cli_term_end(&it.term);
    cli_json_add(program, "findings", it.findings);
    cli_json_add(program, "draft", draft[0] != '\0' ? json_string(draft) : json_null());
    if (status == KAMUPIN_OK && draft[0] == '\0')
        say(program, cli_say(program, M_PROBE_NO_DRAFT));
    kamupin_error other = KAMUPIN_ERROR_INIT;
    kamupin_status kept = keep(program, draft, status == KAMUPIN_OK ? error : &other);
    if (status == KAMUPIN_OK)
        return kept;
    program->said = false; /* why the probe ended has to be said, too */
    program->detail[0] = '\0';
    return status;
}
