/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_problem.c: every refusal becomes one status, with the numbers a person needs and nothing of
   what was sent. That the table names every problem of docs/protocol/openapi.yaml is held by
   tests/integration/test_service_profile.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <service/problem.h>

static kp_http_reply answer(int status, const char *type, const char *body)
{
    kp_http_reply reply = {
        .status = status, .retry_after = -1, .body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX)};

    snprintf(reply.content_type, sizeof reply.content_type, "%s", type);
    kp_buffer_text(&reply.body, body);
    return reply;
}

static kamupin_error judge(int status, const char *type, const char *body, int retry_after)
{
    kp_http_reply reply = answer(status, type, body);
    kamupin_error error = KAMUPIN_ERROR_INIT;

    reply.retry_after = retry_after;
    kamupin_status told = kp_problem_fail(&reply, &error);
    assert_int_equal(error.status, told);
    assert_int_equal(error.http_status, status);
    kp_http_reply_wipe(&reply);
    return error;
}

#define PROBLEM "application/problem+json"

static void a_problem_document_says_it_all(void **state)
{
    (void)state;
    kamupin_error error = judge(403, PROBLEM,
                                "{\"type\":\"urn:kamupin:problem:factor-wrong\",\"title\":\"t\","
                                "\"status\":403,\"detail\":\"you sent 123456\",\"tries_left\":2}",
                                -1);
    assert_int_equal(error.status, KAMUPIN_E_SMS_CODE_WRONG);
    assert_int_equal(error.origin, KAMUPIN_FROM_SERVICE);
    assert_int_equal(error.tries_left, 2);
    assert_int_equal(error.wait_seconds, -1);
    assert_string_equal(error.problem_type, "urn:kamupin:problem:factor-wrong");
    assert_null(strstr(error.detail, "123456")); /* a detail may repeat what was sent */
}

static void seconds_to_wait_come_from_the_document_first(void **state)
{
    (void)state;
    assert_int_equal(judge(429, PROBLEM,
                           "{\"type\":\"urn:kamupin:problem:resend-too-soon\",\"title\":\"t\","
                           "\"status\":429,\"resend_after\":17}",
                           99)
                         .wait_seconds,
                     17);
    assert_int_equal(judge(429, PROBLEM,
                           "{\"type\":\"urn:kamupin:problem:rate-limited\",\"title\":\"t\","
                           "\"status\":429,\"retry_after\":0}",
                           99)
                         .wait_seconds,
                     0);
    kamupin_error error = judge(503, PROBLEM,
                                "{\"type\":\"urn:kamupin:problem:unavailable\",\"title\":\"t\","
                                "\"status\":503}",
                                99);
    assert_int_equal(error.status, KAMUPIN_E_SERVICE_UNAVAILABLE);
    assert_int_equal(error.wait_seconds, 99);
}

static void parameters_and_case_of_the_media_type_do_not_matter(void **state)
{
    static const char BODY[] =
        "{\"type\":\"urn:kamupin:problem:code-used\",\"title\":\"t\",\"status\":409}";

    (void)state;
    assert_int_equal(judge(409, PROBLEM "; charset=utf-8", BODY, -1).status, KAMUPIN_E_CODE_USED);
    assert_int_equal(judge(409, "Application/Problem+JSON", BODY, -1).status, KAMUPIN_E_CODE_USED);
    assert_int_equal(judge(409, "application/json", BODY, -1).status,
                     KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    assert_int_equal(judge(409, PROBLEM "s", BODY, -1).status, KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    assert_int_equal(judge(409, "", BODY, -1).status, KAMUPIN_E_SERVICE_REPLY_MALFORMED);
}

static void a_name_of_a_later_profile_is_a_refusal(void **state)
{
    (void)state;
    kamupin_error error = judge(418, PROBLEM,
                                "{\"type\":\"urn:kamupin:problem:moon-full\",\"title\":\"t\","
                                "\"status\":418}",
                                -1);
    assert_int_equal(error.status, KAMUPIN_E_SERVICE_REFUSED);
    assert_string_equal(error.problem_type, "urn:kamupin:problem:moon-full");
    assert_int_equal(
        judge(400, PROBLEM,
              "{\"type\":\"https://example.org/code-used\",\"title\":\"t\",\"status\":400}", -1)
            .status,
        KAMUPIN_E_SERVICE_REFUSED);
}

static void documents_that_are_none_are_judged_by_http_status(void **state)
{
    static const char *const BAD[] = {
        "",
        "{",
        "[]",
        "<html>",
        "{}",
        "{\"type\":7}",
        "{\"type\":\"urn:kamupin:problem:factor-wrong\",\"tries_left\":\"2\"}",
        "{\"type\":\"urn:kamupin:problem:factor-wrong\",\"tries_left\":-1}",
        "{\"type\":\"urn:kamupin:problem:rate-limited\",\"retry_after\":86401}",
        "{\"type\":\"urn:kamupin:problem:code-used\",\"type\":\"urn:kamupin:problem:code-used\"}",
        "{\"type\":\"urn:kamupin:problem:0123456789012345678901234567890123456789012345678901\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_int_equal(judge(400, PROBLEM, BAD[i], -1).status, KAMUPIN_E_SERVICE_REPLY_MALFORMED);
        assert_int_equal(judge(502, PROBLEM, BAD[i], 3).status, KAMUPIN_E_SERVICE_UNAVAILABLE);
        assert_int_equal(judge(429, PROBLEM, BAD[i], 3).wait_seconds, 3);
        assert_int_equal(judge(429, PROBLEM, BAD[i], 3).status, KAMUPIN_E_RATE_LIMITED);
        assert_int_equal(judge(400, PROBLEM, BAD[i], -1).origin, KAMUPIN_FROM_HTTP);
    }
}

/* A page in the place of a refusal is the network's own; a gateway's page about a service that is
 * down, and a web server's that knows no such address, are what they say. */
static void a_page_for_people_is_not_a_refusal_of_the_service(void **state)
{
    static const int PORTAL[] = {401, 403, 407, 451};

    (void)state;
    for (size_t i = 0; i < sizeof PORTAL / sizeof PORTAL[0]; i++) {
        assert_int_equal(judge(PORTAL[i], "Text/HTML; charset=utf-8", "<html>", -1).status,
                         KAMUPIN_E_HTTP_INTERCEPTED);
        assert_int_equal(judge(PORTAL[i], "text/plain", "no", -1).status,
                         KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    }
    assert_int_equal(judge(404, "text/html", "<html>", -1).status,
                     KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    assert_int_equal(judge(502, "text/html", "<html>", -1).status, KAMUPIN_E_SERVICE_UNAVAILABLE);
    assert_int_equal(judge(429, "text/html", "<html>", -1).status, KAMUPIN_E_RATE_LIMITED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_document_says_it_all),
        cmocka_unit_test(seconds_to_wait_come_from_the_document_first),
        cmocka_unit_test(parameters_and_case_of_the_media_type_do_not_matter),
        cmocka_unit_test(a_name_of_a_later_profile_is_a_refusal),
        cmocka_unit_test(documents_that_are_none_are_judged_by_http_status),
        cmocka_unit_test(a_page_for_people_is_not_a_refusal_of_the_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
