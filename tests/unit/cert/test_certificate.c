/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Everything of a certificate but its names, in shapes that OpenSSL made here. What makes a card one
   of Kamu SM's is in test_certclass.c. */
#include "odd_certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "own_context.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static const char *text(const kamupin_certificate *certificate, kamupin_certificate_field field)
{
    return kamupin_certificate_text(certificate, field, 0);
}

static kamupin_certificate_info read_info(const kamupin_certificate *certificate)
{
    kamupin_certificate_info info = KAMUPIN_CERTIFICATE_INFO_INIT;

    assert_int_equal(kamupin_certificate_read(certificate, &info), KAMUPIN_OK);
    return info;
}

/* ---- serial numbers ---- */

#define OCTETS_64 "7F" OCTETS_63
#define OCTETS_63 OCTETS_21 OCTETS_21 OCTETS_21
#define OCTETS_21 "0102030405060708090A0B0C0D0E0F1011121314AB"

static void test_serial_numbers(void **state)
{
    static const struct {
        const char *hex, *text, *decimal;
        size_t length;
        unsigned char first;
    } rows[] = {
        {"0", "00", "0", 1, 0x00},
        {"7F", "7F", "127", 1, 0x7F},
        {"80", "80", "128", 1, 0x80},
        {"ED1DB82E01D6", "ED1DB82E01D6", "260711899857366", 6, 0xED},
        {"-1", "-01", "-1", 1, 0xFF},
        {"-80", "-80", "-128", 1, 0x80},
        {"-FF", "-FF", "-255", 2, 0xFF},
        {OCTETS_64, OCTETS_64, NULL, 64, 0x7F},
        {"01" OCTETS_64, "01" OCTETS_64, NULL, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const kp_odd odd = {.serial = rows[i].hex};
        kamupin_certificate *certificate = kp_odd_open(*state, &odd);
        kamupin_certificate_info info = read_info(certificate);
        assert_string_equal(text(certificate, KAMUPIN_CERTIFICATE_SERIAL), rows[i].text);
        if (rows[i].decimal != NULL)
            assert_string_equal(text(certificate, KAMUPIN_CERTIFICATE_SERIAL_DECIMAL),
                                rows[i].decimal);
        assert_int_equal(info.serial_length, rows[i].length);
        assert_int_equal(info.serial[0], rows[i].first);
        kamupin_certificate_free(&certificate);
    }
}

/* As many as bytes allow: read at once, all the same. */
static void test_a_certificate_of_nothing_but_serial_number(void **state)
{
    static char hex[2 * 1000000 + 1];
    const kp_odd odd = {.serial = hex};

    memset(hex, '7', sizeof hex - 1);
    kamupin_certificate *certificate = kp_odd_open(*state, &odd);
    assert_string_equal(text(certificate, KAMUPIN_CERTIFICATE_SERIAL), hex);
    assert_null(text(certificate, KAMUPIN_CERTIFICATE_SERIAL_DECIMAL));
    assert_int_equal(read_info(certificate).serial_length, 0);
    kamupin_certificate_free(&certificate);
}

static void test_a_certificate_of_nothing_but_policies(void **state)
{
    static char policies[100000] = "certificatePolicies=1.2.0";
    const kp_odd odd = {.extensions = {policies}};
    size_t at = strlen(policies);

    for (int i = 1; i < 3000; i++)
        at += (size_t)snprintf(policies + at, sizeof policies - at, ",1.2.%d", i);
    kamupin_certificate *certificate = kp_odd_open(*state, &odd);
    assert_string_equal(kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_POLICY, 255),
                        "1.2.255");
    assert_null(kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_POLICY, 256));
    kamupin_certificate_free(&certificate);
}

/* ---- dates ---- */

static int64_t today; /* of the calendar of the test's context */

static int64_t calendar(void *user)
{
    (void)user;
    return today;
}

static void test_dates(void **state)
{
    static const struct {
        const char *begins, *ends;
        int64_t not_before, not_after;
    } rows[] = {
        {"120511142309Z", "20220509142309Z", 1336746189, 1652106189},
        {"500101000000Z", "491231235959Z", -631152000, 2524607999}, /* UTCTime: 1950 to 2049 */
        {"19691231235959Z", "99991231235959Z", -1, 253402300799},
        {"yesterday morn", "120511142309Z", 0, 1336746189},
        {"120511142309Z", "20221309142309Z", 1336746189, 0},
    };
    (void)state;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_context *context = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    options.calendar = calendar;
    assert_int_equal(kamupin_context_new(&options, &context, &error), KAMUPIN_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const kp_odd odd = {.begins = rows[i].begins, .ends = rows[i].ends};
        kamupin_certificate *certificate = kp_odd_open(context, &odd);
        const struct {
            int64_t now;
            kamupin_validity validity;
        } moments[] = {{rows[i].not_before - 1, KAMUPIN_NOT_YET_VALID},
                       {rows[i].not_before, KAMUPIN_VALID_NOW},
                       {rows[i].not_after, KAMUPIN_VALID_NOW},
                       {rows[i].not_after + 1, KAMUPIN_EXPIRED}};
        const bool dated = rows[i].not_before != 0 && rows[i].not_after != 0;
        for (size_t j = 0; j < sizeof moments / sizeof moments[0]; j++) {
            today = moments[j].now;
            kamupin_certificate_info info = read_info(certificate);
            assert_int_equal(info.not_before, rows[i].not_before);
            assert_int_equal(info.not_after, rows[i].not_after);
            assert_int_equal(info.validity, dated ? moments[j].validity : KAMUPIN_VALIDITY_UNKNOWN);
        }
        kamupin_certificate_free(&certificate);
    }
    assert_int_equal(ERR_peek_error(), 0);
    kamupin_context_free(&context);
}

/* ---- keys ---- */

static void key_is(void **state, EVP_PKEY *key, const EVP_MD *hash, kamupin_key_type type,
                   unsigned int bits, const char *wanted, unsigned int weakness)
{
    const kp_odd odd = {.key = key, .hash = hash};
    kamupin_certificate *certificate = kp_odd_open(*state, &odd);
    kamupin_certificate_info info = read_info(certificate);

    assert_string_equal(text(certificate, KAMUPIN_CERTIFICATE_KEY), wanted);
    assert_int_equal(info.key, type);
    assert_int_equal(info.key_bits, bits);
    assert_int_equal(info.weakness, weakness);
    assert_int_equal(ERR_peek_error(), 0);
    kamupin_certificate_free(&certificate);
    EVP_PKEY_free(key);
}

static void test_keys(void **state)
{
    const EVP_MD *sha256 = EVP_sha256();

    key_is(state, EVP_EC_gen("P-256"), sha256, KAMUPIN_KEY_EC_P256, 256, "EC P-256", 0);
    key_is(state, EVP_EC_gen("P-384"), sha256, KAMUPIN_KEY_EC_P384, 384, "EC P-384", 0);
    key_is(state, EVP_EC_gen("P-521"), sha256, KAMUPIN_KEY_EC_OTHER, 521, "EC P-521", 0);
    key_is(state, EVP_EC_gen("brainpoolP256r1"), sha256, KAMUPIN_KEY_EC_OTHER, 256,
           "EC brainpoolP256r1", 0);
    key_is(state, EVP_EC_gen("P-224"), sha256, KAMUPIN_KEY_EC_OTHER, 224, "EC P-224",
           KAMUPIN_WEAK_KEY);
    key_is(state, EVP_RSA_gen(2048), sha256, KAMUPIN_KEY_RSA, 2048, "RSA 2048", 0);
    key_is(state, EVP_RSA_gen(1024), EVP_sha1(), KAMUPIN_KEY_RSA, 1024, "RSA 1024",
           KAMUPIN_WEAK_KEY | KAMUPIN_WEAK_HASH);
    EVP_PKEY *edwards = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    key_is(state, edwards, sha256, KAMUPIN_KEY_OTHER, (unsigned int)EVP_PKEY_get_bits(edwards),
           "ED25519", 0);
}

/* Replaces bytes that occur once in DER. */
static void replace(unsigned char *der, size_t length, const char *from, const char *to,
                    size_t size)
{
    size_t found = 0;

    for (size_t i = 0; i + size <= length; i++)
        if (memcmp(der + i, from, size) == 0) {
            memcpy(der + i, to, size);
            found++;
        }
    assert_int_equal(found, 1);
}

static void test_keys_that_nobody_knows(void **state)
{
    const kp_odd odd = {.serial = "1"};
    kamupin_error error = KAMUPIN_ERROR_INIT;

    /* id-ecPublicKey becomes 1.2.840.10045.2.99; prime256v1 becomes a curve that there is not */
    for (int curve = 0; curve < 2; curve++) {
        kamupin_certificate *certificate = NULL;
        size_t length = 0;
        unsigned char *der = kp_odd_make(&odd, &length);
        if (curve)
            replace(der, length, "\x2A\x86\x48\xCE\x3D\x03\x01\x07",
                    "\x2A\x86\x48\xCE\x3D\x03\x01\x63", 8);
        else
            replace(der, length, "\x2A\x86\x48\xCE\x3D\x02\x01", "\x2A\x86\x48\xCE\x3D\x02\x63", 7);
        assert_int_equal(kamupin_certificate_new(*state, der, length, &certificate, &error),
                         KAMUPIN_OK);
        kamupin_certificate_info info = read_info(certificate);
        assert_int_equal(info.key, KAMUPIN_KEY_OTHER);
        assert_int_equal(info.key_bits, 0);
        assert_int_equal(info.weakness, 0);
        assert_string_equal(text(certificate, KAMUPIN_CERTIFICATE_KEY),
                            curve ? "id-ecPublicKey" : "1.2.840.10045.2.99");
        assert_int_equal(ERR_peek_error(), 0);
        kamupin_certificate_free(&certificate);
        free(der);
    }
}

/* ---- what it is for ---- */

static const struct {
    const char *extensions[4];
    kamupin_certificate_class kind;
} classes[] = {
    {{"basicConstraints=CA:TRUE"}, KAMUPIN_CLASS_AUTHORITY},
    {{"keyUsage=keyCertSign"}, KAMUPIN_CLASS_AUTHORITY},
    {{"basicConstraints=CA:FALSE"}, KAMUPIN_CLASS_OTHER},
    {{"extendedKeyUsage=timeStamping"}, KAMUPIN_CLASS_TIME_STAMP},
    {{"certificatePolicies=2.16.792.1.2.1.1.5.7.3.1"}, KAMUPIN_CLASS_TIME_STAMP},
    {{"keyUsage=keyEncipherment"}, KAMUPIN_CLASS_ENCRYPTION},
    {{"keyUsage=dataEncipherment,keyAgreement"}, KAMUPIN_CLASS_ENCRYPTION},
    {{"keyUsage=digitalSignature,keyEncipherment", "extendedKeyUsage=serverAuth"},
     KAMUPIN_CLASS_OTHER},
    {{"keyUsage=digitalSignature,nonRepudiation"}, KAMUPIN_CLASS_OTHER},
    {{"certificatePolicies=2.16.792.1.2.1.1.5.7.4.1", "extendedKeyUsage=2.16.792.1.2.1.1.5.7.50.1"},
     KAMUPIN_CLASS_MALI_MUHUR},
    /* statements of the law, with another provider's policy: the law is the same for all */
    {{"certificatePolicies=2.16.792.3.0.4.1.1.1",
      "qcStatements=DER:30193008060604008E460101300D060B608618013D0001A74E0201"},
     KAMUPIN_CLASS_SIGNATURE},
    {{"qcStatements=DER:301E300D060B608618013D0001A74E0101300D060B608618013D0001A74E0103"},
     KAMUPIN_CLASS_SEAL},
    {{"qcStatements=DER:301E300D060B608618013D0001A74E0201300D060B608618013D0001A74E0202"},
     KAMUPIN_CLASS_QUALIFIED_SEAL},
    {{"qcStatements=DER:30193008060604008E460101300D060B608618013D0001A74E02"}, /* cut short */
     KAMUPIN_CLASS_OTHER},
};

static void test_classes(void **state)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        kp_odd odd = {.serial = "1"};
        memcpy(odd.extensions, classes[i].extensions, sizeof classes[i].extensions);
        kamupin_certificate *certificate = kp_odd_open(*state, &odd);
        if (read_info(certificate).kind != classes[i].kind)
            print_error("row %zu\n", i);
        assert_int_equal(read_info(certificate).kind, classes[i].kind);
        kamupin_certificate_free(&certificate);
    }
    const kp_odd old = {.subject = {{"CN", 0, "Kök", 0, 0}}, .version = 1};
    kamupin_certificate *root = kp_odd_open(*state, &old);
    assert_int_equal(read_info(root).kind, KAMUPIN_CLASS_AUTHORITY);
    kamupin_certificate_free(&root);
    assert_string_equal(kamupin_certificate_class_name(KAMUPIN_CLASS_QUALIFIED_SEAL),
                        "qualified-seal");
    assert_string_equal(kamupin_certificate_class_name((kamupin_certificate_class)99), "other");
    assert_string_equal(kamupin_certificate_class_name((kamupin_certificate_class)-1), "other");
}

static void test_identifiers_and_addresses(void **state)
{
    const kp_odd odd = {
        .extensions = {
            "keyUsage=digitalSignature,decipherOnly,keyAgreement",
            "certificatePolicies=1.2.3.4,2.16.792.1.2.1.1.5.7.1.1",
            "extendedKeyUsage=clientAuth,1.2.3", "qcStatements=DER:300A3008060604008E460101",
            "authorityInfoAccess=OCSP;URI:http://a.invalid/o,caIssuers;URI:http://a.invalid/i,"
            "OCSP;URI:http://b.invalid/\xE2\x80\xAE,OCSP;DNS:c.invalid",
            "crlDistributionPoints=URI:http://a.invalid/1.crl,URI:ldap://a.invalid/?x"}};
    static const struct {
        kamupin_certificate_field field;
        const char *texts[4];
    } wanted[] = {
        {KAMUPIN_CERTIFICATE_POLICY, {"1.2.3.4", "2.16.792.1.2.1.1.5.7.1.1"}},
        {KAMUPIN_CERTIFICATE_PURPOSE, {"1.3.6.1.5.5.7.3.2", "1.2.3"}},
        {KAMUPIN_CERTIFICATE_STATEMENT, {"0.4.0.1862.1.1"}},
        {KAMUPIN_CERTIFICATE_OCSP, {"http://a.invalid/o", "http://b.invalid/\\E2\\80\\AE"}},
        {KAMUPIN_CERTIFICATE_ISSUER_FILE, {"http://a.invalid/i"}},
        {KAMUPIN_CERTIFICATE_CRL, {"http://a.invalid/1.crl", "ldap://a.invalid/?x"}},
        {KAMUPIN_CERTIFICATE_KNOWN_ROOT, {NULL}},
    };
    kamupin_certificate *certificate = kp_odd_open(*state, &odd);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        for (size_t n = 0; n < 4; n++) {
            const char *found = kamupin_certificate_text(certificate, wanted[i].field, n);
            assert_true((found == NULL) == (wanted[i].texts[n] == NULL));
            if (found != NULL)
                assert_string_equal(found, wanted[i].texts[n]);
        }
    assert_int_equal(read_info(certificate).usage, KAMUPIN_USAGE_DIGITAL_SIGNATURE |
                                                       KAMUPIN_USAGE_KEY_AGREEMENT |
                                                       KAMUPIN_USAGE_DECIPHER_ONLY);
    assert_string_equal(text(certificate, KAMUPIN_CERTIFICATE_SIGNED_WITH), "ecdsa-with-SHA256");
    kamupin_certificate_free(&certificate);
}

/* Extensions that are none, or stand there twice. */
static void test_extensions_of_odd_shapes(void **state)
{
    const kp_odd odd = {.extensions = {"keyUsage=DER:0000", "basicConstraints=DER:30FF",
                                       "certificatePolicies=DER:05", "qcStatements=DER:0500",
                                       "extendedKeyUsage=clientAuth", "extendedKeyUsage=serverAuth",
                                       "authorityInfoAccess=DER:3003020100",
                                       "crlDistributionPoints=DER:31", "subjectAltName=DER:30"}};
    kamupin_certificate *certificate = kp_odd_open(*state, &odd);
    kamupin_certificate_info info = read_info(certificate);

    assert_int_equal(info.kind, KAMUPIN_CLASS_OTHER);
    assert_int_equal(info.usage, 0);
    for (int field = KAMUPIN_CERTIFICATE_POLICY; field <= KAMUPIN_CERTIFICATE_ISSUER_FILE; field++)
        assert_null(text(certificate, (kamupin_certificate_field)field));
    assert_int_equal(ERR_peek_error(), 0);
    kamupin_certificate_free(&certificate);
}

/* ---- who issued it ---- */

static void weakness_is(void **state, const kp_odd *odd, unsigned int weakness)
{
    kamupin_certificate *certificate = kp_odd_open(*state, odd);

    assert_int_equal(read_info(certificate).weakness, weakness);
    assert_null(text(certificate, KAMUPIN_CERTIFICATE_KNOWN_ROOT)); /* a name proves nothing */
    kamupin_certificate_free(&certificate);
}

static void test_old_and_test_authorities(void **state)
{
    static const struct {
        const char *issuer, *organisation, *address;
        unsigned int weakness;
    } rows[] = {
        {"Kamu SM Kök Sertifika Hizmet Sağlayıcısı - Sürüm 4", "", "", KAMUPIN_WEAK_ANCHOR},
        {"Kamu SM Kök Sertifika Hizmet Sağlayıcısı - Sürüm 5", "", "", 0},
        {"Kamu SM Kök Sertifika Hizmet Sağlayıcısı - Sürüm 40", "", "", 0},
        {"Kamu Elektronik Sertifika Hizmet Sağlayıcısı - Sürüm 3", "", "", KAMUPIN_WEAK_ANCHOR},
        {"TÜBİTAK UEKAE Kök Sertifika Hizmet Sağlayıcısı - Sürüm 3", "", "", KAMUPIN_WEAK_ANCHOR},
        {"TUBITAK Kamu SM SSL Kok Sertifikasi - Surum 1", "TUBITAK", "", 0},
        {"RootA", "TÜBİTAK", "", KAMUPIN_WEAK_TEST},
        {"SubRootA1", "Kamu SM Test", "", KAMUPIN_WEAK_TEST},
        {"RootA", "Örnek A.Ş.", "", 0},
        {"RootA1x", "TÜBİTAK", "", 0},
        {"Makam", "", "http://depo.test3.kamusm.gov.tr/x", KAMUPIN_WEAK_TEST},
        {"Makam", "", "HTTP://OCSP.Test3.KamuSM.gov.tr:80/x", KAMUPIN_WEAK_TEST},
        {"Makam", "", "http://test.kamusm.gov.tr", KAMUPIN_WEAK_TEST},
        {"Makam", "", "http://depo.kamusm.gov.tr/test3/", 0},
        {"Makam", "", "http://depo.kamusm.gov.tr/?depo.test3.kamusm.gov.tr", 0},
        {"Makam", "", "http://depo.test3.kamusm.gov.tr.example.invalid/", 0},
        {"Makam", "", "http://depo.test3kamusm.gov.tr/", 0},
        {"Makam", "", "http://latest.kamusm.gov.tr/", 0},
        {"Makam", "", "kamusm.gov.tr", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char ocsp[200], crl[200];
        kp_odd odd = {.subject = {{"CN", 0, "Deneme", 0, 0}},
                      .issuer = {{"CN", 0, rows[i].issuer, 0, 0}}};
        if (rows[i].organisation[0] != '\0')
            odd.issuer[1] = (kp_odd_attribute){"O", 0, rows[i].organisation, 0, 0};
        snprintf(ocsp, sizeof ocsp, "authorityInfoAccess=OCSP;URI:%s", rows[i].address);
        snprintf(crl, sizeof crl, "crlDistributionPoints=URI:%s", rows[i].address);
        for (int list = 0; list < 2; list++) {
            odd.extensions[0] = rows[i].address[0] == '\0' ? NULL : list ? crl : ocsp;
            weakness_is(state, &odd, rows[i].weakness);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_serial_numbers),
        cmocka_unit_test(test_a_certificate_of_nothing_but_serial_number),
        cmocka_unit_test(test_a_certificate_of_nothing_but_policies),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keys_that_nobody_knows),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_identifiers_and_addresses),
        cmocka_unit_test(test_extensions_of_odd_shapes),
        cmocka_unit_test(test_old_and_test_authorities),
    };
    return cmocka_run_group_tests(tests, kp_test_open_context, kp_test_close_context);
}
