/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Bytes that are a certificate, none, or one that was damaged. Made with OpenSSL. */
#include "odd_certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "own_context.h"
#include "provoke.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

static void test_pem_and_der(void **state)
{
    const kp_odd odd = {.subject = {{"CN", 0, "Deneme", 0, 0}}};
    kamupin_certificate *certificate = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    const unsigned char *kept = NULL;
    unsigned char *der = NULL;
    char *pem = NULL;
    size_t length = 0, kept_length = 0;
    BIO *out = BIO_new(BIO_s_mem());

    der = kp_odd_make(&odd, &length);
    BIO_puts(out, "Bag Attributes\n");
    PEM_write_bio(out, "CERTIFICATE", "", der, (long)length);
    const long pem_length = BIO_get_mem_data(out, &pem);
    assert_int_equal(kamupin_certificate_new(*state, (unsigned char *)pem, (size_t)pem_length,
                                             &certificate, &error),
                     KAMUPIN_OK);
    assert_int_equal(kamupin_certificate_der(certificate, &kept, &kept_length), KAMUPIN_OK);
    assert_int_equal(kept_length, length);
    assert_memory_equal(kept, der, length);
    kamupin_certificate_free(&certificate);
    assert_null(certificate);
    BIO_free(out);
    free(der);
}

static void test_no_certificate(void **state)
{
    kamupin_certificate *certificate = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    const kp_odd odd = {.serial = "1"};
    size_t length = 0;
    unsigned char *der = kp_odd_make(&odd, &length);
    unsigned char *longer = calloc(1, length + 1);

    assert_non_null(longer);
    memcpy(longer, der, length);
    assert_provokes(KAMUPIN_E_CERTIFICATE_MALFORMED,
                    kamupin_certificate_new(*state, longer, length + 1, &certificate, &error));
    assert_null(certificate);
    assert_int_equal(error.status, KAMUPIN_E_CERTIFICATE_MALFORMED);
    assert_int_equal(kamupin_certificate_new(*state, der, 0, &certificate, NULL),
                     KAMUPIN_E_CERTIFICATE_MALFORMED);
    assert_int_equal(kamupin_certificate_new(*state, NULL, 0, &certificate, &error),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_certificate_new(*state, der, length, NULL, &error),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_certificate_new(NULL, der, length, &certificate, &error),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_certificate_read(NULL, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    assert_null(kamupin_certificate_text(NULL, KAMUPIN_CERTIFICATE_HOLDER, 0));
    assert_int_equal(kamupin_certificate_der(NULL, NULL, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(ERR_peek_error(), 0);
    kamupin_certificate_free(NULL);
    free(longer);
    free(der);
}

/* Damaged in any one place it is refused or read; nothing is read beyond its end (an exact copy on
 * the heap, for the sanitizers), and the thread's error queue stays as it was. */
static void read_damaged(kamupin_context *context, const unsigned char *bytes, size_t length)
{
    kamupin_certificate *certificate = NULL;
    unsigned char *exact = malloc(length > 0 ? length : 1);

    assert_non_null(exact);
    memcpy(exact, bytes, length);
    kamupin_status status = kamupin_certificate_new(context, exact, length, &certificate, NULL);
    assert_true(status == KAMUPIN_OK || status == KAMUPIN_E_CERTIFICATE_MALFORMED);
    assert_true((certificate != NULL) == (status == KAMUPIN_OK));
    assert_int_equal(ERR_peek_error(), 0);
    kamupin_certificate_free(&certificate);
    free(exact);
}

static void test_damaged_certificates(void **state)
{
    const kp_odd odd = {
        .subject = {{"CN", 0, "Ayşe ÖRNEK", 0, 0}, {"serialNumber", 0, "10000000146", 0, 0}},
        .extensions = {"keyUsage=digitalSignature", "certificatePolicies=1.2.3.4",
                       "extendedKeyUsage=clientAuth", "qcStatements=DER:300A3008060604008E460101",
                       "authorityInfoAccess=OCSP;URI:http://a.invalid/",
                       "crlDistributionPoints=URI:http://a.invalid/1.crl",
                       "basicConstraints=CA:FALSE", "subjectAltName=email:a@ornek.invalid"}};
    size_t length = 0;
    unsigned char *der = kp_odd_make(&odd, &length);

    for (size_t cut = 0; cut < length; cut++)
        read_damaged(*state, der, cut);
    for (size_t i = 0; i < length; i++)
        for (int bit = 0; bit < 8; bit++) {
            der[i] ^= (unsigned char)(1 << bit);
            read_damaged(*state, der, length);
            der[i] ^= (unsigned char)(1 << bit);
        }
    free(der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pem_and_der),
        cmocka_unit_test(test_no_certificate),
        cmocka_unit_test(test_damaged_certificates),
    };
    return cmocka_run_group_tests(tests, kp_test_open_context, kp_test_close_context);
}
