/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_secret.c: secrets are a type (architecture, idea 3): kinds, typing, locked memory, wiping,
   forks. Faults of the system are made by this program's own mlock and calloc, which stand before
   libc's. */
#define _DEFAULT_SOURCE 1
#include "own_context.h"
#include "provoke.h"

#include <core/secret.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static bool refuse_mlock, refuse_memory;

int mlock(const void *address, size_t length)
{
    (void)address;
    (void)length;
    return refuse_mlock ? -1 : 0;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return refuse_memory ? NULL : __real_calloc(count, size);
}

static void a_secret_is_typed_and_taken_back(void **state)
{
    kamupin_secret *secret = kp_test_secret(*state, KAMUPIN_SECRET_PIN, "12");
    kp_bytes bytes;

    assert_int_equal(kamupin_secret_append(secret, "\xC5\x9F", 2), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_length(secret), 4);
    kamupin_secret_backspace(secret); /* one character, two bytes */
    assert_int_equal(kamupin_secret_length(secret), 2);
    assert_int_equal(kp_secret_read(secret, KAMUPIN_SECRET_PIN, &bytes, NULL), KAMUPIN_OK);
    assert_memory_equal(bytes.data, "12\0\0", 4); /* what was taken back is wiped */
    kamupin_secret_backspace(secret);
    kamupin_secret_backspace(secret);
    kamupin_secret_backspace(secret);
    assert_int_equal(kamupin_secret_length(secret), 0);
    kamupin_secret_free(&secret);
    assert_null(secret);
    kamupin_secret_free(&secret);
}

static void only_a_persons_kinds_can_be_made(void **state)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;

    for (int kind = -1; kind < 300; kind++) {
        kamupin_secret *secret = NULL;
        kamupin_status status =
            kamupin_secret_new(*state, (kamupin_secret_kind)kind, &secret, &error);
        if (kind >= KAMUPIN_SECRET_PIN && kind <= KAMUPIN_SECRET_PROXY_PASSWORD) {
            assert_int_equal(status, KAMUPIN_OK);
        } else {
            assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, status);
            assert_null(secret);
        }
        kamupin_secret_free(&secret);
    }
}

static void the_wrong_kind_is_refused(void **state)
{
    kamupin_secret *code = kp_test_secret(*state, KAMUPIN_SECRET_VERIFICATION_CODE, "123456");

    assert_provokes(KAMUPIN_E_SECRET_KIND, kamupin_pin_check(NULL, code, NULL, NULL));
    kamupin_secret_free(&code);
}

static void secrets_of_different_kind_or_length_differ(void **state)
{
    kamupin_secret *a = kp_test_secret(*state, KAMUPIN_SECRET_PIN, "123456");
    kamupin_secret *b = kp_test_secret(*state, KAMUPIN_SECRET_PIN, "123456");
    kamupin_secret *longer = kp_test_secret(*state, KAMUPIN_SECRET_PIN, "1234560");
    kamupin_secret *code = kp_test_secret(*state, KAMUPIN_SECRET_SMS_CODE, "123456");
    kamupin_secret *copy = NULL;

    assert_true(kp_secret_equal(a, b));
    assert_false(kp_secret_equal(a, longer));
    assert_false(kp_secret_equal(a, code));
    assert_false(kp_secret_equal(a, NULL));
    assert_int_equal(kp_secret_copy(a, &copy, NULL), KAMUPIN_OK);
    assert_true(kp_secret_equal(a, copy));
    /* NUL bytes at the end make a different secret */
    assert_int_equal(kamupin_secret_append(b, "\0", 1), KAMUPIN_OK);
    assert_false(kp_secret_equal(a, b));
    kamupin_secret_free(&a);
    kamupin_secret_free(&b);
    kamupin_secret_free(&longer);
    kamupin_secret_free(&code);
    kamupin_secret_free(&copy);
}

static void a_full_secret_keeps_what_it_has(void **state)
{
    kamupin_secret *secret = kp_test_secret(*state, KAMUPIN_SECRET_PIN, "1");
    char much[KAMUPIN_SECRET_MAX];

    memset(much, '2', sizeof much);
    assert_provokes(KAMUPIN_E_SECRET_FULL, kamupin_secret_append(secret, much, sizeof much));
    assert_int_equal(kamupin_secret_length(secret), 1);
    assert_int_equal(kamupin_secret_append(secret, much, sizeof much - 1), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_length(secret), KAMUPIN_SECRET_MAX);
    kamupin_secret_free(&secret);
}

/* Room for 64 sessions and their operations in one context, and an end to it. */
static void the_arena_ends_and_gives_slots_back_wiped(void **state)
{
    static kamupin_secret *secrets[2000];
    size_t count = 0;
    kp_bytes bytes;

    while (count < 2000 &&
           kamupin_secret_new(*state, KAMUPIN_SECRET_PIN, &secrets[count], NULL) == KAMUPIN_OK)
        assert_int_equal(kamupin_secret_append(secrets[count++], "987654", 6), KAMUPIN_OK);
    assert_in_range(count, 640, 1999);
    kamupin_secret *one_more = NULL;
    assert_provokes(KAMUPIN_E_SECRET_FULL,
                    kamupin_secret_new(*state, KAMUPIN_SECRET_PIN, &one_more, NULL));
    for (size_t gone = 0; gone < count; gone += count - 1) { /* of the first block, of the last */
        kp_secret_read(secrets[gone], KAMUPIN_SECRET_PIN, &bytes, NULL);
        kamupin_secret_free(&secrets[gone]);
        for (size_t i = 0; i < 6; i++)
            assert_int_equal(bytes.data[i], 0); /* the mapping is still there, the digits are not */
        assert_int_equal(kamupin_secret_new(*state, KAMUPIN_SECRET_PIN, &one_more, NULL),
                         KAMUPIN_OK);
        assert_int_equal(kamupin_secret_length(one_more), 0);
        kamupin_secret_free(&one_more);
    }
    for (size_t i = 0; i < count; i++)
        kamupin_secret_free(&secrets[i]);
}

/* An authorization server's token may be longer than anything that a person types. */
static void a_long_token_has_a_slot_of_its_own_size(void **state)
{
    kamupin_secret *tokens[300] = {NULL}, *copy = NULL;
    char much[KP_SECRET_LONG_MAX + 1];
    size_t count = 0;

    memset(much, 't', sizeof much);
    assert_int_equal(kp_secret_room(*state, KAMUPIN_SECRET_ACCESS_TOKEN, sizeof much, &copy, NULL),
                     KAMUPIN_E_SECRET_FULL);
    while (count < 300 && kp_secret_room(*state, KAMUPIN_SECRET_ACCESS_TOKEN, KP_SECRET_LONG_MAX,
                                         &tokens[count], NULL) == KAMUPIN_OK)
        count++;
    assert_in_range(count, 64 * 3, 299);
    kamupin_secret_free(&tokens[count - 1]);
    assert_int_equal(kamupin_secret_append(tokens[0], much, KP_SECRET_LONG_MAX), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(tokens[0], much, 1), KAMUPIN_E_SECRET_FULL);
    assert_int_equal(kp_secret_copy(tokens[0], &copy, NULL), KAMUPIN_OK);
    assert_true(kp_secret_equal(tokens[0], copy));
    kamupin_secret_free(&copy);
    for (size_t i = 0; i < count; i++)
        kamupin_secret_free(&tokens[i]);
}

/* A system that locks no more: what there is goes on, and what is new is refused. */
static void what_cannot_be_locked_is_not_used(void **state)
{
    kamupin_secret *first = kp_test_secret(*state, KAMUPIN_SECRET_PIN, "123456"), *token = NULL;
    kamupin_context *context = NULL;

    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    refuse_mlock = true;
    kamupin_status status =
        kp_secret_room(context, KAMUPIN_SECRET_ACCESS_TOKEN, 2000, &token, NULL);
    refuse_mlock = false;
    assert_int_equal(status, KAMUPIN_E_SECRET_FULL);
    assert_null(token);
    assert_int_equal(kp_secret_room(context, KAMUPIN_SECRET_ACCESS_TOKEN, 2000, &token, NULL),
                     KAMUPIN_OK);
    kamupin_secret_free(&token);
    kamupin_context_free(&context);
    kamupin_secret_free(&first);
}

static void a_forked_child_has_no_secret(void **state)
{
    kamupin_secret *secret = kp_test_secret(*state, KAMUPIN_SECRET_PIN, "123456");
    kp_bytes bytes;
    int status = 0;

    assert_int_equal(kp_secret_read(secret, KAMUPIN_SECRET_PIN, &bytes, NULL), KAMUPIN_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool wiped = true;
        for (size_t i = 0; i < 6; i++)
            wiped = wiped && bytes.data[i] == 0;
        bool refused = kamupin_secret_append(secret, "1", 1) == KAMUPIN_E_FORKED;
        kamupin_secret *fresh = NULL;
        refused = refused &&
                  kamupin_secret_new(*state, KAMUPIN_SECRET_PIN, &fresh, NULL) == KAMUPIN_E_FORKED;
        _exit(wiped && refused ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    kp_test_note_provoked(KAMUPIN_E_FORKED, __func__);
    assert_int_equal(kamupin_secret_length(secret), 6);
    kamupin_secret_free(&secret);
}

/* The kernel's own word: VmFlags of the mapping say dd (dont-dump), wf (wipe on fork). */
static void the_slots_stay_out_of_core_dumps(void **state)
{
    kamupin_secret *secret = kp_test_secret(*state, KAMUPIN_SECRET_PIN, "123456");
    char line[512], flags[512] = "";
    bool inside = false;
    kp_bytes bytes;

    kp_secret_read(secret, KAMUPIN_SECRET_PIN, &bytes, NULL);
    FILE *maps = fopen("/proc/self/smaps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long from = 0, to = 0;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            inside = (unsigned long)bytes.data >= from && (unsigned long)bytes.data < to;
        if (inside && strncmp(line, "VmFlags:", 8) == 0)
            memcpy(flags, line, sizeof flags);
    }
    fclose(maps);
    assert_non_null(strstr(flags, " dd"));
    assert_non_null(strstr(flags, " wf"));
    kamupin_secret_free(&secret);
}

static void refused_memory_is_said(void **state)
{
    kamupin_context *context = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    (void)state;
    refuse_mlock = true;
    assert_provokes(KAMUPIN_E_LOCKED_MEMORY, kamupin_context_new(NULL, &context, &error));
    refuse_mlock = false;
    assert_null(context);
    refuse_memory = true;
    kamupin_status status = kamupin_context_new(NULL, &context, &error);
    refuse_memory = false;
    assert_provokes(KAMUPIN_E_NO_MEMORY, status);
    assert_null(context);
    assert_int_equal(error.status, KAMUPIN_E_NO_MEMORY);
}

/* What was behind the new end would make two equal PINs differ, and be there still. */
static void a_cleared_secret_holds_nothing_of_before(void **state)
{
    kamupin_secret *fresh = kp_test_secret(*state, KAMUPIN_SECRET_PIN, "4711");
    kamupin_secret *cleared = kp_test_secret(*state, KAMUPIN_SECRET_PIN, "987654321098");
    kp_bytes bytes;

    kamupin_secret_clear(cleared);
    assert_int_equal(kamupin_secret_length(cleared), 0);
    assert_int_equal(kp_secret_read(cleared, KAMUPIN_SECRET_PIN, &bytes, NULL), KAMUPIN_OK);
    for (size_t i = 0; i < KAMUPIN_SECRET_MAX; i++)
        assert_int_equal(bytes.data[i], 0);
    assert_int_equal(kamupin_secret_append(cleared, "4711", 4), KAMUPIN_OK);
    assert_true(kp_secret_equal(fresh, cleared));
    kamupin_secret_free(&fresh);
    kamupin_secret_free(&cleared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_typed_and_taken_back),
        cmocka_unit_test(only_a_persons_kinds_can_be_made),
        cmocka_unit_test(the_wrong_kind_is_refused),
        cmocka_unit_test(secrets_of_different_kind_or_length_differ),
        cmocka_unit_test(a_full_secret_keeps_what_it_has),
        cmocka_unit_test(a_cleared_secret_holds_nothing_of_before),
        cmocka_unit_test(the_arena_ends_and_gives_slots_back_wiped),
        cmocka_unit_test(a_long_token_has_a_slot_of_its_own_size),
        cmocka_unit_test(what_cannot_be_locked_is_not_used),
        cmocka_unit_test(a_forked_child_has_no_secret),
        cmocka_unit_test(the_slots_stay_out_of_core_dumps),
        cmocka_unit_test(refused_memory_is_said),
    };
    return cmocka_run_group_tests(tests, kp_test_open_context, kp_test_close_context);
}
