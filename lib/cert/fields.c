/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   fields.c: everything of a certificate but its names: serial number, dates, key, algorithms, object
   identifiers and addresses. What cannot be read is left out. */
#include <cert/certificate.h>

#include <card/certclass.h>
#include <cert/address.h>
#include <cert/name.h>

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#define OID_TEXT_MAX 256
#define KEY_TEXT_MAX 96

/* ---- serial number ---- */

/* Making decimals takes the square of the length: a minute for a megabyte, which nobody would read. */
#define DECIMAL_OCTETS_MAX 1024

/* Gives the text to OPENSSL_free. */
static void keep_number(kamupin_certificate *certificate, kamupin_certificate_field field,
                        char *number)
{
    if (number != NULL)
        kp_certificate_keep(certificate, field, number);
    else
        certificate->failed = true;
    OPENSSL_free(number);
}

/* In two's complement a negative number looks like a positive one: its text has a sign. */
static void keep_serial(kamupin_certificate *certificate, const BIGNUM *number)
{
    if (BN_is_zero(number)) /* BN_bn2hex makes one digit of it */
        kp_certificate_keep(certificate, KAMUPIN_CERTIFICATE_SERIAL, "00");
    else
        keep_number(certificate, KAMUPIN_CERTIFICATE_SERIAL, BN_bn2hex(number));
    if (BN_num_bytes(number) <= DECIMAL_OCTETS_MAX)
        keep_number(certificate, KAMUPIN_CERTIFICATE_SERIAL_DECIMAL, BN_bn2dec(number));
}

/* Contents octets of an INTEGER, the 00 left out that only keeps a number positive; none when they
 * are too many. */
static void fill_octets(kamupin_certificate_info *info, const ASN1_INTEGER *serial)
{
    unsigned char *der = NULL;
    const int length = i2d_ASN1_INTEGER(serial, &der);
    const unsigned char *contents = der;
    long octets = 0;
    int tag = 0, kind = 0;

    if (length > 0 && (ASN1_get_object(&contents, &octets, &tag, &kind, length) & 0x80) == 0) {
        if (octets > 1 && contents[0] == 0) {
            contents++;
            octets--;
        }
        if (octets <= KAMUPIN_SERIAL_MAX) {
            memcpy(info->serial, contents, (size_t)octets);
            info->serial_length = (size_t)octets;
        }
    }
    OPENSSL_free(der);
}

static void fill_serial(kamupin_certificate *certificate)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate->x509);
    BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);

    fill_octets(&certificate->info, serial);
    if (number != NULL)
        keep_serial(certificate, number);
    else
        certificate->failed = true;
    BN_free(number);
}

/* ---- dates ---- */

#define SECONDS_PER_DAY 86400

static bool read_time(const ASN1_TIME *time, int64_t *seconds)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0, rest = 0;
    const bool read = epoch != NULL && ASN1_TIME_diff(&days, &rest, epoch, time) == 1;

    if (read)
        *seconds = (int64_t)days * SECONDS_PER_DAY + rest;
    ASN1_TIME_free(epoch);
    return read;
}

static void fill_dates(kamupin_certificate *certificate)
{
    kamupin_certificate_info *info = &certificate->info;
    const bool begins = read_time(X509_get0_notBefore(certificate->x509), &info->not_before);
    const bool ends = read_time(X509_get0_notAfter(certificate->x509), &info->not_after);

    certificate->dated = begins && ends;
}

/* ---- key ---- */

static kamupin_key_type curve_type(const char *curve)
{
    if (strcmp(curve, "prime256v1") == 0 || strcmp(curve, "P-256") == 0)
        return KAMUPIN_KEY_EC_P256;
    if (strcmp(curve, "secp384r1") == 0 || strcmp(curve, "P-384") == 0)
        return KAMUPIN_KEY_EC_P384;
    return KAMUPIN_KEY_EC_OTHER;
}

/* NIST's name where there is one, as people know it. */
static void describe_curve(const EVP_PKEY *key, kamupin_certificate_info *info, char *text)
{
    char curve[KEY_TEXT_MAX - sizeof "EC "] = "";
    size_t length = 0;

    info->key = KAMUPIN_KEY_EC_OTHER;
    if (EVP_PKEY_get_group_name(key, curve, sizeof curve, &length) != 1 || curve[0] == '\0') {
        snprintf(text, KEY_TEXT_MAX, "EC %u", info->key_bits);
        return;
    }
    const char *nist = EC_curve_nid2nist(OBJ_txt2nid(curve));
    info->key = curve_type(curve);
    snprintf(text, KEY_TEXT_MAX, "EC %s", nist != NULL ? nist : curve);
}

static void describe_key(X509 *x509, kamupin_certificate_info *info, char *text)
{
    const EVP_PKEY *key = X509_get0_pubkey(x509);
    ASN1_OBJECT *algorithm = NULL;
    const int kind = key == NULL ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key);
    const int bits = key == NULL ? 0 : EVP_PKEY_get_bits(key);

    info->key_bits = bits > 0 ? (unsigned int)bits : 0;
    if (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS) {
        info->key = KAMUPIN_KEY_RSA;
        snprintf(text, KEY_TEXT_MAX, "RSA %u", info->key_bits);
    } else if (kind == EVP_PKEY_EC) {
        describe_curve(key, info, text);
    } else if (kind == EVP_PKEY_DSA) {
        snprintf(text, KEY_TEXT_MAX, "DSA %u", info->key_bits);
    } else if (key != NULL) {
        snprintf(text, KEY_TEXT_MAX, "%s", OBJ_nid2sn(kind)); /* its name says how long it is */
    } else if (X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY(x509))) {
        OBJ_obj2txt(text, KEY_TEXT_MAX, algorithm, 0);
    }
}

/* ---- texts ---- */

static void keep_policy(void *user, const char *oid)
{
    kp_certificate_keep(user, KAMUPIN_CERTIFICATE_POLICY, oid);
}

static void keep_purpose(void *user, const char *oid)
{
    kp_certificate_keep(user, KAMUPIN_CERTIFICATE_PURPOSE, oid);
}

static void keep_statement(void *user, const char *oid)
{
    kp_certificate_keep(user, KAMUPIN_CERTIFICATE_STATEMENT, oid);
}

static void keep_address(void *user, kamupin_certificate_field field, const ASN1_STRING *address)
{
    kp_buffer text = KP_BUFFER_INIT((size_t)4 * KP_CERTIFICATE_MAX);

    kp_text_append(ASN1_STRING_get0_data(address), (size_t)ASN1_STRING_length(address), &text);
    kp_certificate_keep_buffer(user, field, &text);
}

static void keep_fingerprint(kamupin_certificate *certificate)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned int length = 0;

    if (EVP_Digest(certificate->der, certificate->length, hash, &length, EVP_sha256(), NULL) != 1) {
        certificate->failed = true;
        return;
    }
    kp_hex(hash, length, true, hex);
    kp_certificate_keep(certificate, KAMUPIN_CERTIFICATE_FINGERPRINT, hex);
}

static void keep_algorithm(kamupin_certificate *certificate)
{
    const X509_ALGOR *algorithm = X509_get0_tbs_sigalg(certificate->x509);
    const ASN1_OBJECT *object = NULL;
    char text[OID_TEXT_MAX] = "";

    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    if (OBJ_obj2txt(text, sizeof text, object, 0) > 0)
        kp_certificate_keep(certificate, KAMUPIN_CERTIFICATE_SIGNED_WITH, text);
}

static kamupin_certificate_class class_of(X509 *x509)
{
    switch (kp_certificate_sort(x509)) {
    case KP_CERTIFICATE_QUALIFIED_SIGNATURE:
        return KAMUPIN_CLASS_SIGNATURE;
    case KP_CERTIFICATE_ELECTRONIC_SEAL:
        return KAMUPIN_CLASS_SEAL;
    case KP_CERTIFICATE_QUALIFIED_SEAL:
        return KAMUPIN_CLASS_QUALIFIED_SEAL;
    case KP_CERTIFICATE_MALI_MUHUR:
        return KAMUPIN_CLASS_MALI_MUHUR;
    case KP_CERTIFICATE_ENCRYPTION:
        return KAMUPIN_CLASS_ENCRYPTION;
    case KP_CERTIFICATE_TIME_STAMP:
        return KAMUPIN_CLASS_TIME_STAMP;
    case KP_CERTIFICATE_AUTHORITY:
        return KAMUPIN_CLASS_AUTHORITY;
    case KP_CERTIFICATE_OTHER:
    case KP_CERTIFICATE_BROKEN:
        break;
    }
    return KAMUPIN_CLASS_OTHER;
}

void kp_certificate_fill_fields(kamupin_certificate *certificate)
{
    kamupin_certificate_info *info = &certificate->info;
    const char *root = kp_known_root(certificate->x509);
    char key[KEY_TEXT_MAX] = "";

    fill_serial(certificate);
    fill_dates(certificate);
    describe_key(certificate->x509, info, key);
    if (key[0] != '\0')
        kp_certificate_keep(certificate, KAMUPIN_CERTIFICATE_KEY, key);
    info->kind = class_of(certificate->x509);
    info->usage = kp_certificate_key_usage(certificate->x509);
    info->weakness = kp_weakness(certificate->x509);
    keep_fingerprint(certificate);
    keep_algorithm(certificate);
    kp_certificate_each_policy(certificate->x509, keep_policy, certificate);
    kp_certificate_each_usage(certificate->x509, keep_purpose, certificate);
    kp_certificate_each_statement(certificate->x509, keep_statement, certificate);
    kp_addresses_each(certificate->x509, keep_address, certificate);
    if (root != NULL)
        kp_certificate_keep(certificate, KAMUPIN_CERTIFICATE_KNOWN_ROOT, root);
}
