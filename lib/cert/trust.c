/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   trust.c: the trust store's handle. */
#include <cert/trust.h>

#include <cert/certificate.h>
#include <core/context.h>
#include <core/fail.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#define CERTIFICATES_MAX 4096 /* of each kind; a store of the world's roots has some 150 */

static bool has(const STACK_OF(X509) * all, const X509 *one)
{
    for (int i = 0; i < sk_X509_num(all); i++)
        if (X509_cmp(sk_X509_value(all, i), one) == 0)
            return true;
    return false;
}

/* Whether it is signed with its own key. That its two names are the same is not enough: an authority
 * that changes its key gives the new one a certificate by the old one, in its own name. */
static bool is_self_signed(X509 *certificate)
{
    ERR_set_mark();
    const bool own = X509_self_signed(certificate, 1) == 1;
    ERR_pop_to_mark();
    return own;
}

bool kp_trust_put(kamupin_trust *trust, X509 *certificate, bool as_root)
{
    const bool root = as_root && is_self_signed(certificate);
    STACK_OF(X509) *to = root ? trust->roots : trust->between;

    if (has(to, certificate))
        return true;
    if (sk_X509_num(to) >= CERTIFICATES_MAX || X509_up_ref(certificate) != 1)
        return false;
    if (sk_X509_push(to, certificate) > 0)
        return true;
    X509_free(certificate);
    return false;
}

kamupin_status kamupin_trust_new(kamupin_context *context, const char *path, kamupin_trust **trust,
                                 kamupin_error *error)
{
    kamupin_status status = kp_context_check(context, error);

    if (trust != NULL)
        *trust = NULL;
    if (status != KAMUPIN_OK)
        return status;
    if (trust == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_trust *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->context = context;
    made->roots = sk_X509_new_null();
    made->between = sk_X509_new_null();
    if (made->roots == NULL || made->between == NULL)
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (status == KAMUPIN_OK && path != NULL)
        status = kp_store_read(made, path, error);
    if (status == KAMUPIN_OK)
        *trust = made;
    else
        kamupin_trust_free(&made);
    return status;
}

void kamupin_trust_free(kamupin_trust **trust)
{
    if (trust == NULL || *trust == NULL)
        return;
    sk_X509_pop_free((*trust)->roots, X509_free);
    sk_X509_pop_free((*trust)->between, X509_free);
    free(*trust);
    *trust = NULL;
}

kamupin_status kamupin_trust_add(kamupin_trust *trust, const kamupin_certificate *certificate,
                                 kamupin_error *error)
{
    if (trust == NULL || certificate == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    const kamupin_status status = kp_context_check(trust->context, error);
    if (status != KAMUPIN_OK)
        return status;
    return kp_trust_put(trust, kp_certificate_x509(certificate), true)
               ? KAMUPIN_OK
               : kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
}

size_t kamupin_trust_roots(const kamupin_trust *trust)
{
    return trust == NULL ? 0 : (size_t)sk_X509_num(trust->roots);
}

size_t kamupin_trust_between(const kamupin_trust *trust)
{
    return trust == NULL ? 0 : (size_t)sk_X509_num(trust->between);
}
