/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_index.c: an index file, checked as a whole when it is opened and then read where a search
   leads; its records are never in memory together. Touches the file that it is given. */
#define _GNU_SOURCE 1 /* F_DUPFD_CLOEXEC */
#include <cert/crl_file.h>
#include <cert/crl_layout.h>
#include <core/fail.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WINDOW     16384 /* bytes that are read at a time */
#define RECORD_MAX (KAMUPIN_SERIAL_MAX + 2 + KP_TIME_SIZE)

static uint64_t get(const unsigned char *at, size_t bytes)
{
    uint64_t number = 0;

    for (size_t i = 0; i < bytes; i++)
        number = number << 8 | at[i];
    return number;
}

/* ---- opening ---- */

/* Takes the head apart; false when it is none, or does not go with `length` bytes of records. */
static bool read_head(const unsigned char *head, uint64_t length, kp_crl_index *index)
{
    const uint64_t flags = get(head + KP_AT_FLAGS, 4);

    if (memcmp(head, KP_INDEX_MAGIC, KP_INDEX_MAGIC_SIZE) != 0 ||
        get(head + KP_AT_VERSION, 4) != KP_INDEX_VERSION)
        return false;
    index->this_update = (int64_t)get(head + KP_AT_THIS, KP_TIME_SIZE);
    index->next_update = (int64_t)get(head + KP_AT_NEXT, KP_TIME_SIZE);
    index->fetched_at = (int64_t)get(head + KP_AT_FETCHED, KP_TIME_SIZE);
    index->users_only = (flags & KP_FLAG_USERS) != 0;
    index->authorities_only = (flags & KP_FLAG_ABOVE) != 0;
    index->weak_hash = (flags & KP_FLAG_WEAK) != 0;
    index->width = (uint32_t)get(head + KP_AT_WIDTH, 4);
    index->count = get(head + KP_AT_COUNT, 8);
    memcpy(index->issuer, head + KP_AT_ISSUER, KP_DIGEST_SIZE);
    memcpy(index->crl, head + KP_AT_CRL, KP_DIGEST_SIZE);
    return index->width <= KAMUPIN_SERIAL_MAX &&
           index->count <= length / kp_record_size(index->width) &&
           index->count * kp_record_size(index->width) == length;
}

/* Hashes the records into a digest that has begun. */
static bool hash_records(int file, uint64_t length, EVP_MD_CTX *context)
{
    unsigned char window[WINDOW];
    bool hashed = true;

    for (uint64_t at = 0; hashed && at < length; at += WINDOW) {
        const size_t size = length - at < WINDOW ? (size_t)(length - at) : WINDOW;
        hashed = kp_file_read(file, KP_INDEX_HEAD + at, window, size) &&
                 EVP_DigestUpdate(context, window, size) == 1;
    }
    return hashed;
}

/* Whether the file is what was written. */
static bool is_whole(int file, const unsigned char *head, uint64_t length)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const bool whole = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                       EVP_DigestUpdate(context, head, KP_AT_DIGEST) == 1 &&
                       hash_records(file, length, context) &&
                       EVP_DigestFinal_ex(context, digest, NULL) == 1 &&
                       memcmp(digest, head + KP_AT_DIGEST, KP_DIGEST_SIZE) == 0;

    EVP_MD_CTX_free(context);
    return whole;
}

bool kp_crl_index_open(int file, kp_crl_index *index)
{
    unsigned char head[KP_INDEX_HEAD];
    struct stat found;

    *index = KP_CRL_INDEX_INIT;
    if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode) || found.st_size < KP_INDEX_HEAD ||
        !kp_file_read(file, 0, head, sizeof head))
        return false;
    const uint64_t length = (uint64_t)found.st_size - KP_INDEX_HEAD;
    if (!read_head(head, length, index) || !is_whole(file, head, length))
        return false;
    index->file = fcntl(file, F_DUPFD_CLOEXEC, 0);
    return index->file >= 0;
}

void kp_crl_index_close(kp_crl_index *index)
{
    if (index->file >= 0)
        close(index->file);
    index->file = -1;
}

/* ---- searching ---- */

static bool read_record(const kp_crl_index *index, uint64_t number, unsigned char *record)
{
    const size_t size = kp_record_size(index->width);

    return kp_file_read(index->file, KP_INDEX_HEAD + number * size, record, size);
}

/* Listed twice, a certificate is what is the worst of it: removed, held, revoked. */
static bool is_worse(int reason, int than)
{
    return than == KAMUPIN_REASON_REMOVE_FROM_CRL ||
           (than == KAMUPIN_REASON_CERTIFICATE_HOLD && reason != KAMUPIN_REASON_REMOVE_FROM_CRL);
}

/* The search itself; false when a record cannot be read. */
static bool search(const kp_crl_index *index, const unsigned char *wanted, bool *found,
                   kp_crl_entry *entry)
{
    const size_t key = kp_key_size(index->width);
    unsigned char record[RECORD_MAX];
    uint64_t low = 0, high = index->count;

    while (low < high) { /* to the first record that is not before it */
        const uint64_t middle = low + (high - low) / 2;
        if (!read_record(index, middle, record))
            return false;
        if (memcmp(record, wanted, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < index->count; low++) {
        if (!read_record(index, low, record))
            return false;
        if (memcmp(record, wanted, key) != 0)
            break;
        const int reason = record[key];
        if (!*found || is_worse(reason, entry->reason)) {
            entry->reason = reason;
            entry->at = (int64_t)get(record + key + 1, KP_TIME_SIZE);
        }
        *found = true;
    }
    return true;
}

kamupin_status kp_crl_index_find(const kp_crl_index *index, kp_part serial, bool *found,
                                 kp_crl_entry *entry, kamupin_error *error)
{
    unsigned char wanted[KAMUPIN_SERIAL_MAX + 1];

    *found = false;
    if (serial.length > index->width)
        return KAMUPIN_OK;
    kp_write_key(wanted, serial, index->width);
    if (search(index, wanted, found, entry))
        return KAMUPIN_OK;
    return kp_fail_platform(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL, errno,
                            "the index of a CRL cannot be read");
}
