/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   check.c: the whole check of a certificate: chain, dates, revocation. Asks the addresses that stand
   in certificates whose chain holds, and nobody before. */
#include <cert/certificate.h>
#include <cert/chain.h>
#include <cert/revocation.h>
#include <core/context.h>
#include <core/fail.h>

#include <openssl/err.h>

static kamupin_status check_arguments(const kamupin_trust *trust,
                                      const kamupin_certificate *certificate,
                                      const kamupin_check_options *options,
                                      const kamupin_check *check, kamupin_error *error)
{
    if (trust == NULL || certificate == NULL || check == NULL || check->size != sizeof *check ||
        (options != NULL && (options->size != sizeof *options || options->crl_age < 0)))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "something is missing, or a record has another size");
    return kp_context_check(trust->context, error);
}

/* Both dates belong to the time of validity (RFC 5280, 4.1.2.5). */
static kamupin_status dates_of(X509 *certificate, int64_t at)
{
    const ASN1_TIME *first = X509_get0_notBefore(certificate);
    const ASN1_TIME *last = X509_get0_notAfter(certificate);

    if (ASN1_TIME_cmp_time_t(first, (time_t)at) > 0)
        return KAMUPIN_E_CERTIFICATE_NOT_YET_VALID;
    return ASN1_TIME_cmp_time_t(last, (time_t)at) < 0 ? KAMUPIN_E_CERTIFICATE_EXPIRED : KAMUPIN_OK;
}

/* Asks about each certificate but the root, from the one in question upwards, until one is not
 * good: where nobody answers, nobody is waited for twice. */
static kamupin_status ask_all(kp_asking *with, STACK_OF(X509) * chain, kamupin_check *check,
                              kamupin_error *error)
{
    const int asked = sk_X509_num(chain) - 1;
    kamupin_status status = KAMUPIN_OK;

    for (int i = 0; i < asked && status == KAMUPIN_OK; i++) {
        kamupin_revocation_answer *answer = i == 0 ? &check->revocation : &check->between;
        if (i > 0 && with->options->leaf_only)
            break;
        status = kp_revocation_ask(with, sk_X509_value(chain, i), sk_X509_value(chain, i + 1),
                                   answer, error);
        if (kp_revocation_verdict(answer) != KAMUPIN_OK)
            break;
    }
    return status;
}

/* What an answer that is not good says to a person who asks why. */
static kamupin_status tell(const kamupin_revocation_answer *answer, const char *whose,
                           kamupin_error *error)
{
    const kamupin_status status = kp_revocation_verdict(answer);

    if (answer->state == KAMUPIN_REVOCATION_UNREACHABLE)
        return kp_fail(error, status, KAMUPIN_FROM_NETWORK, "%s: OCSP %s, CRL %s", whose,
                       kamupin_status_name(answer->ocsp), kamupin_status_name(answer->crl));
    if (answer->state == KAMUPIN_REVOCATION_NO_ADDRESS)
        return kp_fail(error, status, KAMUPIN_FROM_LOCAL, "%s names no address", whose);
    return kp_fail(error, status, KAMUPIN_FROM_NETWORK, "%s: %s, by %s", whose,
                   kamupin_revocation_state_name(answer->state), answer->address);
}

/* The first thing that is wrong, its reason in `error`. */
static kamupin_status verdict_of(const kamupin_check *check, const kamupin_error *chain,
                                 kamupin_error *error)
{
    if (check->chain != KAMUPIN_OK) {
        kp_error_copy(chain, error);
        return check->chain;
    }
    if (check->dates != KAMUPIN_OK)
        return kp_fail_local(error, check->dates);
    if (kp_revocation_verdict(&check->revocation) != KAMUPIN_OK)
        return tell(&check->revocation, "the certificate", error);
    if (kp_revocation_verdict(&check->between) != KAMUPIN_OK)
        return tell(&check->between, "a certificate above it", error);
    return KAMUPIN_OK;
}

static kamupin_status run(kamupin_trust *trust, X509 *certificate,
                          const kamupin_check_options *options, kamupin_check *check,
                          kamupin_error *error)
{
    const int64_t now = kp_calendar_now(trust->context);
    const int64_t at = options->at != 0 ? options->at : now;
    kp_asking with = {.context = trust->context, .options = options, .now = now};
    kamupin_error why = KAMUPIN_ERROR_INIT;
    STACK_OF(X509) *chain = NULL;

    ERR_set_mark();
    kp_asking_begin(&with);
    kamupin_status status =
        kp_chain_build(trust, certificate, options, at, &chain, &check->chain, &why);
    check->dates = dates_of(certificate, at);
    kp_chain_tell(trust->context, chain, check);
    if (status == KAMUPIN_OK && check->chain == KAMUPIN_OK)
        status = ask_all(&with, chain, check, &why);
    check->weakness |= with.weakness;
    kp_http_free(&with.http);
    sk_X509_pop_free(chain, X509_free);
    ERR_pop_to_mark();
    if (status != KAMUPIN_OK) { /* cancelled, or out of memory: there is no verdict */
        kp_error_copy(&why, error);
        return status;
    }
    return verdict_of(check, &why, error);
}

kamupin_status kamupin_certificate_check(kamupin_trust *trust,
                                         const kamupin_certificate *certificate,
                                         const kamupin_check_options *options, kamupin_check *check,
                                         kamupin_error *error)
{
    const kamupin_check_options usual = KAMUPIN_CHECK_OPTIONS_INIT;
    const kamupin_check empty = {.size = sizeof empty,
                                 .revocation = {.reason = KAMUPIN_REASON_NONE},
                                 .between = {.reason = KAMUPIN_REASON_NONE}};
    kamupin_status status = check_arguments(trust, certificate, options, check, error);

    if (status != KAMUPIN_OK)
        return status;
    *check = empty;
    check->verdict = run(trust, kp_certificate_x509(certificate),
                         options == NULL ? &usual : options, check, error);
    kp_log(trust->context, KAMUPIN_LOG_INFO, "cert", "check: %s, revocation %s by %s",
           kamupin_status_name(check->verdict),
           kamupin_revocation_state_name(check->revocation.state),
           kamupin_revocation_source_name(check->revocation.source));
    return check->verdict;
}

const char *kamupin_revocation_state_name(kamupin_revocation_state state)
{
    static const char *const NAMES[] = {"not-asked", "good",        "suspended", "revoked",
                                        "unknown",   "unreachable", "no-address"};

    return (unsigned int)state < sizeof NAMES / sizeof NAMES[0] ? NAMES[state] : "unknown";
}

const char *kamupin_revocation_source_name(kamupin_revocation_source source)
{
    static const char *const NAMES[] = {"nobody", "ocsp", "crl", "crl-cache"};

    return (unsigned int)source < sizeof NAMES / sizeof NAMES[0] ? NAMES[source] : "nobody";
}
