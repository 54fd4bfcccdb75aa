/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_make.c: the index of a CRL, made and sorted in memory, then written. A CRL may have millions
   of entries, so each step looks at the cancel handle on its way. */
#include <cert/certificate.h>
#include <cert/crl_file.h>
#include <cert/crl_layout.h>
#include <core/cancel.h>
#include <core/fail.h>

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define STRIDE    4096                /* records between two looks at the cancel handle */
#define WINDOW    ((size_t)1 << 20)   /* bytes likewise */
#define INDEX_MAX ((size_t)512 << 20) /* bytes of an index */

/* What is made. */
typedef struct making {
    const kp_crl *crl;
    kp_crl_index *index;
    const kamupin_cancel *cancel;
    unsigned char *bytes; /* of the file */
    size_t length;
    kamupin_error *error;
} making;

static kamupin_status hear(const making *now, uint64_t count)
{
    return count % STRIDE == 0 ? kp_cancel_check(now->cancel, now->error) : KAMUPIN_OK;
}

static void put(unsigned char *at, uint64_t number, size_t bytes)
{
    for (size_t i = bytes; i > 0; i--) {
        at[i - 1] = (unsigned char)(number & 0xFF);
        number >>= 8;
    }
}

/* ---- entries to records ---- */

/* Goes through the entries once: counts them and measures the longest serial. */
static kamupin_status measure(making *now)
{
    kp_crl_index *index = now->index;
    kamupin_status status = KAMUPIN_OK, heard = KAMUPIN_OK;
    kp_crl_entry entry;
    kp_tlv entries = kp_crl_entries(now->crl);

    index->count = 0;
    index->width = 0;
    while (heard == KAMUPIN_OK && kp_crl_next(&entries, &entry, &status)) {
        heard = hear(now, ++index->count);
        if (entry.serial.length > index->width)
            index->width = (uint32_t)entry.serial.length;
    }
    if (heard != KAMUPIN_OK)
        return heard;
    if (status != KAMUPIN_OK)
        return kp_fail(now->error, status, KAMUPIN_FROM_LOCAL, "entry %llu",
                       (unsigned long long)index->count + 1);
    if (index->count > INDEX_MAX / kp_record_size(index->width))
        return kp_fail(now->error, KAMUPIN_E_CRL_MALFORMED, KAMUPIN_FROM_LOCAL,
                       "too many entries for serials so long");
    return KAMUPIN_OK;
}

static kamupin_status write_records(const making *now)
{
    const uint32_t width = now->index->width;
    const size_t size = kp_record_size(width), key = kp_key_size(width);
    kamupin_status status = KAMUPIN_OK, heard = KAMUPIN_OK;
    unsigned char *at = now->bytes + KP_INDEX_HEAD;
    kp_crl_entry entry;
    kp_tlv entries = kp_crl_entries(now->crl);

    for (uint64_t i = 0; heard == KAMUPIN_OK && i < now->index->count; i++, at += size) {
        kp_crl_next(&entries, &entry, &status); /* all of them were read once */
        kp_write_key(at, entry.serial, width);
        at[key] = (unsigned char)entry.reason;
        put(at + key + 1, (uint64_t)entry.at, KP_TIME_SIZE);
        heard = hear(now, i);
    }
    return heard;
}

/* ---- sorting ---- */

/* Merges the first `half` of `count` records, which are sorted, with the others, which are as well;
 * `spare` has room for the first ones. */
static kamupin_status merge(const making *now, unsigned char *records, size_t half, size_t count,
                            unsigned char *spare)
{
    const size_t size = kp_record_size(now->index->width);
    const unsigned char *one = spare, *one_end = spare + half * size;
    const unsigned char *other = records + half * size, *other_end = records + count * size;
    unsigned char *to = records;
    kamupin_status heard = KAMUPIN_OK;

    memcpy(spare, records, half * size);
    for (uint64_t i = 1; one < one_end && other < other_end && heard == KAMUPIN_OK; i++) {
        const unsigned char **lower = memcmp(one, other, size) <= 0 ? &one : &other;
        memcpy(to, *lower, size); /* never beyond where `other` is read */
        *lower += size;
        to += size;
        heard = hear(now, i);
    }
    memcpy(to, one, (size_t)(one_end - one));
    return heard;
}

/* Not qsort, which cannot be ended. Deep as the logarithm of the count. */
static kamupin_status sort(const making *now, unsigned char *records, size_t count,
                           unsigned char *spare)
{
    const size_t size = kp_record_size(now->index->width), half = count / 2;
    kamupin_status status = KAMUPIN_OK;

    if (count < 2)
        return KAMUPIN_OK;
    status = sort(now, records, half, spare);
    if (status == KAMUPIN_OK)
        status = sort(now, records + half * size, count - half, spare);
    if (status == KAMUPIN_OK &&
        memcmp(records + (half - 1) * size, records + half * size, size) > 0)
        status = merge(now, records, half, count, spare);
    return status;
}

static kamupin_status sort_records(const making *now)
{
    const size_t count = (size_t)now->index->count;
    unsigned char *spare = malloc(count / 2 * kp_record_size(now->index->width) + 1);
    const kamupin_status status = spare == NULL
                                      ? kp_fail_local(now->error, KAMUPIN_E_NO_MEMORY)
                                      : sort(now, now->bytes + KP_INDEX_HEAD, count, spare);

    free(spare);
    return status;
}

/* ---- the file ---- */

static void write_head(const kp_crl_index *index, unsigned char *head)
{
    memcpy(head, KP_INDEX_MAGIC, KP_INDEX_MAGIC_SIZE);
    put(head + KP_AT_VERSION, KP_INDEX_VERSION, 4);
    put(head + KP_AT_THIS, (uint64_t)index->this_update, KP_TIME_SIZE);
    put(head + KP_AT_NEXT, (uint64_t)index->next_update, KP_TIME_SIZE);
    put(head + KP_AT_FETCHED, (uint64_t)index->fetched_at, KP_TIME_SIZE);
    put(head + KP_AT_FLAGS,
        (index->users_only ? KP_FLAG_USERS : 0U) | (index->authorities_only ? KP_FLAG_ABOVE : 0U) |
            (index->weak_hash ? KP_FLAG_WEAK : 0U),
        4);
    put(head + KP_AT_WIDTH, index->width, 4);
    put(head + KP_AT_COUNT, index->count, 8);
    memcpy(head + KP_AT_ISSUER, index->issuer, KP_DIGEST_SIZE);
    memcpy(head + KP_AT_CRL, index->crl, KP_DIGEST_SIZE);
}

/* Puts the digest of all else in its place. */
static kamupin_status seal(const making *now)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    kamupin_status status = KAMUPIN_OK;
    bool hashed = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                  EVP_DigestUpdate(context, now->bytes, KP_AT_DIGEST) == 1;

    for (size_t at = KP_INDEX_HEAD; hashed && status == KAMUPIN_OK && at < now->length;
         at += WINDOW) {
        const size_t left = now->length - at;
        hashed = EVP_DigestUpdate(context, now->bytes + at, left < WINDOW ? left : WINDOW) == 1;
        status = kp_cancel_check(now->cancel, now->error);
    }
    hashed = hashed && EVP_DigestFinal_ex(context, now->bytes + KP_AT_DIGEST, NULL) == 1;
    EVP_MD_CTX_free(context);
    return hashed ? status : kp_fail_local(now->error, KAMUPIN_E_CRYPTO);
}

kamupin_status kp_crl_index_write(const kp_crl *crl, kp_crl_index *index, int file,
                                  const kamupin_cancel *cancel, kamupin_error *error)
{
    making now = {.crl = crl, .index = index, .cancel = cancel, .error = error};
    kamupin_status status = measure(&now);

    if (status != KAMUPIN_OK)
        return status;
    index->this_update = crl->this_update;
    index->next_update = crl->next_update;
    index->users_only = crl->users_only;
    index->authorities_only = crl->authorities_only;
    index->weak_hash = kp_weak_algorithm_der(crl->algorithm.at, crl->algorithm.length);
    now.length = KP_INDEX_HEAD + (size_t)index->count * kp_record_size(index->width);
    now.bytes = malloc(now.length);
    if (now.bytes == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    write_head(index, now.bytes);
    status = write_records(&now);
    if (status == KAMUPIN_OK)
        status = sort_records(&now);
    if (status == KAMUPIN_OK)
        status = seal(&now);
    if (status == KAMUPIN_OK)
        status = kp_file_fill(file, now.bytes, now.length, cancel, error);
    free(now.bytes);
    return status;
}
