/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   revocation.c: who is asked, in which order, and what is made of it. An answer of a responder is
   final, "unknown" too: a CRL does not name what was never issued. */
#include <cert/revocation.h>

#include <cert/crl_cache.h>
#include <cert/ocsp.h>
#include <cert/reasons.h>
#include <core/fail.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define ADDRESSES_MAX 4 /* of each kind: so many are tried */

/* Whether a failure ends the check instead of the next address being tried. */
static bool is_end(kamupin_status status)
{
    return status == KAMUPIN_E_CANCELLED || status == KAMUPIN_E_NO_MEMORY ||
           status == KAMUPIN_E_FORKED;
}

/* An ASN.1 string as an address that can be asked; false when it is none. */
static bool address_of(const ASN1_IA5STRING *text, char *address, size_t room)
{
    const int length = text == NULL ? 0 : ASN1_STRING_length(text);

    if (length <= 0 || (size_t)length >= room)
        return false;
    memcpy(address, ASN1_STRING_get0_data(text), (size_t)length);
    address[length] = '\0';
    return strlen(address) == (size_t)length && kp_fetch_knows(address);
}

static kamupin_status open_net(kp_asking *with, kamupin_error *error)
{
    return with->http != NULL ? KAMUPIN_OK : kp_http_new_public(with->context, &with->http, error);
}

/* ---- the time there is ---- */

void kp_asking_begin(kp_asking *with)
{
    with->ends_ms =
        kp_now_ms(with->context) + KP_ASKING_TIMES * (int64_t)with->context->request_timeout_ms;
}

/* Until when one more address may be waited for, on the context's clock; 0: none may. A list that
 * comes slowly is no silence, so only the end of all asking ends it. */
static int64_t deadline_of(const kp_asking *with, kp_asked kind)
{
    const int64_t now = kp_now_ms(with->context);
    const int64_t left =
        KP_SILENCE_TIMES * (int64_t)with->context->request_timeout_ms - with->silent_ms[kind];

    if (left <= 0 || now >= with->ends_ms)
        return 0;
    return kind == KP_ASKED_LISTS || with->ends_ms < now + left ? with->ends_ms : now + left;
}

static kamupin_status no_time(kamupin_error *error)
{
    return kp_fail(error, KAMUPIN_E_NETWORK_TIMEOUT, KAMUPIN_FROM_NETWORK,
                   "no time is left for one more address");
}

/* ---- OCSP ---- */

/* `deadline` was computed before the wait for a network began: afterwards there might be no time left,
 * which a request takes for no deadline. */
static kamupin_status ask_responder(kp_asking *with, X509 *certificate, X509 *issuer,
                                    const char *address, int64_t deadline,
                                    kamupin_revocation_answer *answer, kamupin_error *error)
{
    const int64_t began = kp_now_ms(with->context);
    kamupin_status status = open_net(with, error);
    unsigned int weakness = 0;

    if (status != KAMUPIN_OK)
        return status;
    const kp_ocsp_wish wish = {.http = with->http,
                               .cancel = with->options->cancel,
                               .certificate = certificate,
                               .issuer = issuer,
                               .address = address,
                               .now = with->now,
                               .deadline_ms = deadline};
    status = kp_ocsp_ask(&wish, answer, &weakness, error);
    if (status == KAMUPIN_OK) {
        with->weakness |= weakness;
        answer->source = KAMUPIN_FROM_OCSP;
        snprintf(answer->address, sizeof answer->address, "%s", address);
    } else {
        with->silent_ms[KP_ASKED_RESPONDERS] += kp_now_ms(with->context) - began;
    }
    return status;
}

/* Asks the responders in turn until one is believed. `named`: there is one. */
static kamupin_status ask_responders(kp_asking *with, X509 *certificate, X509 *issuer,
                                     kamupin_revocation_answer *answer, bool *named,
                                     kamupin_error *error)
{
    STACK_OF(OPENSSL_STRING) *all = X509_get1_ocsp(certificate);
    kamupin_status status = KAMUPIN_E_REVOCATION_UNREACHABLE;
    int tried = 0;

    for (int i = 0; i < sk_OPENSSL_STRING_num(all) && tried < ADDRESSES_MAX; i++) {
        const char *address = sk_OPENSSL_STRING_value(all, i);
        if (!kp_fetch_knows(address))
            continue;
        *named = true;
        if (with->options->offline)
            continue;
        const int64_t deadline = deadline_of(with, KP_ASKED_RESPONDERS);
        if (deadline == 0) {
            status = no_time(error);
            break;
        }
        tried++;
        status = ask_responder(with, certificate, issuer, address, deadline, answer, error);
        if (status == KAMUPIN_OK || is_end(status))
            break;
    }
    X509_email_free(all);
    return status;
}

/* ---- CRLs ---- */

/* What a CRL that was found says of the certificate. */
static kamupin_status read_index(const kp_crl_index *index, X509 *certificate,
                                 kamupin_revocation_answer *answer, kamupin_error *error)
{
    const bool authority = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
    unsigned char *der = NULL;
    bool found = false;
    kp_crl_entry entry;

    if ((authority && index->users_only) || (!authority && index->authorities_only))
        return kp_fail(error, KAMUPIN_E_CRL_OTHER, KAMUPIN_FROM_LOCAL,
                       "it is not of certificates of this kind");
    const int length = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate), &der);
    kp_tlv serial = kp_tlv_over(der, length > 0 ? (size_t)length : 0);
    const kamupin_status status =
        length > 0 && kp_tlv_next(&serial)
            ? kp_crl_index_find(index, kp_der_integer(serial.value, serial.length), &found, &entry,
                                error)
            : kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    OPENSSL_free(der);
    if (status != KAMUPIN_OK)
        return status;
    answer->state = KAMUPIN_REVOCATION_GOOD;
    answer->reason = KAMUPIN_REASON_NONE;
    if (found && entry.reason != KAMUPIN_REASON_REMOVE_FROM_CRL) {
        answer->state = KP_REASON_IS_HOLD(entry.reason) ? KAMUPIN_REVOCATION_SUSPENDED
                                                        : KAMUPIN_REVOCATION_REVOKED;
        answer->reason = (kamupin_revocation_reason)entry.reason;
        answer->revoked_at = entry.at;
    }
    answer->this_update = index->this_update;
    answer->next_update = index->next_update;
    return KAMUPIN_OK;
}

static kamupin_status ask_list(kp_asking *with, X509 *certificate, X509 *issuer,
                               const DIST_POINT *point, const char *address,
                               kamupin_revocation_answer *answer, kamupin_error *error)
{
    const int64_t began = kp_now_ms(with->context);
    const int64_t deadline = deadline_of(with, KP_ASKED_LISTS);
    const bool fetching = !with->options->offline && deadline != 0;
    kamupin_status status = fetching ? open_net(with, error) : KAMUPIN_OK;
    kp_crl_index index = KP_CRL_INDEX_INIT;
    bool fetched = false;

    if (status != KAMUPIN_OK)
        return status;
    const kp_crl_wish wish = {.context = with->context,
                              .http = fetching ? with->http : NULL, /* a kept one still counts */
                              .cancel = with->options->cancel,
                              .issuer = issuer,
                              .point = point,
                              .address = address,
                              .now = with->now,
                              .age = with->options->crl_age,
                              .deadline_ms = deadline};
    status = kp_crl_have(&wish, &index, &fetched, error);
    if (status == KAMUPIN_OK)
        status = read_index(&index, certificate, answer, error);
    kp_crl_index_close(&index);
    if (status == KAMUPIN_OK) {
        with->weakness |= index.weak_hash ? KAMUPIN_WEAK_HASH : 0;
        answer->source = fetched ? KAMUPIN_FROM_CRL : KAMUPIN_FROM_CRL_CACHE;
        snprintf(answer->address, sizeof answer->address, "%s", address);
        return KAMUPIN_OK;
    }
    with->silent_ms[KP_ASKED_LISTS] += kp_now_ms(with->context) - began;
    if (status == KAMUPIN_E_REVOCATION_UNREACHABLE && !fetching && !with->options->offline)
        return no_time(error);
    return status;
}

/* The addresses of one distribution point. One that covers some reasons only, or names another
 * authority for its list, is none of ours (RFC 5280, 4.2.1.13). */
static kamupin_status ask_point(kp_asking *with, X509 *certificate, X509 *issuer,
                                const DIST_POINT *point, kamupin_revocation_answer *answer,
                                int *tried, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_E_REVOCATION_UNREACHABLE;
    char address[KP_URL_MAX];

    if (point->reasons != NULL || point->CRLissuer != NULL || point->distpoint == NULL ||
        point->distpoint->type != 0)
        return status;
    const GENERAL_NAMES *names = point->distpoint->name.fullname;
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && *tried < ADDRESSES_MAX; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_URI ||
            !address_of(name->d.uniformResourceIdentifier, address, sizeof address))
            continue;
        ++*tried;
        status = ask_list(with, certificate, issuer, point, address, answer, error);
        if (status == KAMUPIN_OK || is_end(status))
            break;
    }
    return status;
}

static kamupin_status ask_lists(kp_asking *with, X509 *certificate, X509 *issuer,
                                kamupin_revocation_answer *answer, bool *named,
                                kamupin_error *error)
{
    STACK_OF(DIST_POINT) *points =
        X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
    kamupin_status status = KAMUPIN_E_REVOCATION_UNREACHABLE;
    int tried = 0;

    for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
        const int before = tried;
        const kamupin_status now = ask_point(with, certificate, issuer,
                                             sk_DIST_POINT_value(points, i), answer, &tried, error);
        if (tried > before)
            status = now;
        if (now == KAMUPIN_OK || is_end(now))
            break;
    }
    *named = *named || tried > 0;
    CRL_DIST_POINTS_free(points);
    return status;
}

kamupin_status kp_revocation_ask(kp_asking *with, X509 *certificate, X509 *issuer,
                                 kamupin_revocation_answer *answer, kamupin_error *error)
{
    const kamupin_check_options *options = with->options;
    kamupin_status status = KAMUPIN_E_REVOCATION_UNREACHABLE;
    bool named = false;

    *answer = (kamupin_revocation_answer){.reason = KAMUPIN_REASON_NONE};
    if (options->no_ocsp && options->no_crl)
        return KAMUPIN_OK;
    ERR_set_mark();
    if (!options->no_ocsp) {
        status = ask_responders(with, certificate, issuer, answer, &named, error);
        answer->ocsp = status;
    }
    if (status != KAMUPIN_OK && !is_end(status) && !options->no_crl) {
        const kamupin_status ocsp = answer->ocsp;
        status = ask_lists(with, certificate, issuer, answer, &named, error);
        answer->ocsp = ocsp;
        answer->crl = status;
    }
    ERR_pop_to_mark();
    if (is_end(status))
        return status;
    if (status != KAMUPIN_OK)
        answer->state = named ? KAMUPIN_REVOCATION_UNREACHABLE : KAMUPIN_REVOCATION_NO_ADDRESS;
    return KAMUPIN_OK;
}

kamupin_status kp_revocation_verdict(const kamupin_revocation_answer *answer)
{
    switch (answer->state) {
    case KAMUPIN_REVOCATION_NOT_ASKED:
    case KAMUPIN_REVOCATION_GOOD:
        return KAMUPIN_OK;
    case KAMUPIN_REVOCATION_SUSPENDED:
        return KAMUPIN_E_CERTIFICATE_SUSPENDED;
    case KAMUPIN_REVOCATION_REVOKED:
        return KAMUPIN_E_CERTIFICATE_REVOKED;
    case KAMUPIN_REVOCATION_UNKNOWN:
        return KAMUPIN_E_REVOCATION_UNKNOWN;
    case KAMUPIN_REVOCATION_UNREACHABLE:
    case KAMUPIN_REVOCATION_NO_ADDRESS:
    default:
        return KAMUPIN_E_REVOCATION_UNREACHABLE;
    }
}
