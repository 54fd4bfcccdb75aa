/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_callback.c: which addresses an application may be called back at, and that a callback is
   compared exactly: another host, port, path, state or issuer is another login's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <auth/callback.h>

#define REDIRECT "http://127.0.0.1:8765/kamupin"
#define STATE    "af0ifjsldkjaf0ifjsldkj"
#define ISSUER   "https://login.example"
#define CODE     "SplxlOBeZQQYbYS6WxSbIA"
#define GOOD     REDIRECT "?code=" CODE "&state=" STATE "&iss=https%3A%2F%2Flogin.example"

static const kp_expected EXPECTED = {REDIRECT, STATE, ISSUER, true};

static kamupin_status read_it(const char *text, kp_callback *callback)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = kp_callback_read(text, &EXPECTED, callback, &error);

    assert_null(strstr(error.detail, CODE)); /* it is a secret until it was used */
    return status;
}

static void refused(const char *text, kamupin_status expected)
{
    kp_callback callback;
    kamupin_status status = read_it(text, &callback);

    if (status != expected)
        fail_msg("%s: %s", text, kamupin_status_name(status));
}

static void a_code_is_read(void **state)
{
    kp_callback callback;

    (void)state;
    assert_int_equal(read_it(GOOD "&session_state=x&x", &callback), KAMUPIN_OK);
    assert_string_equal(callback.code, CODE);
    assert_string_equal(callback.error, "");
    assert_int_equal(read_it(REDIRECT "?iss=https://login.example&error=access_denied&state=" STATE
                                      "&error_description=not+now",
                             &callback),
                     KAMUPIN_OK);
    assert_string_equal(callback.error, "access_denied");
    assert_string_equal(callback.code, "");
}

static void what_is_pasted_is_cleaned(void **state)
{
    static const char *const PASTED[] = {"  " GOOD "\r\n",
                                         "<" GOOD ">",
                                         "\"" GOOD "\"",
                                         "“" GOOD "”\n",
                                         "\xEF\xBB\xBF" GOOD " \t",
                                         "\xC2\xA0'" GOOD "' ",
                                         REDIRECT "?code=" CODE "&sta\r\nte=" STATE
                                                  "&iss=https%3A%2F%2Flogin.example"};
    kp_callback callback;

    (void)state;
    for (size_t i = 0; i < sizeof PASTED / sizeof PASTED[0]; i++) {
        assert_int_equal(read_it(PASTED[i], &callback), KAMUPIN_OK);
        assert_string_equal(callback.code, CODE);
    }
}

static void the_address_is_compared_exactly(void **state)
{
    static const char *const OTHERS[] = {
        "http://127.0.0.1:8766/kamupin",    "http://127.0.0.2:8765/kamupin",
        "https://127.0.0.1:8765/kamupin",   "http://localhost:8765/kamupin",
        "http://127.0.0.1:8765/kamupin/",   "http://127.0.0.1:8765/Kamupin",
        "http://127.0.0.1:8765/kamupi",     "http://127.0.0.1:8765/x/../kamupin",
        "http://127.0.0.1:8765/kamupin%20", "http://a@127.0.0.1:8765/kamupin"};
    char text[400];

    (void)state;
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        snprintf(text, sizeof text, "%s%s", OTHERS[i], &GOOD[strlen(REDIRECT)]);
        refused(text, KAMUPIN_E_LOGIN_REDIRECT_MISMATCH);
    }
}

static void another_state_is_another_login(void **state)
{
    (void)state;
    refused(REDIRECT "?code=a&iss=https://login.example&state=" STATE "x",
            KAMUPIN_E_LOGIN_STATE_MISMATCH);
    refused(REDIRECT "?code=a&iss=https://login.example&state=af0ifjsldkjaf0ifjsldkJ",
            KAMUPIN_E_LOGIN_STATE_MISMATCH);
    refused(REDIRECT "?error=access_denied&iss=https://login.example&state=x",
            KAMUPIN_E_LOGIN_STATE_MISMATCH);
}

static void another_issuer_is_another_server(void **state)
{
    kp_expected silent = EXPECTED;
    kp_callback callback;

    (void)state;
    refused(REDIRECT "?code=a&state=" STATE, KAMUPIN_E_LOGIN_ISSUER_MISMATCH);
    refused(REDIRECT "?code=a&iss=https://login.example/&state=" STATE,
            KAMUPIN_E_LOGIN_ISSUER_MISMATCH);
    refused(REDIRECT "?error=access_denied&iss=https://evil.example&state=" STATE,
            KAMUPIN_E_LOGIN_ISSUER_MISMATCH);
    silent.issuer_wanted = false;
    assert_int_equal(kp_callback_read(REDIRECT "?code=a&state=" STATE, &silent, &callback, NULL),
                     KAMUPIN_OK);
    assert_int_equal(
        kp_callback_read(REDIRECT "?code=a&iss=x&state=" STATE, &silent, &callback, NULL),
        KAMUPIN_E_LOGIN_ISSUER_MISMATCH);
}

static void what_is_no_callback_is_said_so(void **state)
{
    static const char *const WRONG[] = {
        "",
        "  \n",
        "merhaba",
        "123456",
        "?code=a&state=" STATE,
        "code=a&state=" STATE,
        REDIRECT,
        REDIRECT "?",
        REDIRECT "?code=a",
        REDIRECT "?state=" STATE,
        REDIRECT "?code=&state=" STATE,
        GOOD "&code=b",
        GOOD "&error=access_denied",
        GOOD "&state=" STATE,
        GOOD "#fragment",
        GOOD "&x=\x01",
        GOOD " x",
        REDIRECT "?code=%0&state=" STATE,
        REDIRECT "?code=%zz&state=" STATE,
        REDIRECT "?code=a%00b&state=" STATE,
        REDIRECT "?code=a%0Ab&state=" STATE,
        REDIRECT
        "?error=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&state=" STATE};
    char huge[KP_CALLBACK_MAX + 10];

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        refused(WRONG[i], KAMUPIN_E_CALLBACK_MALFORMED);
    snprintf(huge, sizeof huge, "%s&x=", GOOD);
    memset(huge + strlen(huge), 'a', sizeof huge - strlen(huge) - 1);
    huge[sizeof huge - 1] = '\0';
    refused(huge, KAMUPIN_E_CALLBACK_MALFORMED);
}

static void only_loopback_and_own_schemes_are_called_back(void **state)
{
    static const char *const GOODS[] = {REDIRECT, "http://[::1]:1/", "http://127.0.0.1:65535/a/b",
                                        "tr.example.app:/callback", "tr.example.app://login/x"};
    static const char *const BADS[] = {"",
                                       "http://127.0.0.1/kamupin",
                                       "http://127.0.0.1:0/a",
                                       "http://127.0.0.1:65536/a",
                                       "http://127.0.0.1:8765",
                                       "http://127.0.0.1:08/a",
                                       "http://localhost:8765/a",
                                       "http://127.0.0.1.evil.example:80/a",
                                       "http://10.0.0.1:8765/a",
                                       "https://127.0.0.1:8765/a",
                                       REDIRECT "?x=1",
                                       REDIRECT "#x",
                                       "http://a@127.0.0.1:8765/a",
                                       "javascript:/a",
                                       "file:/a",
                                       "tr.example.app:callback",
                                       "TR.example:/a",
                                       "tr.example.app:/a b"};

    (void)state;
    for (size_t i = 0; i < sizeof GOODS / sizeof GOODS[0]; i++)
        assert_int_equal(kp_redirect_check(GOODS[i], NULL), KAMUPIN_OK);
    for (size_t i = 0; i < sizeof BADS / sizeof BADS[0]; i++)
        if (kp_redirect_check(BADS[i], NULL) != KAMUPIN_E_URL_REFUSED)
            fail_msg("taken: %s", BADS[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_read),
        cmocka_unit_test(what_is_pasted_is_cleaned),
        cmocka_unit_test(the_address_is_compared_exactly),
        cmocka_unit_test(another_state_is_another_login),
        cmocka_unit_test(another_issuer_is_another_server),
        cmocka_unit_test(what_is_no_callback_is_said_so),
        cmocka_unit_test(only_loopback_and_own_schemes_are_called_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
