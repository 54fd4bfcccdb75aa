/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_url.c: which addresses of a service are accepted: plain https URLs that no two readers can
   read differently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <net/http.h>

static void plain_https_addresses_pass(void **state)
{
    static const char *const GOOD[] = {
        "https://service.example",
        "https://service.example/",
        "https://localhost:8443/kamupin/v1",
        "https://127.0.0.1:8443/kamupin/v1/",
        "https://[::1]:8443/v1",
        "https://service.example/a.b/c..d/.well-known",
    };
    kamupin_error error = KAMUPIN_ERROR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        if (kp_url_check(GOOD[i], &error) != KAMUPIN_OK)
            fail_msg("%s: %s", GOOD[i], error.detail);
}

static void everything_else_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",
        "https://",
        "https:///path",
        "http://service.example/",
        "HTTPS://service.example/",
        "ftp://service.example/",
        "file:///etc/passwd",
        "service.example",
        "//service.example/",
        "https:service.example",
        " https://service.example/",
        "https://service.example/ ",
        "https://user@service.example/",
        "https://user:word@service.example/",
        "https://service.example/?a=b",
        "https://service.example/?",
        "https://service.example/#f",
        "https://service.example\\@other.example/",
        "https://service.example/%2e%2e/",
        "https://service.example/../v1",
        "https://service.example/a/./b",
        "https://service.example/a/..",
        "https://service.example/a\nHost: b",
        "https://service.example:99999/",
        "https://service.example:port/",
        "https://[::1/",
        "https://\xc3\xb6rnek.example/",
    };
    kamupin_error error = KAMUPIN_ERROR_INIT;

    (void)state;
    assert_int_equal(kp_url_check(NULL, &error), KAMUPIN_E_URL_REFUSED);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        if (kp_url_check(BAD[i], &error) != KAMUPIN_E_URL_REFUSED)
            fail_msg("accepted: %s", BAD[i]);
    assert_int_equal(error.status, KAMUPIN_E_URL_REFUSED);
}

static void length_is_bounded(void **state)
{
    char url[KP_URL_MAX + 1];

    (void)state;
    memset(url, 'a', sizeof url);
    memcpy(url, "https://h/", 10);
    url[KP_URL_MAX] = '\0';
    assert_int_equal(kp_url_check(url, NULL), KAMUPIN_E_URL_REFUSED);
    url[KP_URL_MAX - 1] = '\0';
    assert_int_equal(kp_url_check(url, NULL), KAMUPIN_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_https_addresses_pass),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(length_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
