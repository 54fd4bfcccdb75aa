/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   change-pin.c: a whole program that changes a card's PIN, for who knows the old one. Uses only the
   public headers. PINs are read from standard input, one a line (old, new, new again), with the
   echo off on a terminal; never from the command line, where everybody can see them.

       change-pin [--unproven] [--last-try] [CARD]
       change-pin --verify [--unproven] [--last-try] [CARD]     only tries the PIN

   Exits with the status' number (0: done) and says what happened in Turkish and English. */
#include <kamupin/kamupin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Reads one line into a new secret, byte by byte: no copy stays in a stdio buffer. */
static kamupin_status ask(kamupin_context *context, const char *what, kamupin_secret **pin,
                          kamupin_error *error)
{
    struct termios before, silent;
    bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    char key;
    kamupin_status status = kamupin_secret_new(context, KAMUPIN_SECRET_PIN, pin, error);

    if (terminal) {
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent); /* before the prompt: nothing typed shows */
        fprintf(stderr, "%s: ", what);
    }
    while (status == KAMUPIN_OK && read(STDIN_FILENO, &key, 1) == 1 && key != '\n')
        status = error->status = kamupin_secret_append(*pin, &key, 1);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return status;
}

static kamupin_status work(kamupin_context *context, const char *which, bool verify_only,
                           unsigned int risk, kamupin_error *error)
{
    kamupin_card *card = NULL;
    kamupin_secret *old_pin = NULL, *new_pin = NULL, *again = NULL;
    kamupin_status status = kamupin_card_open(context, which, NULL, &card, error);

    if (status == KAMUPIN_OK)
        status = ask(context, "Eski PIN / Old PIN", &old_pin, error);
    if (status == KAMUPIN_OK && !verify_only)
        status = ask(context, "Yeni PIN / New PIN", &new_pin, error);
    if (status == KAMUPIN_OK && !verify_only)
        status = ask(context, "Yeni PIN (tekrar) / New PIN again", &again, error);
    if (status == KAMUPIN_OK) {
        status = verify_only ? kamupin_pin_verify(card, old_pin, risk)
                             : kamupin_pin_change(card, old_pin, new_pin, again, risk);
        kamupin_card_error(card, error);
    }
    kamupin_secret_free(&again);
    kamupin_secret_free(&new_pin);
    kamupin_secret_free(&old_pin);
    kamupin_card_free(&card);
    return status;
}

int main(int argc, char **argv)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    char text[KAMUPIN_TEXT_MAX];
    const char *which = NULL;
    unsigned int risk = KAMUPIN_RISK_NONE;
    bool verify_only = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--unproven") == 0)
            risk |= KAMUPIN_RISK_UNPROVEN;
        else if (strcmp(argv[i], "--last-try") == 0)
            risk |= KAMUPIN_RISK_LAST_TRY;
        else if (strcmp(argv[i], "--verify") == 0)
            verify_only = true;
        else
            which = argv[i];
    }
    options.state_folder = getenv("KAMUPIN_STATE_DIR"); /* NULL: the user's own */
    kamupin_status status = kamupin_context_new(&options, &context, &error);
    if (status == KAMUPIN_OK)
        status = work(context, which, verify_only, risk, &error);
    kamupin_context_free(&context);
    if (status != KAMUPIN_OK)
        fprintf(stderr, "%s (%s)\n", kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text),
                kamupin_status_name(status));
    fprintf(stderr, "%s\n",
            status != KAMUPIN_OK ? kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text)
            : verify_only        ? "PIN doğru. / The PIN is right."
                                 : "PIN değişti. / The PIN was changed.");
    return (int)status;
}
