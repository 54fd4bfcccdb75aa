/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   order.c: a whole program that logs somebody in, orders a new PIN for their blocked e-signature card
   and gives it to the card; no code of a web page is typed. Uses only the public headers. Answers are
   lines of standard input, with the echo off on a terminal.

       KAMUPIN_SERVICE=https://… order

   Open the address that it prints, and paste the address that the browser ends at. It waits for a
   card, and asks which one when more than one may be used. Exits with the status' number (0: done) and
   says what happened in Turkish and English. */
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

/* One line of standard input, into a secret or, shown, into `text`. False at its end. */
static bool read_line(const char *prompt, kamupin_secret *into, char *text, size_t size)
{
    struct termios shown, hidden;
    bool quiet = into != NULL && tcgetattr(STDIN_FILENO, &shown) == 0;
    size_t length = 0;
    char key = '\0';

    if (quiet) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    }
    fprintf(stderr, "%s: ", prompt);
    while (read(STDIN_FILENO, &key, 1) == 1 && key != '\n')
        if (into != NULL)
            kamupin_secret_append(into, &key, 1);
        else if (length + 1 < size)
            text[length++] = key;
    if (size > 0)
        text[length] = '\0';
    if (quiet) {
        tcsetattr(STDIN_FILENO, TCSANOW, &shown);
        fputc('\n', stderr); /* the key that was not shown */
    }
    return key == '\n';
}

static kamupin_answer ask(void *user, const kamupin_question *question, kamupin_secret *into)
{
    static const char *const what[] = {
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
    if (!read_line(what[question->ask], into, NULL, 0))
        return KAMUPIN_ANSWER_CANCEL;
    if (question->ask == KAMUPIN_ASK_SMS_CODE && kamupin_secret_length(into) == 0)
        return KAMUPIN_ANSWER_RESEND;
    if (question->ask == KAMUPIN_ASK_WEB_PASSWORD && kamupin_secret_length(into) == 0)
        return KAMUPIN_ANSWER_OTHER_FACTOR;
    return KAMUPIN_ANSWER_GIVEN;
}

/* More than one card may be used: the person says which. */
static kamupin_answer choose(void *user, const kamupin_reader_list *list, size_t *index)
{
    kamupin_card_info card = KAMUPIN_CARD_INFO_INIT;
    char line[8], *end = line;
    size_t count = 0;
    (void)user;

    for (; kamupin_reader_list_get(list, count, &card) == KAMUPIN_OK; count++)
        if (card.usable == KAMUPIN_OK)
            fprintf(stderr, "%zu  %s  %s\n", count + 1, card.reader, card.card_id);
    do {
        if (!read_line("Hangi kart? / Which card?", NULL, line, sizeof line))
            return KAMUPIN_ANSWER_CANCEL;
        *index = strtoul(line, &end, 10) - 1;
    } while (*end != '\0' || kamupin_reader_list_get(list, *index, &card) != KAMUPIN_OK ||
             card.usable != KAMUPIN_OK);
    return KAMUPIN_ANSWER_GIVEN;
}

static bool acknowledge(void *user, kamupin_notice notice)
{
    char line[2];
    (void)user;
    fprintf(stderr, "%s\n\n%s\n", kamupin_notice_text(notice, KAMUPIN_TURKISH),
            kamupin_notice_text(notice, KAMUPIN_ENGLISH));
    return notice != KAMUPIN_NOTICE_BEFORE_PIN ||
           read_line("Okuduysanız Enter / When read, Enter", NULL, line, sizeof line);
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

static kamupin_status log_in(kamupin_session *session)
{
    kamupin_login login = KAMUPIN_LOGIN_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    char callback[4096];

    kamupin_status status = kamupin_session_begin(session, NULL, &login);
    if (status != KAMUPIN_OK)
        return status;
    fprintf(stderr,
            "%s / %s: %s\n"
            "Bu adresi tarayıcınızda açın; girişten sonra açılmayan sayfanın adresini yapıştırın.\n"
            "Open this address in your browser; after the login the page does not open: paste its "
            "address.\n",
            login.application_tr, login.application_en, login.address);
    printf("%s\n", login.url);
    fflush(stdout);
    for (;;) {
        if (!read_line("Adres / Address", NULL, callback, sizeof callback))
            return KAMUPIN_E_CANCELLED;
        status = kamupin_session_complete(session, callback);
        if (status != KAMUPIN_E_CALLBACK_MALFORMED && status != KAMUPIN_E_LOGIN_REDIRECT_MISMATCH &&
            status != KAMUPIN_E_LOGIN_STATE_MISMATCH)
            return status; /* else it was not this login's callback, and the login still waits */
        kamupin_session_error(session, &error);
        say(&error);
    }
}

static kamupin_status unblock(kamupin_context *context, kamupin_session *session,
                              kamupin_error *error)
{
    kamupin_order_options wanted = KAMUPIN_ORDER_OPTIONS_INIT;
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    kamupin_prompts prompts = KAMUPIN_PROMPTS_INIT;
    kamupin_result result = KAMUPIN_RESULT_INIT;

    wanted.kind = KAMUPIN_OPERATION_UNBLOCK;
    wanted.product = KAMUPIN_PRODUCT_NES;
    prompts.secret = ask;
    prompts.card = choose;
    prompts.acknowledge = acknowledge;
    options.event = show;
    kamupin_status status = kamupin_order_new(session, &wanted, &options.order, error);
    if (status == KAMUPIN_OK)
        status = kamupin_unblock(context, &options, &prompts, &result, error);
    kamupin_order_free(&options.order); /* one that led to nothing ends with the session */
    if (result.outcome != KAMUPIN_OUTCOME_NONE)
        printf("%s %s\n", result.card_id, kamupin_outcome_name(result.outcome));
    return status;
}

int main(void)
{
    kamupin_context_options settings = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_session_options where = KAMUPIN_SESSION_OPTIONS_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    kamupin_session *session = NULL;

    if (getenv("KAMUPIN_SERVICE") == NULL) {
        fprintf(stderr, "KAMUPIN_SERVICE=https://… order\n");
        return KAMUPIN_E_INVALID_ARGUMENT;
    }
    settings.ca_file = getenv("KAMUPIN_CA_FILE");        /* NULL: the system's */
    settings.state_folder = getenv("KAMUPIN_STATE_DIR"); /* NULL: the user's own */
    where.service = getenv("KAMUPIN_SERVICE");
    where.redirect = "http://127.0.0.1:49165/kamupin"; /* nobody listens: the address is pasted */
    kamupin_status status = kamupin_context_new(&settings, &context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_session_new(context, &where, &session, &error);
    if (status == KAMUPIN_OK) {
        status = log_in(session);
        kamupin_session_error(session, &error);
        if (status == KAMUPIN_OK) {
            status = unblock(context, session, &error);
            kamupin_session_end(session);
        }
    }
    kamupin_session_free(&session);
    kamupin_context_free(&context);
    if (status != KAMUPIN_OK) {
        error.status = status;
        say(&error);
    }
    return (int)status;
}
