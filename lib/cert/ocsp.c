/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   ocsp.c: question and answer, on OpenSSL's OCSP objects. Whose word counts is decided here and not
   by OCSP_basic_verify, so that each refusal has its own status: the issuer's, or that of a
   certificate which the issuer made for this very purpose. */
#define _DEFAULT_SOURCE 1 /* timegm */
#include <cert/ocsp.h>

#include <cert/certificate.h>
#include <cert/fresh.h>
#include <cert/reasons.h>
#include <core/fail.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <time.h>

#define NONCE_BYTES 32 /* what RFC 8954 recommends */
#define QUESTION    "application/ocsp-request"
#define ANSWER      "application/ocsp-response"

static kamupin_status refuse(kamupin_error *error, kamupin_status status, const char *what)
{
    return kp_fail(error, status, KAMUPIN_FROM_NETWORK, "%s", what);
}

/* The question about one certificate, with a nonce; NULL when it cannot be made. */
static OCSP_REQUEST *make_question(const kp_ocsp_wish *wish)
{
    unsigned char nonce[NONCE_BYTES];
    OCSP_REQUEST *question = OCSP_REQUEST_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), wish->certificate, wish->issuer);

    /* SHA-1 names the issuer here and proves nothing: it is the one that every responder knows. */
    if (question == NULL || id == NULL || OCSP_request_add0_id(question, id) == NULL) {
        OCSP_CERTID_free(id);
        OCSP_REQUEST_free(question);
        return NULL;
    }
    if (RAND_bytes(nonce, sizeof nonce) != 1 ||
        OCSP_request_add1_nonce(question, nonce, sizeof nonce) != 1) {
        OCSP_REQUEST_free(question);
        return NULL;
    }
    return question;
}

static kamupin_status ask(const kp_ocsp_wish *wish, OCSP_REQUEST *question, kp_buffer *answer,
                          kamupin_error *error)
{
    unsigned char *der = NULL;
    const int length = i2d_OCSP_REQUEST(question, &der);
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    if (length > 0)
        kp_buffer_append(&body, der, (size_t)length);
    OPENSSL_free(der);
    if (length <= 0 || body.failed)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    const kp_fetch_wish fetched = {.url = wish->address,
                                   .type = QUESTION,
                                   .body = &body,
                                   .accept = ANSWER,
                                   .most = KP_HTTP_BODY_MAX,
                                   .deadline_ms = wish->deadline_ms,
                                   .file = -1};
    const kamupin_status status =
        kp_fetch(wish->http, &fetched, KAMUPIN_E_OCSP_REFUSED, wish->cancel, answer, error);
    kp_buffer_wipe(&body);
    return status;
}

/* The answer within the bytes; NULL with `status` set. */
static OCSP_BASICRESP *open_answer(const kp_buffer *bytes, kamupin_status *status,
                                   kamupin_error *error)
{
    const unsigned char *next = bytes->data;
    OCSP_RESPONSE *whole = d2i_OCSP_RESPONSE(NULL, &next, (long)bytes->length);
    OCSP_BASICRESP *basic = NULL;

    *status = KAMUPIN_OK;
    if (whole == NULL || next != bytes->data + bytes->length)
        *status = refuse(error, KAMUPIN_E_OCSP_MALFORMED, "not one OCSP answer");
    else if (OCSP_response_status(whole) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        *status = refuse(error, KAMUPIN_E_OCSP_REFUSED,
                         OCSP_response_status_str(OCSP_response_status(whole)));
    else if ((basic = OCSP_response_get1_basic(whole)) == NULL)
        *status = refuse(error, KAMUPIN_E_OCSP_MALFORMED, "an answer of an unknown kind");
    OCSP_RESPONSE_free(whole);
    return basic;
}

/* Whether a key that the issuer named may answer for it (RFC 6960, 4.2.2.2). Whether that certificate
 * is itself revoked is not asked: such certificates live short, and the question would have no end. */
static bool may_answer(X509 *signer, X509 *issuer, int64_t now)
{
    time_t at = (time_t)now;
    const uint32_t flags = X509_get_extension_flags(signer);

    return X509_NAME_cmp(X509_get_issuer_name(signer), X509_get_subject_name(issuer)) == 0 &&
           X509_verify(signer, X509_get0_pubkey(issuer)) == 1 &&
           (flags & (EXFLAG_CRITICAL | EXFLAG_INVALID)) == 0 && (flags & EXFLAG_XKUSAGE) != 0 &&
           (X509_get_extended_key_usage(signer) & XKU_OCSP_SIGN) != 0 &&
           (X509_get_key_usage(signer) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0 &&
           X509_cmp_time(X509_get0_notBefore(signer), &at) < 0 &&
           X509_cmp_time(X509_get0_notAfter(signer), &at) > 0;
}

/* `weakness` receives what the answer hangs on and stands in no chain: its signature's hash, and the
 * certificate of who made it. */
static kamupin_status check_signature(OCSP_BASICRESP *basic, const kp_ocsp_wish *wish,
                                      unsigned int *weakness, kamupin_error *error)
{
    const ASN1_OCTET_STRING *signature = OCSP_resp_get0_signature(basic);
    X509 *signer = NULL;

    if (signature == NULL || ASN1_STRING_length(signature) == 0)
        return refuse(error, KAMUPIN_E_OCSP_UNSIGNED, "no signature");
    /* The issuer itself comes first: it need not send its own certificate. */
    STACK_OF(X509) *more = sk_X509_new_null();
    bool found = more != NULL && sk_X509_push(more, wish->issuer) > 0 &&
                 OCSP_resp_get0_signer(basic, &signer, more) == 1;
    sk_X509_free(more);
    if (!found || signer == NULL)
        return refuse(error, KAMUPIN_E_OCSP_SIGNER, "whose it is cannot be told");
    const bool by_issuer =
        EVP_PKEY_eq(X509_get0_pubkey(signer), X509_get0_pubkey(wish->issuer)) == 1;
    if (!by_issuer && !may_answer(signer, wish->issuer, wish->now))
        return refuse(error, KAMUPIN_E_OCSP_SIGNER, "not made by the issuer for this");
    if (ASN1_item_verify(ASN1_ITEM_rptr(OCSP_RESPDATA), OCSP_resp_get0_tbs_sigalg(basic), signature,
                         OCSP_resp_get0_respdata(basic), X509_get0_pubkey(signer)) != 1)
        return refuse(error, KAMUPIN_E_OCSP_UNSIGNED, "the signature does not hold");
    *weakness = by_issuer ? 0 : kp_weakness(signer);
    if (kp_weak_algorithm(OCSP_resp_get0_tbs_sigalg(basic)))
        *weakness |= KAMUPIN_WEAK_HASH;
    return KAMUPIN_OK;
}

/* Whether an answer's part is about the certificate, by whichever hash it names the issuer. */
static bool is_about(const OCSP_SINGLERESP *single, const kp_ocsp_wish *wish)
{
    ASN1_OBJECT *hash = NULL;
    OCSP_CERTID *said = OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(single));
    bool same = false;

    const EVP_MD *md = said != NULL && OCSP_id_get0_info(NULL, &hash, NULL, NULL, said) == 1
                           ? EVP_get_digestbyobj(hash)
                           : NULL;
    OCSP_CERTID *id = md == NULL ? NULL : OCSP_cert_to_id(md, wish->certificate, wish->issuer);
    if (id != NULL)
        same = OCSP_id_cmp(id, said) == 0;
    OCSP_CERTID_free(id);
    OCSP_CERTID_free(said);
    return same;
}

static OCSP_SINGLERESP *find_part(OCSP_BASICRESP *basic, const kp_ocsp_wish *wish)
{
    for (int i = 0; i < OCSP_resp_count(basic); i++)
        if (is_about(OCSP_resp_get0(basic, i), wish))
            return OCSP_resp_get0(basic, i);
    return NULL;
}

/* Seconds since 1970; 0 for none, -1 for one that cannot be read. */
static int64_t time_of(const ASN1_GENERALIZEDTIME *time)
{
    struct tm parts;

    if (time == NULL)
        return 0;
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return -1;
    const int64_t seconds = (int64_t)timegm(&parts);
    return seconds > 0 ? seconds : -1;
}

static kamupin_status read_part(OCSP_SINGLERESP *part, const kp_ocsp_wish *wish,
                                kamupin_revocation_answer *answer, kamupin_error *error)
{
    ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
    int reason = OCSP_REVOKED_STATUS_NOSTATUS;
    const int state = OCSP_single_get0_status(part, &reason, &revoked, &this_update, &next_update);

    answer->this_update = time_of(this_update);
    answer->next_update = time_of(next_update);
    if (answer->this_update <= 0 || answer->next_update < 0)
        return refuse(error, KAMUPIN_E_OCSP_MALFORMED, "times that cannot be read");
    if (!kp_is_fresh(answer->this_update, answer->next_update, wish->now, KP_OCSP_UNSAID))
        return refuse(error, KAMUPIN_E_OCSP_STALE, "its times are over, or have not come");
    switch (state) {
    case V_OCSP_CERTSTATUS_GOOD:
        answer->state = KAMUPIN_REVOCATION_GOOD;
        break;
    case V_OCSP_CERTSTATUS_REVOKED:
        answer->reason = kp_reason_of(reason);
        answer->revoked_at = time_of(revoked);
        answer->state = KP_REASON_IS_HOLD(answer->reason) ? KAMUPIN_REVOCATION_SUSPENDED
                                                          : KAMUPIN_REVOCATION_REVOKED;
        break;
    default:
        answer->state = KAMUPIN_REVOCATION_UNKNOWN;
        break;
    }
    return KAMUPIN_OK;
}

static kamupin_status judge(OCSP_BASICRESP *basic, OCSP_REQUEST *question, const kp_ocsp_wish *wish,
                            kamupin_revocation_answer *answer, unsigned int *weakness,
                            kamupin_error *error)
{
    kamupin_status status = check_signature(basic, wish, weakness, error);
    OCSP_SINGLERESP *part = status == KAMUPIN_OK ? find_part(basic, wish) : NULL;

    if (status != KAMUPIN_OK)
        return status;
    if (part == NULL)
        return refuse(error, KAMUPIN_E_OCSP_OTHER, "it is about another certificate");
    const bool echoed = OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, -1) >= 0;
    if (echoed && OCSP_check_nonce(question, basic) != 1)
        return refuse(error, KAMUPIN_E_OCSP_NONCE, "another question's nonce");
    answer->nonce = echoed ? KAMUPIN_NONCE_ECHOED : KAMUPIN_NONCE_MISSING;
    return read_part(part, wish, answer, error);
}

/* Asks the question that was made. */
static kamupin_status ask_it(const kp_ocsp_wish *wish, OCSP_REQUEST *question,
                             kamupin_revocation_answer *answer, unsigned int *weakness,
                             kamupin_error *error)
{
    kp_buffer bytes = KP_BUFFER_INIT(0);
    OCSP_BASICRESP *basic = NULL;
    kamupin_revocation_answer found = {.reason = KAMUPIN_REASON_NONE};

    kamupin_status status = ask(wish, question, &bytes, error);
    if (status == KAMUPIN_OK)
        basic = open_answer(&bytes, &status, error);
    if (status == KAMUPIN_OK)
        status = judge(basic, question, wish, &found, weakness, error);
    if (status == KAMUPIN_OK)
        *answer = found;
    OCSP_BASICRESP_free(basic);
    kp_buffer_wipe(&bytes);
    return status;
}

kamupin_status kp_ocsp_ask(const kp_ocsp_wish *wish, kamupin_revocation_answer *answer,
                           unsigned int *weakness, kamupin_error *error)
{
    ERR_set_mark();
    OCSP_REQUEST *question = make_question(wish);
    const kamupin_status status = question == NULL
                                      ? kp_fail_local(error, KAMUPIN_E_CRYPTO)
                                      : ask_it(wish, question, answer, weakness, error);
    OCSP_REQUEST_free(question);
    ERR_pop_to_mark();
    return status;
}
