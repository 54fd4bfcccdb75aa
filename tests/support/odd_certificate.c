/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   odd_certificate.c: see odd_certificate.h. Touches memory only. */
#include "odd_certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/conf.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static X509_NAME *make_name(const kp_odd_attribute *attributes)
{
    X509_NAME *name = X509_NAME_new();

    assert_non_null(name);
    for (size_t i = 0; i < KP_ODD_MAX && attributes[i].kind != NULL; i++) {
        const kp_odd_attribute *each = &attributes[i];
        ASN1_OBJECT *kind = OBJ_txt2obj(each->kind, 0);
        const int type = each->type != 0 ? each->type : V_ASN1_UTF8STRING;
        const int length = each->length != 0 ? each->length : (int)strlen(each->bytes);
        assert_non_null(kind);
        assert_int_equal(X509_NAME_add_entry_by_OBJ(name, kind, type,
                                                    (const unsigned char *)each->bytes, length, -1,
                                                    each->set),
                         1);
        ASN1_OBJECT_free(kind);
    }
    return name;
}

static void set_names(X509 *x509, const kp_odd *odd)
{
    X509_NAME *subject = make_name(odd->subject);
    X509_NAME *issuer = make_name(odd->issuer[0].kind != NULL ? odd->issuer : odd->subject);

    assert_int_equal(X509_set_subject_name(x509, subject), 1);
    assert_int_equal(X509_set_issuer_name(x509, issuer), 1);
    X509_NAME_free(subject);
    X509_NAME_free(issuer);
}

static void set_serial(X509 *x509, const char *hex)
{
    BIGNUM *number = NULL;

    assert_true(BN_hex2bn(&number, hex != NULL ? hex : "1") > 0);
    assert_non_null(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)));
    BN_free(number);
}

/* Thirteen characters are a UTCTime; no text is looked at. */
static void set_date(ASN1_TIME *time, const char *text)
{
    if (text == NULL) {
        assert_non_null(X509_gmtime_adj(time, 0));
        return;
    }
    assert_int_equal(ASN1_STRING_set(time, text, -1), 1);
    time->type = strlen(text) == 13 ? V_ASN1_UTCTIME : V_ASN1_GENERALIZEDTIME;
}

static void add_extension(X509 *x509, const char *text)
{
    char kind[64];
    const char *value = strchr(text, '=');
    X509V3_CTX about;
    CONF *empty = NCONF_new(NULL);

    assert_non_null(value);
    assert_true((size_t)(value - text) < sizeof kind);
    memcpy(kind, text, (size_t)(value - text));
    kind[value - text] = '\0';
    X509V3_set_ctx(&about, x509, x509, NULL, NULL, 0);
    X509V3_set_nconf(&about, empty);
    X509_EXTENSION *extension = X509V3_EXT_nconf(empty, &about, kind, value + 1);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
    NCONF_free(empty);
}

unsigned char *kp_odd_make(const kp_odd *odd, size_t *length)
{
    X509 *x509 = X509_new();
    EVP_PKEY *own = EVP_EC_gen("P-256");
    unsigned char *der = NULL;

    assert_non_null(x509);
    assert_non_null(own);
    X509_set_version(x509, odd->version != 0 ? odd->version - 1 : X509_VERSION_3);
    set_names(x509, odd);
    set_serial(x509, odd->serial);
    set_date(X509_getm_notBefore(x509), odd->begins);
    set_date(X509_getm_notAfter(x509), odd->ends);
    assert_int_equal(X509_set_pubkey(x509, odd->key != NULL ? odd->key : own), 1);
    for (size_t i = 0; i < KP_ODD_MAX && odd->extensions[i] != NULL; i++)
        add_extension(x509, odd->extensions[i]);
    assert_true(X509_sign(x509, own, odd->hash != NULL ? odd->hash : EVP_sha256()) > 0);
    const int size = i2d_X509(x509, NULL);
    assert_true(size > 0);
    unsigned char *next = der = malloc((size_t)size);
    assert_non_null(der);
    i2d_X509(x509, &next);
    *length = (size_t)size;
    X509_free(x509);
    EVP_PKEY_free(own);
    return der;
}

kamupin_certificate *kp_odd_open(kamupin_context *context, const kp_odd *odd)
{
    kamupin_certificate *certificate = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    size_t length = 0;
    unsigned char *der = kp_odd_make(odd, &length);

    assert_int_equal(kamupin_certificate_new(context, der, length, &certificate, &error),
                     KAMUPIN_OK);
    free(der);
    return certificate;
}
