/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Lists of certificates that OpenSSL made here: what is one entry, and what is two. */
#include "test_certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "own_context.h"
#include "provoke.h"

#include <cert/list.h>
#include <kamupin/kamupin.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct made {
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    size_t length;
} made;

/* All have the serial number 1 and their own name as issuer. */
static made make(const char *name)
{
    const kp_test_certificate wanted = {.name = name};
    made certificate = {.length = 0};

    kp_test_certificate_make(&wanted, certificate.der, &certificate.length);
    return certificate;
}

static kamupin_certificate_list *open_list(void **state)
{
    kamupin_certificate_list *list = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    assert_int_equal(kamupin_certificate_list_new(*state, &list, &error), KAMUPIN_OK);
    assert_int_equal(kamupin_certificate_list_count(list), 0);
    return list;
}

static kamupin_certificate_entry entry_of(const kamupin_certificate_list *list, size_t index)
{
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;

    assert_int_equal(kamupin_certificate_list_get(list, index, &entry), KAMUPIN_OK);
    return entry;
}

static bool holds(const kamupin_certificate_entry *entry, const made *certificate)
{
    const unsigned char *der = NULL;
    size_t length = 0;

    return kamupin_certificate_der(entry->certificate, &der, &length) == KAMUPIN_OK &&
           length == certificate->length && memcmp(der, certificate->der, length) == 0;
}

static kamupin_status add(kamupin_certificate_list *list, const made *certificate)
{
    return kamupin_certificate_list_add(list, certificate->der, certificate->length);
}

/* What the service says: of the certificate's issuer and `serial`. */
static kamupin_status add_record(kamupin_certificate_list *list, const made *certificate,
                                 const char *serial, const char *id)
{
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    const unsigned char *next = certificate->der;
    unsigned char *issuer = NULL;

    snprintf(record.serial, sizeof record.serial, "%s", serial);
    snprintf(record.certificate_id, sizeof record.certificate_id, "%s", id);
    X509 *x509 = d2i_X509(NULL, &next, (long)certificate->length);
    assert_non_null(x509);
    const int length = i2d_X509_NAME(X509_get_issuer_name(x509), &issuer);
    assert_true(length > 0);
    kamupin_status status = kp_certificate_list_add_record(list, &record, issuer, (size_t)length);
    OPENSSL_free(issuer);
    X509_free(x509);
    return status;
}

/* ---- one entry, and two ---- */

static void test_a_certificate_twice_is_one_entry(void **state)
{
    kamupin_certificate_list *list = open_list(state);
    const made first = make("Ada"), second = make("Bora");

    assert_int_equal(add(list, &first), KAMUPIN_OK);
    assert_int_equal(add(list, &second), KAMUPIN_OK);
    assert_int_equal(add(list, &first), KAMUPIN_OK);
    assert_int_equal(kamupin_certificate_list_count(list), 2);
    kamupin_certificate_entry entry = entry_of(list, 0);
    assert_true(holds(&entry, &first));
    assert_int_equal(entry.sources, KAMUPIN_SOURCE_GIVEN);
    entry = entry_of(list, 1);
    assert_true(holds(&entry, &second));
    kamupin_certificate_list_free(&list);
    assert_null(list);
}

/* The same issuer and serial number, other bytes: one of the two is not genuine, and neither hides
 * the other. */
static void test_another_certificate_of_that_name_is_another_entry(void **state)
{
    kamupin_certificate_list *list = open_list(state);
    const made genuine = make("Ada"), forged = make("Ada");

    assert_int_equal(add(list, &forged), KAMUPIN_OK);
    assert_int_equal(add_record(list, &genuine, "01", "crt-1"), KAMUPIN_OK);
    assert_int_equal(add(list, &genuine), KAMUPIN_OK);
    assert_int_equal(add(list, &forged), KAMUPIN_OK);
    assert_int_equal(kamupin_certificate_list_count(list), 2);
    for (size_t i = 0; i < 2; i++) {
        kamupin_certificate_entry entry = entry_of(list, i);
        assert_true(holds(&entry, i == 0 ? &forged : &genuine));
        assert_int_equal(entry.sources, KAMUPIN_SOURCE_GIVEN | KAMUPIN_SOURCE_SERVICE);
        assert_string_equal(entry.record.certificate_id, "crt-1");
    }
    kamupin_certificate_list_free(&list);
}

static void test_the_services_record_and_the_certificate_are_one_entry(void **state)
{
    static const char *const serials[] = {"01", "0001"};
    const made known = make("Ada"), other = make("Bora");

    for (int record_first = 0; record_first < 2; record_first++)
        for (size_t i = 0; i < 2; i++) {
            kamupin_certificate_list *list = open_list(state);
            if (record_first)
                assert_int_equal(add_record(list, &known, serials[i], "crt-1"), KAMUPIN_OK);
            assert_int_equal(add(list, &known), KAMUPIN_OK);
            if (!record_first)
                assert_int_equal(add_record(list, &known, serials[i], "crt-1"), KAMUPIN_OK);
            /* another serial number, and another issuer */
            assert_int_equal(add_record(list, &known, "0100", "crt-2"), KAMUPIN_OK);
            assert_int_equal(add_record(list, &other, "01", "crt-3"), KAMUPIN_OK);
            assert_int_equal(kamupin_certificate_list_count(list), 3);
            kamupin_certificate_entry entry = entry_of(list, 0);
            assert_true(holds(&entry, &known));
            assert_int_equal(entry.sources, KAMUPIN_SOURCE_GIVEN | KAMUPIN_SOURCE_SERVICE);
            assert_string_equal(entry.record.certificate_id, "crt-1");
            entry = entry_of(list, 1);
            assert_null(entry.certificate);
            assert_int_equal(entry.sources, KAMUPIN_SOURCE_SERVICE);
            assert_string_equal(entry.record.certificate_id, "crt-2");
            entry = entry_of(list, 2);
            assert_string_equal(entry.record.certificate_id, "crt-3");
            kamupin_certificate_list_free(&list);
        }
}

static void test_a_record_that_names_no_certificate_is_refused(void **state)
{
    kamupin_certificate_list *list = open_list(state);
    kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
    const made known = make("Ada");
    static const char *const wrong[] = {"", "0", "XY", "01 "};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(add_record(list, &known, wrong[i], "crt-1"),
                         KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    snprintf(record.serial, sizeof record.serial, "01");
    const unsigned char rest[] = {0x30, 0x00, 0x00}; /* an empty name, and a byte behind it */
    assert_int_equal(kp_certificate_list_add_record(list, &record, rest, sizeof rest),
                     KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    assert_int_equal(kp_certificate_list_add_record(list, &record, known.der, known.length),
                     KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    assert_int_equal(kp_certificate_list_add_record(list, &record, rest, 2), KAMUPIN_OK);
    assert_int_equal(kamupin_certificate_list_count(list), 1);
    assert_int_equal(ERR_peek_error(), 0);
    kamupin_certificate_list_free(&list);
}

/* ---- bytes and files ---- */

/* PEM of a key, two certificates with words between, and a block that is spoilt. */
static char *make_pem(const made *first, const made *second)
{
    BIO *out = BIO_new(BIO_s_mem());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    char *text = NULL, *copy = NULL;
    unsigned char password[] = "parola";

    assert_non_null(out);
    BIO_puts(out, "\xEF\xBB\xBFsertifikalarım\n");
    PEM_write_bio_PrivateKey(out, key, EVP_aes_128_cbc(), password, 6, NULL, NULL);
    PEM_write_bio(out, "CERTIFICATE", "", first->der, (long)first->length);
    BIO_puts(out, "0 - between\n-----BEGIN CERTIFICATE-----\nAAAA!\n-----END CERTIFICATE-----\n");
    PEM_write_bio(out, "CERTIFICATE", "", first->der, (long)first->length / 2);
    PEM_write_bio(out, "X509 CERTIFICATE", "", second->der, (long)second->length);
    BIO_puts(out, "-----BEGIN CERTIFICATE-----\nMIIB\n");
    const long length = BIO_get_mem_data(out, &text);
    copy = calloc(1, (size_t)length + 1);
    assert_non_null(copy);
    memcpy(copy, text, (size_t)length);
    EVP_PKEY_free(key);
    BIO_free(out);
    return copy;
}

static void test_all_certificates_of_a_file(void **state)
{
    kamupin_certificate_list *list = open_list(state);
    const made first = make("Ada"), second = make("Bora");
    char *text = make_pem(&first, &second);
    char path[] = "/tmp/kamupin-list-XXXXXX";
    const int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    assert_int_equal(kamupin_certificate_list_add_file(list, path), KAMUPIN_OK);
    unlink(path);
    assert_int_equal(kamupin_certificate_list_count(list), 2);
    kamupin_certificate_entry entry = entry_of(list, 0);
    assert_true(holds(&entry, &first));
    entry = entry_of(list, 1);
    assert_true(holds(&entry, &second));
    assert_int_equal(ERR_peek_error(), 0);
    free(text);
    kamupin_certificate_list_free(&list);
}

static void test_files_that_hold_none(void **state)
{
    kamupin_certificate_list *list = open_list(state);
    kamupin_error error = KAMUPIN_ERROR_INIT;
    static const char *const paths[] = {"/nonexistent", "/", "/dev/null", "/dev/zero"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_provokes(KAMUPIN_E_CERTIFICATE_FILE,
                        kamupin_certificate_list_add_file(list, paths[i]));
        kamupin_certificate_list_error(list, &error);
        assert_int_equal(error.status, KAMUPIN_E_CERTIFICATE_FILE);
        assert_true(error.detail[0] != '\0');
    }
    assert_provokes(KAMUPIN_E_CERTIFICATE_MALFORMED,
                    kamupin_certificate_list_add(list, (const unsigned char *)"0", 1));
    assert_int_equal(kamupin_certificate_list_add(list, (const unsigned char *)"", 0),
                     KAMUPIN_E_CERTIFICATE_MALFORMED);
    assert_int_equal(kamupin_certificate_list_count(list), 0);
    assert_int_equal(ERR_peek_error(), 0);
    kamupin_certificate_list_free(&list);
}

static void test_arguments(void **state)
{
    kamupin_certificate_list *list = open_list(state);
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    assert_int_equal(kamupin_certificate_list_new(*state, NULL, &error),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_certificate_list_add(NULL, (const unsigned char *)"", 0),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_certificate_list_add(list, NULL, 0), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_certificate_list_add_file(list, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_certificate_list_add_card(list, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_certificate_list_get(list, 0, &entry), KAMUPIN_E_INVALID_ARGUMENT);
    entry.size = 1;
    const made known = make("Ada");
    assert_int_equal(add(list, &known), KAMUPIN_OK);
    assert_int_equal(kamupin_certificate_list_get(list, 0, &entry), KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_certificate_list_error(NULL, &error);
    assert_int_equal(error.status, KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_certificate_list_free(&list);
    kamupin_certificate_list_free(&list);
    kamupin_certificate_list_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_certificate_twice_is_one_entry),
        cmocka_unit_test(test_another_certificate_of_that_name_is_another_entry),
        cmocka_unit_test(test_the_services_record_and_the_certificate_are_one_entry),
        cmocka_unit_test(test_a_record_that_names_no_certificate_is_refused),
        cmocka_unit_test(test_all_certificates_of_a_file),
        cmocka_unit_test(test_files_that_hold_none),
        cmocka_unit_test(test_arguments),
    };
    return cmocka_run_group_tests(tests, kp_test_open_context, kp_test_close_context);
}
