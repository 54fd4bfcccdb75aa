/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   unblock-steps.c: a whole program that gives a card a new PIN in steps, as a user interface does:
   the operation says which step is next, the program brings what that step needs. Uses only the
   public headers. Answers are lines of standard input, as they come: switch a terminal's echo off
   around it (examples/unblock.c shows how).

       KAMUPIN_SERVICE=https://… unblock-steps [CARD]

   Exits with the status' number (0: done) and says what happened in Turkish and English. */
#include <kamupin/kamupin.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct dialogue {
    kamupin_operation *operation;
    kamupin_secret *code, *pin, *again, *sms, *password;
    bool over; /* standard input has ended */
} dialogue;

/* A line of standard input, byte by byte into the secret, which is handed back. */
static kamupin_secret *ask(dialogue *self, const char *what, kamupin_secret *into)
{
    char key = '\0';

    fprintf(stderr, "%s: ", what);
    kamupin_secret_clear(into);
    while (read(STDIN_FILENO, &key, 1) == 1 && key != '\n')
        kamupin_secret_append(into, &key, 1); /* one that is too long is refused by its step */
    self->over = key != '\n';
    return into;
}

static kamupin_status factor_step(dialogue *self)
{
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;

    kamupin_operation_factor(self->operation, &factor);
    if (factor.type == KAMUPIN_FACTOR_ANY) /* none was begun yet */
        return kamupin_operation_begin_factor(self->operation, KAMUPIN_FACTOR_ANY, NULL);
    if (factor.type == KAMUPIN_FACTOR_WEB_PASSWORD) {
        ask(self, "WEB parola / Web password", self->password);
        return kamupin_operation_verify_factor(self->operation, self->password);
    }
    fprintf(stderr, "%s ", factor.destination);
    ask(self, "SMS kodu (boş: yenisi) / SMS code (empty: a new one)", self->sms);
    if (kamupin_secret_length(self->sms) == 0 && !self->over)
        return kamupin_operation_begin_factor(self->operation, KAMUPIN_FACTOR_SMS, NULL);
    return kamupin_operation_verify_factor(self->operation, self->sms);
}

/* Does what is next. A step that fails leaves the operation where it was. */
static kamupin_status step(dialogue *self)
{
    switch (kamupin_operation_phase(self->operation)) {
    case KAMUPIN_PHASE_CODE:
        ask(self, "Sayfadaki doğrulama kodu / Code on the web page", self->code);
        return kamupin_operation_redeem(self->operation, self->code);
    case KAMUPIN_PHASE_CARD:
        return kamupin_operation_choose(self->operation, NULL);
    case KAMUPIN_PHASE_PIN:
        fprintf(stderr, "%s\n\n%s\n",
                kamupin_notice_text(KAMUPIN_NOTICE_BEFORE_PIN, KAMUPIN_TURKISH),
                kamupin_notice_text(KAMUPIN_NOTICE_BEFORE_PIN, KAMUPIN_ENGLISH));
        ask(self, "Yeni PIN / New PIN", self->pin);
        ask(self, "Yeni PIN (tekrar) / New PIN again", self->again);
        return kamupin_operation_set_pin(self->operation, self->pin, self->again);
    case KAMUPIN_PHASE_FACTOR:
        return factor_step(self);
    case KAMUPIN_PHASE_READY:
    case KAMUPIN_PHASE_REPORT: /* the service has not heard yet */
        return kamupin_operation_run(self->operation);
    case KAMUPIN_PHASE_AUTHORITY: /* only seen from within kamupin_operation_run */
    case KAMUPIN_PHASE_CARD_WORK:
    case KAMUPIN_PHASE_DONE: /* it is over */
    case KAMUPIN_PHASE_FAILED:
    case KAMUPIN_PHASE_CANCELLED:
        break;
    }
    return KAMUPIN_E_WRONG_STATE;
}

/* … until the operation has ended or nobody answers any more. */
static kamupin_status talk(dialogue *self)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    char text[KAMUPIN_TEXT_MAX];
    kamupin_status status = KAMUPIN_OK;

    while (kamupin_operation_phase(self->operation) < KAMUPIN_PHASE_DONE && !self->over) {
        kamupin_phase phase = kamupin_operation_phase(self->operation);
        status = step(self);
        if (status == KAMUPIN_OK)
            continue;
        kamupin_operation_error(self->operation, &error);
        fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text));
        fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text));
        if (phase == KAMUPIN_PHASE_CARD || phase >= KAMUPIN_PHASE_READY) /* asks nothing itself */
            ask(self, "Yeniden denemek için Enter / Enter to try again", self->code);
    }
    return status;
}

static kamupin_status unblock(kamupin_context *context, const char *card, kamupin_error *error)
{
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    dialogue self = {.operation = NULL};

    kamupin_resume(context, NULL, NULL, NULL, NULL); /* what an earlier run could not finish */
    options.service = getenv("KAMUPIN_SERVICE");
    options.card = card; /* NULL: the only one that may be used */
    kamupin_status status = kamupin_operation_new(context, &options, &self.operation, error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(context, KAMUPIN_SECRET_VERIFICATION_CODE, &self.code, error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &self.pin, error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &self.again, error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(context, KAMUPIN_SECRET_SMS_CODE, &self.sms, error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(context, KAMUPIN_SECRET_WEB_PASSWORD, &self.password, error);
    if (status == KAMUPIN_OK)
        status = talk(&self);
    kamupin_secret_free(&self.password);
    kamupin_secret_free(&self.sms);
    kamupin_secret_free(&self.again);
    kamupin_secret_free(&self.pin);
    kamupin_secret_free(&self.code);
    kamupin_operation_free(&self.operation);
    return status;
}

int main(int argc, char **argv)
{
    kamupin_context_options settings = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;

    settings.ca_file = getenv("KAMUPIN_CA_FILE");        /* NULL: the system's */
    settings.state_folder = getenv("KAMUPIN_STATE_DIR"); /* NULL: the user's own */
    kamupin_status status = kamupin_context_new(&settings, &context, &error);
    if (status == KAMUPIN_OK)
        status = unblock(context, argc > 1 ? argv[1] : NULL, &error);
    kamupin_context_free(&context);
    fprintf(stderr, "%s\n", kamupin_status_cause(status, KAMUPIN_TURKISH));
    fprintf(stderr, "%s\n", kamupin_status_cause(status, KAMUPIN_ENGLISH));
    return (int)status;
}
