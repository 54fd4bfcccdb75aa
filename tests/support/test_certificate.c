/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_certificate.c: making certificates with OpenSSL. Touches memory only. */
#include "test_certificate.h"

#include <openssl/conf.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const kp_test_certificate kp_test_signature = {
    .policies = "2.16.792.1.2.1.1.5.7.1.1",
    .statements = "0.4.0.1862.1.1,2.16.792.1.61.0.1.5070.2.1",
};

static void add(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX about;
    X509V3_set_ctx(&about, certificate, certificate, NULL, NULL, 0);
    CONF *empty = NCONF_new(NULL); /* policies want one, though nothing is looked up in it */
    X509V3_set_nconf(&about, empty);
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(empty, &about, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
    NCONF_free(empty);
}

/* SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER }: small enough for one-byte lengths. */
static void add_statements(X509 *certificate, const char *list)
{
    unsigned char value[300];
    size_t length = 2;
    char copy[300];
    snprintf(copy, sizeof copy, "%s", list);
    char *rest = copy;
    for (char *oid = strtok_r(copy, ",", &rest); oid != NULL; oid = strtok_r(NULL, ",", &rest)) {
        ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
        assert_non_null(object);
        unsigned char *at = value + length + 2;
        int size = i2d_ASN1_OBJECT(object, &at);
        value[length] = 0x30;
        value[length + 1] = (unsigned char)size;
        length += 2 + (size_t)size;
        ASN1_OBJECT_free(object);
    }
    assert_true(length - 2 < 0x80);
    value[0] = 0x30;
    value[1] = (unsigned char)(length - 2);
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    assert_int_equal(ASN1_OCTET_STRING_set(octets, value, (int)length), 1);
    X509_EXTENSION *extension = X509_EXTENSION_create_by_NID(NULL, NID_qcStatements, 0, octets);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(octets);
}

static void add_padding(X509 *certificate, size_t padding)
{
    char *text = malloc(padding + 1);
    assert_non_null(text);
    memset(text, 'x', padding);
    text[padding] = '\0';
    add(certificate, NID_netscape_comment, text);
    free(text);
}

void kp_test_certificate_make(const kp_test_certificate *wanted, unsigned char *der, size_t *length)
{
    EVP_PKEY *key = wanted->key != NULL ? wanted->key : EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    assert_non_null(key);
    assert_non_null(certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wanted->begins);
    X509_gmtime_adj(X509_getm_notAfter(certificate),
                    wanted->begins == 0 && wanted->ends == 0 ? 3600 : wanted->ends);
    const char *text = wanted->name != NULL ? wanted->name : "Deneme";
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               (const unsigned char *)text, -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    X509_set_pubkey(certificate, key);
    if (wanted->policies != NULL)
        add(certificate, NID_certificate_policies, wanted->policies);
    if (wanted->usages != NULL)
        add(certificate, NID_ext_key_usage, wanted->usages);
    if (wanted->key_usage != NULL)
        add(certificate, NID_key_usage, wanted->key_usage);
    if (wanted->statements != NULL)
        add_statements(certificate, wanted->statements);
    if (wanted->padding > 0)
        add_padding(certificate, wanted->padding);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    int size = i2d_X509(certificate, NULL);
    assert_true(size > 0 && size <= KP_TEST_CERTIFICATE_MAX);
    i2d_X509(certificate, &der);
    *length = (size_t)size;
    X509_free(certificate);
    if (wanted->key == NULL)
        EVP_PKEY_free(key);
}
