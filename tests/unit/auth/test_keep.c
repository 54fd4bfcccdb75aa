/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_keep.c: a session as bytes and back: what was kept goes on, what was changed or is of another
   service is refused, and what is lent holds no refresh token. */
#include <auth/login.h>

#include "own_context.h"
#include "provoke.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

typedef struct kept {
    unsigned char bytes[20000];
    size_t length;
    int calls;
} kept;

static void take(void *user, const unsigned char *bytes, size_t length)
{
    kept *into = user;

    into->calls++;
    into->length = length;
    if (length > 0)
        memcpy(into->bytes, bytes, length);
}

static kamupin_session *session_of(kamupin_context *context, const char *service, kept *into)
{
    kamupin_session_options options = KAMUPIN_SESSION_OPTIONS_INIT;
    kamupin_session *session = NULL;

    options.service = service;
    options.keep = into == NULL ? NULL : take;
    options.keep_user = into;
    assert_int_equal(kamupin_session_new(context, &options, &session, NULL), KAMUPIN_OK);
    return session;
}

/* A session that was just logged in, without a server. */
static kamupin_session *logged_in(kamupin_context *context, kept *into)
{
    kamupin_session *session = session_of(context, "https://a.example/v1", into);
    kp_login *login = NULL;
    kp_tokens tokens = {kp_test_secret(context, KAMUPIN_SECRET_ACCESS_TOKEN, "access-1"),
                        kp_test_secret(context, KAMUPIN_SECRET_REFRESH_TOKEN, "refresh-1"),
                        kp_now_ms(context) + 60000};

    assert_int_equal(kp_login_of(session, &login, NULL), KAMUPIN_OK);
    kp_login_granted(session, &tokens);
    kp_login_kept(session);
    return session;
}

static bool holds(const kept *in, const char *text)
{
    for (size_t i = 0; i + strlen(text) <= in->length; i++)
        if (memcmp(in->bytes + i, text, strlen(text)) == 0)
            return true;
    return false;
}

static bool secret_is(const kamupin_secret *secret, const char *text)
{
    kp_bytes bytes;

    return kp_secret_read(secret, kp_secret_kind_of(secret), &bytes, NULL) == KAMUPIN_OK &&
           bytes.length == strlen(text) && memcmp(bytes.data, text, bytes.length) == 0;
}

static void what_was_kept_goes_on(void **state)
{
    kept into = {.calls = 0};
    kamupin_session *first = logged_in(*state, &into);
    kamupin_session *second = session_of(*state, "https://a.example/v1/", NULL);

    assert_int_equal(into.calls, 1);
    assert_int_equal(kamupin_session_restore(second, into.bytes, into.length), KAMUPIN_OK);
    assert_true(EVP_PKEY_eq(first->service->key, second->service->key) == 1);
    assert_true(secret_is(second->service->token, "access-1"));
    assert_true(secret_is(((kp_login *)second->login)->refresh, "refresh-1"));
    assert_true(second->deadline_ms == first->deadline_ms);
    kp_session_forget(first);
    assert_int_equal(into.calls, 2);
    assert_int_equal(into.length, 0); /* so that the application wipes its copy */
    assert_null(first->service->token);
    kamupin_session_free(&first);
    kamupin_session_free(&second);
}

static void what_was_changed_is_refused(void **state)
{
    kept into = {.calls = 0};
    kamupin_session *first = logged_in(*state, &into);
    kamupin_session *second = session_of(*state, "https://a.example/v1", NULL);

    for (size_t i = 0; i < into.length; i++) {
        into.bytes[i] ^= 0x20;
        assert_int_equal(kamupin_session_restore(second, into.bytes, into.length),
                         KAMUPIN_E_INVALID_ARGUMENT);
        into.bytes[i] ^= 0x20;
        assert_int_equal(kamupin_session_restore(second, into.bytes, i),
                         KAMUPIN_E_INVALID_ARGUMENT);
    }
    assert_null(second->service->token);
    assert_int_equal(kamupin_session_restore(second, NULL, 0), KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_session_free(&second);
    second = session_of(*state, "https://b.example/v1", NULL);
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT,
                    kamupin_session_restore(second, into.bytes, into.length));
    kamupin_session_free(&first);
    kamupin_session_free(&second);
}

static void what_is_lent_cannot_renew(void **state)
{
    kept into = {.calls = 0}, lent = {.calls = 0};
    kamupin_session *first = logged_in(*state, &into);
    kamupin_session *second = session_of(*state, "https://a.example/v1", NULL);

    assert_int_equal(kamupin_session_lend(second, 0, take, &lent), KAMUPIN_E_LOGIN_REQUIRED);
    assert_int_equal(kamupin_session_lend(first, 10, take, &lent), KAMUPIN_OK);
    assert_int_equal(lent.calls, 1);
    assert_true(holds(&into, "refresh-1"));
    assert_true(holds(&lent, "access-1"));
    assert_false(holds(&lent, "refresh-1"));
    assert_int_equal(kamupin_session_restore(second, lent.bytes, lent.length), KAMUPIN_OK);
    assert_true(secret_is(second->service->token, "access-1"));
    assert_provokes(KAMUPIN_E_SESSION_EXPIRED, kamupin_session_renew(second));
    kamupin_session_free(&first);
    kamupin_session_free(&second);
}

/* A clock that began anew, as after a start of the machine. */
static void an_unlikely_deadline_is_over(void **state)
{
    kept into = {.calls = 0};
    kamupin_session *first = logged_in(*state, &into);
    kamupin_session *second = session_of(*state, "https://a.example/v1", NULL);

    first->deadline_ms = INT64_MAX;
    assert_int_equal(kp_login_keep(first, true, take, &into, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_session_restore(second, into.bytes, into.length), KAMUPIN_OK);
    assert_true(second->deadline_ms <= kp_now_ms(*state));
    kamupin_session_free(&first);
    kamupin_session_free(&second);
}

static void out_of_turn_nothing_is_sent(void **state)
{
    kamupin_session *session = session_of(*state, "https://a.example/v1", NULL);
    kamupin_session_options options = KAMUPIN_SESSION_OPTIONS_INIT;
    kamupin_login login = KAMUPIN_LOGIN_INIT;
    kamupin_session *other = NULL;

    assert_provokes(KAMUPIN_E_WRONG_STATE, kamupin_session_begin(session, NULL, &login));
    assert_int_equal(kamupin_session_complete(session, "http://127.0.0.1:1/?code=a&state=b"),
                     KAMUPIN_E_WRONG_STATE);
    assert_provokes(KAMUPIN_E_LOGIN_REQUIRED, kamupin_session_renew(session));
    assert_string_equal(kamupin_session_carried(session), "");
    options.service = "https://a.example/v1";
    options.redirect = "http://localhost:8765/kamupin"; /* a name may be anybody's: RFC 8252, 8.3 */
    assert_provokes(KAMUPIN_E_URL_REFUSED, kamupin_session_new(*state, &options, &other, NULL));
    kamupin_session_free(&session);
}

/* A session whose service and authorization server have said what they are: a login is begun without
 * asking either. */
static void what_was_carried_is_carried_on(void **state)
{
    kamupin_session_options options = KAMUPIN_SESSION_OPTIONS_INIT;
    kamupin_login told = KAMUPIN_LOGIN_INIT;
    kamupin_session *session = NULL;
    kp_login *login = NULL;
    char longest[KP_CARRY_MAX + 1];

    options.service = "https://a.example/v1";
    options.redirect = "http://127.0.0.1:8765/kamupin";
    assert_int_equal(kamupin_session_new(*state, &options, &session, NULL), KAMUPIN_OK);
    assert_int_equal(kp_login_of(session, &login, NULL), KAMUPIN_OK);
    session->asked = login->server.known = login->server.said.s256 = true;
    session->metadata.login.methods = KAMUPIN_LOGIN_BROWSER;
    strcpy(session->metadata.login.issuer, "https://login.example");
    strcpy(login->server.said.authorization, "https://login.example/auth");
    memset(longest, 'x', sizeof longest);
    longest[KP_CARRY_MAX] = '\0';
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, kamupin_session_begin(session, longest, &told));
    memcpy(longest, "ord-1:", 6);
    longest[KP_CARRY_MAX - 1] = '\0';
    assert_int_equal(kamupin_session_begin(session, longest, &told), KAMUPIN_OK);
    for (int i = 0; i < 2; i++) {
        const char *carried = kamupin_session_carried(session);
        assert_int_equal(kamupin_session_begin(session, carried, &told), KAMUPIN_OK);
        assert_string_equal(kamupin_session_carried(session), longest);
    }
    /* … and what is left of it, which lies further on in the same place. */
    assert_int_equal(kamupin_session_begin(session, kamupin_session_carried(session) + 6, &told),
                     KAMUPIN_OK);
    assert_string_equal(kamupin_session_carried(session), longest + 6);
    kamupin_session_free(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_kept_goes_on),
        cmocka_unit_test(what_was_changed_is_refused),
        cmocka_unit_test(what_is_lent_cannot_renew),
        cmocka_unit_test(an_unlikely_deadline_is_over),
        cmocka_unit_test(out_of_turn_nothing_is_sent),
        cmocka_unit_test(what_was_carried_is_carried_on),
    };
    return cmocka_run_group_tests(tests, kp_test_open_context, kp_test_close_context);
}
