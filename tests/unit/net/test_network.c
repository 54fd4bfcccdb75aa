/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_network.c: what the public calls of network.h refuse, and that the table of hosts is one for
   all threads. What they are good for is seen in tests/integration/test_net_proxy.py. */
#include "provoke.h"

#include <kamupin/network.h>
#include <net/hosts.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define THREADS 8
#define ROUNDS  500

static kamupin_context *make_context(void)
{
    kamupin_context *context = NULL;

    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    return context;
}

static void a_login_is_a_user_and_a_proxys_password(void **state)
{
    kamupin_context *context = make_context();
    kamupin_secret *pin = NULL, *password = NULL;

    (void)state;
    assert_int_equal(kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &pin, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_new(context, KAMUPIN_SECRET_PROXY_PASSWORD, &password, NULL),
                     KAMUPIN_OK);
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT,
                    kamupin_context_proxy_login(NULL, "u", password, NULL));
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT,
                    kamupin_context_proxy_login(context, "u", NULL, NULL));
    assert_provokes(KAMUPIN_E_SECRET_KIND, kamupin_context_proxy_login(context, "u", pin, NULL));
    assert_int_equal(kamupin_context_proxy_login(context, "u", password, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_context_proxy_login(context, "v", password, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_context_proxy_login(context, NULL, NULL, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_context_proxy_login(context, "w", password, NULL), KAMUPIN_OK);
    kamupin_secret_free(&pin);
    kamupin_secret_free(&password);
    kamupin_context_free(&context); /* with the login's copy in it */
}

static void a_host_that_is_not_there(void **state)
{
    kamupin_context *context = make_context();
    kamupin_host host = KAMUPIN_HOST_INIT;

    (void)state;
    assert_int_equal(kamupin_context_host_count(NULL), 0);
    assert_int_equal(kamupin_context_host_count(context), 0);
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, kamupin_context_host(NULL, 0, &host, NULL));
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, kamupin_context_host(context, 0, &host, NULL));
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, kamupin_context_host(context, 0, NULL, NULL));
    host.size--;
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, kamupin_context_host(context, 0, &host, NULL));
    kamupin_context_free(&context);
}

static void *contact(void *argument)
{
    kamupin_context *context = argument;
    kamupin_host read = KAMUPIN_HOST_INIT;
    char url[64];
    kp_curl curl;

    if (kp_curl_load(&curl, NULL) != KAMUPIN_OK)
        return NULL;
    for (int i = 0; i < ROUNDS; i++) {
        kamupin_host seen = KAMUPIN_HOST_INIT;
        snprintf(url, sizeof url, "https://HOST%d.example/x", i % 80);
        kp_hosts_begin(context, &curl, url, &seen);
        kamupin_context_host(context, 0, &read, NULL);
    }
    return context;
}

static void hosts_are_counted_by_all_threads(void **state)
{
    kamupin_context *context = make_context();
    kamupin_host host = KAMUPIN_HOST_INIT;
    pthread_t thread[THREADS];
    unsigned int requests = 0;
    void *done = NULL;

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, contact, context), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], &done);
        assert_non_null(done);
    }
    assert_int_equal(kamupin_context_host_count(context), 64);
    for (size_t i = 0; i < 64; i++) {
        assert_int_equal(kamupin_context_host(context, i, &host, NULL), KAMUPIN_OK);
        assert_memory_equal(host.name, "host", 4);
        assert_int_equal(host.port, 443);
        requests += host.count;
    }
    /* 500 rounds over 80 names: the first 64 names came 64 * 6 + 20 times in each thread. */
    assert_int_equal(requests, THREADS * (64 * 6 + 20));
    kamupin_context_free(&context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_is_a_user_and_a_proxys_password),
        cmocka_unit_test(a_host_that_is_not_there),
        cmocka_unit_test(hosts_are_counted_by_all_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
