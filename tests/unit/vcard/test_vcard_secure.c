// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Secure messaging of the virtual card against published examples: the card says the answers of ICAO
// Doc 9303-11, Appendix D.4, byte for byte, and takes the commands of BSI's worked example. What ends
// a session, and that the right to reset ends with it. That the library agrees with this card proves
// little, since both ends are ours: tests/integration/test_secure_messaging.py puts a third between.
#include "vcard_fixture.h"

#include "secure_key.h"

#define ICAO_KEYS                                                                                  \
    "sm.enc AB94FDECF2674FDFB9B391F85D7F76F2\nsm.mac 7962D9ECE03D1ACD4C76089DCE131543\n"
#define EF_COM "file 011E 60145F0104303130365F36063034303030305C026175\n"
#define SELECT "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800"
#define READ_4 "0CB000000D9701048E08ED6705417E96BA5500"

static void bytes(const char *hex, uint8_t *out, size_t cap)
{
    size_t len;
    assert_true(vc_hex_decode(hex, out, cap, &len));
}

// ICAO Doc 9303-11, Appendix D.3: what challenge, random number and halves give.
static void agree_as_icao(struct vc_secure *secure)
{
    uint8_t card[8], terminal[8], half_of_card[16], half_of_terminal[16];
    bytes("4608F91988702212", card, sizeof card);
    bytes("781723860C06C226", terminal, sizeof terminal);
    bytes("0B4F80323EB3191CB04970CB4052790B", half_of_card, sizeof half_of_card);
    bytes("0B795240CB7049B01C19B33E32804F0B", half_of_terminal, sizeof half_of_terminal);
    assert_true(
        vc_secure_agree(secure, VC_SECURE_3DES, card, terminal, half_of_card, half_of_terminal));
}

static void session_keys_of_icao(void **unused)
{
    (void)unused;
    struct vc_secure secure = {.kind = VC_SECURE_NONE};
    char text[65];
    agree_as_icao(&secure);
    vc_hex_encode(secure.enc, 16, text);
    assert_string_equal(text, "979EC13B1CBFE9DCD01AB0FED307EAE5");
    vc_hex_encode(secure.mac, 16, text);
    assert_string_equal(text, "F1CB1F1FB5ADF208806B89DC579DC1F8");
    vc_hex_encode(secure.counter, 8, text);
    assert_string_equal(text, "887022120C06C226");
}

static void answers_of_icao(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE EF_COM);
    agree_as_icao(&f->card.secure);
    expect(f, SELECT, "990290008E08FA855A5D4C50A8ED9000");
    expect(f, READ_4, "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000");
    expect(
        f, "0CB000040D9701128E082EA28A70F3C7B53500",
        "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000");
    fixture_free(f);
}

// The same in pieces, as a card without room for the whole answer has it.
static void answers_in_pieces(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE EF_COM "reply 61xx on\n");
    agree_as_icao(&f->card.secure);
    expect(f, SELECT, "610E");
    expect(f, "00C000000E", "990290008E08FA855A5D4C50A8ED9000");
    expect(f, READ_4, "6119");
    expect(f, "00C0000009", "8709019FF0EC34F9926110");
    expect(f, "00C0000010", "2651990290008E08AD55CC17140B2DED9000");
    assert_int_equal(f->card.secure.kind, VC_SECURE_3DES);
    fixture_free(f);
}

// BSI's worked example (AES-128): the command is understood. The card knows no MANAGE SECURITY
// ENVIRONMENT, so the status word in the answer is its own.
static void commands_of_bsi(void **unused)
{
    (void)unused;
    struct vc_secure secure = {.kind = VC_SECURE_AES128};
    struct vc_apdu apdu = {.cla = 0x0C, .ins = 0x22, .p1 = 0x81, .p2 = 0xB6, .le = 256};
    struct vc_apdu plain;
    uint8_t field[64], data[255];
    char text[64];
    bytes("68406B4162100563D9C901A6154D2901", secure.enc, sizeof secure.enc);
    bytes("73FF268784F72AF833FDC9464049AFC9", secure.mac, sizeof secure.mac);
    bytes("871101BE90237EEB4BA0FF253EA246AE31C8B88E0892D21C73A1DFE999", field, sizeof field);
    apdu.data = field;
    apdu.lc = 29;
    assert_int_equal(vc_secure_open(&secure, &apdu, &plain, data), 0x9000);
    assert_int_equal(plain.cla, 0x00);
    assert_int_equal(plain.le, 0);
    vc_hex_encode(plain.data, plain.lc, text);
    assert_string_equal(text, "830D44454356434141543030303031");
    struct vc_reply nothing = {.len = 0}, out;
    assert_true(vc_secure_seal(&secure, 0x22, &nothing, 0x9000, &out));
    vc_hex_encode(out.data, out.len, text);
    assert_string_equal(text, "990290008E08A89570A68664A7D6");
}

// Every changed bit of a command: refused in clear, and the session is over.
static void every_changed_bit_of_a_command(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE EF_COM);
    uint8_t command[64], answer[VC_REPLY_MAX + 2];
    size_t len;
    assert_true(vc_hex_decode(SELECT, command, sizeof command, &len));
    for (size_t at = 0; at < len - 1; at++) // the last is Le, which nothing covers
        for (unsigned bit = 1; bit < 256; bit <<= 1) {
            vc_card_reset(&f->card);
            agree_as_icao(&f->card.secure);
            command[at] ^= (uint8_t)bit;
            size_t n = vc_card_transmit(&f->card, command, len, answer);
            command[at] ^= (uint8_t)bit;
            if (n != 2 || answer[0] == 0x90 || f->card.secure.kind != VC_SECURE_NONE)
                fail_msg("bit %02X of byte %zu was taken", bit, at);
        }
    vc_card_reset(&f->card);
    agree_as_icao(&f->card.secure);
    expect(f, SELECT, "990290008E08FA855A5D4C50A8ED9000");
    expect(f, SELECT, "6988"); // and once only
    expect(f, READ_4, "6882"); // no session, no secure messaging
    fixture_free(f);
}

// ICAO Doc 9303-11, D.3: EIFD and MIFD as they are printed there; the card's half is random.
static void mutual_authentication(void **unused)
{
    (void)unused;
    static const char token[] = "0082008428"
                                "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2"
                                "5F1448EEA8AD90A700";
    char answer[2 * (VC_REPLY_MAX + 2) + 1];
    struct fixture *f = fixture_new(AKIS2_STATE ICAO_KEYS "auth.tries 2\n");
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, token, "6985"); // no challenge
    bytes("4608F91988702212", f->card.session.challenge, VC_CHALLENGE_MAX);
    f->card.session.challenge_len = 8;
    transmit(f, token, answer);
    assert_int_equal(strlen(answer), 2 * (40 + 2));
    assert_string_equal(answer + 80, "9000");
    assert_int_equal(f->card.secure.kind, VC_SECURE_3DES);
    assert_true(f->card.session.authenticated);
    assert_int_equal(f->card.state.auth.tries, 3);
    expect(f, "002C028106323232323232", "6982"); // in clear: the session's end, and the right's
    assert_int_equal(f->card.secure.kind, VC_SECURE_NONE);
    f->card.session.challenge_len = 8; // another challenge than the token's: a try
    f->card.session.challenge[0] ^= 1;
    expect(f, token, "6300");
    assert_int_equal(f->card.state.auth.tries, 2);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(session_keys_of_icao),
        cmocka_unit_test(answers_of_icao),
        cmocka_unit_test(answers_in_pieces),
        cmocka_unit_test(commands_of_bsi),
        cmocka_unit_test(every_changed_bit_of_a_command),
        cmocka_unit_test(mutual_authentication),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
