/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pcsc_load.c: PC/SC loaded at run time (KAMUPIN_PCSC=load) where it is not installed, and then
   is: this program holds lib/card/pcsc_load.c in place of libpcsclite, stands between it and dlopen,
   and lets nobody find the library until it says so. The library found then is Debian's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <PCSC/winscard.h>

#include <kamupin/kamupin.h>

static bool installed;
static unsigned int looked; /* how often PC/SC's library was looked for */

void *__real_dlopen(const char *name, int mode); /* NOLINT: the linker's names */
void *__wrap_dlopen(const char *name, int mode); /* NOLINT */

void *__wrap_dlopen(const char *name, int mode) /* NOLINT */
{
    if (name == NULL || strcmp(name, "libpcsclite.so.1") != 0)
        return __real_dlopen(name, mode);
    looked++;
    return installed ? __real_dlopen(name, mode) : NULL;
}

static kamupin_status list(kamupin_error *error)
{
    kamupin_context *context = NULL;
    kamupin_reader_list *readers = NULL;

    assert_int_equal(kamupin_context_new(NULL, &context, error), KAMUPIN_OK);
    kamupin_status status = kamupin_reader_list_new(context, NULL, &readers, error);
    kamupin_reader_list_free(&readers);
    kamupin_context_free(&context);
    return status;
}

static void without_it_there_is_no_service_and_the_person_is_told_what_to_install(void **state)
{
    (void)state;
    char text[KAMUPIN_TEXT_MAX];
    kamupin_error error = KAMUPIN_ERROR_INIT;

    assert_int_equal(list(&error), KAMUPIN_E_READER_SERVICE_DOWN);
    assert_int_equal(looked, 1);
    assert_non_null(strstr(kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text),
                           "kurulu değilse önce kurun (Debian: apt install pcscd)"));
    assert_non_null(strstr(kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text),
                           "not installed, install it first (Debian: apt install pcscd)"));
}

static void once_it_is_installed_it_is_loaded_and_not_looked_for_again(void **state)
{
    (void)state;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    SCARDCONTEXT context = 0;
    DWORD size = 0;

    installed = true;
    const unsigned int before = looked;
    /* Its own answer: no daemon listens there. */
    assert_int_equal(list(&error), KAMUPIN_E_READER_SERVICE_DOWN);
    assert_int_equal(list(&error), KAMUPIN_E_READER_SERVICE_DOWN);
    assert_int_equal(looked, before + 1);
    /* And it is reached by each name, with the arguments that were given. */
    assert_int_equal(SCardListReaders(context, NULL, NULL, &size), SCARD_E_INVALID_HANDLE);
    assert_int_equal(SCardListReaders(context, NULL, NULL, NULL), SCARD_E_INVALID_PARAMETER);
    assert_int_equal(SCardCancel(context), SCARD_E_INVALID_HANDLE);
    assert_int_equal(SCardBeginTransaction(0), SCARD_E_INVALID_HANDLE);
    assert_int_equal(SCardReleaseContext(context), SCARD_E_INVALID_HANDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_it_there_is_no_service_and_the_person_is_told_what_to_install),
        cmocka_unit_test(once_it_is_installed_it_is_loaded_and_not_looked_for_again),
    };

    setenv("PCSCLITE_CSOCK_NAME", "/nonexistent/pcscd.comm", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
