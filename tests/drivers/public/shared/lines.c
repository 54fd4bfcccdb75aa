/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   lines.c: a line in, a line out: the status' name, a tab, a value. The first answer, before any
   line, is of the session's making. An argument is the milliseconds that one HTTPS exchange may take.
   Touches what its environment names: KAMUPIN_SERVICE, KAMUPIN_CA_FILE, KAMUPIN_STATE_DIR. */
#include "lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t shifted_clock(void *user)
{
    const world *self = user;
    struct timespec now = {0, 0};

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + self->ahead_ms;
}

kamupin_secret *secret(world *self, kamupin_secret_kind kind, const char *text)
{
    kamupin_secret *made = NULL;

    if (kamupin_secret_new(self->context, kind, &made, &self->error) == KAMUPIN_OK)
        kamupin_secret_append(made, text, strlen(text));
    return made;
}

/* At most WORDS_MAX words with one space between; what is beyond them is passed over. */
static void split(world *self, char *text)
{
    char *rest = text;

    text[strcspn(text, "\n")] = '\0';
    for (size_t i = 0; i < WORDS_MAX; i++)
        self->word[i] = text + strlen(text);
    for (size_t i = 0; i < WORDS_MAX && rest != NULL; i++) {
        self->word[i] = rest;
        rest = strchr(rest, ' ');
        if (rest != NULL)
            *rest++ = '\0';
    }
}

static kamupin_status obey(world *self)
{
    self->value[0] = '\0';
    self->used = 0;
    for (size_t i = 0; i < line_count; i++)
        if (strcmp(lines[i].word, self->word[0]) == 0)
            return lines[i].obey(self);
    if (strcmp(self->word[0], "advance") != 0)
        return KAMUPIN_E_INVALID_ARGUMENT;
    self->ahead_ms += atol(self->word[1]);
    return KAMUPIN_OK;
}

static void to_stderr(void *user, kamupin_log_level level, const char *room, const char *text)
{
    (void)user;
    fprintf(stderr, "%d %s: %s\n", (int)level, room, text);
}

static kamupin_status log_in(world *self, const char *timeout_ms)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_session_options wanted = KAMUPIN_SESSION_OPTIONS_INIT;

    options.ca_file = getenv("KAMUPIN_CA_FILE");
    options.state_folder = getenv("KAMUPIN_STATE_DIR");
    options.clock = shifted_clock;
    options.clock_user = self;
    options.log = to_stderr;
    options.log_level = KAMUPIN_LOG_TRACE;
    if (timeout_ms != NULL)
        options.request_timeout_ms = strtol(timeout_ms, NULL, 10);
    wanted.service = getenv("KAMUPIN_SERVICE");
    kamupin_status status = kamupin_context_new(&options, &self->context, &self->error);
    return status == KAMUPIN_OK
               ? kamupin_session_new(self->context, &wanted, &self->session, &self->error)
               : status;
}

int main(int argc, char **argv)
{
    static world self = {.error = KAMUPIN_ERROR_INIT};
    static char text[65536];
    kamupin_status status = log_in(&self, argc > 1 ? argv[1] : NULL);

    printf("%s\t\n", kamupin_status_name(status));
    fflush(stdout);
    while (status == KAMUPIN_OK && fgets(text, sizeof text, stdin) != NULL) {
        split(&self, text);
        kamupin_status answered = obey(&self);
        if (answered != KAMUPIN_OK)
            refused(&self);
        printf("%s\t%s\n", kamupin_status_name(answered), self.value);
        fflush(stdout);
    }
    kamupin_authorised_list_free(&self.list);
    kamupin_consent_free(&self.consent);
    kamupin_revocation_free(&self.revocation);
    kamupin_operation_free(&self.operation);
    kamupin_order_free(&self.order);
    kamupin_session_free(&self.session);
    kamupin_context_free(&self.context);
    return 0;
}
