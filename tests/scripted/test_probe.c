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

/* The identity card's folder is not there, nor an application that is known of: `p2` is how the card
   takes selections. */
static void expect_nothing_found(kp_script *script, const char *p2)
{
    static const char *const data[] = {"01 02 3D10", "00 02 3D10", "08 02 3D10",
                                       "04 07 504B43532D3135"};
    const char *le = strcmp(p2, "00") == 0 ? "00" : "";
    for (size_t i = 0; i < 4; i++) {
        char command[40];
        snprintf(command, sizeof command, "00A4%.2s%s%s%s", data[i], p2, data[i] + 3, le);
        kp_script_expect(script, 0, command, i == 2 ? "6A86" : "6A82");
    }
    for (int p1 = 1; p1 >= 0; p1--) {
        char command[40];
        snprintf(command, sizeof command, "00A400%s023F00%s", p2, le);
        kp_script_expect(script, 0, command, "9000");
        snprintf(command, sizeof command, "00A4%02X%s023D00%s", (unsigned int)p1, p2, le);
        kp_script_expect(script, 0, command, "6A82");
    }
}

/* A card that nobody knows is asked for no answer to a selection, unless it wants to give one. */
static void test_an_unknown_card(void **state)
{
    kp_script script;
    heard it;
    char draft[KAMUPIN_PROBE_DRAFT_MAX];
    (void)state;
    begin(&script, ATR_UNKNOWN);
    kp_script_expect(&script, 0, "00A4000C023F00", "9000");
    expect_nothing_found(&script, "0C");
    assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_OK);
    assert_non_null(strstr(draft, "historical = 80 55 43"));
    assert_non_null(strstr(draft, "select-answer = none"));
    assert_non_null(strstr(draft, "application = mf"));
    assert_null(strstr(draft, " known\n"));
    begin(&script, ATR_UNKNOWN);
    kp_script_expect(&script, 0, "00A4000C023F00", "6A86");
    kp_script_expect(&script, 0, "00A40000023F0000", "6F0582013883 9000");
    expect_nothing_found(&script, "00");
    assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_OK);
    assert_non_null(strstr(draft, "select-answer = fci"));
}

/* A card (Java Cards are so) that has no MF to select, and takes its application in one manner only:
   each selection is tried in both until one is answered. */
static void test_a_card_without_an_mf(void **state)
{
    static const char *const data[] = {"00 02 3F00", "01 02 3D10", "00 02 3D10", "08 02 3D10",
                                       "04 07 504B43532D3135"};
    kp_script script;
    heard it;
    char draft[KAMUPIN_PROBE_DRAFT_MAX];
    (void)state;
    begin(&script, ATR_UNKNOWN);
    for (size_t i = 0; i < 5; i++) {
        char command[40];
        snprintf(command, sizeof command, "00A4%.2s0C%s", data[i], data[i] + 3);
        kp_script_expect(&script, 0, command, "6A86");
        snprintf(command, sizeof command, "00A4%.2s00%s00", data[i], data[i] + 3);
        kp_script_expect(&script, 0, command, i == 4 ? "6F02 8401 41 9000" : "6A82");
    }
    for (int file = 0x0F; file < 0x13; file++) {
        char command[32];
        snprintf(command, sizeof command, "00A40200022F%02X00",
                 file == 0x0F ? 0x10U : (unsigned int)file);
        kp_script_expect(&script, 0, command, "6A82");
    }
    kp_script_expect(&script, 0, "00A4040007504B43532D313500", "9000");
    kp_script_expect(&script, 0, "00CB3FFF0A4D087006BF810102A08000", "6D00");
    kp_script_expect(&script, 0, "00CB3FFF0A4D087006BF810202A08000", "6D00");
    assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_OK);
    assert_non_null(strstr(draft, "select-answer = fci"));
    assert_non_null(strstr(draft, "application = name 504B43532D3135"));
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
        kp_script_expect(&script, 0, "00A4000C023F00", "9000");
        kp_script_expect(&script, 0, "00A4010C023D10", "6A82");
        kp_script_expect(&script, 0, "00A4000C023D10", answers[i]);
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
        kp_script_expect(&script, 0, "00A4000C023F00", reply);
        kp_script_expect(&script, 0, "00A4010C023D10", "9000");
        assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_OK);
        assert_null(strstr(it.all, "4F4E414C")); /* proprietary bytes: their length alone */
    }
}

/* Whatever an issuer puts into an FCI, and under whichever tag: a name in it is told to nobody. The
   name of an application (84), which names no holder, is the only value of such a length. */
static void test_no_canary_gets_out(void **state)
{
    static const char canary[] = "4B414E4152594120"; /* eight letters */
    (void)state;
    for (unsigned int tag = 0x80; tag < 0xDF; tag++) {
        kp_script script;
        heard it;
        char draft[KAMUPIN_PROBE_DRAFT_MAX], reply[80];
        if (tag == 0x84 || (tag & 0x1F) == 0x1F)
            continue;
        snprintf(reply, sizeof reply, "6F0A%02X08%s9000", tag, canary);
        begin(&script, ATR_UNKNOWN);
        kp_script_expect(&script, 0, "00A4000C023F00", reply);
        kp_script_expect(&script, 0, "00A4010C023D10", reply);
        assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_OK);
        assert_null(strstr(it.all, canary));
        assert_null(strstr(it.all, "KANARYA"));
        assert_non_null(strstr(it.all, "(8)}"));
    }
    kp_script script;
    heard it;
    char draft[KAMUPIN_PROBE_DRAFT_MAX];
    begin(&script, ATR_UNKNOWN); /* what is no FCI: not told at all */
    kp_script_expect(&script, 0, "00A4000C023F00", "4B414E41525941209000");
    kp_script_expect(&script, 0, "00A4010C023D10", "5F20084B414E41525941209000");
    assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_OK);
    assert_null(strstr(it.all, "4B414E41"));
}

/* A card that fell silent: what was found until then is told, and there is an error. */
static void test_a_card_that_is_pulled(void **state)
{
    kp_script script;
    heard it;
    char draft[KAMUPIN_PROBE_DRAFT_MAX];
    (void)state;
    begin(&script, ATR_UNKNOWN);
    kp_script_expect(&script, 0, "00A4000C023F00", "9000");
    kp_script_break(&script, 0, "00A4010C023D10", KAMUPIN_E_CARD_REMOVED);
    assert_int_equal(probe(&script, 0, &it, draft), KAMUPIN_E_CARD_REMOVED);
    assert_int_equal(it.count, 4); /* the last says after which command */
    assert_non_null(strstr(it.all, "end|00A4010C023D10|0000|the card gave no answer"));
    assert_string_equal(draft, "");
}

/* An unknown card with an application, as far as its certificates and tries. */
static void expect_an_application(kp_script *script)
{
    kp_script_expect(script, 0, "00A4000C023F00", "9000");
    kp_script_expect(script, 0, "00A4010C023D10", "6A82");
    kp_script_expect(script, 0, "00A4000C023D10", "6A82");
    kp_script_expect(script, 0, "00A4080C023D10", "6A82");
    kp_script_expect(script, 0, "00A4040C07504B43532D3135", "9000");
    kp_script_expect(script, 0, "00A4020C022F10", "6A82");
    for (int file = 0x10; file < 0x13; file++) {
        char command[32];
        snprintf(command, sizeof command, "00A4020C022F%02X", (unsigned int)file);
        kp_script_expect(script, 0, command, "6A82");
    }
    kp_script_expect(script, 0, "00A4040C07504B43532D3135", "9000");
    kp_script_expect(script, 0, "00CB3FFF0A4D087006BF810102A08000", "6D00");
    kp_script_expect(script, 0, "00CB3FFF0A4D087006BF810202A08000", "6D00");
}

#define FCI_WANTED "00A4040007504B43532D313500"

/* The FCI is wanted last: what a card that does not survive it has said before is not lost. */
static void test_the_fci_comes_last(void **state)
{
    static const struct {
        const char *reply, *draft;
    } rows[] = {{"6F058201388301 9000", "select-answer = fci"},
                {"9000", "select-answer = none"},
                {"6A86", "select-answer = none"},
                {NULL, "select-answer = none"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kp_script script;
        heard it;
        char draft[KAMUPIN_PROBE_DRAFT_MAX];
        begin(&script, ATR_UNKNOWN);
        expect_an_application(&script);
        if (rows[i].reply != NULL)
            kp_script_expect(&script, 0, FCI_WANTED, rows[i].reply);
        else
            kp_script_break(&script, 0, FCI_WANTED, KAMUPIN_E_CARD_REMOVED);
        assert_int_equal(probe(&script, 0, &it, draft),
                         rows[i].reply != NULL ? KAMUPIN_OK : KAMUPIN_E_CARD_REMOVED);
        assert_non_null(strstr(draft, rows[i].draft));
        assert_non_null(strstr(draft, "application = name 504B43532D3135"));
    }
}

/* Steps with a PIN are for cards that may get PIN commands: not for one that nobody knows. */
static void test_no_step_on_an_unknown_card(void **state)
{
    static const unsigned int steps[] = {KAMUPIN_PROBE_VERIFY};
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        kp_script script;
        heard it;
        char draft[KAMUPIN_PROBE_DRAFT_MAX];
        begin(&script, ATR_UNKNOWN);
        expect_an_application(&script);
        kp_script_expect(&script, 0, FCI_WANTED, "9000");
        assert_int_equal(probe(&script, steps[i], &it, draft), KAMUPIN_E_CARD_UNSUPPORTED);
    }
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
        cmocka_unit_test(test_a_card_without_an_mf),
        cmocka_unit_test(test_the_identity_folder_ends_it),
        cmocka_unit_test(test_fci_is_told_within_bounds),
        cmocka_unit_test(test_no_canary_gets_out),
        cmocka_unit_test(test_a_card_that_is_pulled),
        cmocka_unit_test(test_the_fci_comes_last),
        cmocka_unit_test(test_no_step_on_an_unknown_card),
        cmocka_unit_test(test_wrong_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
