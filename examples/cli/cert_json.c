/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_json.c: certificates as --json prints them. What is not known is null. */
#include "cert.h"

#include <stdio.h>

static void put(json_t *into, const char *name, json_t *value)
{
    json_object_set_new(into, name, value);
}

static json_t *text_of(const kamupin_certificate *certificate, kamupin_certificate_field field)
{
    return cli_json_text_or_null(
        certificate != NULL ? kamupin_certificate_text(certificate, field, 0) : NULL);
}

static json_t *texts_of(const kamupin_certificate *certificate, kamupin_certificate_field field)
{
    json_t *all = json_array();
    for (size_t i = 0; certificate != NULL; i++) {
        const char *one = kamupin_certificate_text(certificate, field, i);
        if (one == NULL)
            break;
        json_array_append_new(all, cli_json_text(one));
    }
    return all;
}

static json_t *names_of(unsigned int bits, const char *const *names, size_t count)
{
    json_t *all = json_array();
    for (size_t i = 0; i < count; i++)
        if ((bits & 1U << i) != 0)
            json_array_append_new(all, json_string(names[i]));
    return all;
}

#define NAMES(bits, names) names_of(bits, names, sizeof names / sizeof names[0])

static const char *const usages[] = {"digitalSignature", "contentCommitment", "keyEncipherment",
                                     "dataEncipherment", "keyAgreement",      "keyCertSign",
                                     "cRLSign",          "encipherOnly",      "decipherOnly"};
static const char *const weaknesses[] = {"hash", "key", "anchor", "test"};
static const char *const sources[] = {"file", "card", "service"};
static const char *const may[] = {"suspend", "unsuspend", "activate", "revoke"};
static const char *const validities[] = {"unknown", "not-yet-valid", "valid", "expired"};
static const char *const identities[] = {NULL, "tckn", "passport", "vkn", "detsis"};
static const char *const actors[] = {NULL, "holder", "authority", "institution"};

json_t *cli_json_weakness(unsigned int weakness)
{
    return NAMES(weakness, weaknesses);
}

json_t *cli_json_actor(kamupin_actor actor)
{
    const char *name = actors[actor];
    return name != NULL ? json_string(name) : json_null();
}

json_t *cli_json_identity(const kamupin_identity *identity)
{
    char text[40];
    if (identity->type == 0 || identity->number[0] == '\0')
        return json_null();
    snprintf(text, sizeof text, "%s:%s", identities[identity->type], identity->number);
    return json_string(text);
}

json_t *cli_json_record(const kamupin_certificate_record *record)
{
    json_t *made = json_object();
    put(made, "certificate_id", cli_json_text(record->certificate_id));
    put(made, "serial", cli_json_text(record->serial));
    put(made, "product", json_string(kamupin_product_name(record->product)));
    put(made, "state", json_string(kamupin_certificate_state_name(record->state)));
    put(made, "suspended_by", cli_json_actor(record->suspended_by));
    put(made, "suspended_at", cli_json_utc(record->suspended_at));
    put(made, "suspend_until", cli_json_utc(record->suspend_until));
    put(made, "revoked_at", cli_json_utc(record->revoked_at));
    put(made, "reason",
        record->state == KAMUPIN_STATE_REVOKED
            ? json_string(kamupin_revocation_reason_name(record->reason))
            : json_null());
    put(made, "not_before", cli_json_utc(record->not_before));
    put(made, "not_after", cli_json_utc(record->not_after));
    put(made, "holder", cli_json_text(record->holder));
    put(made, "identity", cli_json_text_or_null(record->identity));
    put(made, "on_behalf_of", cli_json_identity(&record->on_behalf_of));
    put(made, "card_id", cli_json_text_or_null(record->card_id));
    put(made, "may", NAMES(record->may, may));
    return made;
}

/* What the certificate itself says. */
static void put_contents(json_t *made, const kamupin_certificate *certificate, bool whole_identity)
{
    kamupin_certificate_info info = KAMUPIN_CERTIFICATE_INFO_INIT;
    kamupin_identity whole = KAMUPIN_IDENTITY_INIT;
    kamupin_certificate_read(certificate, &info);
    const char *type = identities[info.identity_type];
    const bool shown =
        whole_identity && kamupin_certificate_identity(certificate, &whole) == KAMUPIN_OK;
    put(made, "class", json_string(kamupin_certificate_class_name(info.kind)));
    put(made, "identity", cli_json_text_or_null(shown ? whole.number : info.identity));
    put(made, "identity_type", type != NULL ? json_string(type) : json_null());
    put(made, "not_before", cli_json_utc(info.not_before));
    put(made, "not_after", cli_json_utc(info.not_after));
    put(made, "validity", json_string(validities[info.validity]));
    put(made, "key_bits", json_integer((json_int_t)info.key_bits));
    put(made, "usage", NAMES(info.usage, usages));
    put(made, "self_issued", json_boolean(info.self_issued));
    put(made, "weaknesses", cli_json_weakness(info.weakness));
    put(made, "subject",
        text_of(certificate,
                whole_identity ? KAMUPIN_CERTIFICATE_SUBJECT : KAMUPIN_CERTIFICATE_SUBJECT_MASKED));
    static const struct {
        const char *name;
        kamupin_certificate_field field;
    } one[] = {{"holder", KAMUPIN_CERTIFICATE_HOLDER},
               {"organisation", KAMUPIN_CERTIFICATE_ORGANISATION},
               {"issuer", KAMUPIN_CERTIFICATE_ISSUER},
               {"serial", KAMUPIN_CERTIFICATE_SERIAL},
               {"serial_decimal", KAMUPIN_CERTIFICATE_SERIAL_DECIMAL},
               {"fingerprint", KAMUPIN_CERTIFICATE_FINGERPRINT},
               {"key", KAMUPIN_CERTIFICATE_KEY},
               {"signed_with", KAMUPIN_CERTIFICATE_SIGNED_WITH},
               {"card_number", KAMUPIN_CERTIFICATE_CARD_NUMBER},
               {"known_root", KAMUPIN_CERTIFICATE_KNOWN_ROOT}},
      several[] = {{"policies", KAMUPIN_CERTIFICATE_POLICY},
                   {"purposes", KAMUPIN_CERTIFICATE_PURPOSE},
                   {"statements", KAMUPIN_CERTIFICATE_STATEMENT},
                   {"ocsp", KAMUPIN_CERTIFICATE_OCSP},
                   {"crl", KAMUPIN_CERTIFICATE_CRL},
                   {"issuer_files", KAMUPIN_CERTIFICATE_ISSUER_FILE}};
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        put(made, one[i].name, text_of(certificate, one[i].field));
    for (size_t i = 0; i < sizeof several / sizeof several[0]; i++)
        put(made, several[i].name, texts_of(certificate, several[i].field));
}

json_t *cli_json_certificate(const kamupin_certificate_entry *entry, bool whole_identity)
{
    const kamupin_certificate_record *record = &entry->record;
    const bool on_card = (entry->sources & KAMUPIN_SOURCE_CARD) != 0;
    const bool known = (entry->sources & KAMUPIN_SOURCE_SERVICE) != 0;
    json_t *made = json_object();
    put(made, "sources", NAMES(entry->sources, sources));
    put(made, "card_id", on_card ? cli_json_text_or_null(entry->card_id) : json_null());
    put(made, "card_certificate",
        on_card ? json_integer((json_int_t)entry->card_index + 1) : json_null());
    put(made, "reader", on_card ? cli_json_text_or_null(entry->reader) : json_null());
    put(made, "record", known ? cli_json_record(record) : json_null());
    if (entry->certificate != NULL) {
        put_contents(made, entry->certificate, whole_identity);
    } else {
        put(made, "holder", cli_json_text(record->holder));
        put(made, "serial", cli_json_text(record->serial));
        put(made, "identity", cli_json_text_or_null(record->identity));
        put(made, "not_before", cli_json_utc(record->not_before));
        put(made, "not_after", cli_json_utc(record->not_after));
    }
    return made;
}
