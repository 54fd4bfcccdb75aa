/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_resume.c: a record whose own program is still at it while it is resumed. flock() stands
   between (--wrap), and lets that program end just before the lock is had. Touches a folder of its
   own; the service's address is one that nobody answers at. */
#define _DEFAULT_SOURCE 1
#include "provoke.h"

#include <unblock/operation.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#define OPERATION "0b1a-77"

typedef struct place {
    char folder[64];
    kamupin_context *context;
} place;

/* What the other program does at the moment it lets the lock go. */
static void (*other_ends)(void);
static place *here;

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);

int __wrap_flock(int fd, int operation)
{
    void (*now)(void) = other_ends;

    other_ends = NULL;
    if (now != NULL)
        now();
    return __real_flock(fd, operation);
}

static void save(kp_authentication authentication, kamupin_outcome outcome)
{
    kp_record record = {.operation_id = OPERATION,
                        .service = "https://127.0.0.1:1/kamupin/v1",
                        .card_id = "serial:0102",
                        .product = "AKİS v2.x"};

    record.evidence = (kp_evidence){.authentication = authentication,
                                    .outcome = outcome,
                                    .state_before = KAMUPIN_PIN_BLOCKED,
                                    .tries_before = 0,
                                    .tries_after = -1};
    assert_int_equal(
        kp_secret_new(here->context, KAMUPIN_SECRET_REPORT_TICKET, &record.ticket, NULL),
        KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(record.ticket, "ticket-1", 8), KAMUPIN_OK);
    assert_int_equal(kp_record_save(here->context, &record, NULL), KAMUPIN_OK);
    kp_record_wipe(&record);
}

/* It was heard: nothing is left to do. */
static void ends_well(void)
{
    assert_int_equal(kp_journal_remove(here->context, OPERATION, NULL), KAMUPIN_OK);
}

/* The card took the new PIN, and the service was away. */
static void ends_unheard(void)
{
    save(KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE);
}

static int enter(void **state)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;

    here = calloc(1, sizeof *here);
    if (here == NULL)
        return -1;
    snprintf(here->folder, sizeof here->folder, "/tmp/kamupin-resume-XXXXXX");
    if (mkdtemp(here->folder) == NULL)
        return -1;
    options.state_folder = here->folder;
    *state = here;
    if (kamupin_context_new(&options, &here->context, NULL) != KAMUPIN_OK)
        return -1;
    save(KP_AUTHENTICATION_UNKNOWN, KAMUPIN_OUTCOME_NONE); /* its command is on the way */
    return 0;
}

static int leave(void **state)
{
    place *mine = *state;
    char command[128];

    other_ends = NULL;
    kamupin_context_free(&mine->context);
    snprintf(command, sizeof command, "rm -rf '%s'", mine->folder);
    int status = system(command);
    free(mine);
    return status;
}

static void what_the_other_program_has_reported_is_over(void **state)
{
    kp_record record;
    size_t left = 7;

    (void)state;
    other_ends = ends_well;
    assert_int_equal(kamupin_resume(here->context, NULL, NULL, &left, NULL), KAMUPIN_OK);
    assert_null(other_ends); /* the lock was asked for */
    assert_int_equal(left, 0);
    assert_int_not_equal(kp_record_load(here->context, OPERATION, &record, NULL), KAMUPIN_OK);
}

static void what_the_other_program_has_found_out_holds(void **state)
{
    kp_record record;
    size_t left = 7;

    (void)state;
    other_ends = ends_unheard;
    assert_int_equal(kamupin_resume(here->context, NULL, NULL, &left, NULL),
                     KAMUPIN_E_RESULT_NOT_REPORTED);
    assert_int_equal(left, 1);
    assert_int_equal(kp_record_load(here->context, OPERATION, &record, NULL), KAMUPIN_OK);
    assert_int_equal(record.evidence.outcome, KAMUPIN_OUTCOME_DONE);
    assert_int_equal(record.evidence.authentication, KP_AUTHENTICATION_ACCEPTED);
    kp_record_wipe(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_other_program_has_reported_is_over, enter, leave),
        cmocka_unit_test_setup_teardown(what_the_other_program_has_found_out_holds, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
