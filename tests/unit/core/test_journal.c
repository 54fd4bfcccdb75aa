/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_journal.c: durable records and per-card locks in a folder that nobody else can read. */
#define _DEFAULT_SOURCE 1
#include "provoke.h"

#include <core/journal.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct place {
    char folder[64], state[96];
    kamupin_context *context;
} place;

static int enter(void **state)
{
    place *here = calloc(1, sizeof *here);
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;

    if (here == NULL)
        return -1;
    snprintf(here->folder, sizeof here->folder, "/tmp/kamupin-journal-XXXXXX");
    if (mkdtemp(here->folder) == NULL)
        return -1;
    snprintf(here->state, sizeof here->state, "%s/deep/state", here->folder);
    options.state_folder = here->state;
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

static bool collect(void *user, const char *name)
{
    strcat(user, name);
    strcat(user, ";");
    return true;
}

static void a_record_is_written_read_listed_and_removed(void **state)
{
    place *here = *state;
    char names[256] = "", bytes[64], path[160];
    size_t length = 0;
    struct stat found;

    assert_int_equal(kp_journal_write(here->context, "op-2", "two", 3, NULL), KAMUPIN_OK);
    assert_int_equal(kp_journal_write(here->context, "op-1", "one", 3, NULL), KAMUPIN_OK);
    assert_int_equal(kp_journal_write(here->context, "op-1", "uno!", 4, NULL), KAMUPIN_OK);
    assert_int_equal(kp_journal_read(here->context, "op-1", bytes, sizeof bytes, &length, NULL),
                     KAMUPIN_OK);
    assert_int_equal(length, 4);
    assert_memory_equal(bytes, "uno!", 4);
    assert_int_equal(kp_journal_each(here->context, collect, names, NULL), KAMUPIN_OK);
    assert_string_equal(names, "op-1;op-2;");
    snprintf(path, sizeof path, "%s/op-1.journal", here->state);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(kp_journal_remove(here->context, "op-1", NULL), KAMUPIN_OK);
    assert_int_equal(kp_journal_remove(here->context, "op-1", NULL), KAMUPIN_OK);
    names[0] = '\0';
    assert_int_equal(kp_journal_each(here->context, collect, names, NULL), KAMUPIN_OK);
    assert_string_equal(names, "op-2;");
}

static void a_name_stays_inside_the_folder(void **state)
{
    place *here = *state;

    assert_int_equal(kp_journal_write(here->context, "../x", "", 0, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kp_journal_write(here->context, ".x", "", 0, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
}

static void a_large_record_is_damaged(void **state)
{
    place *here = *state;
    char bytes[8];
    size_t length = 0;

    assert_int_equal(kp_journal_write(here->context, "op", "12345678", 8, NULL), KAMUPIN_OK);
    assert_int_equal(kp_journal_read(here->context, "op", bytes, sizeof bytes, &length, NULL),
                     KAMUPIN_E_JOURNAL_DAMAGED);
}

static void a_damaged_record_is_said_and_kept(void **state)
{
    place *here = *state;
    size_t left = 0;
    char names[64] = "";

    assert_int_equal(kp_journal_write(here->context, "op", "nonsense", 8, NULL), KAMUPIN_OK);
    assert_provokes(KAMUPIN_E_JOURNAL_DAMAGED,
                    kamupin_resume(here->context, NULL, NULL, &left, NULL));
    assert_int_equal(left, 1);
    assert_int_equal(kp_journal_each(here->context, collect, names, NULL), KAMUPIN_OK);
    assert_string_equal(names, "op;");
}

static void a_folder_open_to_others_is_refused(void **state)
{
    place *here = *state;
    const char *folder = NULL;

    assert_int_equal(kp_state_folder(here->context, &folder, NULL), KAMUPIN_OK);
    assert_int_equal(chmod(here->state, 0750), 0);
    assert_provokes(KAMUPIN_E_STATE_FOLDER, kamupin_resume(here->context, NULL, NULL, NULL, NULL));
    assert_int_equal(kp_journal_write(here->context, "op", "x", 1, NULL), KAMUPIN_E_STATE_FOLDER);
}

static void a_link_is_not_followed(void **state)
{
    place *here = *state;
    char link[160], target[160];
    const char *folder = NULL;
    struct stat found;

    assert_int_equal(kp_state_folder(here->context, &folder, NULL), KAMUPIN_OK);
    snprintf(link, sizeof link, "%s/op.new", here->state);
    snprintf(target, sizeof target, "%s/elsewhere", here->folder);
    assert_int_equal(symlink(target, link), 0);
    assert_int_equal(kp_journal_write(here->context, "op", "x", 1, NULL), KAMUPIN_E_STATE_FOLDER);
    assert_int_not_equal(stat(target, &found), 0);
}

static void a_card_is_worked_on_by_one_program(void **state)
{
    place *here = *state;
    kp_lock mine = KP_LOCK_INIT, second = KP_LOCK_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    char holder[64];

    assert_int_equal(kp_lock_take(here->context, "serial:01", &mine, &error), KAMUPIN_OK);
    assert_int_equal(kp_lock_take(here->context, "serial:01", &second, &error),
                     KAMUPIN_E_CARD_BUSY);
    snprintf(holder, sizeof holder, "held by process %ld test_journal", (long)getpid());
    assert_string_equal(error.detail, holder);
    assert_int_equal(error.platform_code, getpid());
    assert_int_equal(kp_lock_take(here->context, "serial:02", &second, &error), KAMUPIN_OK);
    kp_lock_drop(&second);
    kp_lock_drop(&mine);
    assert_int_equal(kp_lock_take(here->context, "serial:01", &mine, &error), KAMUPIN_OK);
    kp_lock_drop(&mine);
}

/* The sentence names the process, in both languages. */
static void a_busy_card_names_its_holder(void **state)
{
    place *here = *state;
    kp_lock mine = KP_LOCK_INIT, second = KP_LOCK_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    char text[KAMUPIN_TEXT_MAX], process[24];

    snprintf(process, sizeof process, " %ld.", (long)getpid());
    assert_int_equal(kp_lock_take(here->context, "serial:01", &mine, NULL), KAMUPIN_OK);
    assert_int_equal(kp_lock_take(here->context, "serial:01", &second, &error),
                     KAMUPIN_E_CARD_BUSY);
    assert_non_null(
        strstr(kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text), process));
    assert_non_null(
        strstr(kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text), process));
    /* a holder that could not write its name */
    assert_int_equal(ftruncate(mine.fd, 0), 0);
    assert_int_equal(kp_lock_take(here->context, "serial:01", &second, &error),
                     KAMUPIN_E_CARD_BUSY);
    assert_string_equal(error.detail, "held by process unknown");
    assert_null(strstr(kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text), "process"));
    /* … and one whose file somebody else wrote */
    assert_int_equal(pwrite(mine.fd, "77 a\033[2Jb\n", 10, 0), 10);
    assert_int_equal(kp_lock_take(here->context, "serial:01", &second, &error),
                     KAMUPIN_E_CARD_BUSY);
    assert_string_equal(error.detail, "held by process 77 a");
    kp_lock_drop(&mine);
}

static void a_dead_holders_lock_is_free(void **state)
{
    place *here = *state;
    kp_lock mine = KP_LOCK_INIT;
    int status = 0;

    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        kp_lock theirs = KP_LOCK_INIT;
        _exit(kp_lock_take(here->context, "serial:01", &theirs, NULL) == KAMUPIN_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(kp_lock_take(here->context, "serial:01", &mine, NULL), KAMUPIN_OK);
    kp_lock_drop(&mine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_record_is_written_read_listed_and_removed, enter, leave),
        cmocka_unit_test_setup_teardown(a_name_stays_inside_the_folder, enter, leave),
        cmocka_unit_test_setup_teardown(a_large_record_is_damaged, enter, leave),
        cmocka_unit_test_setup_teardown(a_damaged_record_is_said_and_kept, enter, leave),
        cmocka_unit_test_setup_teardown(a_folder_open_to_others_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(a_link_is_not_followed, enter, leave),
        cmocka_unit_test_setup_teardown(a_card_is_worked_on_by_one_program, enter, leave),
        cmocka_unit_test_setup_teardown(a_busy_card_names_its_holder, enter, leave),
        cmocka_unit_test_setup_teardown(a_dead_holders_lock_is_free, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
