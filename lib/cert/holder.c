/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   holder.c: whose a certificate is: names, organisation, card and identity number, of which each
   may be missing or stand elsewhere than one thinks. */
#include <cert/certificate.h>

#include <cert/name.h>
#include <kamupin/session.h>

#include <string.h>

#define NAME_TEXT_MAX ((size_t)4 * KP_CERTIFICATE_MAX) /* each byte of a name can become three */

/* "Card serial number" of the arc in which Kamu SM keeps its attributes (docs/cards.md). */
#define CARD_NUMBER "2.16.792.1.2.1.1.5.2.200.2"

/* ---- identity number ---- */

/* Words in front of a number. Those of ETSI EN 319 412-1, 5.1.3 and 5.1.4 say which country's it is;
 * a word that is not here makes it another kind of number. */
static const char *const WORDS[] = {"TCKN", "TC", "VKN", "PNOTR", "VATTR", "TINTR", "IDCTR"};

#define PASSPORT_WORD 5 /* letters of PAS and a country */

static bool is_passport_word(const char *word, size_t length)
{
    return length == PASSPORT_WORD && strncmp(word, "PAS", 3) == 0 && word[3] >= 'A' &&
           word[3] <= 'Z' && word[4] >= 'A' && word[4] <= 'Z';
}

/* What stands behind the word of a number, and whether the word says that it is a passport's; NULL
 * when it is no word that is known. */
static const char *behind_word(const char *text, bool *passport)
{
    const size_t length = strcspn(text, "-: 0123456789");
    const char *rest = text + length;

    *passport = is_passport_word(text, length) && *rest == '-';
    bool known = length == 0 || *passport;
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        known |= strlen(WORDS[i]) == length && strncmp(text, WORDS[i], length) == 0;
    rest += length > 0 ? strspn(rest, "-: ") : 0;
    return known ? rest : NULL;
}

/* Reads a number; type 0 when it is none. */
static void read_number(const char *text, kamupin_identity *identity)
{
    static const kamupin_identity_type PLAIN[] = {KAMUPIN_IDENTITY_TCKN, KAMUPIN_IDENTITY_VKN};
    bool passport = false;
    const char *number = behind_word(text, &passport);

    *identity = (kamupin_identity)KAMUPIN_IDENTITY_INIT;
    if (number == NULL || strlen(number) >= sizeof identity->number)
        return;
    memcpy(identity->number, number, strlen(number) + 1);
    for (size_t i = 0; i < (passport ? 1 : sizeof PLAIN / sizeof PLAIN[0]); i++) {
        identity->type = passport ? KAMUPIN_IDENTITY_PASSPORT : PLAIN[i];
        if (kamupin_identity_check(identity, NULL) == KAMUPIN_OK)
            return;
    }
    *identity = (kamupin_identity)KAMUPIN_IDENTITY_INIT;
}

/* The first attribute of that kind that holds one. */
static void find_number(const X509_NAME *subject, int nid, kamupin_identity *identity)
{
    for (int i = -1; identity->type == 0;) {
        i = X509_NAME_get_index_by_NID(subject, nid, i);
        if (i < 0)
            break;
        size_t length = 0;
        unsigned char *text =
            kp_value_utf8(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)), &length);
        if (text != NULL && strlen((const char *)text) == length)
            read_number((const char *)text, identity);
        OPENSSL_free(text);
    }
}

static void fill_identity(kamupin_certificate *certificate, const X509_NAME *subject)
{
    kamupin_certificate_info *info = &certificate->info;

    find_number(subject, NID_serialNumber, &certificate->identity);
    find_number(subject, NID_organizationIdentifier, &certificate->identity);
    if (certificate->identity.type == 0)
        return;
    info->identity_type = certificate->identity.type;
    memcpy(info->identity, certificate->identity.number, sizeof info->identity);
    kp_mask_number((unsigned char *)info->identity, strlen(info->identity));
}

/* ---- names ---- */

static void keep_name(kamupin_certificate *certificate, kamupin_certificate_field field,
                      const X509_NAME *name, bool masked)
{
    kp_buffer text = KP_BUFFER_INIT(NAME_TEXT_MAX);

    kp_name_append(name, masked, &text);
    kp_certificate_keep_buffer(certificate, field, &text);
}

/* An attribute of the subject, when there is one that is text. */
static bool keep_value(kamupin_certificate *certificate, kamupin_certificate_field field,
                       const ASN1_STRING *value, bool masked)
{
    kp_buffer text = KP_BUFFER_INIT(NAME_TEXT_MAX);
    const bool kept = value != NULL && kp_value_append(value, masked, &text);

    if (kept)
        kp_certificate_keep_buffer(certificate, field, &text);
    kp_buffer_wipe(&text);
    return kept;
}

/* Given name and surname, when both are there. */
static bool keep_person(kamupin_certificate *certificate, const X509_NAME *subject)
{
    const ASN1_STRING *given = kp_name_find(subject, NID_givenName);
    const ASN1_STRING *family = kp_name_find(subject, NID_surname);
    kp_buffer text = KP_BUFFER_INIT(NAME_TEXT_MAX);

    bool kept = given != NULL && family != NULL && kp_value_append(given, true, &text);
    if (kept) {
        kp_buffer_text(&text, " ");
        kept = kp_value_append(family, true, &text);
    }
    if (kept)
        kp_certificate_keep_buffer(certificate, KAMUPIN_CERTIFICATE_HOLDER, &text);
    kp_buffer_wipe(&text);
    return kept;
}

/* The first name of subjectAltName that is text: of a certificate whose subject says nothing. */
static bool keep_alternative(kamupin_certificate *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate->x509, NID_subject_alt_name, NULL, NULL);
    bool kept = false;

    for (int i = 0; i < sk_GENERAL_NAME_num(names) && !kept; i++) {
        int type = 0;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        if (type == GEN_EMAIL || type == GEN_DNS || type == GEN_URI)
            kept = keep_value(certificate, KAMUPIN_CERTIFICATE_HOLDER, value, true);
    }
    GENERAL_NAMES_free(names);
    return kept;
}

/* What names the subject best. */
static void keep_holder(kamupin_certificate *certificate, const X509_NAME *subject)
{
    static const int OTHERS[] = {NID_pseudonym, NID_organizationName, NID_organizationalUnitName,
                                 NID_pkcs9_emailAddress};
    bool kept = keep_value(certificate, KAMUPIN_CERTIFICATE_HOLDER,
                           kp_name_find(subject, NID_commonName), true) ||
                keep_person(certificate, subject);

    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0] && !kept; i++)
        kept = keep_value(certificate, KAMUPIN_CERTIFICATE_HOLDER, kp_name_find(subject, OTHERS[i]),
                          true);
    if (!kept && !keep_alternative(certificate) && X509_NAME_entry_count(subject) > 0)
        keep_name(certificate, KAMUPIN_CERTIFICATE_HOLDER, subject, true);
}

/* The number of the card, which OpenSSL has no name for. */
static void keep_card_number(kamupin_certificate *certificate, const X509_NAME *subject)
{
    ASN1_OBJECT *wanted = OBJ_txt2obj(CARD_NUMBER, 1);
    int index = wanted != NULL ? X509_NAME_get_index_by_OBJ(subject, wanted, -1) : -1;

    if (index >= 0)
        keep_value(certificate, KAMUPIN_CERTIFICATE_CARD_NUMBER,
                   X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)), false);
    ASN1_OBJECT_free(wanted);
}

void kp_certificate_fill_holder(kamupin_certificate *certificate)
{
    const X509_NAME *subject = X509_get_subject_name(certificate->x509);
    const X509_NAME *issuer = X509_get_issuer_name(certificate->x509);

    fill_identity(certificate, subject);
    keep_holder(certificate, subject);
    keep_value(certificate, KAMUPIN_CERTIFICATE_ORGANISATION,
               kp_name_find(subject, NID_organizationName), true);
    keep_name(certificate, KAMUPIN_CERTIFICATE_SUBJECT, subject, false);
    keep_name(certificate, KAMUPIN_CERTIFICATE_SUBJECT_MASKED, subject, true);
    keep_name(certificate, KAMUPIN_CERTIFICATE_ISSUER, issuer, false);
    keep_card_number(certificate, subject);
    certificate->info.self_issued = X509_NAME_cmp(subject, issuer) == 0;
}
