/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   weakness.c: what is weak about a certificate, and about a signature that is none of a
   certificate's. */
#include <cert/certificate.h>

#include <cert/roots.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#define RSA_BITS_MIN 2048
#define EC_BITS_MIN  256

static bool is_weak_hash(int hash)
{
    return hash == NID_sha1 || hash == NID_md5 || hash == NID_md4 || hash == NID_md2 ||
           hash == NID_mdc2 || hash == NID_sha || hash == NID_md5_sha1;
}

static bool has_weak_hash(X509 *x509)
{
    int hash = NID_undef;

    X509_get_signature_info(x509, &hash, NULL, NULL, NULL);
    return is_weak_hash(hash);
}

/* RSA-PSS names its hash in its parameters; without one it is SHA-1 (RFC 4055, 3.1). */
static int hash_of_pss(int kind, const void *value)
{
    const ASN1_STRING *bytes = value;
    RSA_PSS_PARAMS *parameters = NULL;
    const ASN1_OBJECT *name = NULL;
    int hash = NID_sha1;

    if (kind != V_ASN1_SEQUENCE)
        return NID_undef;
    const unsigned char *next = ASN1_STRING_get0_data(bytes);
    parameters = d2i_RSA_PSS_PARAMS(NULL, &next, ASN1_STRING_length(bytes));
    if (parameters == NULL)
        return NID_undef;
    if (parameters->hashAlgorithm != NULL) {
        X509_ALGOR_get0(&name, NULL, NULL, parameters->hashAlgorithm);
        hash = OBJ_obj2nid(name);
    }
    RSA_PSS_PARAMS_free(parameters);
    return hash;
}

bool kp_weak_algorithm(const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *name = NULL;
    const void *parameters = NULL;
    int kind = V_ASN1_UNDEF, hash = NID_undef;

    ERR_set_mark();
    X509_ALGOR_get0(&name, &kind, &parameters, algorithm);
    if (OBJ_obj2nid(name) == NID_rsassaPss)
        hash = hash_of_pss(kind, parameters);
    else
        OBJ_find_sigid_algs(OBJ_obj2nid(name), &hash, NULL);
    ERR_pop_to_mark();
    return is_weak_hash(hash);
}

bool kp_weak_algorithm_der(const unsigned char *der, size_t length)
{
    const unsigned char *next = der;

    ERR_set_mark();
    X509_ALGOR *algorithm = d2i_X509_ALGOR(NULL, &next, (long)length);
    const bool weak = algorithm != NULL && kp_weak_algorithm(algorithm);
    X509_ALGOR_free(algorithm);
    ERR_pop_to_mark();
    return weak;
}

static bool is_weak_key(X509 *x509)
{
    const EVP_PKEY *key = X509_get0_pubkey(x509);
    const int kind = key == NULL ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key);

    if (kind == EVP_PKEY_EC)
        return EVP_PKEY_get_bits(key) < EC_BITS_MIN;
    return (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS || kind == EVP_PKEY_DSA) &&
           EVP_PKEY_get_bits(key) < RSA_BITS_MIN;
}

unsigned int kp_weakness(X509 *x509)
{
    bool old = false;
    unsigned int weakness = 0;

    ERR_set_mark();
    kp_root_known(x509, &old);
    weakness |= has_weak_hash(x509) ? KAMUPIN_WEAK_HASH : 0;
    weakness |= is_weak_key(x509) ? KAMUPIN_WEAK_KEY : 0;
    weakness |= old || kp_root_old_chain(x509) ? KAMUPIN_WEAK_ANCHOR : 0;
    weakness |= kp_root_test(x509) ? KAMUPIN_WEAK_TEST : 0;
    ERR_pop_to_mark();
    return weakness;
}

const char *kp_known_root(X509 *x509)
{
    bool old = false;

    return kp_root_known(x509, &old);
}
