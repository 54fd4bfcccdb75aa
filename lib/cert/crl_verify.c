/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_verify.c: who made a CRL, and what it speaks for. The signature is checked over its bytes
   where they lie. Uses OpenSSL for names, keys and signatures; touches nothing else. */
#include <cert/crl.h>

#include <core/cancel.h>
#include <core/fail.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#define TAG_BOOLEAN  0x01
#define TAG_OCTETS   0x04
#define TAG_OID      0x06
#define TAG_SEQUENCE 0x30

#define WINDOW ((size_t)1 << 20) /* bytes between two looks at the cancel handle */

static kamupin_status other(kamupin_error *error, const char *what)
{
    return kp_fail(error, KAMUPIN_E_CRL_OTHER, KAMUPIN_FROM_LOCAL, "%s", what);
}

static bool is_of_issuer(const kp_crl *crl, X509 *issuer)
{
    const unsigned char *next = crl->issuer.at;
    X509_NAME *name = d2i_X509_NAME(NULL, &next, (long)crl->issuer.length);
    const bool same = name != NULL && X509_NAME_cmp(name, X509_get_subject_name(issuer)) == 0;

    X509_NAME_free(name);
    return same;
}

/* Hashes what is signed, looking at the cancel handle on the way. */
static bool feed(EVP_MD_CTX *context, kp_part bytes, const kamupin_cancel *cancel)
{
    bool fed = true;

    for (size_t at = 0; fed && at < bytes.length; at += WINDOW) {
        const size_t left = bytes.length - at;
        fed = kp_cancel_check(cancel, NULL) == KAMUPIN_OK &&
              EVP_DigestVerifyUpdate(context, bytes.at + at, left < WINDOW ? left : WINDOW) == 1;
    }
    return fed;
}

/* Algorithms whose hash is said by their name: over the bytes as they lie, nothing is copied. */
static bool verify_in_place(const kp_crl *crl, const EVP_MD *hash, EVP_PKEY *key,
                            const kamupin_cancel *cancel)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const bool holds =
        context != NULL && EVP_DigestVerifyInit(context, NULL, hash, NULL, key) == 1 &&
        feed(context, crl->tbs, cancel) &&
        EVP_DigestVerifyFinal(context, crl->signature.at, crl->signature.length) == 1;

    EVP_MD_CTX_free(context);
    return holds;
}

/* All others, RSA-PSS among them, whose parameters OpenSSL reads only by this way: it copies. */
static bool verify_by_parameters(const kp_crl *crl, const X509_ALGOR *algorithm, EVP_PKEY *key)
{
    const unsigned char *next = crl->tbs.at;
    ASN1_TYPE *signed_part = d2i_ASN1_TYPE(NULL, &next, (long)crl->tbs.length);
    ASN1_BIT_STRING *signature = ASN1_BIT_STRING_new();
    const bool holds =
        signed_part != NULL && signature != NULL &&
        ASN1_STRING_set(signature, crl->signature.at, (int)crl->signature.length) == 1 &&
        ASN1_item_verify(ASN1_ITEM_rptr(ASN1_ANY), algorithm, signature, signed_part, key) == 1;

    ASN1_BIT_STRING_free(signature);
    ASN1_TYPE_free(signed_part);
    return holds;
}

static bool is_signed_by(const kp_crl *crl, EVP_PKEY *key, const kamupin_cancel *cancel)
{
    const unsigned char *next = crl->algorithm.at;
    X509_ALGOR *algorithm = d2i_X509_ALGOR(NULL, &next, (long)crl->algorithm.length);
    const ASN1_OBJECT *object = NULL;
    int hash = NID_undef, kind = NID_undef;
    bool holds = false;

    if (algorithm != NULL) {
        X509_ALGOR_get0(&object, NULL, NULL, algorithm);
        const bool named = OBJ_find_sigid_algs(OBJ_obj2nid(object), &hash, &kind) == 1 &&
                           EVP_get_digestbynid(hash) != NULL;
        if (!named)
            holds = verify_by_parameters(crl, algorithm, key);
        else if (EVP_PKEY_get_base_id(key) == kind)
            holds = verify_in_place(crl, EVP_get_digestbynid(hash), key, cancel);
    }
    X509_ALGOR_free(algorithm);
    return holds;
}

/* Its key, after its name. */
static kamupin_status check_key(const kp_crl *crl, X509 *issuer, const kamupin_cancel *cancel,
                                kamupin_error *error)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer);

    if ((X509_get_key_usage(issuer) & KU_CRL_SIGN) == 0)
        return kp_fail(error, KAMUPIN_E_CRL_SIGNATURE, KAMUPIN_FROM_LOCAL,
                       "the issuer's key is not for CRLs");
    if (key != NULL && is_signed_by(crl, key, cancel))
        return KAMUPIN_OK;
    const kamupin_status heard = kp_cancel_check(cancel, error);
    return heard != KAMUPIN_OK ? heard : kp_fail_local(error, KAMUPIN_E_CRL_SIGNATURE);
}

kamupin_status kp_crl_verify(const kp_crl *crl, X509 *issuer, const kamupin_cancel *cancel,
                             kamupin_error *error)
{
    ERR_set_mark();
    const kamupin_status status = is_of_issuer(crl, issuer)
                                      ? check_key(crl, issuer, cancel, error)
                                      : other(error, "it is another issuer's");
    ERR_pop_to_mark();
    return status;
}

/* Whether two lists of names have one in common. */
static bool share_name(const GENERAL_NAMES *some, const GENERAL_NAMES *others)
{
    for (int i = 0; i < sk_GENERAL_NAME_num(some); i++)
        for (int j = 0; j < sk_GENERAL_NAME_num(others); j++)
            if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(some, i),
                                 sk_GENERAL_NAME_value(others, j)) == 0)
                return true;
    return false;
}

/* RFC 5280, 5.2.5. */
static kamupin_status judge_point(kp_crl *crl, const ISSUING_DIST_POINT *said,
                                  const DIST_POINT *point, kamupin_error *error)
{
    if (said->indirectCRL > 0)
        return other(error, "an indirect CRL");
    if (said->onlyattr > 0)
        return other(error, "it is of attribute certificates only");
    if (said->onlysomereasons != NULL)
        return other(error, "it is of some reasons only");
    if (said->distpoint != NULL &&
        (said->distpoint->type != 0 || point->distpoint == NULL || point->distpoint->type != 0 ||
         !share_name(said->distpoint->name.fullname, point->distpoint->name.fullname)))
        return other(error, "it is of another distribution point");
    crl->users_only = said->onlyuser > 0;
    crl->authorities_only = said->onlyCA > 0;
    return KAMUPIN_OK;
}

/* One extension of the CRL: SEQUENCE { identifier, critical DEFAULT FALSE, value }. */
static kamupin_status judge_extension(kp_crl *crl, kp_tlv in, const DIST_POINT *point,
                                      kamupin_error *error)
{
    static const char POINT[] = "\x55\x1D\x1C", DELTA[] = "\x55\x1D\x1B";
    bool critical = false;

    if (!kp_tlv_next(&in) || in.tag != TAG_OID)
        return kp_fail_local(error, KAMUPIN_E_CRL_MALFORMED);
    const kp_tlv name = in;
    bool whole = kp_tlv_next(&in);
    if (whole && in.tag == TAG_BOOLEAN) {
        critical = in.length == 1 && in.value[0] != 0;
        whole = kp_tlv_next(&in);
    }
    if (!whole || in.tag != TAG_OCTETS)
        return kp_fail_local(error, KAMUPIN_E_CRL_MALFORMED);
    const bool short_name = name.length == sizeof POINT - 1;
    if (short_name && memcmp(name.value, DELTA, name.length) == 0)
        return other(error, "a delta CRL");
    if (!short_name || memcmp(name.value, POINT, name.length) != 0)
        return critical ? other(error, "a critical extension that is unknown") : KAMUPIN_OK;
    ERR_set_mark();
    const unsigned char *next = in.value;
    ISSUING_DIST_POINT *said = d2i_ISSUING_DIST_POINT(NULL, &next, (long)in.length);
    const kamupin_status status = said == NULL ? kp_fail_local(error, KAMUPIN_E_CRL_MALFORMED)
                                               : judge_point(crl, said, point, error);
    ISSUING_DIST_POINT_free(said);
    ERR_pop_to_mark();
    return status;
}

kamupin_status kp_crl_scope(kp_crl *crl, const DIST_POINT *point, kamupin_error *error)
{
    kp_tlv each = kp_tlv_over(crl->extensions.at, crl->extensions.length);
    kamupin_status status = KAMUPIN_OK;

    while (status == KAMUPIN_OK && kp_tlv_next(&each))
        status = each.tag == TAG_SEQUENCE ? judge_extension(crl, kp_tlv_inside(&each), point, error)
                                          : kp_fail_local(error, KAMUPIN_E_CRL_MALFORMED);
    if (status == KAMUPIN_OK && each.broken)
        status = kp_fail_local(error, KAMUPIN_E_CRL_MALFORMED);
    return status;
}
