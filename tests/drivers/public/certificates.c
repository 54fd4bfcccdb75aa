/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certificates.c: everything that the library says of the certificates of files, for a test that
   compares it with what other programs say: "key", a tab and the value a line, an empty line behind
   each certificate. With --card the certificates of the only card come behind those of the files.
   Shows whole identity numbers. */
#include <kamupin/kamupin.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    kamupin_certificate_field field;
    const char *name;
} TEXTS[] = {
    {KAMUPIN_CERTIFICATE_HOLDER, "holder"},
    {KAMUPIN_CERTIFICATE_ORGANISATION, "organisation"},
    {KAMUPIN_CERTIFICATE_SUBJECT, "subject"},
    {KAMUPIN_CERTIFICATE_SUBJECT_MASKED, "masked"},
    {KAMUPIN_CERTIFICATE_ISSUER, "issuer"},
    {KAMUPIN_CERTIFICATE_SERIAL, "serial"},
    {KAMUPIN_CERTIFICATE_SERIAL_DECIMAL, "decimal"},
    {KAMUPIN_CERTIFICATE_FINGERPRINT, "fingerprint"},
    {KAMUPIN_CERTIFICATE_KEY, "key"},
    {KAMUPIN_CERTIFICATE_SIGNED_WITH, "signed-with"},
    {KAMUPIN_CERTIFICATE_POLICY, "policy"},
    {KAMUPIN_CERTIFICATE_PURPOSE, "purpose"},
    {KAMUPIN_CERTIFICATE_STATEMENT, "statement"},
    {KAMUPIN_CERTIFICATE_OCSP, "ocsp"},
    {KAMUPIN_CERTIFICATE_CRL, "crl"},
    {KAMUPIN_CERTIFICATE_ISSUER_FILE, "issuer-file"},
    {KAMUPIN_CERTIFICATE_CARD_NUMBER, "card-number"},
    {KAMUPIN_CERTIFICATE_KNOWN_ROOT, "known-root"},
};

static void print_octets(const kamupin_certificate_info *info)
{
    fputs("octets\t", stdout);
    for (size_t i = 0; i < info->serial_length; i++)
        printf("%02X", info->serial[i]);
    putchar('\n');
}

static void print(const kamupin_certificate_entry *entry)
{
    const kamupin_certificate *certificate = entry->certificate;
    kamupin_certificate_info info = KAMUPIN_CERTIFICATE_INFO_INIT;
    kamupin_identity identity = KAMUPIN_IDENTITY_INIT;
    const char *text = NULL;

    kamupin_certificate_read(certificate, &info);
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        for (size_t n = 0;
             (text = kamupin_certificate_text(certificate, TEXTS[i].field, n)) != NULL; n++)
            printf("%s\t%s\n", TEXTS[i].name, text);
    print_octets(&info);
    printf("class\t%s\n", kamupin_certificate_class_name(info.kind));
    printf("not-before\t%" PRId64 "\nnot-after\t%" PRId64 "\n", info.not_before, info.not_after);
    printf("validity\t%d\nkey-type\t%d\nkey-bits\t%u\n", (int)info.validity, (int)info.key,
           info.key_bits);
    printf("usage\t%u\nweakness\t%u\nself-issued\t%d\n", info.usage, info.weakness,
           (int)info.self_issued);
    printf("identity-type\t%d\nidentity\t%s\n", (int)info.identity_type, info.identity);
    if (kamupin_certificate_identity(certificate, &identity) == KAMUPIN_OK)
        printf("whole-identity\t%s\n", identity.number);
    printf("sources\t%u\ncard-id\t%s\ncard-index\t%zu\n\n", entry->sources, entry->card_id,
           entry->card_index);
}

static kamupin_status add(kamupin_context *context, kamupin_certificate_list *list,
                          const char *word, kamupin_error *error)
{
    kamupin_card *card = NULL;
    kamupin_status status = KAMUPIN_OK;

    if (strcmp(word, "--card") == 0) {
        status = kamupin_card_open(context, NULL, NULL, &card, error);
        if (status != KAMUPIN_OK)
            return status;
        status = kamupin_certificate_list_add_card(list, card);
    } else {
        status = kamupin_certificate_list_add_file(list, word);
    }
    kamupin_certificate_list_error(list, error);
    kamupin_card_free(&card);
    return status;
}

int main(int count, char **words)
{
    kamupin_context *context = NULL;
    kamupin_certificate_list *list = NULL;
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    kamupin_status status = kamupin_context_new(NULL, &context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_certificate_list_new(context, &list, &error);
    for (int i = 1; i < count && status == KAMUPIN_OK; i++)
        status = add(context, list, words[i], &error);
    for (size_t i = 0; kamupin_certificate_list_get(list, i, &entry) == KAMUPIN_OK; i++)
        print(&entry);
    if (status != KAMUPIN_OK)
        fprintf(stderr, "%s: %s\n", kamupin_status_name(status), error.detail);
    kamupin_certificate_list_free(&list);
    kamupin_context_free(&context);
    return (int)status;
}
