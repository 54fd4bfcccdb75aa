/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   list.c: certificates of cards, files and the service in one list (see list.h for what is one
   entry). Reads the files that it is told; a card was read when it was opened. */
#include <cert/list.h>

#include <card/card.h>
#include <cert/certificate.h>
#include <core/context.h>
#include <core/fail.h>

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

/* ---- the handle ---- */

kamupin_status kamupin_certificate_list_new(kamupin_context *context,
                                            kamupin_certificate_list **list, kamupin_error *error)
{
    if (list == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *list = NULL;
    kamupin_status status = kp_context_check(context, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_certificate_list *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->context = context;
    kp_error_clear(&made->error);
    kp_error_clear(error);
    *list = made;
    return KAMUPIN_OK;
}

static void drop(kp_list_entry *entry)
{
    kamupin_certificate_free(&entry->certificate);
    X509_NAME_free(entry->issuer);
    free(entry->serial);
}

void kamupin_certificate_list_free(kamupin_certificate_list **list)
{
    if (list == NULL || *list == NULL)
        return;
    for (size_t i = 0; i < (*list)->count; i++)
        drop(&(*list)->entries[i]);
    free((*list)->entries);
    free(*list);
    *list = NULL;
}

void kamupin_certificate_list_error(const kamupin_certificate_list *list, kamupin_error *error)
{
    if (list == NULL)
        kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    else
        kp_error_copy(&list->error, error);
}

kamupin_status kp_certificate_list_enter(kamupin_certificate_list *list)
{
    if (list == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kp_error_clear(&list->error);
    return kp_context_check(list->context, &list->error);
}

size_t kamupin_certificate_list_count(const kamupin_certificate_list *list)
{
    return list == NULL ? 0 : list->count;
}

kamupin_status kamupin_certificate_list_get(const kamupin_certificate_list *list, size_t index,
                                            kamupin_certificate_entry *entry)
{
    if (list == NULL || entry == NULL || entry->size != sizeof *entry || index >= list->count)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *entry = list->entries[index].shown;
    return KAMUPIN_OK;
}

/* ---- what is one entry ---- */

static bool is_same(const kp_list_entry *a, const kp_list_entry *b)
{
    return a->serial_length == b->serial_length &&
           memcmp(a->serial, b->serial, a->serial_length) == 0 &&
           X509_NAME_cmp(a->issuer, b->issuer) == 0;
}

/* Whether two entries of one issuer and serial number are not of different certificates. */
static bool fits(const kp_list_entry *a, const kp_list_entry *b)
{
    return a->certificate == NULL || b->certificate == NULL ||
           (a->certificate->length == b->certificate->length &&
            memcmp(a->certificate->der, b->certificate->der, a->certificate->length) == 0);
}

/* Takes from `from` what `to` does not have; each source is told of once, by the first. */
static void merge(kp_list_entry *to, kp_list_entry *from)
{
    const unsigned int added = from->shown.sources & ~to->shown.sources;

    if ((added & KAMUPIN_SOURCE_SERVICE) != 0)
        to->shown.record = from->shown.record;
    if ((added & KAMUPIN_SOURCE_CARD) != 0) {
        memcpy(to->shown.card_id, from->shown.card_id, sizeof to->shown.card_id);
        to->shown.card_index = from->shown.card_index;
        memcpy(to->shown.reader, from->shown.reader, sizeof to->shown.reader);
    }
    if (to->certificate == NULL) {
        to->shown.certificate = to->certificate = from->certificate;
        from->certificate = NULL;
    }
    to->shown.sources |= from->shown.sources;
}

static kamupin_status append(kamupin_certificate_list *list, kp_list_entry *entry)
{
    if (list->count == list->room) {
        const size_t room = list->room == 0 ? 8 : 2 * list->room;
        kp_list_entry *entries = realloc(list->entries, room * sizeof *entries);
        if (entries == NULL)
            return kp_fail_local(&list->error, KAMUPIN_E_NO_MEMORY);
        list->entries = entries;
        list->room = room;
    }
    list->entries[list->count++] = *entry;
    *entry = (kp_list_entry){.serial = NULL};
    return KAMUPIN_OK;
}

/* Puts an entry in its place; `entry` is used up in any case. What the service says belongs to every
 * certificate of that issuer and serial number. */
static kamupin_status put(kamupin_certificate_list *list, kp_list_entry *entry)
{
    const bool record = entry->certificate == NULL;
    const kp_list_entry *told = NULL; /* an entry that has the service's record */
    bool found = false;

    for (size_t i = 0; i < list->count && (record || !found); i++) {
        kp_list_entry *other = &list->entries[i];
        if (!is_same(other, entry))
            continue;
        if ((other->shown.sources & KAMUPIN_SOURCE_SERVICE) != 0)
            told = other;
        if (fits(other, entry)) {
            merge(other, entry);
            found = true;
        }
    }
    if (!found && told != NULL) {
        entry->shown.record = told->shown.record;
        entry->shown.sources |= KAMUPIN_SOURCE_SERVICE;
    }
    kamupin_status status = found ? KAMUPIN_OK : append(list, entry);
    drop(entry);
    return status;
}

/* Gives an entry its serial number. */
static bool set_serial(kp_list_entry *entry, const unsigned char *octets, size_t length)
{
    while (length > 1 && octets[0] == 0) {
        octets++;
        length--;
    }
    entry->serial = malloc(length + 1); /* one more: none is malloc(0) */
    if (entry->serial == NULL)
        return false;
    memcpy(entry->serial, octets, length);
    entry->serial_length = length;
    return true;
}

/* ---- certificates ---- */

/* The octets of an INTEGER's contents, as DER has them. */
static bool set_serial_of(kp_list_entry *entry, X509 *x509)
{
    unsigned char *der = NULL;
    const int size = i2d_ASN1_INTEGER(X509_get0_serialNumber(x509), &der);
    const unsigned char *contents = der;
    long length = 0;
    int tag = 0, kind = 0;
    bool set = size > 0 && (ASN1_get_object(&contents, &length, &tag, &kind, size) & 0x80) == 0 &&
               set_serial(entry, contents, (size_t)length);

    OPENSSL_free(der);
    return set;
}

/* All certificates within bytes; what else is known of them is in `shown`. */
static kamupin_status add_all(kamupin_certificate_list *list, const unsigned char *bytes,
                              size_t length, const kamupin_certificate_entry *shown, size_t *added)
{
    kp_blocks blocks;
    kp_block block;

    *added = 0;
    kamupin_status status = kp_blocks_open(&blocks, bytes, length, &list->error);
    while (status == KAMUPIN_OK) {
        kp_list_entry entry = {.shown = *shown};
        status = kp_blocks_next(&blocks, &block, &list->error);
        if (status != KAMUPIN_OK)
            break;
        status = kp_certificate_from(list->context, &block, &entry.certificate, &list->error);
        if (status != KAMUPIN_OK)
            break;
        entry.shown.certificate = entry.certificate;
        entry.issuer = X509_NAME_dup(X509_get_issuer_name(entry.certificate->x509));
        if (entry.issuer != NULL && set_serial_of(&entry, entry.certificate->x509)) {
            status = put(list, &entry);
            *added += status == KAMUPIN_OK ? 1 : 0;
        } else {
            drop(&entry);
            status = kp_fail_local(&list->error, KAMUPIN_E_NO_MEMORY);
        }
    }
    kp_blocks_close(&blocks);
    if (status == KAMUPIN_E_CERTIFICATE_MALFORMED && *added > 0) { /* there are no further ones */
        kp_error_clear(&list->error);
        status = KAMUPIN_OK;
    }
    return status;
}

kamupin_status kamupin_certificate_list_add(kamupin_certificate_list *list,
                                            const unsigned char *bytes, size_t length)
{
    kamupin_certificate_entry shown = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    kamupin_status status = kp_certificate_list_enter(list);
    size_t added = 0;

    if (status != KAMUPIN_OK)
        return status;
    if (bytes == NULL)
        return kp_fail_local(&list->error, KAMUPIN_E_INVALID_ARGUMENT);
    shown.sources = KAMUPIN_SOURCE_GIVEN;
    return add_all(list, bytes, length, &shown, &added);
}

/* What the card has that is no certificate was passed over when it was read. */
kamupin_status kamupin_certificate_list_add_card(kamupin_certificate_list *list,
                                                 const kamupin_card *card)
{
    kamupin_certificate_entry shown = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    const unsigned char *der = NULL;
    size_t length = 0, added = 0;

    kamupin_status status = kp_certificate_list_enter(list);
    if (status != KAMUPIN_OK)
        return status;
    if (card == NULL)
        return kp_fail_local(&list->error, KAMUPIN_E_INVALID_ARGUMENT);
    shown.sources = KAMUPIN_SOURCE_CARD;
    memcpy(shown.card_id, card->identity.info.card_id, sizeof shown.card_id);
    memcpy(shown.reader, card->identity.info.reader, sizeof shown.reader);
    for (size_t i = 0;
         status == KAMUPIN_OK && kamupin_card_certificate(card, i, &der, &length) == KAMUPIN_OK;
         i++) {
        shown.card_index = i;
        status = add_all(list, der, length, &shown, &added);
    }
    return status;
}

/* ---- records ---- */

static kamupin_status refuse_record(kamupin_certificate_list *list, const char *what)
{
    return kp_fail(&list->error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_SERVICE,
                   "field \"%s\" is none", what);
}

/* Upper- or lower-case hex, whole octets. */
static bool set_serial_hex(kp_list_entry *entry, const char *hex)
{
    long length = 0;
    unsigned char *octets = OPENSSL_hexstr2buf(hex, &length);
    const bool set = octets != NULL && length > 0 && set_serial(entry, octets, (size_t)length);

    OPENSSL_free(octets);
    return set;
}

kamupin_status kp_certificate_list_add_record(kamupin_certificate_list *list,
                                              const kamupin_certificate_record *record,
                                              const unsigned char *issuer, size_t issuer_length)
{
    kp_list_entry entry = {.shown = KAMUPIN_CERTIFICATE_ENTRY_INIT};
    const unsigned char *next = issuer;
    kamupin_status status = KAMUPIN_OK;

    entry.shown.sources = KAMUPIN_SOURCE_SERVICE;
    entry.shown.record = *record;
    ERR_set_mark();
    entry.issuer = issuer_length <= KP_CERTIFICATE_MAX
                       ? d2i_X509_NAME(NULL, &next, (long)issuer_length)
                       : NULL;
    if (entry.issuer == NULL || next != issuer + issuer_length)
        status = refuse_record(list, "issuer");
    else if (!set_serial_hex(&entry, record->serial))
        status = refuse_record(list, "serial");
    ERR_pop_to_mark();
    if (status == KAMUPIN_OK)
        status = put(list, &entry);
    else
        drop(&entry);
    return status;
}
