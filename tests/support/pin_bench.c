/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pin_bench.c: the bench of pin_bench.h. Touches a folder of its own under the system's temporary
   folder, and nothing else. */
#define _GNU_SOURCE 1 /* memmem, MAP_ANONYMOUS */
#include "pin_bench.h"
#include "script_cards.h"

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define READER "Script 00 00"
#define STACK  ((size_t)1 << 20)
#define SERIAL "0102030405060708090A0B0C"

static int64_t clock_of(void *user)
{
    return ((kp_bench *)user)->now;
}

static bool is_v1(const kp_bench *bench)
{
    return bench->card.identity.profile->counters == KP_COUNTER_FCP_TAG_90;
}

static void identify(kp_bench *bench, const char *row, int puk_left)
{
    kamupin_card_info *info = &bench->card.identity.info;

    *info = (kamupin_card_info)KAMUPIN_CARD_INFO_INIT;
    bench->card.identity.profile = kp_profile_by_name(row);
    assert_non_null(bench->card.identity.profile);
    snprintf(info->reader, sizeof info->reader, "%s", READER);
    snprintf(info->profile, sizeof info->profile, "%s", row);
    info->kind = KAMUPIN_CARD_SIGNATURE;
    info->usable = KAMUPIN_OK;
    info->pin_tries_left = info->pin_tries_max = info->puk_tries_max = -1;
    info->puk_tries_left = puk_left;
    if (puk_left >= 0) {
        info->puk_state = puk_left == 0 ? KAMUPIN_PIN_BLOCKED : KAMUPIN_PIN_USABLE;
        info->puk_tries = KAMUPIN_TRIES_KNOWN;
        info->puk_tries_max = 3;
    }
    if (is_v1(bench)) {
        snprintf(info->serial, sizeof info->serial, SERIAL);
        snprintf(info->card_id, sizeof info->card_id, "serial:" SERIAL);
        return;
    }
    for (size_t i = 0; i < sizeof bench->certificate; i++)
        bench->certificate[i] = (unsigned char)(i * 7 + i / 256);
    snprintf(info->card_id, sizeof info->card_id, "certs:%064d", 1);
    info->certificates = bench->card.identity.certificate_count = 1;
    bench->card.identity.certificates[0] =
        (kp_der){.data = bench->certificate, .length = sizeof bench->certificate, .file = 0x2F10};
}

void kp_bench_open(kp_bench *bench, const char *row, int puk_left)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    memset(bench, 0, sizeof *bench);
    bench->now = 1000000;
    snprintf(bench->folder, sizeof bench->folder, "/tmp/kamupin-test-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    kp_script_init(&bench->script);
    bench->reader = kp_script_add(&bench->script, READER,
                                  strcmp(row, "akis-1") == 0 ? KP_ATR_AKIS1 : KP_ATR_AKIS2);
    options.backend = &bench->script.backend;
    options.state_folder = bench->folder;
    options.clock = clock_of;
    options.clock_user = bench;
    assert_int_equal(kamupin_context_new(&options, &bench->context, NULL), KAMUPIN_OK);
    bench->card.context = bench->context;
    assert_int_equal(kp_channel_open(bench->context, READER, &bench->card.channel, &error),
                     KAMUPIN_OK);
    identify(bench, row, puk_left);
}

void kp_bench_remove_folder(const char *folder)
{
    char path[512];
    DIR *open = opendir(folder);
    const struct dirent *entry;

    while (open != NULL && (entry = readdir(open)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    if (open != NULL)
        closedir(open);
    assert_int_equal(rmdir(folder), 0);
}

void kp_bench_close(kp_bench *bench)
{
    kp_lock lock = KP_LOCK_INIT;

    assert_int_equal(kp_lock_take(bench->context, bench->card.identity.info.card_id, &lock, NULL),
                     KAMUPIN_OK);
    kp_lock_drop(&lock);
    kp_channel_close(&bench->card.channel);
    kamupin_context_free(&bench->context);
    kp_bench_remove_folder(bench->folder);
    kp_script_verify(&bench->script);
    kp_script_free(&bench->script);
}

void kp_bench_expect(kp_bench *bench, const char *command, const char *reply)
{
    kp_script_expect(&bench->script, bench->reader, command, reply);
}

void kp_bench_step(kp_bench *bench, kp_script_step step)
{
    kp_script_steps(&bench->script, bench->reader, &step, 1);
}

static unsigned int steps_of(const kp_bench *bench)
{
    return (unsigned int)bench->script.readers[bench->reader].step_count;
}

unsigned int kp_bench_confirm(kp_bench *bench)
{
    unsigned int before = steps_of(bench);

    if (is_v1(bench))
        kp_script_akis1_confirm(&bench->script, bench->reader, SERIAL, NULL); /* kp_bench_tries */
    else
        kp_script_akis2_confirm(&bench->script, bench->reader, bench->certificate,
                                sizeof bench->certificate);
    return steps_of(bench) - before;
}

unsigned int kp_bench_tries_reply(kp_bench *bench, const char *reply)
{
    unsigned int before = steps_of(bench);

    if (is_v1(bench)) {
        kp_bench_expect(bench, "00A40000023D0000", reply);
    } else {
        kp_bench_expect(bench, "00CB3FFF0A4D087006BF810102A08000", reply);
    }
    return steps_of(bench) - before;
}

unsigned int kp_bench_tries(kp_bench *bench, int left)
{
    char reply[64];

    if (is_v1(bench)) /* FCP tag 90: valid, and 40 one wrong, 80 last try */
        snprintf(reply, sizeof reply, "6F 03 90 01 %02X 9000",
                 left == 1   ? 0xC2u
                 : left == 2 ? 0x42u
                             : 0x02u);
    else
        snprintf(reply, sizeof reply, "70 0C BF8101 08 A006 9A0103 9B01%02X 9000",
                 (unsigned int)left);
    return kp_bench_tries_reply(bench, reply);
}

unsigned int kp_bench_logout(kp_bench *bench)
{
    unsigned int before = steps_of(bench);

    if (is_v1(bench))
        kp_script_akis1_logout(&bench->script, bench->reader);
    else
        kp_script_akis2_logout(&bench->script, bench->reader);
    return steps_of(bench) - before;
}

kamupin_secret *kp_bench_secret(kp_bench *bench, kamupin_secret_kind kind, const char *text)
{
    kamupin_secret *secret = NULL;

    assert_int_equal(kp_secret_new(bench->context, kind, &secret, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(secret, text, strlen(text)), KAMUPIN_OK);
    return secret;
}

unsigned int kp_bench_sent(kp_bench *bench)
{
    return kp_script_sent(&bench->script, bench->reader);
}

/* ---- a stack that can be searched ---- */

typedef struct errand {
    void (*work)(void *user);
    void *user;
} errand;

static void *run(void *object)
{
    const errand *given = object;

    given->work(given->user);
    return NULL;
}

void kp_bench_leaves_no_trace(void (*work)(void *user), void *user, const char *const *texts,
                              size_t count)
{
    errand given = {work, user};
    pthread_attr_t attributes;
    pthread_t thread;
    unsigned char *stack =
        mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_true(stack != MAP_FAILED);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK), 0);
    assert_int_equal(pthread_create(&thread, &attributes, run, &given), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (size_t i = 0; i < count; i++)
        if (memmem(stack, STACK, texts[i], strlen(texts[i])) != NULL)
            fail_msg("secret %zu is still on the stack", i);
    pthread_attr_destroy(&attributes);
    munmap(stack, STACK);
}
