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

#define OID_TEXT_MAX 80

#define KAMUSM_POLICIES   "2.16.792.1.2.1.1.5.7."
#define POLICY_MALI_MUHUR "2.16.792.1.2.1.1.5.7.4.1"
#define USAGE_MALI_MUHUR  "2.16.792.1.2.1.1.5.7.50.1"
#define QC_COMPLIANCE     "0.4.0.1862.1.1"
#define QUALIFIED         "2.16.792.1.61.0.1.5070.1.1" /* of Law 5070, first form */
#define RESTRICTED        "2.16.792.1.61.0.1.5070.1.3"
#define QUALIFIED_NEWER   "2.16.792.1.61.0.1.5070.2.1"
#define RESTRICTED_NEWER  "2.16.792.1.61.0.1.5070.2.2"

typedef struct statements {
    bool compliance, qualified, restricted, qualified_newer, restricted_newer;
} statements;

static bool has_policy(X509 *certificate, const char *wanted)
{
    bool arc = wanted[strlen(wanted) - 1] == '.';
    bool found = false;
    CERTIFICATEPOLICIES *policies =
        X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
    for (int i = 0; i < sk_POLICYINFO_num(policies) && !found; i++) {
        char text[OID_TEXT_MAX];
        int length = OBJ_obj2txt(text, sizeof text, sk_POLICYINFO_value(policies, i)->policyid, 1);
        if (length > 0 && length < OID_TEXT_MAX)
            found = arc ? strncmp(text, wanted, strlen(wanted)) == 0 : strcmp(text, wanted) == 0;
    }
    CERTIFICATEPOLICIES_free(policies);
    return found;
}

static bool has_usage(X509 *certificate, const char *wanted)
{
    bool found = false;
    EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages) && !found; i++) {
        char text[OID_TEXT_MAX];
        int length = OBJ_obj2txt(text, sizeof text, sk_ASN1_OBJECT_value(usages, i), 1);
        found = length > 0 && length < OID_TEXT_MAX && strcmp(text, wanted) == 0;
    }
    EXTENDED_KEY_USAGE_free(usages);
    return found;
}

/* Notes one statement's identifier: the cursor stands on its OBJECT IDENTIFIER. */
static void note(const kp_tlv *at, statements *found)
{
    char text[OID_TEXT_MAX] = "";
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
    OBJ_obj2txt(text, sizeof text, object, 1);
    ASN1_OBJECT_free(object);
    found->compliance |= strcmp(text, QC_COMPLIANCE) == 0;
    found->qualified |= strcmp(text, QUALIFIED) == 0;
    found->restricted |= strcmp(text, RESTRICTED) == 0;
    found->qualified_newer |= strcmp(text, QUALIFIED_NEWER) == 0;
    found->restricted_newer |= strcmp(text, RESTRICTED_NEWER) == 0;
}

/* QCStatements ::= SEQUENCE OF SEQUENCE { statementId OBJECT IDENTIFIER, … }. */
static statements statements_of(X509 *certificate)
{
    statements found = {false, false, false, false, false};
    int index = X509_get_ext_by_NID(certificate, NID_qcStatements, -1);
    if (index < 0)
        return found;
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(X509_get_ext(certificate, index));
    kp_tlv outer = kp_tlv_over(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
    if (!kp_tlv_next(&outer) || outer.tag != 0x30)
        return found;
    kp_tlv each = kp_tlv_inside(&outer);
    while (kp_tlv_find(&each, 0x30)) {
        kp_tlv inside = kp_tlv_inside(&each);
        if (kp_tlv_next(&inside) && inside.tag == 0x06)
            note(&inside, &found);
    }
    return found;
}

static kp_certificate_class class_of(X509 *certificate)
{
    statements qc = statements_of(certificate);
    if (!has_policy(certificate, KAMUSM_POLICIES))
        return KP_CERTIFICATE_OTHER;
    if (has_policy(certificate, POLICY_MALI_MUHUR) && has_usage(certificate, USAGE_MALI_MUHUR))
        return KP_CERTIFICATE_MALI_MUHUR;
    if (qc.qualified_newer && qc.restricted_newer)
        return KP_CERTIFICATE_QUALIFIED_SEAL;
    if (qc.qualified && qc.restricted)
        return KP_CERTIFICATE_ELECTRONIC_SEAL;
    if (qc.compliance && (qc.qualified || qc.qualified_newer))
        return KP_CERTIFICATE_QUALIFIED_SIGNATURE;
    return KP_CERTIFICATE_OTHER;
}

kp_certificate_class kp_certificate_classify(const uint8_t *der, size_t length)
{
    const unsigned char *next = der;
    kp_certificate_class class = KP_CERTIFICATE_BROKEN;
    X509 *certificate = length <= 0x7FFFFFFF ? d2i_X509(NULL, &next, (long)length) : NULL;
    if (certificate != NULL && next == der + length)
        class = class_of(certificate);
    X509_free(certificate);
    return class;
}
