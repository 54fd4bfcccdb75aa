/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.c: a session that does what it is told, a line each, for tests with a real authorization
   server on the other end. Uses the public headers alone.

       session SERVICE CA-FILE REDIRECT [MILLISECONDS]     REDIRECT "-": none; of one HTTPS exchange;
                                                           environment: KAMUPIN_PINS

   Each answer is a line: the status' name, a tab, a value. Lines: begin [CARRY], complete CALLBACK,
   carried, methods, info, renew, end, keep, keeps (how often it was kept), lend SECONDS, restore HEX, login-card PIN,
   order (an unblocking of a nes), organisation (the first of the last info), advance MILLISECONDS (of the context's clock), cancel. */
#include <kamupin/kamupin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HEX_MAX 40000

typedef struct world {
    kamupin_context *context;
    kamupin_cancel *cancel;
    kamupin_session *session;
    int64_t ahead_ms; /* of the clock */
    char kept[HEX_MAX];
    int kept_calls;
    char value[HEX_MAX];
} world;

static int64_t shifted_clock(void *user)
{
    const world *self = user;
    struct timespec now = {0, 0};

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + self->ahead_ms;
}

static void put_hex(char *out, const unsigned char *bytes, size_t length)
{
    out[0] = '\0';
    for (size_t i = 0; i < length && 2 * i + 3 < HEX_MAX; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void keep(void *user, const unsigned char *bytes, size_t length)
{
    world *self = user;

    self->kept_calls++;
    put_hex(self->kept, bytes, length);
}

static void lent(void *user, const unsigned char *bytes, size_t length)
{
    world *self = user;

    put_hex(self->value, bytes, length);
}

static kamupin_status begin(world *self, const char *carry)
{
    kamupin_login login = KAMUPIN_LOGIN_INIT;
    kamupin_status status =
        kamupin_session_begin(self->session, carry[0] == '\0' ? NULL : carry, &login);

    if (status == KAMUPIN_OK)
        snprintf(self->value, sizeof self->value, "%s\t%s\t%s", login.url, login.application_en,
                 login.address);
    return status;
}

static kamupin_status info(world *self)
{
    kamupin_session_info told = KAMUPIN_SESSION_INFO_INIT;
    kamupin_error record = KAMUPIN_ERROR_INIT;
    kamupin_status status = kamupin_session_info_get(self->session, &told);

    kamupin_session_error(self->session, &record);
    if (status == KAMUPIN_OK)
        snprintf(self->value, sizeof self->value, "%s\t%s\t%d\t%d%s%s", told.name, told.identity,
                 (int)told.assurance, told.seconds_left, record.status != KAMUPIN_OK ? "\t" : "",
                 record.status != KAMUPIN_OK ? kamupin_status_name(record.status) : "");
    return status;
}

static kamupin_status methods(world *self)
{
    unsigned int bits = 0;
    kamupin_status status = kamupin_session_methods(self->session, &bits);

    snprintf(self->value, sizeof self->value, "%u", bits);
    return status;
}

static kamupin_status restore(world *self, const char *hex)
{
    unsigned char bytes[HEX_MAX / 2];
    size_t length = 0;
    unsigned int byte = 0;

    while (length < sizeof bytes && sscanf(hex + 2 * length, "%2x", &byte) == 1)
        bytes[length++] = (unsigned char)byte;
    return kamupin_session_restore(self->session, bytes, length);
}

static kamupin_status login_card(world *self, const char *digits)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_card *card = NULL;
    kamupin_secret *pin = NULL;

    kamupin_status status = kamupin_card_open(self->context, NULL, NULL, &card, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(self->context, KAMUPIN_SECRET_PIN, &pin, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_append(pin, digits, strlen(digits));
    if (status == KAMUPIN_OK)
        status = kamupin_session_login_card(self->session, card, pin, KAMUPIN_RISK_UNPROVEN);
    kamupin_secret_free(&pin);
    kamupin_card_free(&card);
    return status;
}

static kamupin_status order(world *self)
{
    kamupin_order_options options = KAMUPIN_ORDER_OPTIONS_INIT;
    kamupin_order_info told = KAMUPIN_ORDER_INFO_INIT;
    kamupin_order *made = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    options.kind = KAMUPIN_OPERATION_UNBLOCK;
    options.product = KAMUPIN_PRODUCT_NES;
    kamupin_status status = kamupin_order_new(self->session, &options, &made, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_order_read(made, &told);
    snprintf(self->value, sizeof self->value, "%s", told.order_id);
    kamupin_order_free(&made);
    return status;
}

static kamupin_status organisation(world *self)
{
    kamupin_identity identity = KAMUPIN_IDENTITY_INIT;

    return kamupin_session_organisation(self->session, 0, &identity, self->value,
                                        sizeof self->value);
}

static kamupin_status obey(world *self, const char *word, const char *rest)
{
    self->value[0] = '\0';
    if (strcmp(word, "begin") == 0)
        return begin(self, rest);
    if (strcmp(word, "complete") == 0)
        return kamupin_session_complete(self->session, rest);
    if (strcmp(word, "info") == 0)
        return info(self);
    if (strcmp(word, "methods") == 0)
        return methods(self);
    if (strcmp(word, "renew") == 0)
        return kamupin_session_renew(self->session);
    if (strcmp(word, "end") == 0)
        return kamupin_session_end(self->session);
    if (strcmp(word, "order") == 0)
        return order(self);
    if (strcmp(word, "organisation") == 0)
        return organisation(self);
    if (strcmp(word, "lend") == 0)
        return kamupin_session_lend(self->session, atoi(rest), lent, self);
    if (strcmp(word, "restore") == 0)
        return restore(self, rest);
    if (strcmp(word, "login-card") == 0)
        return login_card(self, rest);
    if (strcmp(word, "carried") == 0)
        snprintf(self->value, sizeof self->value, "%s", kamupin_session_carried(self->session));
    else if (strcmp(word, "keep") == 0)
        snprintf(self->value, sizeof self->value, "%s", self->kept);
    else if (strcmp(word, "keeps") == 0)
        snprintf(self->value, sizeof self->value, "%d", self->kept_calls);
    else if (strcmp(word, "advance") == 0)
        self->ahead_ms += atol(rest);
    else if (strcmp(word, "cancel") == 0)
        kamupin_cancel_pull(self->cancel);
    else
        return KAMUPIN_E_INVALID_ARGUMENT;
    return KAMUPIN_OK;
}

static void to_stderr(void *user, kamupin_log_level level, const char *room, const char *line)
{
    (void)user;
    fprintf(stderr, "%d %s: %s\n", (int)level, room, line);
}

int main(int argc, char **argv)
{
    static world self;
    static char line[HEX_MAX];
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_session_options wanted = KAMUPIN_SESSION_OPTIONS_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    if (argc < 4)
        return 2;
    if (argc > 4)
        options.request_timeout_ms = strtol(argv[4], NULL, 10);
    options.ca_file = argv[2];
    options.pins = getenv("KAMUPIN_PINS");
    options.clock = shifted_clock;
    options.clock_user = &self;
    options.log = to_stderr;
    options.log_level = KAMUPIN_LOG_TRACE;
    wanted.service = argv[1];
    wanted.redirect = strcmp(argv[3], "-") == 0 ? NULL : argv[3];
    wanted.keep = keep;
    wanted.keep_user = &self;
    kamupin_status status = kamupin_context_new(&options, &self.context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_cancel_new(self.context, &self.cancel, &error);
    wanted.cancel = self.cancel;
    if (status == KAMUPIN_OK)
        status = kamupin_session_new(self.context, &wanted, &self.session, &error);
    printf("%s\t\n", kamupin_status_name(status));
    fflush(stdout);
    while (status == KAMUPIN_OK && fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *space = strchr(line, ' ');
        if (space != NULL)
            *space = '\0';
        kamupin_status answered = obey(&self, line, space == NULL ? "" : space + 1);
        kamupin_session_error(self.session, &error);
        printf("%s\t%s\n", kamupin_status_name(answered),
               answered == KAMUPIN_OK ? self.value : error.detail);
        fflush(stdout);
    }
    kamupin_session_free(&self.session);
    kamupin_cancel_free(&self.cancel);
    kamupin_context_free(&self.context);
    return 0;
}
