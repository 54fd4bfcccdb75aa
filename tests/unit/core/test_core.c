/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_core.c: context, error record, cancel handle, buffer and encodings. */
#include "provoke.h"

#include <core/buffer.h>
#include <core/cancel.h>
#include <core/context.h>
#include <core/fail.h>

#include <limits.h>
#include <string.h>

static void a_foreign_size_is_refused(void **state)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_context *context = NULL;

    (void)state;
    options.size = 4;
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, kamupin_context_new(&options, &context, NULL));
    assert_null(context);
    kamupin_context_free(&context);
    kamupin_context_free(NULL);
}

/* The longest that a caller can write could not be added to any clock. */
static void a_timeout_is_a_day_at_most(void **state)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    const long day = 86400000;
    kamupin_context *context = NULL;

    (void)state;
    options.connect_timeout_ms = day + 1;
    options.request_timeout_ms = options.answer_timeout_ms = LONG_MAX;
    options.name_timeout_ms = 1;
    options.tls_timeout_ms = LONG_MIN;
    assert_int_equal(kamupin_context_new(&options, &context, NULL), KAMUPIN_OK);
    assert_int_equal(context->connect_timeout_ms, day);
    assert_int_equal(context->request_timeout_ms, day);
    assert_int_equal(context->answer_timeout_ms, day);
    assert_int_equal(context->name_timeout_ms, 1);
    assert_int_equal(context->tls_timeout_ms, 0);
    kamupin_context_free(&context);
}

static kamupin_status try_options(const char *pins, const char *proxy)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_context *context = NULL;

    options.pins = pins;
    options.proxy = proxy;
    kamupin_status status = kamupin_context_new(&options, &context, NULL);
    kamupin_context_free(&context);
    return status;
}

#define PIN "sha256//jwdeCMA+dzsiyBN1SSkAu2zfy2cCPSz1lPOAHARbMKM="

static void pins_are_written_as_curl_has_them(void **state)
{
    static const char *const BAD[] = {
        "",
        "/etc/passwd", /* curl would take a file's name */
        "sha256//",
        "sha256//AAAA",
        "sha1//jwdeCMA+dzsiyBN1SSkAu2zfy2cCPSz1lPOAHARbMKM=",
        "sha256//jwdeCMA+dzsiyBN1SSkAu2zfy2cCPSz1lPOAHARbMKMx",
        "sha256//jwdeCMA-dzsiyBN1SSkAu2zfy2cCPSz1lPOAHARbMKM=",
        (PIN ";"),
        (PIN "," PIN),
        (PIN ";;" PIN),
        (" " PIN),
    };

    (void)state;
    assert_int_equal(try_options(PIN, NULL), KAMUPIN_OK);
    assert_int_equal(try_options(PIN ";" PIN, NULL), KAMUPIN_OK);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, try_options(BAD[i], NULL));
}

static void a_proxy_is_a_plain_address(void **state)
{
    static const char *const GOOD[] = {"", "http://proxy.example:3128", "https://[::1]:443/",
                                       "socks5h://localhost:1080", "http://proxy_1"};
    static const char *const BAD[] = {"proxy.example:3128", "http://",         "http://:80",
                                      "http:///",           "ftp://proxy:21",  "http://u:p@host:1",
                                      "http://host:1/path", "http://host:1?x", "http://host:1#x",
                                      "http://host:1 ",     "HTTP://host:1",   "socks4://host:1"};
    char long_one[400] = "http://";

    (void)state;
    memset(long_one + 7, 'a', sizeof long_one - 8);
    long_one[sizeof long_one - 1] = '\0';
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        assert_int_equal(try_options(NULL, GOOD[i]), KAMUPIN_OK);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, try_options(NULL, BAD[i]));
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, try_options(NULL, long_one));
}

static void an_older_callers_record_is_not_overrun(void **state)
{
    struct {
        kamupin_error error;
        char behind[16];
    } place;
    const size_t shorter = offsetof(kamupin_error, problem_type);

    (void)state;
    memset(&place, 0x5A, sizeof place);
    place.error.size = shorter;
    kp_fail(&place.error, KAMUPIN_E_NO_CARD, KAMUPIN_FROM_READER, "%s", "detail");
    assert_int_equal(place.error.status, KAMUPIN_E_NO_CARD);
    assert_int_equal(place.error.size, shorter);
    for (size_t i = shorter; i < sizeof place.error; i++)
        assert_int_equal(((unsigned char *)&place)[i], 0x5A);
}

static void a_long_detail_is_cut(void **state)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    char much[600];

    (void)state;
    memset(much, 'x', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    kp_fail(&error, KAMUPIN_E_NO_CARD, KAMUPIN_FROM_READER, "%s", much);
    assert_int_equal(strlen(error.detail), sizeof error.detail - 1);
}

static void count_wake(void *object)
{
    ++*(int *)object;
}

static void a_pulled_handle_wakes_who_waits_and_who_comes_later(void **state)
{
    kamupin_context *context = NULL;
    kamupin_cancel *cancel = NULL;
    int first = 0, second = 0, gone = 0;
    kp_cancel_hook a = {count_wake, &first, NULL}, b = {count_wake, &second, NULL},
                   c = {count_wake, &gone, NULL};

    (void)state;
    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_cancel_new(context, &cancel, NULL), KAMUPIN_OK);
    kp_cancel_enter(cancel, &a);
    kp_cancel_enter(cancel, &c);
    kp_cancel_leave(cancel, &c);
    assert_false(kamupin_cancel_pulled(cancel));
    kamupin_cancel_pull(cancel);
    assert_true(kamupin_cancel_pulled(cancel));
    kp_cancel_enter(cancel, &b);
    assert_int_equal(first, 1);
    assert_int_equal(second, 1);
    assert_int_equal(gone, 0);
    kp_cancel_leave(cancel, &a);
    kp_cancel_leave(cancel, &b);
    assert_int_equal(kp_cancel_check(cancel, NULL), KAMUPIN_E_CANCELLED);
    kamupin_cancel_clear(cancel);
    assert_int_equal(kp_cancel_check(cancel, NULL), KAMUPIN_OK);
    kamupin_cancel_free(&cancel);
    kamupin_context_free(&context);
}

static void a_buffer_stops_at_its_limit(void **state)
{
    kp_buffer buffer = KP_BUFFER_INIT(8);

    (void)state;
    kp_buffer_text(&buffer, "12345");
    assert_false(buffer.failed);
    kp_buffer_text(&buffer, "6789");
    assert_true(buffer.failed);
    assert_string_equal((char *)buffer.data, "12345");
    kp_buffer_wipe(&buffer);
    kp_buffer_text(&buffer, "12345678");
    assert_false(buffer.failed);
    kp_buffer_wipe(&buffer);
}

/* RFC 4648, section 10, in the alphabet of section 5 and without padding. */
static void base64url_follows_the_rfc(void **state)
{
    static const char *const vectors[][2] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        kp_buffer buffer = KP_BUFFER_INIT(64);
        unsigned char back[16];
        size_t length = 0;
        kp_buffer_base64url(&buffer, (const unsigned char *)vectors[i][0], strlen(vectors[i][0]));
        assert_int_equal(buffer.length, strlen(vectors[i][1]));
        if (buffer.length > 0)
            assert_string_equal((char *)buffer.data, vectors[i][1]);
        assert_true(
            kp_base64url_decode(vectors[i][1], strlen(vectors[i][1]), back, sizeof back, &length));
        assert_int_equal(length, strlen(vectors[i][0]));
        assert_memory_equal(back, vectors[i][0], length);
        kp_buffer_wipe(&buffer);
    }
}

static void base64url_refuses_what_is_not(void **state)
{
    unsigned char out[4];
    size_t length = 0;

    (void)state;
    assert_false(kp_base64url_decode("Z", 1, out, sizeof out, &length));
    assert_false(kp_base64url_decode("Zg==", 4, out, sizeof out, &length));
    assert_false(kp_base64url_decode("Z+", 2, out, sizeof out, &length));
    assert_false(kp_base64url_decode("Zh", 2, out, sizeof out, &length));       /* left-over bits */
    assert_false(kp_base64url_decode("Zm9vYmFy", 8, out, sizeof out, &length)); /* no room */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_foreign_size_is_refused),
        cmocka_unit_test(a_timeout_is_a_day_at_most),
        cmocka_unit_test(pins_are_written_as_curl_has_them),
        cmocka_unit_test(a_proxy_is_a_plain_address),
        cmocka_unit_test(an_older_callers_record_is_not_overrun),
        cmocka_unit_test(a_long_detail_is_cut),
        cmocka_unit_test(a_pulled_handle_wakes_who_waits_and_who_comes_later),
        cmocka_unit_test(a_buffer_stops_at_its_limit),
        cmocka_unit_test(base64url_follows_the_rfc),
        cmocka_unit_test(base64url_refuses_what_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
