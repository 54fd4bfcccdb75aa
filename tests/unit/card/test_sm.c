/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Secure messaging against what others published: the worked example of ICAO Doc 9303-11, Appendix
   D.4 (3DES), BSI's worked example for Extended Access Control (AES-128, the SET DST commands of
   terminal authentication), and the four cases of commands that gematik publishes for the same keys.
   AES-192 and AES-256 have no published example of whole messages: the virtual card and Python's
   `cryptography` stand in for one (tests/integration/test_secure_messaging.py). */
#include "own_context.h"
#include "sm_keys.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Protects a command (header and data in hex) and compares the whole APDU. */
static void protects(kp_sm *session, const char *header, const char *data, int le, const char *apdu)
{
    uint8_t head[4], plain[256], bytes[300], expected[300];
    kp_sm_command out;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    size_t length = 0;
    assert_int_equal(kp_test_sm_bytes(header, head, sizeof head), 4);
    const kp_command command = {.cla = head[0],
                                .ins = head[1],
                                .p1 = head[2],
                                .p2 = head[3],
                                .data = plain,
                                .length = kp_test_sm_bytes(data, plain, sizeof plain),
                                .le = le};
    assert_int_equal(kp_sm_protect(session, &command, &out, &error), KAMUPIN_OK);
    assert_true(kp_sm_is_protected(&out.command));
    assert_false(kp_sm_is_protected(&command));
    assert_true(kp_command_encode(&out.command, bytes, sizeof bytes, &length));
    assert_int_equal(kp_test_sm_bytes(apdu, expected, sizeof expected), length);
    assert_memory_equal(bytes, expected, length);
}

static kp_response answer_of(const char *hex)
{
    kp_response response = {.length = 0};
    size_t length = kp_test_sm_bytes(hex, response.data, sizeof response.data);
    response.length = length - 2;
    response.sw = (uint16_t)(response.data[length - 2] << 8 | response.data[length - 1]);
    return response;
}

static void opens(kp_sm *session, const char *answer, const char *data)
{
    kp_response response = answer_of(answer);
    uint8_t expected[300];
    kamupin_error error = KAMUPIN_ERROR_INIT;
    assert_int_equal(kp_sm_unprotect(session, &response, &error), KAMUPIN_OK);
    assert_int_equal(response.sw, KP_SW_OK);
    assert_int_equal(response.length, kp_test_sm_bytes(data, expected, sizeof expected));
    assert_memory_equal(response.data, expected, response.length);
    for (size_t i = response.length; i < sizeof response.data; i++)
        assert_int_equal(response.data[i], 0);
}

/* ICAO Doc 9303-11, D.4: SELECT EF.COM, READ BINARY of its first four bytes and of the rest. */
static void test_icao_worked_example(void **state)
{
    kp_sm *session = kp_test_sm_open(*state, KP_SM_3DES, KP_TEST_SM_ICAO);
    protects(session, "00A4020C", "011E", KP_LE_NONE,
             "0CA4020C 15 8709016375432908C044F6 8E08BF8B92D635FF24F8 00");
    opens(session, "99029000 8E08FA855A5D4C50A8ED 9000", "");
    protects(session, "00B00000", "", 4, "0CB00000 0D 970104 8E08ED6705417E96BA55 00");
    opens(session, "8709019FF0EC34F9922651 99029000 8E08AD55CC17140B2DED 9000", "60145F01");
    protects(session, "00B00004", "", 18, "0CB00004 0D 970112 8E082EA28A70F3C7B535 00");
    opens(
        session,
        "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A 99029000 8E08C8B2787EAEA07D74 9000",
        "04303130365F36063034303030305C026175");
    assert_true(kp_sm_alive(session));
    kp_sm_close(&session);
}

/* BSI's worked example: MSE SET DST of the two certificates. Between them lies a command of extended
   length, which the library does not send: the counter stands at four then. */
static void test_bsi_worked_example(void **state)
{
    kp_sm *session = kp_test_sm_open(*state, KP_SM_AES, KP_TEST_SM_PACE KP_TEST_SM_ZERO);
    protects(session, "002281B6", "830D44454356434141543030303031", KP_LE_NONE,
             "0C2281B6 1D 871101BE90237EEB4BA0FF253EA246AE31C8B8 8E0892D21C73A1DFE999 00");
    opens(session, "99029000 8E08A89570A68664A7D6 9000", "");
    kp_sm_close(&session);
    session =
        kp_test_sm_open(*state, KP_SM_AES, KP_TEST_SM_PACE "00000000000000000000000000000004");
    protects(session, "002281B6", "830D44455445535444564445303139", KP_LE_NONE,
             "0C2281B6 1D 871101A7BB8F230FFF9221162AD673B9F319A8 8E08D8713E9B7A600B49 00");
    opens(session, "99029000 8E08C8488F79FEF386C7 9000", "");
    kp_sm_close(&session);
}

/* gematik's cases 1 to 4, each under counter one. Its cases 2 and 4 have an extended length around
   the same data objects; the short form is what T=1 cards of this library take. */
static void test_four_cases(void **state)
{
    static const struct {
        const char *data;
        int le;
        const char *apdu;
    } rows[] = {
        {"", KP_LE_NONE, "0D020304 0A 8E08D92B4FDDC2BBED8C 00"},
        {"", 127, "0D020304 0D 97017F 8E0871D8E0418DAE20F3 00"},
        {"05060708090A", KP_LE_NONE,
         "0D020304 1D 871101496C26D36306679609665A385C54DB37 8E08E7AAD918F260D8EF 00"},
        {"05060708090A", 127,
         "0D020304 20 871101496C26D36306679609665A385C54DB37 97017F 8E0863D541F262BD445A 00"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kp_sm *session = kp_test_sm_open(*state, KP_SM_AES, KP_TEST_SM_PACE KP_TEST_SM_ZERO);
        protects(session, "01020304", rows[i].data, rows[i].le, rows[i].apdu);
        kp_sm_close(&session);
    }
}

/* The answers of the same source hold under counter one: the counter starts one step before zero. */
static void test_published_answers(void **state)
{
    static const struct {
        const char *answer, *data;
    } rows[] = {
        {"99029000 8E08087631D746F87272 9000", ""},
        {"871101496C26D36306679609665A385C54DB37 99029000 8E08B7E9ED2A0C89FB3A 9000",
         "05060708090A"},
    };
    const kp_command any = {.ins = 0xB0, .le = 6};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kp_sm *session =
            kp_test_sm_open(*state, KP_SM_AES, KP_TEST_SM_PACE "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
        kp_sm_command out; /* takes the step from all ones to zero */
        assert_int_equal(kp_sm_protect(session, &any, &out, NULL), KAMUPIN_OK);
        opens(session, rows[i].answer, rows[i].data);
        kp_sm_close(&session);
    }
}

static kamupin_status try_protect(kp_sm *session, uint8_t cla, size_t length, int le)
{
    static const uint8_t zeros[256];
    const kp_command command = {.cla = cla, .ins = 0xA4, .data = zeros, .length = length, .le = le};
    kp_sm_command out;
    return kp_sm_protect(session, &command, &out, NULL);
}

/* What fits, and that what does not costs nothing. */
static void test_bounds(void **state)
{
    static const struct {
        uint8_t cla;
        size_t length;
        int le;
    } rows[] = {
        {0x00, KP_SM_DATA_MAX + 1, KP_LE_NONE},
        {0x00, 1, 0},
        {0x00, 1, 257},
        {0x00, 1, -2},
        {0x04, 1, KP_LE_NONE},
        {0x0C, 1, KP_LE_NONE},
        {0x10, 1, KP_LE_NONE}, /* chaining */
        {0x40, 1, KP_LE_NONE},
        {0xFF, 1, KP_LE_NONE},
    };
    static const kp_sm_algorithm algorithms[] = {KP_SM_3DES, KP_SM_AES};
    for (size_t a = 0; a < 2; a++) {
        kp_sm *session = kp_test_sm_open(
            *state, algorithms[a], a == 0 ? KP_TEST_SM_ICAO : KP_TEST_SM_PACE KP_TEST_SM_ZERO);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            assert_int_equal(try_protect(session, rows[i].cla, rows[i].length, rows[i].le),
                             KAMUPIN_E_INVALID_ARGUMENT);
        assert_true(kp_sm_alive(session));
        static const uint8_t zeros[KP_SM_DATA_MAX];
        const kp_command most = {
            .cla = 0x83, .ins = 0xA4, .data = zeros, .length = sizeof zeros, .le = KP_LE_MAX};
        kp_sm_command out;
        assert_int_equal(kp_sm_protect(session, &most, &out, NULL), KAMUPIN_OK);
        assert_int_equal(out.command.cla, 0x8F);
        assert_true(out.command.length <= KP_APDU_BLOCK);
        kp_sm_close(&session);
    }
}

/* Only a secret of the right kind and length opens a session. */
static void test_what_opens_a_session(void **state)
{
    static const struct {
        kp_sm_algorithm algorithm;
        size_t length;
        kamupin_status status;
    } rows[] = {
        {KP_SM_3DES, 40, KAMUPIN_OK},
        {KP_SM_3DES, 39, KAMUPIN_E_SECURE_MESSAGING},
        {KP_SM_3DES, 48, KAMUPIN_E_SECURE_MESSAGING},
        {KP_SM_AES, 48, KAMUPIN_OK},
        {KP_SM_AES, 64, KAMUPIN_OK},
        {KP_SM_AES, 80, KAMUPIN_OK},
        {KP_SM_AES, 0, KAMUPIN_E_SECURE_MESSAGING},
        {KP_SM_AES, 40, KAMUPIN_E_SECURE_MESSAGING},
        {KP_SM_AES, 81, KAMUPIN_E_SECURE_MESSAGING},
        {KP_SM_NONE, 48, KAMUPIN_E_INVALID_ARGUMENT},
        {(kp_sm_algorithm)3, 48, KAMUPIN_E_INVALID_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kamupin_secret *keys = kp_test_sm_keys(*state, "");
        kp_sm *session = NULL;
        for (size_t n = 0; n < rows[i].length; n++)
            assert_int_equal(kamupin_secret_append(keys, "k", 1), KAMUPIN_OK);
        assert_int_equal(kp_sm_open(*state, rows[i].algorithm, keys, &session, NULL),
                         rows[i].status);
        assert_int_equal(session != NULL, rows[i].status == KAMUPIN_OK);
        kamupin_secret_free(&keys);
        kp_sm_close(&session);
    }
    kamupin_secret *pin = NULL;
    kp_sm *session = NULL;
    assert_int_equal(kamupin_secret_new(*state, KAMUPIN_SECRET_PIN, &pin, NULL), KAMUPIN_OK);
    assert_int_equal(kp_sm_open(*state, KP_SM_AES, pin, &session, NULL), KAMUPIN_E_SECRET_KIND);
    kamupin_secret_free(&pin);
    assert_int_equal(kamupin_secret_new(*state, KAMUPIN_SECRET_CARD_SESSION, &pin, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT); /* no program and no person makes one */
}

/* A forked child has no keys; the parent's session is none the worse. */
static void test_fork(void **state)
{
    kp_sm *session = kp_test_sm_open(*state, KP_SM_3DES, KP_TEST_SM_ICAO);
    int ended = -1;
    const pid_t child = fork();
    if (child == 0)
        _exit((int)try_protect(session, 0x00, 4, KP_LE_NONE));
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_true(WIFEXITED(ended));
    assert_int_equal(WEXITSTATUS(ended), KAMUPIN_E_FORKED);
    protects(session, "00A4020C", "011E", KP_LE_NONE,
             "0CA4020C 15 8709016375432908C044F6 8E08BF8B92D635FF24F8 00");
    kp_sm_close(&session);
}

/* A clear command that only wears the class, and other things that are not protected. */
static void test_what_is_not_protected(void **state)
{
    (void)state;
    static const struct {
        uint8_t cla;
        const char *data;
        bool is;
    } rows[] = {
        {0x0C, "871101496C26D36306679609665A385C54DB37 8E08E7AAD918F260D8EF", true},
        {0x0D, "8709016375432908C044F6 97020000 8E08E7AAD918F260D8EF", true},
        {0x0C, "85086375432908C044F6 8E08E7AAD918F260D8EF", true},
        {0x8C, "8E08E7AAD918F260D8EF", true},
        {0x00, "871101496C26D36306679609665A385C54DB37 8E08E7AAD918F260D8EF", false},
        {0x08, "871101496C26D36306679609665A385C54DB37 8E08E7AAD918F260D8EF", false},
        {0x4C, "871101496C26D36306679609665A385C54DB37 8E08E7AAD918F260D8EF", false},
        {0x0C, "313233343536", false},
        {0x0C, "", false},
        {0x0C, "8106313233343536 8E08E7AAD918F260D8EF", false},
        {0x0C, "8707013132333435 36 8E08E7AAD918F260D8EF", false},
        {0x0C, "8709026375432908C044F6 8E08E7AAD918F260D8EF", false},
        {0x0C, "8709016375432908C044F6 8709016375432908C044F6 8E08E7AAD918F260D8EF", false},
        {0x0C, "8709016375432908C044F6 9700 8E08E7AAD918F260D8EF", false},
        {0x0C, "8709016375432908C044F6", false},
        {0x0C, "8E08E7AAD918F260D8EF 8709016375432908C044F6", false},
        {0x0C, "8E08E7AAD918F260D8EF 313233", false},
        {0x0C, "8E07E7AAD918F260D8", false},
        {0x0C, "8E09E7AAD918F260D8EF", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t data[64];
        const kp_command command = {.cla = rows[i].cla,
                                    .ins = 0x20,
                                    .p2 = 0x81,
                                    .data = data,
                                    .length = kp_test_sm_bytes(rows[i].data, data, sizeof data),
                                    .le = KP_LE_MAX};
        if (kp_sm_is_protected(&command) != rows[i].is)
            fail_msg("row %zu", i);
    }
    const kp_command none = {.cla = 0x0C, .ins = 0x20, .le = KP_LE_NONE};
    assert_false(kp_sm_is_protected(&none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_icao_worked_example, kp_test_open_context,
                                        kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_bsi_worked_example, kp_test_open_context,
                                        kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_four_cases, kp_test_open_context,
                                        kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_published_answers, kp_test_open_context,
                                        kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_bounds, kp_test_open_context, kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_what_opens_a_session, kp_test_open_context,
                                        kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_fork, kp_test_open_context, kp_test_close_context),
        cmocka_unit_test(test_what_is_not_protected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
