/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   problem.c: problem documents (RFC 9457) and other refusals become one status each. The names are
   those of docs/protocol/openapi.yaml. */
#include <service/problem.h>

#include <core/fail.h>
#include <service/json.h>

#include <stdio.h>
#include <string.h>

#define PREFIX        "urn:kamupin:problem:"
#define FIELDS_MAX    32
#define FIELD_MAX     65 /* bytes of one name, with the NUL */
#define FIELD_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

typedef struct problem {
    const char *name;
    kamupin_status status;
} problem;

static const problem PROBLEMS[] = {
    {"code-malformed", KAMUPIN_E_CODE_MALFORMED},
    {"code-unknown", KAMUPIN_E_CODE_UNKNOWN},
    {"code-expired", KAMUPIN_E_CODE_EXPIRED},
    {"code-used", KAMUPIN_E_CODE_USED},
    {"code-replaced", KAMUPIN_E_CODE_REPLACED},
    {"page-closed", KAMUPIN_E_PAGE_CLOSED},
    {"client-too-old", KAMUPIN_E_CLIENT_TOO_OLD},
    {"rate-limited", KAMUPIN_E_RATE_LIMITED},
    {"card-not-allowed", KAMUPIN_E_CARD_NOT_YOURS},
    {"product-mismatch", KAMUPIN_E_PRODUCT_MISMATCH},
    {"operation-unknown", KAMUPIN_E_OPERATION_UNKNOWN},
    {"operation-expired", KAMUPIN_E_OPERATION_EXPIRED},
    {"operation-cancelled", KAMUPIN_E_OPERATION_CANCELLED},
    {"operation-phase", KAMUPIN_E_OPERATION_PHASE},
    {"factor-wrong", KAMUPIN_E_SMS_CODE_WRONG},
    {"factor-exhausted", KAMUPIN_E_SMS_CODE_EXHAUSTED},
    {"factor-expired", KAMUPIN_E_SMS_CODE_EXPIRED},
    {"resend-too-soon", KAMUPIN_E_SMS_RESEND_TOO_SOON},
    {"phone-out-of-date", KAMUPIN_E_PHONE_OUT_OF_DATE},
    {"authority-exhausted", KAMUPIN_E_AUTHORITY_EXHAUSTED},
    {"authority-limit", KAMUPIN_E_AUTHORITY_LIMIT},
    {"challenge-used", KAMUPIN_E_CHALLENGE_USED},
    {"token-invalid", KAMUPIN_E_SESSION_REFUSED},
    {"dpop-invalid", KAMUPIN_E_SESSION_REFUSED},
    {"dpop-nonce", KAMUPIN_E_SESSION_REFUSED},
    {"ticket-invalid", KAMUPIN_E_TICKET_REFUSED},
    {"outcome-conflict", KAMUPIN_E_OUTCOME_CONFLICT},
    {"session-ended", KAMUPIN_E_SESSION_ENDED},
    {"session-expired", KAMUPIN_E_SESSION_EXPIRED},
    {"login-required", KAMUPIN_E_LOGIN_REQUIRED},
    {"login-not-offered", KAMUPIN_E_LOGIN_NOT_OFFERED},
    {"login-unknown", KAMUPIN_E_SESSION_EXPIRED},
    {"captcha-wrong", KAMUPIN_E_CAPTCHA_WRONG},
    {"captcha-expired", KAMUPIN_E_CAPTCHA_EXPIRED},
    {"security-word-wrong", KAMUPIN_E_SECURITY_WORD_WRONG},
    {"not-represented", KAMUPIN_E_NOT_REPRESENTED},
    {"product-not-offered", KAMUPIN_E_PRODUCT_NOT_OFFERED},
    {"order-unknown", KAMUPIN_E_ORDER_UNKNOWN},
    {"order-ended", KAMUPIN_E_ORDER_ENDED},
    {"order-in-use", KAMUPIN_E_ORDER_IN_USE},
    {"issued-pin-unknown", KAMUPIN_E_ISSUED_PIN_UNKNOWN},
    {"issued-pin-shown", KAMUPIN_E_ISSUED_PIN_SHOWN},
    {"inquiry-unknown", KAMUPIN_E_INQUIRY_UNKNOWN},
    {"web-password-wrong", KAMUPIN_E_WEB_PASSWORD_WRONG},
    {"web-password-exhausted", KAMUPIN_E_WEB_PASSWORD_EXHAUSTED},
    {"factor-mismatch", KAMUPIN_E_FACTOR_MISMATCH},
    {"certificate-unknown", KAMUPIN_E_CERTIFICATE_UNKNOWN},
    {"certificate-not-activated", KAMUPIN_E_CERTIFICATE_NOT_ACTIVATED},
    {"certificate-not-yet-valid", KAMUPIN_E_CERTIFICATE_NOT_YET_VALID},
    {"certificate-active", KAMUPIN_E_CERTIFICATE_ACTIVE},
    {"certificate-not-suspended", KAMUPIN_E_CERTIFICATE_NOT_SUSPENDED},
    {"certificate-suspended", KAMUPIN_E_CERTIFICATE_SUSPENDED},
    {"certificate-suspended-by-others", KAMUPIN_E_CERTIFICATE_SUSPENDED_BY_OTHERS},
    {"certificate-revoked", KAMUPIN_E_CERTIFICATE_REVOKED},
    {"certificate-expired", KAMUPIN_E_CERTIFICATE_EXPIRED},
    {"revocation-expired", KAMUPIN_E_REVOCATION_EXPIRED},
    {"consent-expired", KAMUPIN_E_CONSENT_EXPIRED},
    {"consent-given", KAMUPIN_E_CONSENT_GIVEN},
    {"signature-refused", KAMUPIN_E_SIGNATURE_REFUSED},
    {"application-unknown", KAMUPIN_E_APPLICATION_UNKNOWN},
    {"application-state", KAMUPIN_E_APPLICATION_STATE},
    {"document-refused", KAMUPIN_E_DOCUMENT_REFUSED},
    {"role-refused", KAMUPIN_E_ROLE_REFUSED},
    {"list-unknown", KAMUPIN_E_LIST_UNKNOWN},
    {"list-signed", KAMUPIN_E_LIST_SIGNED},
    {"list-changed", KAMUPIN_E_LIST_CHANGED},
    /* What only a fault of this library or of the service can bring about: */
    {"idempotency-conflict", KAMUPIN_E_SERVICE_REFUSED},
    {"request-invalid", KAMUPIN_E_SERVICE_REFUSED},
    {"request-too-large", KAMUPIN_E_SERVICE_REFUSED},
    {"not-found", KAMUPIN_E_SERVICE_REFUSED},
    {"method-not-allowed", KAMUPIN_E_SERVICE_REFUSED},
    {"internal", KAMUPIN_E_SERVICE_UNAVAILABLE},
    {"unavailable", KAMUPIN_E_SERVICE_UNAVAILABLE},
};

kamupin_status kp_problem_status(const char *name)
{
    for (size_t i = 0; i < sizeof PROBLEMS / sizeof PROBLEMS[0]; i++)
        if (strcmp(PROBLEMS[i].name, name) == 0)
            return PROBLEMS[i].status;
    return KAMUPIN_E_SERVICE_REFUSED;
}

/* Whether a page for people refuses or asks to log in: a captive portal or a filtering proxy. Of
 * the others, 404 and its like are a web server's that is no such service. */
static bool is_intercepted(const kp_http_reply *reply)
{
    return kp_http_is_page(reply) && (reply->status == 401 || reply->status == 403 ||
                                      reply->status == 407 || reply->status == 451);
}

/* An answer without a problem document comes from something before the service: a gateway, a
 * captive portal, another server. */
static kamupin_status by_http_status(const kp_http_reply *reply, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_E_SERVICE_REPLY_MALFORMED;

    if (reply->status >= 500 && reply->status <= 599)
        status = KAMUPIN_E_SERVICE_UNAVAILABLE;
    else if (reply->status == 429)
        status = KAMUPIN_E_RATE_LIMITED;
    else if (is_intercepted(reply))
        status = KAMUPIN_E_HTTP_INTERCEPTED;
    return kp_fail(error, status, KAMUPIN_FROM_HTTP, "HTTP %d without a problem document",
                   reply->status);
}

/* The seconds to wait: the document's own word before the header's. */
static int wait_seconds(kp_fields fields, int retry_after)
{
    int resend = kp_json_int_or(fields, "resend_after", 0, 86400, -1);
    int retry = kp_json_int_or(fields, "retry_after", 0, 86400, -1);

    if (resend >= 0)
        return resend;
    return retry >= 0 ? retry : retry_after;
}

/* The names of the members that the service refuses, as "fields: a, b.c"; those that cannot be names are
 * passed over, as are those beyond the room. */
static void name_fields(kp_fields fields, char *out, size_t room)
{
    const size_t count =
        kp_json_has(fields, "fields") ? kp_json_array(fields, "fields", FIELDS_MAX) : 0;
    char name[FIELD_MAX];
    const char *wrong = NULL;
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        const char *before = used == 0 ? "fields: " : ", ";
        kp_json_item((kp_fields){fields.object, &wrong}, "fields", i, name, sizeof name);
        if (strspn(name, FIELD_LETTERS) != strlen(name) || name[0] == '\0' ||
            used + strlen(before) + strlen(name) >= room)
            continue;
        used += (size_t)snprintf(out + used, room - used, "%s%s", before, name);
    }
}

static kamupin_status by_document(const json_t *root, const kp_http_reply *reply,
                                  kamupin_error *error)
{
    const char *wrong = NULL;
    const kp_fields fields = {root, &wrong};
    kamupin_error made = KAMUPIN_ERROR_INIT;

    kp_json_text(fields, "type", made.problem_type, sizeof made.problem_type);
    made.tries_left = kp_json_int_or(fields, "tries_left", 0, 99, -1);
    made.wait_seconds = wait_seconds(fields, reply->retry_after);
    if (wrong != NULL)
        return by_http_status(reply, error);
    const bool ours = strncmp(made.problem_type, PREFIX, sizeof PREFIX - 1) == 0;
    made.status =
        ours ? kp_problem_status(made.problem_type + sizeof PREFIX - 1) : KAMUPIN_E_SERVICE_REFUSED;
    made.origin = KAMUPIN_FROM_SERVICE;
    name_fields(fields, made.detail, sizeof made.detail);
    /* The document's title and detail are left out: they may repeat what was sent. */
    kp_error_copy(&made, error);
    return made.status;
}

kamupin_status kp_problem_fail(const kp_http_reply *reply, kamupin_error *error)
{
    json_t *root = NULL;
    kamupin_status status;

    if (kp_http_is_type(reply, "application/problem+json") &&
        kp_json_parse(&reply->body, &root, NULL) == KAMUPIN_OK)
        status = by_document(root, reply, error);
    else
        status = by_http_status(reply, error);
    kp_json_free(root);
    if (error != NULL) {
        error->http_status = reply->status;
        if (error->wait_seconds < 0)
            error->wait_seconds = reply->retry_after;
    }
    return status;
}
