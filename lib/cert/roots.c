/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   roots.c: see roots.h. Fingerprints are SHA-256 of the DER; the certificates themselves are not
   part of the library. */
#include <cert/roots.h>

#include <cert/address.h>
#include <cert/name.h>
#include <core/words.h>

#include <openssl/evp.h>
#include <string.h>

#define FINGERPRINT_LENGTH 32

/* ---- by fingerprint ---- */

#define ROOT "Kamu SM Kök Sertifika Hizmet Sağlayıcısı - Sürüm "

static const struct root {
    const char *fingerprint, *name;
    bool old;
} roots[] = {
    {"FB3D224BBC9B70B0D11929865E23D3993145B0D45B0CC54A3B8DB0B55CD7C90C", ROOT "4", true},
    {"0F41D3BDB0687FD825303974CD052CCACA0A03B4125A2FD4A18F5063512318F3", ROOT "5", false},
    {"AA466D3B528DC947C7E1DCA594C0DEB4A1D2B987C119125FCD7435DE92A23C60", ROOT "6", false},
    {"23044F859844C23A2D082E518627FE8D69F5B21A7F7AF30CE204434C4055387D", ROOT "7", false},
};

const char *kp_root_known(X509 *x509, bool *old)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    char hex[2 * EVP_MAX_MD_SIZE + 1];
    unsigned int length = 0;

    *old = false;
    if (X509_digest(x509, EVP_sha256(), hash, &length) != 1)
        return NULL;
    kp_hex(hash, length, true, hex);
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++)
        if (strcmp(roots[i].fingerprint, hex) == 0) {
            *old = roots[i].old;
            return roots[i].name;
        }
    return NULL;
}

/* ---- by name ---- */

#define LAST_OLD_VERSION '4'

/* Authorities that came in versions of their own, each chain with the root of the same number. */
static const char *const VERSIONED[] = {
    ROOT,
    "Kamu Elektronik Sertifika Hizmet Sağlayıcısı - Sürüm ",
    "TÜBİTAK UEKAE Kök Sertifika Hizmet Sağlayıcısı - Sürüm ",
};

/* A common name as text, cut at `room`; "" when there is none. */
static void common_name(const X509_NAME *name, char *room, size_t size)
{
    const ASN1_STRING *value = kp_name_find(name, NID_commonName);
    size_t length = 0;
    unsigned char *text = value != NULL ? kp_value_utf8(value, &length) : NULL;

    room[0] = '\0';
    if (text != NULL && length < size && strlen((const char *)text) == length)
        memcpy(room, text, length + 1);
    OPENSSL_free(text);
}

#define NAME_ROOM 160 /* bytes; the names that are meant here are shorter */

static bool is_old(const X509_NAME *name)
{
    char text[NAME_ROOM];

    common_name(name, text, sizeof text);
    for (size_t i = 0; i < sizeof VERSIONED / sizeof VERSIONED[0]; i++) {
        const size_t length = strlen(VERSIONED[i]);
        if (strncmp(text, VERSIONED[i], length) == 0 && text[length] >= '1' &&
            text[length] <= LAST_OLD_VERSION && text[length + 1] == '\0')
            return true;
    }
    return false;
}

bool kp_root_old_chain(X509 *x509)
{
    return is_old(X509_get_subject_name(x509)) || is_old(X509_get_issuer_name(x509));
}

/* ---- test PKI ---- */

/* "RootA", "SubRootA1", "RootB2": all that is public of their names. */
static bool is_test_name(const X509_NAME *name)
{
    char text[NAME_ROOM];
    const char *at = text;

    common_name(name, text, sizeof text);
    at += strncmp(at, "Sub", 3) == 0 ? 3 : 0;
    if (strncmp(at, "Root", 4) != 0 || at[4] < 'A' || at[4] > 'C')
        return false;
    return at[5 + strspn(at + 5, "0123456789")] == '\0';
}

/* Whether another attribute of the name says whose it is. */
static bool is_of_kamusm(const X509_NAME *name)
{
    static const int KINDS[] = {NID_organizationName, NID_organizationalUnitName};
    static const char *const WORDS[] = {"TÜBİTAK", "TUBITAK", "Kamu SM", "KamuSM", "UEKAE"};

    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        const ASN1_STRING *value = kp_name_find(name, KINDS[i]);
        size_t length = 0;
        unsigned char *text = value != NULL ? kp_value_utf8(value, &length) : NULL;
        bool found = false;
        for (size_t j = 0; text != NULL && j < sizeof WORDS / sizeof WORDS[0]; j++)
            found |= strstr((const char *)text, WORDS[j]) != NULL;
        OPENSSL_free(text);
        if (found)
            return true;
    }
    return false;
}

#define DOMAIN ".kamusm.gov.tr"

/* Whether a host is in the domain and one of its labels there begins with "test". */
static bool is_test_host(const char *host, size_t length)
{
    const size_t tail = strlen(DOMAIN);

    if (length <= tail || !kp_words_begin(host + length - tail, DOMAIN, tail))
        return false;
    for (size_t i = 0; i + tail < length; i++)
        if ((i == 0 || host[i - 1] == '.') && kp_words_begin(host + i, "test", 4))
            return true;
    return false;
}

/* scheme://host[:port][/…]; somebody's login before the host is part of no such address. */
static void note_host(void *user, kamupin_certificate_field field, const ASN1_STRING *address)
{
    const char *text = (const char *)ASN1_STRING_get0_data(address);
    const size_t length = (size_t)ASN1_STRING_length(address);
    bool *test = user;
    size_t begin = 0;

    (void)field;
    while (begin + 3 <= length && memcmp(text + begin, "://", 3) != 0)
        begin++;
    if (begin + 3 > length)
        return;
    begin += 3;
    size_t end = begin;
    while (end < length && memchr("/:?#", text[end], 4) == NULL)
        end++;
    *test |= is_test_host(text + begin, end - begin);
}

bool kp_root_test(X509 *x509)
{
    const X509_NAME *names[] = {X509_get_subject_name(x509), X509_get_issuer_name(x509)};
    bool test = false;

    kp_addresses_each(x509, note_host, &test);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        test |= is_test_name(names[i]) && is_of_kamusm(names[i]);
    return test;
}
