/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   service.c: a program around lib/service and lib/factor that takes a step per line of its input
   and answers each with one line, for tests that put a service on the other end. No card is
   touched.

       metadata | redeem CODE [CARD ROW]… | cards [CARD ROW]… | sms CARD | verify CODE | web CARD |
       password PASSWORD
       authority CARD CHALLENGE-HEX [not-sent|unknown] | report CARD OUTCOME EVIDENCE | cancel */
#include <core/fail.h>
#include <factor/factor.h>
#include <net/http.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 140

typedef struct session {
    kamupin_context *context;
    kp_service *service;
    kp_factor factor;
    kamupin_secret *ticket;
    kp_redeemed redeemed;
    kamupin_error error;
    char *word[WORDS_MAX];
    size_t words;
} session;

static void to_stderr(void *user, kamupin_log_level level, const char *room, const char *line)
{
    (void)user;
    fprintf(stderr, "%d %s: %s\n", (int)level, room, line);
}

/* The status, and what the error record holds; the step adds its own and the line end. */
static void say(const session *self, kamupin_status status)
{
    printf("%s", kamupin_status_name(status));
    if (status != KAMUPIN_OK)
        printf(" http=%d tries=%d wait=%d problem=%s detail=%s", self->error.http_status,
               self->error.tries_left, self->error.wait_seconds, self->error.problem_type,
               self->error.detail);
}

static long long seconds(const session *self, int64_t deadline_ms)
{
    return (long long)((deadline_ms - kp_now_ms(self->context) + 999) / 1000);
}

static kamupin_secret *secret(session *self, kamupin_secret_kind kind, const char *text)
{
    kamupin_secret *made = NULL;

    if (kamupin_secret_new(self->context, kind, &made, &self->error) == KAMUPIN_OK)
        kamupin_secret_append(made, text, strlen(text));
    return made;
}

static const char *word(const session *self, size_t index)
{
    return index < self->words ? self->word[index] : "";
}

static size_t read_cards(const session *self, size_t from, kp_card_name *cards)
{
    size_t count = 0;

    for (size_t i = from; i + 1 < self->words && count < KP_CARDS_MAX; i += 2, count++) {
        snprintf(cards[count].card_id, sizeof cards[count].card_id, "%s", self->word[i]);
        snprintf(cards[count].row, sizeof cards[count].row, "%s", self->word[i + 1]);
    }
    return count;
}

static void say_allowed(const kp_allowed *allowed)
{
    printf(" allowed=");
    for (size_t i = 0; i < allowed->count; i++)
        printf("%s%s", i == 0 ? "" : ",", allowed->card_id[i]);
}

static void metadata(session *self)
{
    kp_metadata told;

    kamupin_status status = kp_service_metadata(self->service, &told, &self->error);
    say(self, status);
    if (status == KAMUPIN_OK)
        printf(" pin=%u..%u sms=%d cryptogram=%d", told.pin_min, told.pin_max,
               kp_factors_have(&told.factors, KAMUPIN_FACTOR_SMS),
               (told.forms & 1u << KP_BY_CRYPTOGRAM) != 0);
    for (size_t i = 0; status == KAMUPIN_OK && i < told.vouched_count; i++)
        printf(" %s=%u", told.vouched[i].row, told.vouched[i].operations);
}

static void redeem(session *self)
{
    kp_card_name cards[KP_CARDS_MAX];
    kamupin_secret *code = secret(self, KAMUPIN_SECRET_VERIFICATION_CODE, word(self, 1));
    size_t count = read_cards(self, 2, cards);

    kamupin_status status =
        kp_service_redeem(self->service, code, cards, count, &self->redeemed, &self->error);
    say(self, status);
    self->factor.offered = self->redeemed.factors;
    if (status == KAMUPIN_OK) {
        printf(" operation=%s kind=%d pin=%u..%u seconds=%lld", self->redeemed.operation_id,
               (int)self->redeemed.kind, self->redeemed.pin_min, self->redeemed.pin_max,
               seconds(self, self->redeemed.deadline_ms));
        say_allowed(&self->redeemed.allowed);
    }
    kamupin_secret_free(&code);
}

static void cards_later(session *self)
{
    kp_card_name cards[KP_CARDS_MAX];
    kp_allowed allowed;
    int64_t deadline_ms = 0;
    size_t count = read_cards(self, 1, cards);

    kamupin_status status =
        kp_service_cards(self->service, cards, count, &allowed, &deadline_ms, &self->error);
    say(self, status);
    if (status == KAMUPIN_OK) {
        printf(" seconds=%lld", seconds(self, deadline_ms));
        say_allowed(&allowed);
    }
}

static void begin_factor(session *self, kamupin_factor_type type)
{
    kamupin_factor shown = KAMUPIN_FACTOR_INIT;

    const kp_factor_use use = {.service = self->service, .card_id = word(self, 1)};
    kamupin_status status = kp_factor_begin(self->context, &use, type, &self->factor, &self->error);
    say(self, status);
    kp_factor_show(self->context, &self->factor, &shown);
    if (status == KAMUPIN_OK)
        printf(" destination=%s length=%u seconds=%d resend=%d tries=%d", shown.destination,
               shown.code_length, shown.seconds_left, shown.resend_after, shown.tries_left);
}

static void sms(session *self)
{
    begin_factor(self, KAMUPIN_FACTOR_SMS);
}

static void web(session *self)
{
    begin_factor(self, KAMUPIN_FACTOR_WEB_PASSWORD);
}

static void give_factor(session *self, kamupin_secret_kind kind)
{
    kamupin_secret *code = secret(self, kind, word(self, 1));
    const kp_factor_use use = {.service = self->service};
    kp_factor_given given = {.ticket = NULL};

    kamupin_secret_free(&self->ticket);
    kamupin_status status =
        kp_factor_verify(self->context, &use, code, &self->factor, &given, &self->error);
    self->ticket = given.ticket;
    say(self, status);
    if (status == KAMUPIN_OK)
        printf(" ticket=%zu seconds=%lld", kamupin_secret_length(self->ticket),
               seconds(self, given.deadline_ms));
    kamupin_secret_free(&code);
}

static void verify(session *self)
{
    give_factor(self, KAMUPIN_SECRET_SMS_CODE);
}

static void password(session *self)
{
    give_factor(self, KAMUPIN_SECRET_WEB_PASSWORD);
}

static void authority(session *self)
{
    uint8_t challenge[64], cryptogram[255];
    size_t length = 0, cryptogram_length = sizeof cryptogram;
    char hex[2 * sizeof cryptogram + 1];
    int attempts_left = 0;

    for (const char *at = word(self, 2); at[0] != '\0' && at[1] != '\0' && length < 64; at += 2) {
        const char byte[3] = {at[0], at[1], '\0'};
        challenge[length++] = (uint8_t)strtoul(byte, NULL, 16);
    }
    kamupin_status status = kp_service_cryptogram(
        self->service, word(self, 1), challenge, length, self->words > 3 ? word(self, 3) : NULL, 0,
        cryptogram, &cryptogram_length, &attempts_left, &self->error);
    say(self, status);
    kp_hex(cryptogram, status == KAMUPIN_OK ? cryptogram_length : 0, true, hex);
    if (status == KAMUPIN_OK)
        printf(" cryptogram=%s attempts=%d", hex, attempts_left);
}

static void report(session *self)
{
    kp_report told = {.outcome = KAMUPIN_OUTCOME_NONE,
                      .status_word = 0x9000,
                      .state_before = KAMUPIN_PIN_BLOCKED,
                      .state_after = KAMUPIN_PIN_USABLE,
                      .tries_before = 0,
                      .tries_after = 3,
                      .puk_tries_before = -1,
                      .puk_tries_after = -1};
    char recorded_at[KP_RECORDED_MAX];

    memcpy(told.operation_id, self->redeemed.operation_id, sizeof told.operation_id);
    snprintf(told.card_id, sizeof told.card_id, "%s", word(self, 1));
    if (strcmp(word(self, 2), "done") == 0)
        told.outcome = KAMUPIN_OUTCOME_DONE;
    else if (strcmp(word(self, 2), "not-done") == 0)
        told.outcome = KAMUPIN_OUTCOME_NOT_DONE;
    else if (strcmp(word(self, 2), "unknown") == 0)
        told.outcome = KAMUPIN_OUTCOME_UNKNOWN;
    told.external_authenticate = word(self, 3);
    kamupin_status status =
        kp_service_report(self->service, self->ticket, &told, 0, recorded_at, &self->error);
    say(self, status);
    if (status == KAMUPIN_OK)
        printf(" recorded=%s", recorded_at);
}

static void cancel(session *self)
{
    say(self, kp_service_cancel(self->service, 2000, &self->error));
}

typedef struct step {
    const char *name;
    void (*take)(session *self);
} step;

static const step STEPS[] = {
    {"metadata", metadata}, {"redeem", redeem}, {"cards", cards_later}, {"sms", sms},
    {"verify", verify},     {"web", web},       {"password", password}, {"authority", authority},
    {"report", report},     {"cancel", cancel}};

static void take(session *self, char *line)
{
    char *rest = NULL;

    self->words = 0;
    for (char *next = strtok_r(line, " \n", &rest); next != NULL && self->words < WORDS_MAX;
         next = strtok_r(NULL, " \n", &rest))
        self->word[self->words++] = next;
    kp_error_clear(&self->error);
    for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0]; i++)
        if (strcmp(STEPS[i].name, word(self, 0)) == 0)
            STEPS[i].take(self);
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static char line[16384];
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    session self = {.error = KAMUPIN_ERROR_INIT};

    if (argc < 2) {
        fputs("usage: driver-service BASE-URL [REQUEST-TIMEOUT-MS]\n", stderr);
        return 2;
    }
    options.log = to_stderr;
    options.log_level = KAMUPIN_LOG_DEBUG;
    options.ca_file = getenv("KAMUPIN_CA_FILE");
    options.request_timeout_ms = argc > 2 ? atol(argv[2]) : 0;
    if (kamupin_context_new(&options, &self.context, &self.error) != KAMUPIN_OK ||
        kp_service_new(self.context, argv[1], NULL, &self.service, &self.error) != KAMUPIN_OK) {
        printf("%s\n", kamupin_status_name(self.error.status));
        return 1;
    }
    while (fgets(line, sizeof line, stdin) != NULL)
        take(&self, line);
    kamupin_secret_free(&self.ticket);
    kp_service_free(&self.service);
    kamupin_context_free(&self.context);
    return 0;
}
