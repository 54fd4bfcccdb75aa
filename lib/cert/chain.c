/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   chain.c: X509_verify_cert over the caller's roots and nothing of the system's. Purposes are not
   looked at, because a signature, a seal and a time stamp each have their own; all else is:
   signatures, dates of those above, path length, key usage, name constraints, critical extensions.
   No file and no network. */
#include <cert/chain.h>

#include <cert/certificate.h>
#include <core/fail.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>

/* A weak algorithm is named (kamupin_weakness), not refused: 0 lets every one be judged. */
#define ANY_STRENGTH 0

/* Called for each thing that is wrong. The certificate's own dates are judged elsewhere. */
static int on_step(int holds, X509_STORE_CTX *at)
{
    const int wrong = X509_STORE_CTX_get_error(at);

    if (holds == 1 || X509_STORE_CTX_get_error_depth(at) != 0 ||
        (wrong != X509_V_ERR_CERT_HAS_EXPIRED && wrong != X509_V_ERR_CERT_NOT_YET_VALID))
        return holds;
    return 1;
}

static bool add_all(STACK_OF(X509) * to, const kamupin_trust *trust,
                    const kamupin_check_options *options)
{
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    bool added = true;

    for (int i = 0; added && i < sk_X509_num(trust->between); i++)
        added = sk_X509_push(to, sk_X509_value(trust->between, i)) > 0;
    for (size_t i = 0;
         added && kamupin_certificate_list_get(options->between, i, &entry) == KAMUPIN_OK; i++)
        if (entry.certificate != NULL)
            added = sk_X509_push(to, kp_certificate_x509(entry.certificate)) > 0;
    return added;
}

static X509_STORE *store_of(const kamupin_trust *trust)
{
    X509_STORE *store = X509_STORE_new();

    for (int i = 0; store != NULL && i < sk_X509_num(trust->roots); i++)
        if (X509_STORE_add_cert(store, sk_X509_value(trust->roots, i)) != 1) {
            X509_STORE_free(store);
            return NULL;
        }
    return store;
}

/* Whether the issuer was not found only because the one of that name may not issue. */
static bool is_forbidden(X509 *last, const STACK_OF(X509) * some)
{
    for (int i = 0; i < sk_X509_num(some); i++)
        if (X509_check_issued(sk_X509_value(some, i), last) == X509_V_ERR_KEYUSAGE_NO_CERTSIGN)
            return true;
    return false;
}

static kamupin_status meaning_of(int wrong)
{
    switch (wrong) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return KAMUPIN_E_CHAIN_INCOMPLETE;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_UNTRUSTED:
        return KAMUPIN_E_CHAIN_UNTRUSTED;
    case X509_V_ERR_OUT_OF_MEM:
        return KAMUPIN_E_NO_MEMORY;
    default:
        return KAMUPIN_E_CHAIN_BROKEN;
    }
}

/* What is wrong, told of which certificate, counted from the one that is checked. */
static kamupin_status explain(X509_STORE_CTX *at, const STACK_OF(X509) * more,
                              const kamupin_trust *trust, kamupin_error *error)
{
    const int wrong = X509_STORE_CTX_get_error(at), depth = X509_STORE_CTX_get_error_depth(at);
    STACK_OF(X509) *found = X509_STORE_CTX_get0_chain(at);
    kamupin_status status = meaning_of(wrong);
    const char *why = X509_verify_cert_error_string(wrong);

    if (status == KAMUPIN_E_CHAIN_INCOMPLETE && sk_X509_num(found) > 0) {
        X509 *last = sk_X509_value(found, sk_X509_num(found) - 1);
        if (is_forbidden(last, more) || is_forbidden(last, trust->roots)) {
            status = KAMUPIN_E_CHAIN_BROKEN;
            why = X509_verify_cert_error_string(X509_V_ERR_KEYUSAGE_NO_CERTSIGN);
        }
    }
    return kp_fail(error, status, KAMUPIN_FROM_LOCAL, "certificate %d of the chain: %s", depth,
                   why);
}

/* Judges with all that is needed at hand. */
static kamupin_status judge(X509_STORE_CTX *at, const STACK_OF(X509) * more,
                            const kamupin_trust *trust, STACK_OF(X509) * *chain,
                            kamupin_error *error)
{
    const bool holds = X509_verify_cert(at) == 1;

    *chain = X509_STORE_CTX_get1_chain(at);
    if (holds)
        return *chain != NULL ? KAMUPIN_OK : kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    return explain(at, more, trust, error);
}

kamupin_status kp_chain_build(const kamupin_trust *trust, X509 *certificate,
                              const kamupin_check_options *options, int64_t at,
                              STACK_OF(X509) * *chain, kamupin_status *status, kamupin_error *error)
{
    ERR_set_mark();
    X509_STORE *store = store_of(trust);
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    STACK_OF(X509) *more = sk_X509_new_null();

    *chain = NULL;
    *status = KAMUPIN_E_NO_MEMORY;
    if (store != NULL && context != NULL && more != NULL && add_all(more, trust, options) &&
        X509_STORE_CTX_init(context, store, certificate, more) == 1) {
        X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_time(rules, (time_t)at);
        X509_VERIFY_PARAM_set_auth_level(rules, ANY_STRENGTH);
        X509_VERIFY_PARAM_set_depth(rules, KAMUPIN_CHAIN_MAX - 2);
        X509_STORE_CTX_set_verify_cb(context, on_step);
        *status = judge(context, more, trust, chain, error);
    } else {
        kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    }
    sk_X509_free(more);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    ERR_pop_to_mark();
    return *status == KAMUPIN_E_NO_MEMORY ? KAMUPIN_E_NO_MEMORY : KAMUPIN_OK;
}

/* Name and fingerprint of a root, as every certificate's are shown. */
static void tell_root(kamupin_context *context, X509 *root, kamupin_check *check)
{
    unsigned char *der = NULL;
    const int length = i2d_X509(root, &der);
    kamupin_certificate *read = NULL;

    if (length > 0 &&
        kamupin_certificate_new(context, der, (size_t)length, &read, NULL) == KAMUPIN_OK) {
        const char *name = kamupin_certificate_text(read, KAMUPIN_CERTIFICATE_HOLDER, 0);
        const char *print = kamupin_certificate_text(read, KAMUPIN_CERTIFICATE_FINGERPRINT, 0);
        snprintf(check->root, sizeof check->root, "%s", name == NULL ? "" : name);
        snprintf(check->root_fingerprint, sizeof check->root_fingerprint, "%s",
                 print == NULL ? "" : print);
    }
    check->root_known = kp_known_root(root) != NULL;
    kamupin_certificate_free(&read);
    OPENSSL_free(der);
}

void kp_chain_tell(kamupin_context *context, STACK_OF(X509) * chain, kamupin_check *check)
{
    const int count = sk_X509_num(chain);

    for (int i = 0; i < count; i++) {
        X509 *one = sk_X509_value(chain, i);
        unsigned int weak = kp_weakness(one);
        /* Nobody relies on the signature that a trusted root has put on itself. */
        if (check->chain == KAMUPIN_OK && i == count - 1)
            weak &= ~(unsigned int)KAMUPIN_WEAK_HASH;
        check->weakness |= weak;
    }
    check->length = count > 0 ? (size_t)count : 0;
    if (check->chain == KAMUPIN_OK && count > 0)
        tell_root(context, sk_X509_value(chain, count - 1), check);
}
