/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   signkey.c: whose key signs: dates, key usage, kind and length of the certificates as they were
   read from the card. Uses OpenSSL to take them apart; touches nothing else. */
#include <card/certclass.h>
#include <card/sign.h>
#include <core/fail.h>

#include <openssl/x509v3.h>

#define FIRST_FILE 0x2F10 /* where a row says nothing else */

/* Shorter RSA keys are no longer to be used (BSI TR-03116, NIST SP 800-131A); longer ones have no
   room in a kamupin_signature. */
#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX (8 * KAMUPIN_SIGNATURE_MAX)
#define EC_BITS_MIN  256
#define EC_BITS_MAX  521

size_t kp_hash_length(kamupin_hash hash)
{
    switch (hash) {
    case KAMUPIN_SHA256:
        return 32;
    case KAMUPIN_SHA384:
        return 48;
    case KAMUPIN_SHA512:
        return 64;
    }
    return 0;
}

const EVP_MD *kp_hash_of(kamupin_hash hash)
{
    if (hash == KAMUPIN_SHA256)
        return EVP_sha256();
    return hash == KAMUPIN_SHA384 ? EVP_sha384() : EVP_sha512();
}

/* A date that cannot be read is no date to be valid by. */
static bool in_force(X509 *certificate, int64_t now)
{
    int begun = ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate), (time_t)now);
    int over = ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate), (time_t)now);
    return (begun == -1 || begun == 0) && (over == 1 || over == 0);
}

static bool may_sign(X509 *certificate)
{
    uint32_t usage = X509_get_key_usage(certificate); /* all ones when it says nothing */
    return (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

static bool is_for_rsa(kamupin_sign_form form)
{
    return form == KAMUPIN_SIGN_RSA_PKCS1 || form == KAMUPIN_SIGN_RSA_PSS;
}

/* Whether the certificate's key can make the form; the plan then has key, form and size. */
static bool fits(X509 *certificate, kamupin_sign_form wanted, kp_sign_plan *plan)
{
    EVP_PKEY *key = X509_get_pubkey(certificate);
    int kind = key == NULL ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(key);
    int bits = key == NULL ? 0 : EVP_PKEY_get_bits(key);
    bool rsa = kind == EVP_PKEY_RSA && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX;
    bool ec = kind == EVP_PKEY_EC && bits >= EC_BITS_MIN && bits <= EC_BITS_MAX;
    if (wanted == KAMUPIN_SIGN_BY_KEY)
        wanted = rsa ? KAMUPIN_SIGN_RSA_PKCS1 : KAMUPIN_SIGN_ECDSA_DER;
    if (!may_sign(certificate) || (is_for_rsa(wanted) ? !rsa : !ec)) {
        EVP_PKEY_free(key);
        return false;
    }
    plan->form = wanted;
    plan->key = key;
    plan->size = ((size_t)bits + 7) / 8;
    return true;
}

static kp_sign_form method_of(const kp_profile *profile, kamupin_sign_form form)
{
    if (form == KAMUPIN_SIGN_RSA_PKCS1)
        return profile->sign_pkcs1;
    return form == KAMUPIN_SIGN_RSA_PSS ? profile->sign_pss : profile->sign_ecdsa;
}

/* Kamu SM's cards may carry others' certificates as well; of a row that does not ask for Kamu SM's
   any will do. */
static bool is_of_the_rows_kind(const kp_profile *profile, const kp_der *der)
{
    return profile->recognition != KP_RECOGNISE_KAMU_SM ||
           kp_certificate_classify(der->data, der->length) > KP_CERTIFICATE_OTHER;
}

/* The first certificate's key has the row's first reference; the next place's is one more. */
static uint8_t reference_of(const kp_profile *profile, const kp_der *der)
{
    size_t place = 0;
    if (profile->certificates == KP_CERTIFICATES_IN_FILES)
        place =
            der->file - (profile->first_certificate != 0 ? profile->first_certificate : FIRST_FILE);
    else
        while (place < profile->certificate_object_count &&
               profile->certificate_objects[place] != der->file)
            place++;
    return (uint8_t)(profile->sign_key_first + place);
}

/* One certificate, judged: ok, certificate-not-valid or key-unsuitable. */
static kamupin_status judge(const kp_der *der, kamupin_sign_form form, int64_t now,
                            kp_sign_plan *plan)
{
    const unsigned char *next = der->data;
    X509 *certificate = d2i_X509(NULL, &next, (long)der->length);
    kamupin_status status = KAMUPIN_OK;
    if (certificate == NULL)
        return KAMUPIN_E_NO_MEMORY; /* it could be read before */
    if (!in_force(certificate, now))
        status = KAMUPIN_E_CERTIFICATE_NOT_VALID;
    else if (!fits(certificate, form, plan))
        status = KAMUPIN_E_KEY_UNSUITABLE;
    X509_free(certificate);
    return status;
}

kamupin_status kp_sign_choose(const kp_identity *identity, const kamupin_sign_request *request,
                              int64_t now, kp_sign_plan *plan, kamupin_error *error)
{
    bool any = request->certificate == KAMUPIN_CERTIFICATE_ANY;
    size_t first = any ? 0 : request->certificate;
    size_t behind = any ? identity->certificate_count : first + 1;
    kamupin_status status = KAMUPIN_E_CERTIFICATE_NOT_VALID; /* what weighs more is kept */
    *plan = (kp_sign_plan){.hash = request->hash};
    if (!any && first >= identity->certificate_count)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "certificate %zu of %zu", first, identity->certificate_count);
    for (size_t i = first; i < behind && plan->key == NULL; i++) {
        const kp_der *der = &identity->certificates[i];
        if (any && !is_of_the_rows_kind(identity->profile, der))
            continue;
        kamupin_status found = judge(der, request->form, now, plan);
        if (found != KAMUPIN_E_CERTIFICATE_NOT_VALID)
            status = found;
        if (found != KAMUPIN_OK)
            continue;
        plan->certificate = i;
        plan->method = method_of(identity->profile, plan->form);
        plan->reference = reference_of(identity->profile, der);
    }
    return status == KAMUPIN_OK ? KAMUPIN_OK : kp_fail_local(error, status);
}

void kp_sign_plan_free(kp_sign_plan *plan)
{
    EVP_PKEY_free(plan->key);
    *plan = (kp_sign_plan){.key = NULL};
}
