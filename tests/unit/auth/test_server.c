/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_server.c: what an authorization server may say of itself and grant, what its refusals mean,
   and the forms that go to it; PKCE by the example of RFC 7636, appendix B. */
#include <auth/form.h>
#include <auth/server.h>
#include <auth/tokens.h>

#include "own_context.h"

#include <stdio.h>
#include <string.h>

#define ISSUER "https://login.example/tenant"
#define TOKEN  "\"token_endpoint\":\"https://login.example/token\""
#define DPOP   "\"dpop_signing_alg_values_supported\":[\"RS256\",\"ES256\"]"

static json_t *parse(const char *text)
{
    kp_buffer body = KP_BUFFER_INIT(65536);
    json_t *root = NULL;

    kp_buffer_text(&body, text);
    assert_int_equal(kp_json_parse(&body, &root, NULL), KAMUPIN_OK);
    kp_buffer_wipe(&body);
    return root;
}

static kamupin_status read_server(const char *text, kp_server_metadata *said)
{
    json_t *root = parse(text);
    kamupin_status status = kp_server_read(root, ISSUER, said, NULL);

    kp_json_free(root);
    return status;
}

static void a_server_is_read(void **state)
{
    kp_server_metadata said;

    (void)state;
    assert_int_equal(
        read_server("{\"issuer\":\"" ISSUER "\"," TOKEN "," DPOP
                    ",\"authorization_endpoint\":\"https://login.example/auth?tenant=a\""
                    ",\"revocation_endpoint\":\"https://login.example/revoke\""
                    ",\"authorization_response_iss_parameter_supported\":true"
                    ",\"code_challenge_methods_supported\":[\"plain\",\"S256\"]"
                    ",\"grant_types_supported\":[\"urn:ietf:params:oauth:grant-type:jwt-bearer\"]}",
                    &said),
        KAMUPIN_OK);
    assert_string_equal(said.authorization, "https://login.example/auth?tenant=a");
    assert_string_equal(said.token, "https://login.example/token");
    assert_string_equal(said.revocation, "https://login.example/revoke");
    assert_true(said.names_issuer && said.s256 && said.assertions);
    assert_int_equal(read_server("{\"issuer\":\"" ISSUER "\"," TOKEN "," DPOP "}", &said),
                     KAMUPIN_OK);
    assert_false(said.names_issuer || said.s256 || said.assertions);
    assert_string_equal(said.authorization, "");
}

static void a_lying_server_is_refused(void **state)
{
    static const struct {
        const char *text;
        kamupin_status status;
    } LIES[] = {
        {"{\"issuer\":\"https://login.example/\"," TOKEN "," DPOP "}",
         KAMUPIN_E_LOGIN_ISSUER_MISMATCH},
        {"{\"issuer\":\"" ISSUER "/\"," TOKEN "," DPOP "}", KAMUPIN_E_LOGIN_ISSUER_MISMATCH},
        {"{" TOKEN "," DPOP "}", KAMUPIN_E_SERVICE_REPLY_MALFORMED},
        {"{\"issuer\":\"" ISSUER "\"," DPOP "}", KAMUPIN_E_SERVICE_REPLY_MALFORMED},
        {"{\"issuer\":\"" ISSUER "\"," DPOP ",\"token_endpoint\":\"http://login.example/token\"}",
         KAMUPIN_E_SERVICE_REPLY_MALFORMED},
        {"{\"issuer\":\"" ISSUER "\"," DPOP ",\"token_endpoint\":\"https://login.example/t?x=1\"}",
         KAMUPIN_E_SERVICE_REPLY_MALFORMED},
        {"{\"issuer\":\"" ISSUER "\"," TOKEN "," DPOP
         ",\"authorization_endpoint\":\"http://login.example/auth\"}",
         KAMUPIN_E_SERVICE_REPLY_MALFORMED},
        {"{\"issuer\":\"" ISSUER "\"," TOKEN "," DPOP
         ",\"authorization_endpoint\":\"https://login.example/auth#x\"}",
         KAMUPIN_E_SERVICE_REPLY_MALFORMED},
        {"{\"issuer\":\"" ISSUER "\"," TOKEN "," DPOP ",\"revocation_endpoint\":7}",
         KAMUPIN_E_SERVICE_REPLY_MALFORMED},
        {"{\"issuer\":\"" ISSUER "\"," TOKEN ",\"dpop_signing_alg_values_supported\":[\"RS256\"]}",
         KAMUPIN_E_LOGIN_NOT_OFFERED},
        {"{\"issuer\":\"" ISSUER "\"," TOKEN "}", KAMUPIN_E_LOGIN_NOT_OFFERED},
    };
    kp_server_metadata said;

    (void)state;
    for (size_t i = 0; i < sizeof LIES / sizeof LIES[0]; i++) {
        kamupin_status status = read_server(LIES[i].text, &said);
        if (status != LIES[i].status)
            fail_msg("%s: %s", LIES[i].text, kamupin_status_name(status));
    }
}

static void a_refusal_has_one_status_by_what_was_asked(void **state)
{
    (void)state;
    assert_int_equal(kp_server_refused(KP_GRANT_PAGE, "access_denied", NULL),
                     KAMUPIN_E_LOGIN_CANCELLED);
    assert_int_equal(kp_server_refused(KP_GRANT_PAGE, "invalid_scope", NULL),
                     KAMUPIN_E_LOGIN_REFUSED);
    assert_int_equal(kp_server_refused(KP_GRANT_PAGE, "temporarily_unavailable", NULL),
                     KAMUPIN_E_SERVICE_UNAVAILABLE);
    assert_int_equal(kp_server_refused(KP_GRANT_CODE, "invalid_grant", NULL),
                     KAMUPIN_E_LOGIN_GRANT_REFUSED);
    assert_int_equal(kp_server_refused(KP_GRANT_REFRESH, "invalid_grant", NULL),
                     KAMUPIN_E_SESSION_EXPIRED);
    assert_int_equal(kp_server_refused(KP_GRANT_CARD, "invalid_grant", NULL),
                     KAMUPIN_E_LOGIN_CARD_REFUSED);
    assert_int_equal(kp_server_refused(KP_GRANT_CODE, "invalid_client", NULL),
                     KAMUPIN_E_LOGIN_REFUSED);
    kamupin_error error = KAMUPIN_ERROR_INIT;
    assert_int_equal(kp_server_refused(KP_GRANT_PAGE, "<script>", &error), KAMUPIN_E_LOGIN_REFUSED);
    assert_null(strstr(error.detail, "script"));
}

/* ---- tokens ---- */

static kamupin_status read_tokens(kamupin_context *context, const char *text, kp_tokens *tokens)
{
    json_t *root = parse(text);
    kamupin_status status = kp_tokens_read(context, root, 1000, tokens, NULL);

    kp_json_free(root);
    return status;
}

static void tokens_are_bound_or_refused(void **state)
{
    static const char *const WRONG[] = {
        "{\"access_token\":\"abc\",\"token_type\":\"Bearer\",\"expires_in\":60}",
        "{\"access_token\":\"abc\",\"expires_in\":60}",
        "{\"token_type\":\"DPoP\",\"expires_in\":60}",
        "{\"access_token\":\"a b\",\"token_type\":\"DPoP\"}",
        "{\"access_token\":\"a\\nb\",\"token_type\":\"DPoP\"}",
        "{\"access_token\":\"==\",\"token_type\":\"DPoP\"}",
        "{\"access_token\":\"abc\",\"token_type\":\"DPoP\",\"refresh_token\":\"\"}",
        "{\"access_token\":\"abc\",\"token_type\":\"DPoP\",\"refresh_token\":7}",
        "{\"access_token\":\"abc\",\"token_type\":\"DPoP\",\"expires_in\":\"60\"}",
        "{\"access_token\":\"abc\",\"token_type\":\"DPoP\",\"expires_in\":-1}"};
    kp_tokens tokens;

    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        if (read_tokens(*state, WRONG[i], &tokens) != KAMUPIN_E_SERVICE_REPLY_MALFORMED)
            fail_msg("taken: %s", WRONG[i]);
        assert_null(tokens.access);
        assert_null(tokens.refresh);
    }
    assert_int_equal(read_tokens(*state,
                                 "{\"access_token\":\"a.b-c_~+/=\",\"token_type\":\"dpop\","
                                 "\"expires_in\":60,\"refresh_token\":\"r\",\"scope\":\"x\"}",
                                 &tokens),
                     KAMUPIN_OK);
    assert_int_equal(tokens.deadline_ms, 61000);
    assert_int_equal(kamupin_secret_length(tokens.access), 10);
    assert_int_equal(kamupin_secret_length(tokens.refresh), 1);
    kp_tokens_wipe(&tokens);
    assert_int_equal(read_tokens(*state,
                                 "{\"access_token\":\"a\",\"token_type\":\"DPoP\","
                                 "\"expires_in\":2000000000}",
                                 &tokens),
                     KAMUPIN_OK);
    assert_int_equal(tokens.deadline_ms, 1000 + 86400 * 1000);
    assert_null(tokens.refresh);
    kp_tokens_wipe(&tokens);
}

static void a_token_of_four_kilobytes_fits(void **state)
{
    static char text[6000];
    char token[KP_SECRET_LONG_MAX + 2];
    kp_tokens tokens;

    for (size_t length = KP_SECRET_LONG_MAX; length <= KP_SECRET_LONG_MAX + 1; length++) {
        memset(token, 'x', length);
        token[length] = '\0';
        snprintf(text, sizeof text, "{\"access_token\":\"%s\",\"token_type\":\"DPoP\"}", token);
        assert_int_equal(read_tokens(*state, text, &tokens),
                         length == KP_SECRET_LONG_MAX ? KAMUPIN_OK
                                                      : KAMUPIN_E_SERVICE_REPLY_MALFORMED);
        kp_tokens_wipe(&tokens);
    }
}

/* ---- forms and PKCE ---- */

static void forms_are_encoded(void **state)
{
    kp_buffer form = KP_BUFFER_INIT(1000);

    (void)state;
    kp_form_put(&form, "a", "b c&d=e;\xC4\x9F~-._");
    kp_form_put(&form, "x", "");
    assert_string_equal((const char *)form.data, "a=b%20c%26d%3De%3B%C4%9F~-._&x=");
    kp_buffer_wipe(&form);
    kp_buffer_text(&form, "https://a.example/?t=1");
    kp_form_put(&form, "y", "1");
    assert_string_equal((const char *)form.data, "https://a.example/?t=1&y=1");
    kp_buffer_wipe(&form);
}

static void pkce_by_rfc_7636_appendix_b(void **state)
{
    static const char VERIFIER[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    char challenge[KP_RANDOM_TEXT];
    kamupin_secret *verifier = NULL;

    assert_int_equal(kp_secret_new(*state, KAMUPIN_SECRET_PKCE_VERIFIER, &verifier, NULL),
                     KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(verifier, VERIFIER, sizeof VERIFIER - 1), KAMUPIN_OK);
    assert_int_equal(kp_pkce_challenge(verifier, challenge, NULL), KAMUPIN_OK);
    assert_string_equal(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    kamupin_secret_free(&verifier);
}

static void random_words_differ(void **state)
{
    char one[KP_RANDOM_TEXT], other[KP_RANDOM_TEXT];
    kamupin_secret *a = NULL, *b = NULL;

    assert_int_equal(kp_random_text(one, NULL), KAMUPIN_OK);
    assert_int_equal(kp_random_text(other, NULL), KAMUPIN_OK);
    assert_int_equal(strlen(one), 43); /* 256 bits */
    assert_string_not_equal(one, other);
    assert_int_equal(kp_pkce_new(*state, &a, NULL), KAMUPIN_OK);
    assert_int_equal(kp_pkce_new(*state, &b, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_length(a), 43);
    assert_false(kp_secret_equal(a, b));
    kamupin_secret_free(&a);
    kamupin_secret_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_is_read),
        cmocka_unit_test(a_lying_server_is_refused),
        cmocka_unit_test(a_refusal_has_one_status_by_what_was_asked),
        cmocka_unit_test(tokens_are_bound_or_refused),
        cmocka_unit_test(a_token_of_four_kilobytes_fits),
        cmocka_unit_test(forms_are_encoded),
        cmocka_unit_test(pkce_by_rfc_7636_appendix_b),
        cmocka_unit_test(random_words_differ),
    };
    return cmocka_run_group_tests(tests, kp_test_open_context, kp_test_close_context);
}
