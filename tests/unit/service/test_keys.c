/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_keys.c: idempotency keys: each unanswered request has its own until it is answered, and there
   is room for so many. Nothing is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <service/client.h>

static kamupin_context *context;
static kp_service *service;

static int open_service(void **state)
{
    (void)state;
    return kamupin_context_new(NULL, &context, NULL) == KAMUPIN_OK &&
                   kp_service_new(context, "https://a.example/v1", NULL, &service, NULL) ==
                       KAMUPIN_OK
               ? 0
               : -1;
}

static int close_service(void **state)
{
    (void)state;
    kp_service_free(&service);
    kamupin_context_free(&context);
    return 0;
}

/* Sends a request whose answer ends with `status`; its key into `text`. Whether the same one was left
 * unanswered before. */
static bool request(const char *path, const char *content, kamupin_status status, char *text)
{
    kp_buffer body = KP_BUFFER_INIT(100);
    const kp_call call = {.path = path, .body = &body};
    const char *key = NULL;
    bool again = false;

    kp_buffer_text(&body, content);
    assert_int_equal(kp_key_take(service, &call, &key, &again, NULL), KAMUPIN_OK);
    assert_int_equal(strlen(key), 36);
    memcpy(text, key, 37);
    kp_key_settle(service, key, status);
    kp_buffer_wipe(&body);
    return again;
}

static void each_unanswered_request_keeps_its_key(void **state)
{
    char order[37], cancel[37], other[37], key[37];

    (void)state;
    assert_false(request("/orders", "{1}", KAMUPIN_E_NETWORK_INTERRUPTED, order));
    assert_false(request("/orders/a/cancel", "{}", KAMUPIN_E_NETWORK_TIMEOUT, cancel));
    assert_false(request("/orders", "{2}", KAMUPIN_E_SERVICE_REPLY_MALFORMED, other));
    assert_true(strcmp(order, cancel) != 0 && strcmp(order, other) != 0 &&
                strcmp(cancel, other) != 0);
    assert_true(request("/orders", "{1}", KAMUPIN_E_NETWORK_UNREACHABLE, key));
    assert_string_equal(key, order); /* nothing was sent: it is as open as before */
    assert_true(request("/orders", "{1}", KAMUPIN_OK, key));
    assert_string_equal(key, order);
    assert_true(request("/orders/a/cancel", "{}", KAMUPIN_E_ORDER_ENDED, key));
    assert_string_equal(key, cancel); /* a refusal is an answer */
    assert_int_equal(service->unanswered_count, 1);
    /* What was answered is new the next time. */
    assert_false(request("/orders", "{1}", KAMUPIN_OK, key));
    assert_string_not_equal(key, order);
    assert_true(request("/orders", "{2}", KAMUPIN_OK, key));
    assert_string_equal(key, other);
    assert_int_equal(service->unanswered_count, 0);
}

/* The service has answered, and used up what it was given. */
static void what_this_machine_could_not_take_is_asked_for_again(void **state)
{
    static const kamupin_status HERE[] = {KAMUPIN_E_NO_MEMORY, KAMUPIN_E_SECRET_FULL,
                                          KAMUPIN_E_LOCKED_MEMORY, KAMUPIN_E_CRYPTO};
    char first[37], key[37];

    (void)state;
    request("/factor/verify", "{}", KAMUPIN_E_NETWORK_INTERRUPTED, first);
    for (size_t i = 0; i < sizeof HERE / sizeof HERE[0]; i++) {
        assert_true(request("/factor/verify", "{}", HERE[i], key));
        assert_string_equal(key, first);
    }
    assert_true(request("/factor/verify", "{}", KAMUPIN_OK, key));
    assert_string_equal(key, first);
}

static void the_oldest_gives_way(void **state)
{
    char first[KP_UNANSWERED_MAX + 1][37], key[37], path[32];

    (void)state;
    for (int i = 0; i <= KP_UNANSWERED_MAX; i++) {
        snprintf(path, sizeof path, "/orders/%d", i);
        assert_false(request(path, "{}", KAMUPIN_E_NETWORK_INTERRUPTED, first[i]));
    }
    for (int i = KP_UNANSWERED_MAX; i > 0; i--) {
        snprintf(path, sizeof path, "/orders/%d", i);
        assert_true(request(path, "{}", KAMUPIN_E_NETWORK_INTERRUPTED, key));
        assert_string_equal(key, first[i]);
    }
    assert_int_equal(service->unanswered_count, KP_UNANSWERED_MAX);
    assert_false(request("/orders/0", "{}", KAMUPIN_E_NETWORK_INTERRUPTED, key));
    assert_string_not_equal(key, first[0]);
}

static void with_the_session_goes_what_it_asked(void **state)
{
    static const unsigned char NOTHING[sizeof service->unanswered];
    char key[37];

    (void)state;
    request("/orders", "{}", KAMUPIN_E_NETWORK_INTERRUPTED, key);
    kp_keys_forget(service);
    assert_int_equal(service->unanswered_count, 0);
    assert_memory_equal(service->unanswered, NOTHING, sizeof NOTHING);
    assert_false(request("/orders", "{}", KAMUPIN_OK, key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_unanswered_request_keeps_its_key, open_service,
                                        close_service),
        cmocka_unit_test_setup_teardown(what_this_machine_could_not_take_is_asked_for_again,
                                        open_service, close_service),
        cmocka_unit_test_setup_teardown(the_oldest_gives_way, open_service, close_service),
        cmocka_unit_test_setup_teardown(with_the_session_goes_what_it_asked, open_service,
                                        close_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
