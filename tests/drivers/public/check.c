/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   check.c: checks certificates against a trust store, and says what was found as name=value words,
   for tests whose other ends are OpenSSL's responder and CA, and servers that lie. Touches the
   addresses in the certificates and the state folder that KAMUPIN_STATE_DIR names. It begins with an
   error of its own in OpenSSL's queue, and says at the end whether that stands there still, alone.

       check [--trust PATH] [--add FILE]… [--between FILE]… [--at SECONDS] [--now SECONDS] [--crl-age SECONDS]
             [--timeout MS] [--cancel-after MS] [--proxy URL] [--clock FILE] [--offline] [--no-ocsp]
             [--no-crl] [--leaf-only] [--hosts] FILE…

   --clock FILE: the clock stands at the milliseconds that the file says whenever it is asked. */
#include <kamupin/kamupin.h>

#include <openssl/err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_MAX    1000000
#define OWN_REASON  77
#define BETWEEN_MAX 8

typedef struct wish {
    kamupin_context_options context;
    kamupin_check_options check;
    const char *trust, *clock;
    const char *between[BETWEEN_MAX];
    size_t between_count;
    long long now; /* 0: the system's date */
    long cancel_after_ms;
    bool hosts;
} wish;

static int64_t fixed_date(void *user)
{
    return (int64_t) * (long long *)user;
}

/* What a test has written, which puts another file in its place. */
static int64_t told_time(void *user)
{
    long long now = -1;
    FILE *file = fopen(user, "r");

    if (file == NULL || fscanf(file, "%lld", &now) != 1)
        abort();
    fclose(file);
    return now;
}

/* Whether the error that stood in the queue before stands there still, and nothing else. */
static bool is_queue_kept(void)
{
    const unsigned long own = ERR_get_error(), other = ERR_get_error();

    return ERR_GET_LIB(own) == ERR_LIB_USER && ERR_GET_REASON(own) == OWN_REASON && other == 0;
}

static void to_stderr(void *user, kamupin_log_level level, const char *room, const char *line)
{
    (void)user;
    fprintf(stderr, "%d %s: %s\n", (int)level, room, line);
}

/* Whether a word is a switch, which it sets. */
static bool read_switch(const char *text, wish *wanted)
{
    const struct {
        const char *name;
        bool *to;
    } switches[] = {
        {"--offline", &wanted->check.offline}, {"--no-ocsp", &wanted->check.no_ocsp},
        {"--no-crl", &wanted->check.no_crl},   {"--leaf-only", &wanted->check.leaf_only},
        {"--hosts", &wanted->hosts},
    };

    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (strcmp(switches[i].name, text) == 0)
            return *switches[i].to = true;
    return false;
}

static bool read_value(const char *name, const char *value, wish *wanted)
{
    if (strcmp(name, "--trust") == 0)
        wanted->trust = value;
    else if (strcmp(name, "--between") == 0 && wanted->between_count < BETWEEN_MAX)
        wanted->between[wanted->between_count++] = value;
    else if (strcmp(name, "--proxy") == 0)
        wanted->context.proxy = value;
    else if (strcmp(name, "--clock") == 0)
        wanted->clock = value;
    else if (strcmp(name, "--at") == 0)
        wanted->check.at = atoll(value);
    else if (strcmp(name, "--now") == 0)
        wanted->now = atoll(value);
    else if (strcmp(name, "--crl-age") == 0)
        wanted->check.crl_age = atol(value);
    else if (strcmp(name, "--timeout") == 0)
        wanted->context.request_timeout_ms = atol(value);
    else if (strcmp(name, "--cancel-after") == 0)
        wanted->cancel_after_ms = atol(value);
    else
        return false;
    return true;
}

static kamupin_status open_file(kamupin_context *context, const char *path,
                                kamupin_certificate **certificate, kamupin_error *error)
{
    static unsigned char bytes[FILE_MAX];
    FILE *file = fopen(path, "rb");
    const size_t length = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);

    if (file != NULL)
        fclose(file);
    return kamupin_certificate_new(context, bytes, length, certificate, error);
}

static void say_answer(const char *whose, const kamupin_revocation_answer *answer)
{
    printf(" %s=%s %s.source=%s %s.reason=%s %s.at=%lld %s.this=%lld %s.next=%lld %s.nonce=%d"
           " %s.ocsp=%s %s.crl=%s %s.address=%s",
           whose, kamupin_revocation_state_name(answer->state), whose,
           kamupin_revocation_source_name(answer->source), whose,
           kamupin_revocation_reason_name(answer->reason), whose, (long long)answer->revoked_at,
           whose, (long long)answer->this_update, whose, (long long)answer->next_update, whose,
           (int)answer->nonce, whose, kamupin_status_name(answer->ocsp), whose,
           kamupin_status_name(answer->crl), whose, answer->address);
}

static void check_file(kamupin_trust *trust, kamupin_context *context, const char *path,
                       const wish *wanted)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_check check = KAMUPIN_CHECK_INIT;
    kamupin_certificate *certificate = NULL;

    kamupin_status status = open_file(context, path, &certificate, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_certificate_check(trust, certificate, &wanted->check, &check, &error);
    printf("answer=%s record=%s verdict=%s chain=%s dates=%s", kamupin_status_name(status),
           kamupin_status_name(error.status), kamupin_status_name(check.verdict),
           kamupin_status_name(check.chain), kamupin_status_name(check.dates));
    say_answer("leaf", &check.revocation);
    say_answer("between", &check.between);
    printf(" weak=%u length=%zu known=%d fingerprint=%s root=%s detail=%s\n", check.weakness,
           check.length, check.root_known, check.root_fingerprint, check.root, error.detail);
    fflush(stdout);
    kamupin_certificate_free(&certificate);
}

static void say_hosts(kamupin_context *context)
{
    kamupin_host host = KAMUPIN_HOST_INIT;

    for (size_t i = 0; i < kamupin_context_host_count(context); i++)
        if (kamupin_context_host(context, i, &host, NULL) == KAMUPIN_OK)
            printf("host=%s port=%u count=%u last=%s http=%d\n", host.name, host.port, host.count,
                   kamupin_status_name(host.last), host.http_status);
}

typedef struct puller {
    kamupin_cancel *cancel;
    long after_ms;
} puller;

static void *pull_later(void *argument)
{
    const puller *self = argument;
    struct timespec pause = {self->after_ms / 1000, self->after_ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
    kamupin_cancel_pull(self->cancel);
    return NULL;
}

/* Goes through the words again: what is added, and what is checked. */
static kamupin_status work(kamupin_context *context, kamupin_trust *trust, int argc, char **argv,
                           const wish *wanted, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;

    for (int i = 1; i < argc && status == KAMUPIN_OK; i++) {
        kamupin_certificate *added = NULL;
        wish ignored = *wanted;
        if (read_switch(argv[i], &ignored))
            continue;
        if (strcmp(argv[i], "--add") == 0 && i + 1 < argc) {
            status = open_file(context, argv[++i], &added, error);
            if (status == KAMUPIN_OK)
                status = kamupin_trust_add(trust, added, error);
            kamupin_certificate_free(&added);
        } else if (argv[i][0] == '-') {
            i++;
        } else {
            check_file(trust, context, argv[i], wanted);
        }
    }
    return status;
}

static bool read_wish(int argc, char **argv, wish *wanted)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-' || read_switch(argv[i], wanted))
            continue;
        if (i + 1 == argc ||
            !(strcmp(argv[i], "--add") == 0 || read_value(argv[i], argv[i + 1], wanted)))
            return false;
        i++;
    }
    return true;
}

int main(int argc, char **argv)
{
    wish wanted = {.context = KAMUPIN_CONTEXT_OPTIONS_INIT, .check = KAMUPIN_CHECK_OPTIONS_INIT};
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    kamupin_trust *trust = NULL;
    kamupin_cancel *cancel = NULL;
    kamupin_certificate_list *between = NULL;
    pthread_t thread;

    if (!read_wish(argc, argv, &wanted))
        return 2;
    ERR_raise(ERR_LIB_USER, OWN_REASON);
    wanted.context.log = to_stderr;
    wanted.context.log_level = KAMUPIN_LOG_DEBUG;
    wanted.context.state_folder = getenv("KAMUPIN_STATE_DIR");
    if (wanted.now != 0) {
        wanted.context.calendar = fixed_date;
        wanted.context.calendar_user = &wanted.now;
    }
    if (wanted.clock != NULL) {
        wanted.context.clock = told_time;
        wanted.context.clock_user = (void *)(uintptr_t)wanted.clock;
    }
    kamupin_status status = kamupin_context_new(&wanted.context, &context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_cancel_new(context, &cancel, &error);
    wanted.check.cancel = cancel;
    if (status == KAMUPIN_OK)
        status = kamupin_certificate_list_new(context, &between, &error);
    for (size_t i = 0; i < wanted.between_count && status == KAMUPIN_OK; i++)
        status = kamupin_certificate_list_add_file(between, wanted.between[i]);
    wanted.check.between = between;
    if (status == KAMUPIN_OK)
        status = kamupin_trust_new(context, wanted.trust, &trust, &error);
    puller self = {cancel, wanted.cancel_after_ms};
    const bool pulls = wanted.cancel_after_ms > 0 && status == KAMUPIN_OK &&
                       pthread_create(&thread, NULL, pull_later, &self) == 0;
    if (status == KAMUPIN_OK)
        status = work(context, trust, argc, argv, &wanted, &error);
    printf("status=%s roots=%zu more=%zu queue=%s detail=%s\n", kamupin_status_name(status),
           kamupin_trust_roots(trust), kamupin_trust_between(trust),
           is_queue_kept() ? "kept" : "lost", error.detail);
    if (pulls)
        pthread_join(thread, NULL);
    if (wanted.hosts)
        say_hosts(context);
    kamupin_trust_free(&trust);
    kamupin_certificate_list_free(&between);
    kamupin_cancel_free(&cancel);
    kamupin_context_free(&context);
    return status == KAMUPIN_OK ? 0 : (int)status;
}
