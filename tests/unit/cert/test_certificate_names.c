/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Names of certificates, and the identity numbers in them, in shapes that issuers have used and some
   that nobody should. The certificates are OpenSSL's; what their texts have to be is written here
   after RFC 4514. */
#include "odd_certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "own_context.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#define CARD_NUMBER "2.16.792.1.2.1.1.5.2.200.2"
#define TCKN        "10000000146" /* its check digits are right; nobody has it */
#define NOT_TCKN    "10000000147"
#define VKN         "4540536920"

static void texts_are(void **state, const kp_odd *odd, const char *holder, const char *subject,
                      const char *masked)
{
    kamupin_certificate *certificate = kp_odd_open(*state, odd);
    const char *found = kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_HOLDER, 0);

    if (holder == NULL)
        assert_null(found);
    else
        assert_string_equal(found, holder);
    assert_string_equal(kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_SUBJECT, 0),
                        subject);
    assert_string_equal(
        kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_SUBJECT_MASKED, 0), masked);
    assert_int_equal(ERR_peek_error(), 0);
    kamupin_certificate_free(&certificate);
}

/* ---- letters ---- */

static void test_turkish_letters_of_every_string_type(void **state)
{
    static const char name[] = "CN=IŞIK ÇĞİÖŞÜ çğıöşü";
    const kp_odd utf8 = {.subject = {{"CN", 0, "IŞIK ÇĞİÖŞÜ çğıöşü", 0, 0}}};
    const kp_odd bmp = {
        .subject = {{"CN", V_ASN1_BMPSTRING,
                     "\0I\x01\x5E\0I\0K\0 \0\xC7\x01\x1E\x01\x30\0\xD6\x01\x5E\0\xDC\0 \0\xE7\x01"
                     "\x1F\x01\x31\0\xF6\x01\x5F\0\xFC",
                     36, 0}}};
    const kp_odd latin = {.subject = {{"CN", V_ASN1_T61STRING, "\xC7\xD6\xDC OZ", 0, 0}}};
    const kp_odd plain = {.subject = {{"CN", V_ASN1_PRINTABLESTRING, "Deneme Kisi", 0, 0}}};
    const kp_odd wide = {
        .subject = {{"CN", V_ASN1_UNIVERSALSTRING, "\0\0\x01\x5E\0\x01\xF6\x00", 8, 0}}};

    texts_are(state, &utf8, name + 3, name, name);
    texts_are(state, &bmp, name + 3, name, name);
    texts_are(state, &latin, "ÇÖÜ OZ", "CN=ÇÖÜ OZ", "CN=ÇÖÜ OZ");
    texts_are(state, &plain, "Deneme Kisi", "CN=Deneme Kisi", "CN=Deneme Kisi");
    texts_are(state, &wide, "Ş😀", "CN=Ş😀", "CN=Ş😀");
}

static void test_what_cannot_be_seen_is_escaped(void **state)
{
    /* a line feed, a NUL, a zero-width space, a mark that turns the direction of writing, C1 */
    const kp_odd odd = {
        .subject = {{"CN", 0, "Ali\n\0V\xE2\x80\x8B\xE2\x80\xAEilev\xC2\x85", 18, 0}}};
    const kp_odd special = {.subject = {{"CN", 0, " #A,B+C\"D\\E<F>G;H=I ", 0, 0}}};
    const kp_odd sharp = {.subject = {{"CN", 0, "#1 ", 0, 0}, {"O", 0, " ", 0, 0}}};

    texts_are(state, &odd, "Ali\\0A\\00V\\E2\\80\\8B\\E2\\80\\AEilev\\C2\\85",
              "CN=Ali\\0A\\00V\\E2\\80\\8B\\E2\\80\\AEilev\\C2\\85",
              "CN=Ali\\0A\\00V\\E2\\80\\8B\\E2\\80\\AEilev\\C2\\85");
    texts_are(state, &special, " #A,B+C\"D\\\\E<F>G;H=I ",
              "CN=\\ #A\\,B\\+C\\\"D\\\\E\\<F\\>G\\;H=I\\ ",
              "CN=\\ #A\\,B\\+C\\\"D\\\\E\\<F\\>G\\;H=I\\ ");
    texts_are(state, &sharp, "#1 ", "O=\\ ,CN=\\#1\\ ", "O=\\ ,CN=\\#1\\ ");
}

/* ---- shapes ---- */

static void test_shapes_of_names(void **state)
{
    const kp_odd nothing = {.version = 0};
    const kp_odd unknown = {.subject = {{"1.2.3.4", V_ASN1_PRINTABLESTRING, "AB", 0, 0}}};
    const kp_odd bits = {.subject = {{"CN", V_ASN1_BIT_STRING, "\x01\xFF", 2, 0}}};
    const kp_odd several = {.subject = {{"C", V_ASN1_PRINTABLESTRING, "TR", 0, 0},
                                        {"O", 0, "Kurum", 0, 0},
                                        {"OU", 0, "Birim", 0, -1},
                                        {"CN", 0, "İlk", 0, 0},
                                        {"CN", 0, "Son", 0, 0}}};
    const kp_odd person = {.subject = {{"SN", 0, "ÖRNEK", 0, 0}, {"GN", 0, "Ayşe", 0, 0}}};
    const kp_odd mail = {.extensions = {"subjectAltName=email:a@ornek.invalid"}};
    const kp_odd strange = {.subject = {{"L", 0, "Gebze", 0, 0}}};

    texts_are(state, &nothing, NULL, "", "");
    texts_are(state, &unknown, "1.2.3.4=AB", "1.2.3.4=#13024142", "1.2.3.4=AB");
    texts_are(state, &bits, "CN=***", "CN=#03030001FF", "CN=***");
    texts_are(state, &several, "Son", "CN=Son,CN=İlk,OU=Birim+O=Kurum,C=TR",
              "CN=Son,CN=İlk,OU=Birim+O=Kurum,C=TR");
    texts_are(state, &person, "Ayşe ÖRNEK", "GN=Ayşe,SN=ÖRNEK", "GN=Ayşe,SN=ÖRNEK");
    texts_are(state, &mail, "a@ornek.invalid", "", "");
    texts_are(state, &strange, "L=Gebze", "L=Gebze", "L=Gebze");
}

static void test_the_issuer_and_the_card(void **state)
{
    const kp_odd odd = {.subject = {{"O", 0, "Örnek A.Ş., Ankara", 0, 0},
                                    {CARD_NUMBER, V_ASN1_PRINTABLESTRING, TCKN, 0, 0}},
                        .issuer = {{"CN", 0, "Bir Makam " TCKN, 0, 0}}};
    kamupin_certificate *certificate = kp_odd_open(*state, &odd);
    kamupin_certificate_info info = KAMUPIN_CERTIFICATE_INFO_INIT;

    assert_string_equal(kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_ISSUER, 0),
                        "CN=Bir Makam " TCKN);
    assert_string_equal(kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_ORGANISATION, 0),
                        "Örnek A.Ş., Ankara");
    assert_string_equal(kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_CARD_NUMBER, 0),
                        TCKN);
    assert_null(kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_CARD_NUMBER, 1));
    assert_int_equal(kamupin_certificate_read(certificate, &info), KAMUPIN_OK);
    assert_false(info.self_issued);
    kamupin_certificate_free(&certificate);
}

/* ---- identity numbers ---- */

static const struct {
    const char *kind, *text;
    kamupin_identity_type type;
    const char *number, *masked;
} numbers[] = {
    {"serialNumber", TCKN, KAMUPIN_IDENTITY_TCKN, TCKN, "*********46"},
    {"serialNumber", "TCKN-" TCKN, KAMUPIN_IDENTITY_TCKN, TCKN, "TCKN-*********46"},
    {"serialNumber", "PNOTR-" TCKN, KAMUPIN_IDENTITY_TCKN, TCKN, "PNOTR-*********46"},
    {"serialNumber", "TCKN" TCKN, KAMUPIN_IDENTITY_TCKN, TCKN, "*************46"},
    {"serialNumber", "TCKN: " TCKN, KAMUPIN_IDENTITY_TCKN, TCKN, "***************46"},
    {"serialNumber", VKN, KAMUPIN_IDENTITY_VKN, VKN, "********20"},
    {"serialNumber", "VKN-" VKN, KAMUPIN_IDENTITY_VKN, VKN, "VKN-********20"},
    {"serialNumber", "VATTR-" VKN, KAMUPIN_IDENTITY_VKN, VKN, "VATTR-********20"},
    {"organizationIdentifier", "VATTR-" VKN, KAMUPIN_IDENTITY_VKN, VKN, "VATTR-********20"},
    {"serialNumber", "PASTR-U12345678", KAMUPIN_IDENTITY_PASSPORT, "U12345678", "PASTR-*******78"},
    {"serialNumber", "PASDE-C01X00T47", KAMUPIN_IDENTITY_PASSPORT, "C01X00T47", "PASDE-*******47"},
    /* none */
    {"serialNumber", NOT_TCKN, 0, NULL, "*********47"},
    {"serialNumber", "4540536921", 0, NULL, "********21"},
    {"serialNumber", "12345678", 0, NULL, "******78"},
    {"serialNumber", "PAS-U12345678", 0, NULL, "PAS-*******78"},
    {"serialNumber", "PASTRU12345678", 0, NULL, "************78"},
    {"serialNumber", "PASTR-u", 0, NULL, "PASTR-u"},
    {"serialNumber", "NTRTR-" TCKN, 0, NULL, "NTRTR-*********46"},
    {"serialNumber", "X" TCKN, 0, NULL, "**********46"},
    {"serialNumber", "PN-" TCKN, 0, NULL, "PN-*********46"},
    {"serialNumber", "TCKNO-" TCKN, 0, NULL, "TCKNO-*********46"},
    {"serialNumber", TCKN "0", 0, NULL, "**********60"},
    {"serialNumber", "TCKN-", 0, NULL, "TCKN-"},
    {"serialNumber", TCKN "-", 0, NULL, "**********6-"},
    {"serialNumber", TCKN "-TR", 0, NULL, "************TR"},
    {"serialNumber", "TCKN-" TCKN "-01", 0, NULL, "TCKN-************01"},
    {"serialNumber", "VK:TR-" VKN, 0, NULL, "VK:TR-********20"},
    {"serialNumber", "A-very-long-number-that-nobody-has-123456789", 0, NULL,
     "A-****************************************89"},
    /* in words: masked, and not the holder's */
    {"OU", "Şube " VKN " ve " TCKN, 0, NULL, "Şube ********20 ve *********46"},
    {"OU", NOT_TCKN " " TCKN "0", 0, NULL, NOT_TCKN " " TCKN "0"},
    {"CN", VKN "SIGN0", 0, NULL, "********20SIGN0"},
};

static void test_identity_numbers(void **state)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const kp_odd odd = {.subject = {{numbers[i].kind, 0, numbers[i].text, 0, 0}}};
        kamupin_certificate *certificate = kp_odd_open(*state, &odd);
        kamupin_certificate_info info = KAMUPIN_CERTIFICATE_INFO_INIT;
        kamupin_identity identity = KAMUPIN_IDENTITY_INIT;
        const char *masked =
            kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_SUBJECT_MASKED, 0);
        assert_int_equal(kamupin_certificate_read(certificate, &info), KAMUPIN_OK);
        if (info.identity_type != numbers[i].type ||
            strcmp(strchr(masked, '=') + 1, numbers[i].masked) != 0)
            print_error("%s: %d, %s\n", numbers[i].text, (int)info.identity_type, masked);
        assert_int_equal(info.identity_type, numbers[i].type);
        assert_string_equal(strchr(masked, '=') + 1, numbers[i].masked);
        if (numbers[i].number != NULL) {
            assert_int_equal(kamupin_certificate_identity(certificate, &identity), KAMUPIN_OK);
            assert_int_equal(identity.type, numbers[i].type);
            assert_string_equal(identity.number, numbers[i].number);
            assert_int_equal(strlen(info.identity), strlen(identity.number));
            assert_int_equal(strspn(info.identity, "*"), strlen(identity.number) - 2);
        } else {
            assert_int_equal(kamupin_certificate_identity(certificate, &identity),
                             KAMUPIN_E_INVALID_ARGUMENT);
            assert_string_equal(info.identity, "");
        }
        kamupin_certificate_free(&certificate);
    }
}

/* The first attribute that is a number is the holder's; a value that hides something is none. */
static void test_several_numbers(void **state)
{
    const kp_odd odd = {.subject = {{"serialNumber", 0, "ABC", 0, 0},
                                    {"organizationIdentifier", 0, "VATTR-" VKN, 0, 0},
                                    {"serialNumber", V_ASN1_BMPSTRING, "\0001\0002", 4, 0},
                                    {"serialNumber", 0, TCKN "\0x", 13, 0},
                                    {"serialNumber", 0, TCKN, 0, 0}}};
    kamupin_certificate *certificate = kp_odd_open(*state, &odd);
    kamupin_identity identity = KAMUPIN_IDENTITY_INIT;

    assert_int_equal(kamupin_certificate_identity(certificate, &identity), KAMUPIN_OK);
    assert_string_equal(identity.number, TCKN);
    assert_null(strstr(kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_SUBJECT_MASKED, 0),
                       "10000000"));
    identity.size = 1;
    assert_int_equal(kamupin_certificate_identity(certificate, &identity),
                     KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_certificate_free(&certificate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turkish_letters_of_every_string_type),
        cmocka_unit_test(test_what_cannot_be_seen_is_escaped),
        cmocka_unit_test(test_shapes_of_names),
        cmocka_unit_test(test_the_issuer_and_the_card),
        cmocka_unit_test(test_identity_numbers),
        cmocka_unit_test(test_several_numbers),
    };
    return cmocka_run_group_tests(tests, kp_test_open_context, kp_test_close_context);
}
