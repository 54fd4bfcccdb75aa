/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   steps.c: a program on the library's public face alone, linked with the shared library as any
   application is: the operation in steps, one a line of its input, each answered with one line, for
   tests whose other ends are a real PC/SC daemon and a running service. Touches what its
   environment names: readers, KAMUPIN_SERVICE, KAMUPIN_CA_FILE, KAMUPIN_STATE_DIR, KAMUPIN_PINS.

       new [unblock|create|any] [RISKS] | profile FILE | redeem CODE | cards | choose [CARD] | pin PIN [AGAIN] | sms
       verify CODE | run | result | phase | resume [PIN] | free | list | wait MILLISECONDS | fork

   An argument is the milliseconds that one HTTPS exchange may take. An answer is the status' name,
   then name=value words. */
#include <kamupin/kamupin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 4

typedef struct program {
    kamupin_context *context;
    kamupin_operation *operation;
    kamupin_reader_list *list;
    kamupin_error error;
    char *word[WORDS_MAX];
    size_t words;
} program;

static void to_stderr(void *user, kamupin_log_level level, const char *room, const char *line)
{
    (void)user;
    fprintf(stderr, "%d %s: %s\n", (int)level, room, line);
}

static const char *word(const program *self, size_t index)
{
    return index < self->words ? self->word[index] : NULL;
}

/* The status and what the error record says of it; "-" where a call has none. */
static void say(const program *self, kamupin_status status)
{
    const kamupin_error *error = &self->error;

    printf("%s", kamupin_status_name(status));
    if (status != KAMUPIN_OK)
        printf(" record=%s origin=%d sw=%04X tries=%d wait=%d http=%d problem=%s",
               kamupin_status_name(error->status), (int)error->origin, error->status_word,
               error->tries_left, error->wait_seconds, error->http_status,
               error->problem_type[0] == '\0' ? "-" : error->problem_type);
}

/* … of the operation's last call, with the phase that it is in now. */
static void say_step(program *self, kamupin_status status)
{
    kamupin_operation_error(self->operation, &self->error);
    say(self, status);
    printf(" phase=%d seconds=%d", (int)kamupin_operation_phase(self->operation),
           kamupin_operation_seconds_left(self->operation));
}

static kamupin_secret *secret(program *self, kamupin_secret_kind kind, const char *text)
{
    kamupin_secret *made = NULL;

    if (text != NULL && kamupin_secret_new(self->context, kind, &made, &self->error) == KAMUPIN_OK)
        kamupin_secret_append(made, text, strlen(text));
    return made;
}

static void step_new(program *self)
{
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    const char *kind = word(self, 1);

    kamupin_operation_free(&self->operation);
    options.service = getenv("KAMUPIN_SERVICE");
    if (kind != NULL && strcmp(kind, "any") != 0)
        options.kind =
            strcmp(kind, "create") == 0 ? KAMUPIN_OPERATION_CREATE : KAMUPIN_OPERATION_UNBLOCK;
    if (word(self, 2) != NULL)
        options.risk = (unsigned int)strtoul(word(self, 2), NULL, 10);
    say(self, kamupin_operation_new(self->context, &options, &self->operation, &self->error));
}

static void step_redeem(program *self)
{
    kamupin_secret *code = secret(self, KAMUPIN_SECRET_VERIFICATION_CODE, word(self, 1));

    say_step(self, kamupin_operation_redeem(self->operation, code));
    kamupin_secret_free(&code);
}

static void show_list(const kamupin_reader_list *list)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;

    printf(" usable=");
    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++)
        printf("%s%s", i == 0 ? "" : ",", kamupin_status_name(info.usable));
}

static void step_cards(program *self)
{
    kamupin_reader_list *list = NULL;

    say_step(self, kamupin_operation_cards(self->operation, &list));
    show_list(list);
    kamupin_reader_list_free(&list);
}

static void step_pin(program *self)
{
    kamupin_secret *pin = secret(self, KAMUPIN_SECRET_PIN, word(self, 1));
    kamupin_secret *again =
        secret(self, KAMUPIN_SECRET_PIN, word(self, word(self, 2) == NULL ? 1 : 2));

    say_step(self, kamupin_operation_set_pin(self->operation, pin, again));
    kamupin_secret_free(&pin);
    kamupin_secret_free(&again);
}

static void begin(program *self, kamupin_factor_type type)
{
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;

    kamupin_status status = kamupin_operation_begin_factor(self->operation, type, &factor);
    say_step(self, status);
    if (status == KAMUPIN_OK)
        printf(" type=%d offered=%u resend=%d left=%d", (int)factor.type, factor.offered,
               factor.resend_after, factor.tries_left);
}

static void step_sms(program *self)
{
    begin(self, KAMUPIN_FACTOR_SMS);
}

static void step_factor(program *self)
{
    begin(self, KAMUPIN_FACTOR_ANY);
}

static void step_web(program *self)
{
    begin(self, KAMUPIN_FACTOR_WEB_PASSWORD);
}

static void step_password(program *self)
{
    kamupin_secret *password = secret(self, KAMUPIN_SECRET_WEB_PASSWORD, word(self, 1));

    say_step(self, kamupin_operation_verify_factor(self->operation, password));
    kamupin_secret_free(&password);
}

static void step_verify(program *self)
{
    kamupin_secret *code = secret(self, KAMUPIN_SECRET_SMS_CODE, word(self, 1));

    say_step(self, kamupin_operation_verify_factor(self->operation, code));
    kamupin_secret_free(&code);
}

static void step_result(program *self)
{
    kamupin_result result = KAMUPIN_RESULT_INIT;

    say(self, kamupin_operation_result(self->operation, &result));
    printf(" outcome=%d reported=%d", (int)result.outcome, (int)result.reported);
}

/* A prompt that a resume may ask: the new PIN, given in the line. */
static kamupin_answer give_pin(void *user, const kamupin_question *question, kamupin_secret *into)
{
    const program *self = user;
    const char *pin = word(self, 1);

    if (pin == NULL || question->ask != KAMUPIN_ASK_PIN_TO_CHECK)
        return KAMUPIN_ANSWER_STOP;
    return kamupin_secret_append(into, pin, strlen(pin)) == KAMUPIN_OK ? KAMUPIN_ANSWER_GIVEN
                                                                       : KAMUPIN_ANSWER_STOP;
}

static bool agree(void *user, kamupin_notice notice)
{
    (void)user;
    (void)notice;
    return true;
}

static void step_resume(program *self)
{
    const kamupin_prompts prompts = {
        .size = sizeof prompts, .user = self, .secret = give_pin, .acknowledge = agree};
    size_t left = 0;

    kamupin_status status = kamupin_resume(self->context, NULL, &prompts, &left, &self->error);
    say(self, status);
    printf(" left=%zu", left);
}

static void step_list(program *self)
{
    kamupin_reader_list_free(&self->list);
    say(self, kamupin_reader_list_new(self->context, NULL, &self->list, &self->error));
    show_list(self->list);
}

static void step_wait(program *self)
{
    long timeout = word(self, 1) == NULL ? 0 : strtol(word(self, 1), NULL, 10);

    say(self, kamupin_reader_list_wait(self->list, timeout, NULL, &self->error));
}

/* A child that tries the operation, and then tidies up what it was born with. */
static void step_fork(program *self)
{
    int ended = -1;

    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        kamupin_status status = kamupin_operation_run(self->operation);
        kamupin_operation_free(&self->operation);
        kamupin_reader_list_free(&self->list);
        kamupin_context_free(&self->context);
        _exit((int)status);
    }
    if (child > 0)
        waitpid(child, &ended, 0);
    printf("%s", child > 0 && WIFEXITED(ended)
                     ? kamupin_status_name((kamupin_status)WEXITSTATUS(ended))
                     : "no-end");
}

static void take(program *self)
{
    const char *step = self->word[0];

    if (strcmp(step, "new") == 0)
        step_new(self);
    else if (strcmp(step, "profile") == 0)
        say(self, kamupin_profile_load(self->context, word(self, 1), &self->error));
    else if (strcmp(step, "redeem") == 0)
        step_redeem(self);
    else if (strcmp(step, "cards") == 0)
        step_cards(self);
    else if (strcmp(step, "choose") == 0)
        say_step(self, kamupin_operation_choose(self->operation, word(self, 1)));
    else if (strcmp(step, "pin") == 0)
        step_pin(self);
    else if (strcmp(step, "sms") == 0)
        step_sms(self);
    else if (strcmp(step, "factor") == 0)
        step_factor(self);
    else if (strcmp(step, "web") == 0)
        step_web(self);
    else if (strcmp(step, "password") == 0)
        step_password(self);
    else if (strcmp(step, "verify") == 0)
        step_verify(self);
    else if (strcmp(step, "run") == 0)
        say_step(self, kamupin_operation_run(self->operation));
    else if (strcmp(step, "result") == 0)
        step_result(self);
    else if (strcmp(step, "phase") == 0)
        say_step(self, KAMUPIN_OK);
    else if (strcmp(step, "resume") == 0)
        step_resume(self);
    else if (strcmp(step, "list") == 0)
        step_list(self);
    else if (strcmp(step, "wait") == 0)
        step_wait(self);
    else if (strcmp(step, "fork") == 0)
        step_fork(self);
    else if (strcmp(step, "free") == 0)
        kamupin_operation_free(&self->operation);
    else
        printf("no-such-step");
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    program self = {.context = NULL, .error = KAMUPIN_ERROR_INIT};
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    char line[1200];

    options.ca_file = getenv("KAMUPIN_CA_FILE");
    options.state_folder = getenv("KAMUPIN_STATE_DIR");
    options.pins = getenv("KAMUPIN_PINS");
    options.log = to_stderr;
    options.log_level = KAMUPIN_LOG_TRACE;
    if (argc > 1)
        options.request_timeout_ms = strtol(argv[1], NULL, 10);
    kamupin_status status = kamupin_context_new(&options, &self.context, &self.error);
    say(&self, status);
    printf("\n");
    fflush(stdout);
    while (status == KAMUPIN_OK && fgets(line, sizeof line, stdin) != NULL) {
        char *rest = NULL;
        self.words = 0;
        for (char *one = strtok_r(line, "\t\n", &rest); one != NULL && self.words < WORDS_MAX;
             one = strtok_r(NULL, "\t\n", &rest))
            self.word[self.words++] = one;
        if (self.words > 0)
            take(&self);
    }
    kamupin_operation_free(&self.operation);
    kamupin_reader_list_free(&self.list);
    kamupin_context_free(&self.context);
    return 0;
}
