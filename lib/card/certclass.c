/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certclass.c: classification by certificate policies, extended key usage and QC statements
   (RFC 3739, 3.2.6; the identifiers stand in docs/cards.md). Uses OpenSSL to take the certificate
   apart and the TLV cursor for the statements; touches nothing else. */
#include <card/certclass.h>
#include <card/tlv.h>

#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <stdbool.h>
#include <string.h>

#define OID_TEXT_MAX 256

#define KAMUSM_POLICIES   "2.16.792.1.2.1.1.5.7."
#define POLICY_MALI_MUHUR "2.16.792.1.2.1.1.5.7.4.1"
#define POLICY_TIME_STAMP "2.16.792.1.2.1.1.5.7.3.1"
#define USAGE_MALI_MUHUR  "2.16.792.1.2.1.1.5.7.50.1"
#define USAGE_TIME_STAMP  "1.3.6.1.5.5.7.3.8"
#define USAGE_TLS_SERVER  "1.3.6.1.5.5.7.3.1"
#define USAGE_TLS_CLIENT  "1.3.6.1.5.5.7.3.2"
#define QC_COMPLIANCE     "0.4.0.1862.1.1"
#define QUALIFIED         "2.16.792.1.61.0.1.5070.1.1" /* of Law 5070, first form */
#define RESTRICTED        "2.16.792.1.61.0.1.5070.1.3"
#define QUALIFIED_NEWER   "2.16.792.1.61.0.1.5070.2.1"
#define RESTRICTED_NEWER  "2.16.792.1.61.0.1.5070.2.2"

/* Key usage, by its bits' numbers. */
#define KEY_ENCIPHERMENT  (1U << 2)
#define DATA_ENCIPHERMENT (1U << 3)
#define CERTIFICATE_SIGN  (1U << 5)
#define KEY_USAGES        9

typedef struct traits {
    bool kamusm, mali_muhur_policy, time_stamp_policy;
    bool mali_muhur_usage, time_stamp_usage, tls_usage;
    bool compliance, qualified, restricted, qualified_newer, restricted_newer;
} traits;

/* ---- object identifiers ---- */

static void tell(const ASN1_OBJECT *object, kp_oid_fn visit, void *user)
{
    char text[OID_TEXT_MAX];
    int length = OBJ_obj2txt(text, sizeof text, object, 1);
    if (length > 0 && length < OID_TEXT_MAX)
        visit(user, text);
}

void kp_certificate_each_policy(X509 *certificate, kp_oid_fn visit, void *user)
{
    CERTIFICATEPOLICIES *policies =
        X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
    for (int i = 0; i < sk_POLICYINFO_num(policies); i++)
        tell(sk_POLICYINFO_value(policies, i)->policyid, visit, user);
    CERTIFICATEPOLICIES_free(policies);
}

void kp_certificate_each_usage(X509 *certificate, kp_oid_fn visit, void *user)
{
    EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages); i++)
        tell(sk_ASN1_OBJECT_value(usages, i), visit, user);
    EXTENDED_KEY_USAGE_free(usages);
}

/* One statement's identifier: the cursor stands on its OBJECT IDENTIFIER. */
static void tell_at(const kp_tlv *at, kp_oid_fn visit, void *user)
{
    uint8_t whole[2 + 0x7F];
    const uint8_t *next = whole;
    if (at->length == 0 || at->length > 0x7F)
        return;
    whole[0] = 0x06;
    whole[1] = (uint8_t)at->length;
    memcpy(whole + 2, at->value, at->length);
    ASN1_OBJECT *object = d2i_ASN1_OBJECT(NULL, &next, (long)at->length + 2);
    if (object == NULL)
        return;
    tell(object, visit, user);
    ASN1_OBJECT_free(object);
}

/* QCStatements ::= SEQUENCE OF SEQUENCE { statementId OBJECT IDENTIFIER, … }. */
void kp_certificate_each_statement(X509 *certificate, kp_oid_fn visit, void *user)
{
    int index = X509_get_ext_by_NID(certificate, NID_qcStatements, -1);
    if (index < 0)
        return;
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(certificate, index));
    kp_tlv outer = kp_tlv_over(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
    if (!kp_tlv_next(&outer) || outer.tag != 0x30)
        return;
    kp_tlv each = kp_tlv_inside(&outer);
    while (kp_tlv_find(&each, 0x30)) {
        kp_tlv inside = kp_tlv_inside(&each);
        if (kp_tlv_next(&inside) && inside.tag == 0x06)
            tell_at(&inside, visit, user);
    }
}

unsigned int kp_certificate_key_usage(X509 *certificate)
{
    ASN1_BIT_STRING *bits = X509_get_ext_d2i(certificate, NID_key_usage, NULL, NULL);
    unsigned int usage = 0;
    for (int i = 0; bits != NULL && i < KEY_USAGES; i++)
        usage |= ASN1_BIT_STRING_get_bit(bits, i) ? 1U << i : 0;
    ASN1_BIT_STRING_free(bits);
    return usage;
}

/* ---- classes ---- */

static void note_policy(void *user, const char *oid)
{
    traits *found = user;
    found->kamusm |= strncmp(oid, KAMUSM_POLICIES, strlen(KAMUSM_POLICIES)) == 0;
    found->mali_muhur_policy |= strcmp(oid, POLICY_MALI_MUHUR) == 0;
    found->time_stamp_policy |= strcmp(oid, POLICY_TIME_STAMP) == 0;
}

static void note_usage(void *user, const char *oid)
{
    traits *found = user;
    found->mali_muhur_usage |= strcmp(oid, USAGE_MALI_MUHUR) == 0;
    found->time_stamp_usage |= strcmp(oid, USAGE_TIME_STAMP) == 0;
    found->tls_usage |= strcmp(oid, USAGE_TLS_SERVER) == 0 || strcmp(oid, USAGE_TLS_CLIENT) == 0;
}

static void note_statement(void *user, const char *oid)
{
    traits *found = user;
    found->compliance |= strcmp(oid, QC_COMPLIANCE) == 0;
    found->qualified |= strcmp(oid, QUALIFIED) == 0;
    found->restricted |= strcmp(oid, RESTRICTED) == 0;
    found->qualified_newer |= strcmp(oid, QUALIFIED_NEWER) == 0;
    found->restricted_newer |= strcmp(oid, RESTRICTED_NEWER) == 0;
}

static traits traits_of(X509 *certificate)
{
    traits found = {.kamusm = false};
    kp_certificate_each_policy(certificate, note_policy, &found);
    kp_certificate_each_usage(certificate, note_usage, &found);
    kp_certificate_each_statement(certificate, note_statement, &found);
    return found;
}

static bool is_mali_muhur(const traits *found)
{
    return found->mali_muhur_policy && found->mali_muhur_usage;
}

/* By the statements of the law. */
static kp_certificate_class class_by_law(const traits *found)
{
    if (found->qualified_newer && found->restricted_newer)
        return KP_CERTIFICATE_QUALIFIED_SEAL;
    if (found->qualified && found->restricted)
        return KP_CERTIFICATE_ELECTRONIC_SEAL;
    if (found->compliance && (found->qualified || found->qualified_newer))
        return KP_CERTIFICATE_QUALIFIED_SIGNATURE;
    return KP_CERTIFICATE_OTHER;
}

kp_certificate_class kp_certificate_classify(const uint8_t *der, size_t length)
{
    const unsigned char *next = der;
    kp_certificate_class class = KP_CERTIFICATE_BROKEN;
    X509 *certificate = length <= 0x7FFFFFFF ? d2i_X509(NULL, &next, (long)length) : NULL;
    if (certificate != NULL && next == der + length) {
        const traits found = traits_of(certificate);
        class = KP_CERTIFICATE_OTHER;
        if (found.kamusm)
            class = is_mali_muhur(&found) ? KP_CERTIFICATE_MALI_MUHUR : class_by_law(&found);
    }
    X509_free(certificate);
    return class;
}

/* Says that it is an authority's, or is a root of the time before version 3, when none could say. */
static bool is_authority(X509 *certificate)
{
    BASIC_CONSTRAINTS *basic = X509_get_ext_d2i(certificate, NID_basic_constraints, NULL, NULL);
    bool says = basic != NULL && basic->ca != 0;
    BASIC_CONSTRAINTS_free(basic);
    return says || (kp_certificate_key_usage(certificate) & CERTIFICATE_SIGN) != 0 ||
           (X509_get_version(certificate) == X509_VERSION_1 &&
            X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) ==
                0);
}

kp_certificate_class kp_certificate_sort(X509 *certificate)
{
    const traits found = traits_of(certificate);
    const unsigned int usage = kp_certificate_key_usage(certificate);
    if (is_authority(certificate))
        return KP_CERTIFICATE_AUTHORITY;
    if (found.time_stamp_usage || found.time_stamp_policy)
        return KP_CERTIFICATE_TIME_STAMP;
    if (is_mali_muhur(&found))
        return KP_CERTIFICATE_MALI_MUHUR;
    if (class_by_law(&found) != KP_CERTIFICATE_OTHER)
        return class_by_law(&found);
    if ((usage & (KEY_ENCIPHERMENT | DATA_ENCIPHERMENT)) != 0 && !found.tls_usage)
        return KP_CERTIFICATE_ENCRYPTION;
    return KP_CERTIFICATE_OTHER;
}
