/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   unblock.c: a whole program that gives a card a new PIN: one call, kamupin_unblock, and three
   small functions that it asks and tells. Uses only the public headers. Answers are lines of
   standard input, with the echo off on a terminal; never from the command line, where everybody
   sees them.

       KAMUPIN_SERVICE=https://… unblock [CARD]

   Exits with the status' number (0: done) and says what happened in Turkish and English. */
#include <kamupin/kamupin.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static void say(const kamupin_error *error)
{
    char text[KAMUPIN_TEXT_MAX];
    fprintf(stderr, "%s\n", kamupin_error_text(error, KAMUPIN_TURKISH, text, sizeof text));
    fprintf(stderr, "%s\n", kamupin_error_text(error, KAMUPIN_ENGLISH, text, sizeof text));
}

/* Asks for a line of standard input, byte by byte into `into` (NULL: nowhere). False at its end. */
static bool read_line(const char *prompt, kamupin_secret *into)
{
    struct termios shown, hidden;
    bool terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
    char key = '\0';

    if (terminal) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    }
    fprintf(stderr, "%s: ", prompt);
    while (read(STDIN_FILENO, &key, 1) == 1 && key != '\n')
        if (into != NULL && kamupin_secret_append(into, &key, 1) != KAMUPIN_OK)
            break;
    if (terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    fputc('\n', stderr);
    return key == '\n';
}

static kamupin_answer ask(void *user, const kamupin_question *question, kamupin_secret *into)
{
    static const char *const what[] = {
        [KAMUPIN_ASK_CODE] = "Sayfadaki doğrulama kodu / Code on the web page",
        [KAMUPIN_ASK_NEW_PIN] = "Yeni PIN / New PIN",
        [KAMUPIN_ASK_NEW_PIN_AGAIN] = "Yeni PIN (tekrar) / New PIN again",
        [KAMUPIN_ASK_SMS_CODE] = "SMS kodu (boş: yenisi) / SMS code (empty: a new one)",
        [KAMUPIN_ASK_WEB_PASSWORD] = "WEB parola (boş: SMS ile) / Web password (empty: by SMS)",
        [KAMUPIN_ASK_PIN_TO_CHECK] =
            "Yarıda kalan işlemin PIN'i / PIN of the interrupted operation",
    };
    (void)user;
    if (question->problem != NULL)
        say(question->problem); /* why it is asked again */
    if (question->factor != NULL)
        fprintf(stderr, "%s ", question->factor->destination);
    if (!read_line(what[question->ask], into))
        return KAMUPIN_ANSWER_CANCEL;
    if (question->ask == KAMUPIN_ASK_SMS_CODE && kamupin_secret_length(into) == 0)
        return KAMUPIN_ANSWER_RESEND;
    if (question->ask == KAMUPIN_ASK_WEB_PASSWORD && kamupin_secret_length(into) == 0)
        return KAMUPIN_ANSWER_OTHER_FACTOR;
    return KAMUPIN_ANSWER_GIVEN;
}

static bool acknowledge(void *user, kamupin_notice notice)
{
    (void)user;
    fprintf(stderr, "%s\n\n%s\n", kamupin_notice_text(notice, KAMUPIN_TURKISH),
            kamupin_notice_text(notice, KAMUPIN_ENGLISH));
    if (notice != KAMUPIN_NOTICE_BEFORE_PIN)
        return true;
    return read_line("Okuduysanız Enter'a basın / When you have read this, press Enter", NULL);
}

static void show(void *user, const kamupin_event *event)
{
    kamupin_error why = KAMUPIN_ERROR_INIT;
    (void)user;
    why.status = event->status;
    if (event->kind == KAMUPIN_EVENT_WAIT_FOR_CARD)
        say(&why);
    else if (event->phase == KAMUPIN_PHASE_CARD_WORK)
        fprintf(stderr, "Kartı çıkarmayın. / Leave the card where it is.\n");
}

int main(int argc, char **argv)
{
    kamupin_context_options settings = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    kamupin_prompts prompts = {.size = sizeof prompts, .secret = ask, .acknowledge = acknowledge};
    kamupin_result result = KAMUPIN_RESULT_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;

    settings.ca_file = getenv("KAMUPIN_CA_FILE");        /* NULL: the system's */
    settings.state_folder = getenv("KAMUPIN_STATE_DIR"); /* NULL: the user's own */
    options.service = getenv("KAMUPIN_SERVICE");
    options.card = argc > 1 ? argv[1] : NULL; /* NULL: the only one that may be used */
    options.event = show;

    kamupin_status status = kamupin_context_new(&settings, &context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_unblock(context, &options, &prompts, &result, &error);
    kamupin_context_free(&context);
    if (status != KAMUPIN_OK)
        say(&error);
    printf("%s %s\n", result.card_id, kamupin_outcome_name(result.outcome));
    return (int)status;
}
