/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   A CRL's bytes read where they lie, and its index: every entry is found again, and nothing else;
   a file that becomes shorter is an answer, and every long step on the way hears a cancel.
   The CRLs are OpenSSL's. That they are verified is for tests/integration/test_check_crl.py. */
#define _GNU_SOURCE 1 /* memfd_create */
#include <cert/crl_file.h>
#include <core/cancel.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/x509.h>

#define ENTRIES 300
#define MANY    9000 /* more than two strides between two looks at a cancel handle */

/* Counts the looks at the cancel handle; at the one that is wanted it is pulled. */
static int looks, pulled_at;

kamupin_status __wrap_kp_cancel_check(const kamupin_cancel *cancel, kamupin_error *error);
kamupin_status __wrap_kp_cancel_check(const kamupin_cancel *cancel, kamupin_error *error)
{
    (void)cancel;
    (void)error;
    return pulled_at != 0 && ++looks >= pulled_at ? KAMUPIN_E_CANCELLED : KAMUPIN_OK;
}

static X509_NAME *make_name(void)
{
    X509_NAME *name = X509_NAME_new();

    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"CA", -1, -1, 0);
    return name;
}

/* A CRL of OpenSSL's with the serials 3, 1003, 2003, … backwards, each with a reason of its own;
 * its bytes are the caller's. */
static kp_part make_signed(int entries, EVP_PKEY *key)
{
    X509_CRL *made = X509_CRL_new();
    ASN1_TIME *now = ASN1_TIME_set(NULL, 1700000000);
    X509_NAME *name = make_name();
    unsigned char *der = NULL;

    X509_CRL_set_version(made, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(made, name);
    X509_CRL_set1_lastUpdate(made, now);
    X509_CRL_set1_nextUpdate(made, now);
    for (int i = entries; i > 0; i--) {
        X509_REVOKED *entry = X509_REVOKED_new();
        ASN1_INTEGER *serial = ASN1_INTEGER_new();
        ASN1_ENUMERATED *reason = ASN1_ENUMERATED_new();
        ASN1_INTEGER_set(serial, i * 1000L + 3);
        ASN1_ENUMERATED_set(reason, i % 7);
        X509_REVOKED_set_serialNumber(entry, serial);
        X509_REVOKED_set_revocationDate(entry, now);
        if (i % 7 != 0)
            X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, reason, 0, 0);
        X509_CRL_add0_revoked(made, entry);
        ASN1_ENUMERATED_free(reason);
        ASN1_INTEGER_free(serial);
    }
    assert_true(X509_CRL_sign(made, key, EVP_sha256()) > 0);
    const int length = i2d_X509_CRL(made, &der);
    assert_true(length > 0);
    X509_NAME_free(name);
    ASN1_TIME_free(now);
    X509_CRL_free(made);
    return (kp_part){der, (size_t)length};
}

static kp_part make_crl(int entries)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    const kp_part made = make_signed(entries, key);

    EVP_PKEY_free(key);
    return made;
}

static void free_part(kp_part part)
{
    OPENSSL_free((void *)(uintptr_t)part.at);
}

/* The index of a CRL, opened. */
static kp_crl_index index_of(kp_part bytes)
{
    kp_crl_index index = {.fetched_at = 5, .file = -1};
    const int file = memfd_create("index", 0);
    kp_crl crl;

    assert_true(file >= 0);
    assert_int_equal(kp_crl_read(bytes, &crl, NULL), KAMUPIN_OK);
    assert_int_equal(kp_crl_index_write(&crl, &index, file, NULL, NULL), KAMUPIN_OK);
    assert_true(kp_crl_index_open(file, &index));
    close(file);
    return index;
}

static bool find(const kp_crl_index *index, long number, kp_crl_entry *entry)
{
    unsigned char serial[8];
    bool found = false;

    for (size_t i = 0; i < sizeof serial; i++)
        serial[i] = (unsigned char)(number >> (8 * (sizeof serial - 1 - i)) & 0xFF);
    assert_int_equal(
        kp_crl_index_find(index, kp_der_integer(serial, sizeof serial), &found, entry, NULL),
        KAMUPIN_OK);
    return found;
}

static void test_each_entry_is_found_and_nothing_else(void **state)
{
    (void)state;
    for (int entries = 0; entries <= ENTRIES; entries += entries < 3 ? 1 : 99) {
        const kp_part bytes = make_crl(entries);
        kp_crl_index index = index_of(bytes);
        kp_crl_entry entry;
        assert_int_equal(index.count, entries);
        assert_int_equal(index.this_update, 1700000000);
        assert_int_equal(index.fetched_at, 5);
        for (long i = 1; i <= entries; i++) {
            assert_true(find(&index, i * 1000 + 3, &entry));
            assert_int_equal(entry.reason, i % 7);
            assert_int_equal(entry.at, 1700000000);
            assert_false(find(&index, i * 1000 + 2, &entry));
            assert_false(find(&index, i * 1000 + 4, &entry));
        }
        assert_false(find(&index, 0, &entry));
        assert_false(find(&index, 1L << 60, &entry));
        kp_crl_index_close(&index);
        free_part(bytes);
    }
}

static void test_each_cut_and_each_changed_octet_is_read_within_its_bounds(void **state)
{
    const kp_part bytes = make_crl(3);
    kp_crl crl;

    (void)state;
    for (size_t cut = 0; cut < bytes.length; cut++) {
        unsigned char *copy = malloc(cut > 0 ? cut : 1);
        assert_non_null(copy);
        memcpy(copy, bytes.at, cut);
        assert_int_equal(kp_crl_read((kp_part){copy, cut}, &crl, NULL), KAMUPIN_E_CRL_MALFORMED);
        free(copy);
    }
    for (size_t at = 0; at < bytes.length; at++)
        for (unsigned int change = 1; change < 256; change += 7) {
            unsigned char *copy = malloc(bytes.length);
            assert_non_null(copy);
            memcpy(copy, bytes.at, bytes.length);
            copy[at] ^= (unsigned char)change;
            if (kp_crl_read((kp_part){copy, bytes.length}, &crl, NULL) == KAMUPIN_OK) {
                kp_tlv entries = kp_crl_entries(&crl);
                kamupin_status status = KAMUPIN_OK;
                kp_crl_entry entry;
                while (kp_crl_next(&entries, &entry, &status)) {
                }
            }
            free(copy);
        }
    free_part(bytes);
}

/* Somebody made the file shorter after it was found to be whole. */
static void test_an_index_that_becomes_shorter_is_an_answer(void **state)
{
    const kp_part bytes = make_crl(ENTRIES);
    kp_crl_index index = index_of(bytes);
    const unsigned char serial[] = {0x13, 0x8B}; /* 5003 */
    kp_crl_entry entry;
    bool found = false;

    (void)state;
    assert_int_equal(kp_crl_index_find(&index, (kp_part){serial, 2}, &found, &entry, NULL),
                     KAMUPIN_OK);
    assert_true(found);
    assert_int_equal(ftruncate(index.file, 200), 0);
    assert_int_equal(kp_crl_index_find(&index, (kp_part){serial, 2}, &found, &entry, NULL),
                     KAMUPIN_E_STATE_FOLDER);
    assert_false(found);
    kp_crl_index_close(&index);
    free_part(bytes);
}

/* The whole way of a list from its file to its index, in the steps that take long. */
static kamupin_status go_through(int file, X509 *issuer)
{
    kp_crl_index index = {.file = -1};
    const int made = memfd_create("index", 0);
    kp_crl_bytes bytes;
    kp_crl crl;
    kamupin_status status = kp_crl_bytes_read(file, NULL, &bytes, NULL);

    if (status == KAMUPIN_OK)
        status = kp_crl_read((kp_part){bytes.at, bytes.length}, &crl, NULL);
    if (status == KAMUPIN_OK)
        status = kp_crl_verify(&crl, issuer, NULL, NULL);
    if (status == KAMUPIN_OK)
        status = kp_crl_index_write(&crl, &index, made, NULL, NULL);
    kp_crl_bytes_free(&bytes);
    close(made);
    return status;
}

static void test_each_long_step_hears_a_cancel(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *issuer = X509_new();
    X509_NAME *name = make_name();
    const kp_part bytes = make_signed(MANY, key);
    const int file = memfd_create("crl", 0);

    (void)state;
    assert_true(X509_set_version(issuer, X509_VERSION_3) == 1 &&
                X509_set_subject_name(issuer, name) == 1 &&
                X509_set_issuer_name(issuer, name) == 1 && X509_set_pubkey(issuer, key) == 1 &&
                X509_gmtime_adj(X509_getm_notBefore(issuer), 0) != NULL &&
                X509_gmtime_adj(X509_getm_notAfter(issuer), 60) != NULL &&
                X509_sign(issuer, key, EVP_sha256()) > 0);
    assert_int_equal(write(file, bytes.at, bytes.length), (ssize_t)bytes.length);
    looks = 0;
    pulled_at = 1000;
    assert_int_equal(go_through(file, issuer), KAMUPIN_OK);
    /* Reading 1, verifying 1, counting 2, writing records 3, merging 1, the digest 1, writing 1. */
    const int all = looks;
    assert_int_equal(all, 10);
    for (int at = 1; at <= all; at++) {
        looks = 0;
        pulled_at = at;
        assert_int_equal(go_through(file, issuer), KAMUPIN_E_CANCELLED);
    }
    pulled_at = 0;
    close(file);
    X509_NAME_free(name);
    X509_free(issuer);
    EVP_PKEY_free(key);
    free_part(bytes);
}

static void test_times(void **state)
{
    static const struct {
        uint32_t tag;
        const char *text;
        int64_t time; /* -1: none */
    } rows[] = {
        {0x17, "700101000000Z", 0},
        {0x17, "000229120000Z", 951825600},
        {0x17, "491231235959Z", 2524607999},
        {0x17, "500101000000Z", -631152000},
        {0x18, "20500101000000Z", 2524608000},
        {0x18, "99991231235959Z", 253402300799},
        {0x18, "20240301000000Z", 1709251200},
        {0x18, "20000301000000Z", 951868800},
        {0x18, "21000301000000Z", 4107542400},
        {0x17, "7001010000Z", -1},
        {0x17, "700101000000+", -1},
        {0x17, "701301000000Z", -1},
        {0x17, "7001010000a0Z", -1},
        {0x18, "700101000000Z", -1},
        {0x02, "700101000000Z", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t time = -1;
        const kp_tlv at = {.tag = rows[i].tag,
                           .value = (const uint8_t *)rows[i].text,
                           .length = strlen(rows[i].text)};
        assert_int_equal(kp_der_time(&at, &time), rows[i].time != -1);
        assert_int_equal(time, rows[i].time);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_entry_is_found_and_nothing_else),
        cmocka_unit_test(test_each_cut_and_each_changed_octet_is_read_within_its_bounds),
        cmocka_unit_test(test_an_index_that_becomes_shorter_is_an_answer),
        cmocka_unit_test(test_each_long_step_hears_a_cancel),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
