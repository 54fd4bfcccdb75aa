/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   signer.h: a card that signs for a command: opened, asked whether it would, and given its PIN. */
#ifndef CLI_SIGNER_H
#define CLI_SIGNER_H

#include "term.h"

typedef struct cli_signer {
    cli *program;
    cli_term term;
    kamupin_card *card;
    kamupin_secret *pin;
    kamupin_card_kind kind;
} cli_signer;

/** Opens the card of --card, or the only one. Errors: those of kamupin_card_open. */
kamupin_status cli_signer_open(cli_signer *signer, kamupin_error *error);

/** Whether it would sign; shows which card it is where its PIN will be asked for.
 * Errors: those of kamupin_card_sign_ready. */
kamupin_status cli_signer_ready(cli_signer *signer, const kamupin_sign_request *request,
                                kamupin_error *error);

/** Signs with `signer->pin`; `error` is filled. */
typedef kamupin_status cli_sign_fn(void *user, cli_signer *signer, kamupin_error *error);

/** Takes the PIN, of --pin-fd or at the terminal, and has `sign` use it; a wrong one is asked for
 * again at a terminal only, where a person decides about each try.
 * Errors: cancelled, invalid-argument (no line in the descriptor), those of `sign`. */
kamupin_status cli_signer_run(cli_signer *signer, cli_sign_fn *sign, void *user,
                              kamupin_error *error);

/** Takes the terminal, which does not echo until cli_signer_close. */
void cli_signer_begin(cli_signer *signer);
void cli_signer_close(cli_signer *signer);

/** All that a document takes whose text the person has before them: whether the card would sign, whether
 * the person means it (`question`), the PIN, and `sign`. The card was opened.
 * Errors: cancelled, those of cli_signer_ready and cli_signer_run. */
kamupin_status cli_signer_document(cli_signer *signer, cli_message question, cli_sign_fn *sign,
                                   void *user, kamupin_error *error);

/** What has to be given on the command line where nobody can be asked: --pin-fd and --acknowledge.
 * Errors: invalid-argument, which was said then. */
kamupin_status cli_signer_ways(cli *program, kamupin_error *error);

#endif
