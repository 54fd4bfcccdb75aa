/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_record.c: journal records survive a round trip and nothing else is taken for one; and what a
   card's state says of an operation's outcome. */
#define _DEFAULT_SOURCE 1
#include "provoke.h"

#include <unblock/operation.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct place {
    char folder[64];
    kamupin_context *context;
} place;

static int enter(void **state)
{
    place *here = calloc(1, sizeof *here);
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;

    if (here == NULL)
        return -1;
    snprintf(here->folder, sizeof here->folder, "/tmp/kamupin-record-XXXXXX");
    if (mkdtemp(here->folder) == NULL)
        return -1;
    options.state_folder = here->folder;
    *state = here;
    return kamupin_context_new(&options, &here->context, NULL) == KAMUPIN_OK ? 0 : -1;
}

static int leave(void **state)
{
    place *here = *state;
    char command[128];

    kamupin_context_free(&here->context);
    snprintf(command, sizeof command, "rm -rf '%s'", here->folder);
    int status = system(command);
    free(here);
    return status;
}

static kp_record sample(kamupin_context *context)
{
    kp_record record = {.operation_id = "0b1a-77",
                        .service = "https://localhost:1/kamupin/v1",
                        .card_id = "serial:0102",
                        .product = "AKİS v2.x",
                        .finished_at = 1234567890};

    record.evidence = (kp_evidence){.authentication = KP_AUTHENTICATION_ACCEPTED,
                                    .outcome = KAMUPIN_OUTCOME_UNKNOWN,
                                    .status_word = 0x6983,
                                    .state_before = KAMUPIN_PIN_BLOCKED,
                                    .tries_before = 0,
                                    .state_after = KAMUPIN_PIN_USABLE,
                                    .tries_after = -1};
    assert_int_equal(kp_secret_new(context, KAMUPIN_SECRET_REPORT_TICKET, &record.ticket, NULL),
                     KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(record.ticket, "ticket-1", 8), KAMUPIN_OK);
    return record;
}

static void a_record_comes_back_as_it_was(void **state)
{
    place *here = *state;
    kp_record saved = sample(here->context), loaded;

    assert_int_equal(kp_record_save(here->context, &saved, NULL), KAMUPIN_OK);
    assert_int_equal(kp_record_load(here->context, "0b1a-77", &loaded, NULL), KAMUPIN_OK);
    assert_string_equal(loaded.operation_id, saved.operation_id);
    assert_string_equal(loaded.service, saved.service);
    assert_string_equal(loaded.card_id, saved.card_id);
    assert_string_equal(loaded.product, saved.product);
    assert_int_equal(loaded.evidence.authentication, saved.evidence.authentication);
    assert_int_equal(loaded.evidence.outcome, saved.evidence.outcome);
    assert_int_equal(loaded.evidence.status_word, saved.evidence.status_word);
    assert_int_equal(loaded.evidence.state_before, saved.evidence.state_before);
    assert_int_equal(loaded.evidence.tries_before, saved.evidence.tries_before);
    assert_int_equal(loaded.evidence.state_after, saved.evidence.state_after);
    assert_int_equal(loaded.evidence.tries_after, saved.evidence.tries_after);
    assert_int_equal(loaded.finished_at, saved.finished_at);
    assert_true(kp_secret_equal(loaded.ticket, saved.ticket));
    kp_record_wipe(&loaded);
    kp_record_wipe(&saved);
}

/* Every single-byte change of a key, a word or the layout is noticed; cuts are noticed. */
static void a_cut_or_changed_record_is_damaged(void **state)
{
    place *here = *state;
    kp_record saved = sample(here->context), loaded;
    char text[4096], changed[4096];
    size_t length = 0;

    assert_int_equal(kp_record_save(here->context, &saved, NULL), KAMUPIN_OK);
    assert_int_equal(kp_journal_read(here->context, "0b1a-77", text, sizeof text, &length, NULL),
                     KAMUPIN_OK);
    for (size_t cut = 0; cut < length; cut++) {
        assert_int_equal(kp_journal_write(here->context, "0b1a-77", text, cut, NULL), KAMUPIN_OK);
        assert_int_equal(kp_record_load(here->context, "0b1a-77", &loaded, NULL),
                         KAMUPIN_E_JOURNAL_DAMAGED);
    }
    static const char *const words[] = {"accepted", "kamupin-journal 1", "outcome", "blocked"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        memcpy(changed, text, length);
        changed[length] = '\0';
        char *found = strstr(changed, words[i]);
        assert_non_null(found);
        found[0] = '#';
        assert_int_equal(kp_journal_write(here->context, "0b1a-77", changed, length, NULL),
                         KAMUPIN_OK);
        assert_int_equal(kp_record_load(here->context, "0b1a-77", &loaded, NULL),
                         KAMUPIN_E_JOURNAL_DAMAGED);
    }
    memcpy(changed, text, length);
    changed[5] = '\0'; /* a NUL in the middle */
    assert_int_equal(kp_journal_write(here->context, "0b1a-77", changed, length, NULL), KAMUPIN_OK);
    assert_int_equal(kp_record_load(here->context, "0b1a-77", &loaded, NULL),
                     KAMUPIN_E_JOURNAL_DAMAGED);
    /* another operation's record under this name */
    assert_int_equal(kp_journal_write(here->context, "other", text, length, NULL), KAMUPIN_OK);
    assert_int_equal(kp_record_load(here->context, "other", &loaded, NULL),
                     KAMUPIN_E_JOURNAL_DAMAGED);
    kp_record_wipe(&saved);
}

static kamupin_outcome judged_then(kp_evidence evidence, bool at_once, kamupin_pin_state after,
                                   int tries_after)
{
    kamupin_card_info now = KAMUPIN_CARD_INFO_INIT;

    now.pin_state = after;
    now.pin_tries = tries_after < 0 ? KAMUPIN_TRIES_UNKNOWN : KAMUPIN_TRIES_KNOWN;
    now.pin_tries_left = tries_after;
    return kp_settle_by_state(&evidence, &now, at_once);
}

/* As the journal has it: the outcome is unknown from the accepted authentication on. */
static kamupin_outcome judged(kp_authentication authentication, kamupin_pin_state before,
                              int tries_before, kamupin_pin_state after, int tries_after)
{
    const kp_evidence evidence = {.authentication = authentication,
                                  .outcome = authentication == KP_AUTHENTICATION_ACCEPTED
                                                 ? KAMUPIN_OUTCOME_UNKNOWN
                                                 : KAMUPIN_OUTCOME_NONE,
                                  .state_before = before,
                                  .tries_before = tries_before};

    return judged_then(evidence, true, after, tries_after);
}

static void the_cards_state_tells_the_outcome_where_it_can(void **state)
{
    (void)state;
    assert_int_equal(
        judged(KP_AUTHENTICATION_NOT_SENT, KAMUPIN_PIN_BLOCKED, 0, KAMUPIN_PIN_USABLE, 3),
        KAMUPIN_OUTCOME_NOT_DONE);
    assert_int_equal(
        judged(KP_AUTHENTICATION_UNKNOWN, KAMUPIN_PIN_BLOCKED, 0, KAMUPIN_PIN_BLOCKED, 0),
        KAMUPIN_OUTCOME_NOT_DONE);
    assert_int_equal(
        judged(KP_AUTHENTICATION_ACCEPTED, KAMUPIN_PIN_BLOCKED, 0, KAMUPIN_PIN_USABLE, 3),
        KAMUPIN_OUTCOME_DONE);
    assert_int_equal(
        judged(KP_AUTHENTICATION_ACCEPTED, KAMUPIN_PIN_BLOCKED, 0, KAMUPIN_PIN_BLOCKED, 0),
        KAMUPIN_OUTCOME_NOT_DONE);
    assert_int_equal(
        judged(KP_AUTHENTICATION_ACCEPTED, KAMUPIN_PIN_NOT_SET, -1, KAMUPIN_PIN_USABLE, 3),
        KAMUPIN_OUTCOME_DONE);
    assert_int_equal(
        judged(KP_AUTHENTICATION_ACCEPTED, KAMUPIN_PIN_USABLE, 2, KAMUPIN_PIN_USABLE, 3),
        KAMUPIN_OUTCOME_DONE);
    /* three tries before and after: only the PIN can tell */
    assert_int_equal(
        judged(KP_AUTHENTICATION_ACCEPTED, KAMUPIN_PIN_USABLE, 3, KAMUPIN_PIN_USABLE, 3),
        KAMUPIN_OUTCOME_NONE);
    assert_int_equal(
        judged(KP_AUTHENTICATION_ACCEPTED, KAMUPIN_PIN_USABLE, 2, KAMUPIN_PIN_USABLE, -1),
        KAMUPIN_OUTCOME_NONE);
    assert_int_equal(
        judged(KP_AUTHENTICATION_ACCEPTED, KAMUPIN_PIN_BLOCKED, 0, KAMUPIN_PIN_UNKNOWN, -1),
        KAMUPIN_OUTCOME_NONE);
}

/* The card was reset before the new PIN was sent: nobody has to be asked for a PIN, which would
 * cost a try. */
static void a_new_pin_that_was_not_sent_is_not_on_the_card(void **state)
{
    const kp_evidence evidence = {.authentication = KP_AUTHENTICATION_ACCEPTED,
                                  .outcome = KAMUPIN_OUTCOME_NONE,
                                  .state_before = KAMUPIN_PIN_USABLE,
                                  .tries_before = 3};

    (void)state;
    assert_int_equal(judged_then(evidence, false, KAMUPIN_PIN_USABLE, 3), KAMUPIN_OUTCOME_NOT_DONE);
    assert_int_equal(kp_settle_by_state(&evidence, NULL, false), KAMUPIN_OUTCOME_NOT_DONE);
}

/* Another program may have had the old PIN since, which gives the tries back as well. */
static void later_on_tries_that_came_back_prove_nothing(void **state)
{
    const kp_evidence evidence = {.authentication = KP_AUTHENTICATION_ACCEPTED,
                                  .outcome = KAMUPIN_OUTCOME_UNKNOWN,
                                  .state_before = KAMUPIN_PIN_USABLE,
                                  .tries_before = 2};

    (void)state;
    assert_int_equal(judged_then(evidence, true, KAMUPIN_PIN_USABLE, 3), KAMUPIN_OUTCOME_DONE);
    assert_int_equal(judged_then(evidence, false, KAMUPIN_PIN_USABLE, 3), KAMUPIN_OUTCOME_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_record_comes_back_as_it_was, enter, leave),
        cmocka_unit_test_setup_teardown(a_cut_or_changed_record_is_damaged, enter, leave),
        cmocka_unit_test(the_cards_state_tells_the_outcome_where_it_can),
        cmocka_unit_test(a_new_pin_that_was_not_sent_is_not_on_the_card),
        cmocka_unit_test(later_on_tries_that_came_back_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
