/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_probe.c: a probe of cards that nobody knows, command by command: what is sent and in which
   order, that lying answers are bounded, and that every draft is a good profile file. The other end
   is a script. */
#include "provoke.h"
#include "script_backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ATR_UNKNOWN "3B8F80018055435F4445454D455F4B4152544991" /* not in any list */

typedef struct heard {
    char all[8000];
    unsigned int count;
} heard;

static void hear(void *user, const kamupin_probe_finding *finding)
{
    heard *it = user;
    size_t length = strlen(it->all);
    assert_true(strlen(finding->text) < sizeof finding->text);
    snprintf(it->all + length, sizeof it->all - length, "%s|%s|%04X|%s\n", finding->step,
             finding->command, finding->status_word, finding->text);
    it->count++;
}

static bool never(void *user, kamupin_probe_step step, kamupin_secret *pin)
{
    (void)user;
    (void)step;
    (void)pin;
    fail_msg("asked for a step");
    return false;
}

/* Probes the script's only card; its draft has to be a good file, or none. */
static kamupin_status probe(kp_script *script, unsigned int steps, heard *it, char *draft)
{
    char path[] = "/tmp/kamupin-draft-XXXXXX";
    kamupin_context *context = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_probe_request request = KAMUPIN_PROBE_REQUEST_INIT;
    options.backend = &script->backend;
    assert_int_equal(kamupin_context_new(&options, &context, NULL), KAMUPIN_OK);
    request.language = KAMUPIN_ENGLISH;
    request.told = hear;
    request.ask = never;
    request.user = it;
    request.steps = steps;
    *it = (heard){.count = 0};
    kamupin_status status =
        kamupin_card_probe(context, &request, draft, KAMUPIN_PROBE_DRAFT_MAX, &error);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, draft, strlen(draft)), strlen(draft));
    close(fd);
    if (draft[0] != '\0' &&
        kamupin_profile_check(path, KAMUPIN_ENGLISH, NULL, NULL, &error) != KAMUPIN_OK)
        fail_msg("%s in\n%s", error.detail, draft);
    unlink(path);
    kamupin_context_free(&context);
    kp_script_verify(script);
    kp_script_free(script);
    return status;
}

static void begin(kp_script *script, const char *atr)
{
    kp_script_init(script);
    kp_script_add(script, "Reader", atr);
}

/* Wants to be selected without an answer, and has no application that is known of. */
static void test_an_unknown_card(void **state)
{
    kp_script script;
    heard it;
    char draft[KAMUPIN_PROBE_DRAFT_MAX];
    (void)state;
    begin(&script, ATR_UNKNOWN);
    kp_script_expect(&script, 0, "00A40000023F0000", "6A86");
    kp_script_expect(&script, 0, "00A4000C023F00", "9000");
    kp_script_expect(&script, 0, "00A4010C023D10", "6A82");
    kp_script_expect(&script, 0, "00A4000C023D10", "6A82");
    kp_script_expect(&script, 0, "00A4080C023D10", "6A86");
    kp_script_expect(&script, 0, "00A4040C07504B43532D3135", "6A82");
    kp_script_expect(&script, 0, "00A4000C023F00", "9000");
    kp_script_expect(&script, 0, "00A4010C023D00", "6A82");
    kp_script_expect(&script, 0, "00A4000C023F00", "9000");
    kp_script_expect(&script, 0, "00A4000C023D00", "6A82");
    assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_OK);
    assert_non_null(strstr(draft, "historical = 80 55 43"));
    assert_non_null(strstr(draft, "select-answer = none"));
    assert_non_null(strstr(draft, "application = mf"));
    assert_null(strstr(draft, " known\n"));
}

/* Whatever stands in for the identity card's folder ends it, on any card. */
static void test_the_identity_folder_ends_it(void **state)
{
    static const char *const answers[] = {"9000", "6F00 9000", "6283", "6310", "6982"};
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        kp_script script;
        heard it;
        char draft[KAMUPIN_PROBE_DRAFT_MAX];
        begin(&script, ATR_UNKNOWN);
        kp_script_expect(&script, 0, "00A40000023F0000", "9000");
        kp_script_expect(&script, 0, "00A40100023D1000", "6A82");
        kp_script_expect(&script, 0, "00A40000023D1000", answers[i]);
        assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_OK);
        assert_string_equal(draft, "");
        assert_non_null(strstr(it.all, "end|"));
    }
}

/* FCI that lies about its lengths, is full of tags, or says what names somebody. */
static void test_fci_is_told_within_bounds(void **state)
{
    char many[600] = "6F81F0";
    static const char *fci[] = {"6F7F8002", "6F05 84FF 000000",         "6F8400000000",
                                "6F00",     "62 08 85 06 4F4E414C5249", NULL};
    (void)state;
    for (int i = 0; i < 80; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), "8A01%02X", i);
    fci[5] = many;
    for (size_t i = 0; i < sizeof fci / sizeof fci[0]; i++) {
        kp_script script;
        heard it;
        char draft[KAMUPIN_PROBE_DRAFT_MAX], reply[700];
        begin(&script, ATR_UNKNOWN);
        snprintf(reply, sizeof reply, "%s9000", fci[i]);
        kp_script_expect(&script, 0, "00A40000023F0000", reply);
        kp_script_expect(&script, 0, "00A40100023D1000", "9000");
        assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_OK);
        assert_null(strstr(it.all, "4F4E414C")); /* proprietary bytes: their length alone */
    }
}

/* A card that fell silent: what was found until then is told, and there is an error. */
static void test_a_card_that_is_pulled(void **state)
{
    kp_script script;
    heard it;
    char draft[KAMUPIN_PROBE_DRAFT_MAX];
    (void)state;
    begin(&script, ATR_UNKNOWN);
    kp_script_expect(&script, 0, "00A40000023F0000", "9000");
    kp_script_break(&script, 0, "00A40100023D1000", KAMUPIN_E_CARD_REMOVED);
    assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_E_CARD_REMOVED);
    assert_int_equal(it.count, 3);
    assert_string_equal(draft, "");
}

/* Steps with a PIN are for cards that may get PIN commands: not for one that nobody knows. */
static void test_no_step_on_an_unknown_card(void **state)
{
    kp_script script;
    heard it;
    char draft[KAMUPIN_PROBE_DRAFT_MAX];
    (void)state;
    begin(&script, ATR_UNKNOWN);
    kp_script_expect(&script, 0, "00A40000023F0000", "9000");
    kp_script_expect(&script, 0, "00A40100023D1000", "6A82");
    kp_script_expect(&script, 0, "00A40000023D1000", "6A82");
    kp_script_expect(&script, 0, "00A40800023D1000", "6A82");
    kp_script_expect(&script, 0, "00A4040007504B43532D313500", "9000");
    kp_script_expect(&script, 0, "00A40200022F1000", "6A82");
    for (int file = 0x10; file < 0x13; file++) {
        char command[32];
        snprintf(command, sizeof command, "00A40200022F%02X00", (unsigned int)file);
        kp_script_expect(&script, 0, command, "6A82");
    }
    kp_script_expect(&script, 0, "00A4040007504B43532D313500", "9000");
    kp_script_expect(&script, 0, "00CB3FFF0A4D087006BF810102A08000", "6D00");
    kp_script_expect(&script, 0, "00CB3FFF0A4D087006BF810202A08000", "6D00");
    assert_int_equal(probe(&script, KAMUPIN_PROBE_VERIFY, &it, draft), KAMUPIN_E_CARD_UNSUPPORTED);
    assert_non_null(strstr(draft, "application = name 504B43532D3135"));
}

static void test_wrong_requests(void **state)
{
    kamupin_context *context = NULL;
    char draft[KAMUPIN_PROBE_DRAFT_MAX];
    kamupin_probe_request request = KAMUPIN_PROBE_REQUEST_INIT;
    (void)state;
    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    request.ask = never;
    request.steps = KAMUPIN_PROBE_CHANGE;
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT,
                    kamupin_card_probe(context, &request, draft, sizeof draft, NULL));
    request.steps = 8;
    assert_int_equal(kamupin_card_probe(context, &request, draft, sizeof draft, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    request.steps = 0;
    assert_int_equal(kamupin_card_probe(context, &request, draft, 10, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_card_probe(context, NULL, draft, sizeof draft, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_context_free(&context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_unknown_card),
        cmocka_unit_test(test_the_identity_folder_ends_it),
        cmocka_unit_test(test_fci_is_told_within_bounds),
        cmocka_unit_test(test_a_card_that_is_pulled),
        cmocka_unit_test(test_no_step_on_an_unknown_card),
        cmocka_unit_test(test_wrong_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
