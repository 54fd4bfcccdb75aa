/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_moment.c: times of the profile as seconds, and serial numbers as people write them. The seconds
   are those of `date -u -d … +%s`. */
#include "provoke.h"

#include <core/fail.h>
#include <service/certificates.h>

#include <stdio.h>
#include <string.h>

/* What a field with that text is read as; whether it was right in *right. */
static int64_t read_as(const char *text, bool *right)
{
    kp_buffer json = KP_BUFFER_INIT(256);
    const char *wrong = NULL;
    json_t *root = NULL;

    kp_json_put_field(&json, "{", "at", text);
    kp_buffer_text(&json, "}");
    assert_int_equal(kp_json_parse(&json, &root, NULL), KAMUPIN_OK);
    const int64_t seconds = kp_call_moment((kp_fields){root, &wrong}, "at");
    *right = wrong == NULL;
    kp_json_free(root);
    kp_buffer_wipe(&json);
    return seconds;
}

static void times_are_seconds(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } cases[] = {{"1970-01-01T00:00:00Z", 0},
                 {"1969-12-31T23:59:59Z", -1},
                 {"2026-01-26T14:16:21Z", 1769436981},
                 {"2026-01-26T17:16:21+03:00", 1769436981},
                 {"2026-01-26T08:46:21.123456-05:30", 1769436981},
                 {"2024-02-29T00:00:00Z", 1709164800},
                 {"2000-02-29T12:00:00Z", 951825600},
                 {"2100-03-01T00:00:00Z", 4107542400},
                 {"2016-12-31T23:59:60Z", 1483228800},
                 {"9999-12-31T23:59:59Z", 253402300799},
                 {"0001-01-01T00:00:00Z", -62135596800}};
    bool right = false;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(read_as(cases[i].text, &right), cases[i].seconds);
        assert_true(right);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const texts[] = {"2026-01-26",
                                        "2026-01-26T14:16:21",
                                        "2026-01-26 14:16:21Z",
                                        "2026-1-26T14:16:21Z",
                                        "2026-13-01T00:00:00Z",
                                        "2026-00-01T00:00:00Z",
                                        "2026-02-29T00:00:00Z",
                                        "2100-02-29T00:00:00Z",
                                        "2026-04-31T00:00:00Z",
                                        "2026-01-00T00:00:00Z",
                                        "0000-01-01T00:00:00Z",
                                        "2026-01-26T24:00:00Z",
                                        "2026-01-26T14:60:21Z",
                                        "2026-01-26T14:16:61Z",
                                        "2026-01-26T14:16:21.Z",
                                        "2026-01-26T14:16:21.1234567Z",
                                        "2026-01-26T14:16:21z",
                                        "2026-01-26T14:16:21+0300",
                                        "2026-01-26T14:16:21+24:00",
                                        "2026-01-26T14:16:21+03:60",
                                        "2026-01-26T14:16:21+03:00Z",
                                        "-026-01-26T14:16:21Z",
                                        ""};
    bool right = true;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(read_as(texts[i], &right), 0);
        assert_false(right);
    }
}

static void serial_numbers_are_the_same_however_they_are_written(void **state)
{
    (void)state;
    assert_true(kp_serial_same("0A1B2C", "0a1b2c"));
    assert_true(kp_serial_same("0A1B2C", "a:1b:2c"));
    assert_true(kp_serial_same("00FF", "FF"));
    assert_true(kp_serial_same("00", "0"));
    assert_true(kp_serial_same("00:FF:10", "FF10:"));
    assert_false(kp_serial_same("FF", "FF00"));
    assert_false(kp_serial_same("FF00", "FF"));
    assert_false(kp_serial_same("0A1B2C", "0A1B2D"));
    assert_false(kp_serial_same("00", "01"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_seconds),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(serial_numbers_are_the_same_however_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
