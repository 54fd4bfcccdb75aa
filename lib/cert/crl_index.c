/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_index.c: the index file. Numbers are big-endian, signed ones in two's complement:

       0    "kamupin crl", a NUL          12 bytes
       12   version                        4
       16   this_update                    8
       24   next_update                    8
       32   fetched_at                     8
       40   flags: 1 users, 2 authorities  4
       44   width                          4
       48   count                          8
       56   SHA-256 of the issuer          32
       88   SHA-256 of the CRL             32
       120  SHA-256 of all else            32, over bytes 0 to 119 and from 152 on
       152  count records of width + 10: length of the serial, the serial behind zeros, reason, time

   Touches the file that it is given. */
#define _GNU_SOURCE 1 /* qsort_r */
#include <cert/crl_index.h>

#include <core/fail.h>

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION     1
#define MAGIC_SIZE  12
#define AT_VERSION  12
#define AT_THIS     16
#define AT_NEXT     24
#define AT_FETCHED  32
#define AT_FLAGS    40
#define AT_WIDTH    44
#define AT_COUNT    48
#define AT_ISSUER   56
#define AT_CRL      88
#define AT_DIGEST   120
#define HEAD_SIZE   152
#define FLAG_USERS  1U
#define FLAG_ABOVE  2U
#define RECORD_MORE 10 /* bytes of a record beside its serial */
#define TIME_SIZE   8

static const char MAGIC[MAGIC_SIZE] = "kamupin crl";

static void put(unsigned char *at, uint64_t number, size_t bytes)
{
    for (size_t i = bytes; i > 0; i--) {
        at[i - 1] = (unsigned char)(number & 0xFF);
        number >>= 8;
    }
}

static uint64_t get(const unsigned char *at, size_t bytes)
{
    uint64_t number = 0;

    for (size_t i = 0; i < bytes; i++)
        number = number << 8 | at[i];
    return number;
}

static bool digest_of(const unsigned char *head, const unsigned char *records, size_t length,
                      unsigned char *digest)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const bool made = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                      EVP_DigestUpdate(context, head, AT_DIGEST) == 1 &&
                      EVP_DigestUpdate(context, records, length) == 1 &&
                      EVP_DigestFinal_ex(context, digest, NULL) == 1;

    EVP_MD_CTX_free(context);
    return made;
}

static int by_serial(const void *one, const void *other, void *size)
{
    return memcmp(one, other, *(const size_t *)size);
}

/* What a record says of its serial: its length, and the serial behind zeros. */
static void write_key(unsigned char *record, kp_part serial, uint32_t width)
{
    memset(record, 0, (size_t)width + 1);
    record[0] = (unsigned char)serial.length;
    memcpy(record + 1 + width - serial.length, serial.at, serial.length);
}

/* Goes through the entries once: counts them and measures the longest serial. */
static kamupin_status measure(const kp_crl *crl, kp_crl_index *index, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    kp_crl_entry entry;
    kp_tlv entries = kp_crl_entries(crl);

    index->count = 0;
    index->width = 0;
    while (kp_crl_next(&entries, &entry, &status)) {
        index->count++;
        if (entry.serial.length > index->width)
            index->width = (uint32_t)entry.serial.length;
    }
    return status == KAMUPIN_OK ? status
                                : kp_fail(error, status, KAMUPIN_FROM_LOCAL, "entry %llu",
                                          (unsigned long long)index->count + 1);
}

static void write_records(const kp_crl *crl, const kp_crl_index *index, unsigned char *to)
{
    const size_t size = (size_t)index->width + RECORD_MORE;
    const size_t key = (size_t)index->width + 1;
    kamupin_status status = KAMUPIN_OK;
    kp_crl_entry entry;
    kp_tlv entries = kp_crl_entries(crl);

    for (unsigned char *at = to; kp_crl_next(&entries, &entry, &status); at += size) {
        write_key(at, entry.serial, index->width);
        at[key] = (unsigned char)entry.reason;
        put(at + key + 1, (uint64_t)entry.at, TIME_SIZE);
    }
    size_t compared = size;
    qsort_r(to, index->count, size, by_serial, &compared);
}

static void write_head(const kp_crl_index *index, unsigned char *head)
{
    memcpy(head, MAGIC, MAGIC_SIZE);
    put(head + AT_VERSION, VERSION, 4);
    put(head + AT_THIS, (uint64_t)index->this_update, TIME_SIZE);
    put(head + AT_NEXT, (uint64_t)index->next_update, TIME_SIZE);
    put(head + AT_FETCHED, (uint64_t)index->fetched_at, TIME_SIZE);
    put(head + AT_FLAGS,
        (index->users_only ? FLAG_USERS : 0U) | (index->authorities_only ? FLAG_ABOVE : 0U), 4);
    put(head + AT_WIDTH, index->width, 4);
    put(head + AT_COUNT, index->count, 8);
    memcpy(head + AT_ISSUER, index->issuer, KP_DIGEST_SIZE);
    memcpy(head + AT_CRL, index->crl, KP_DIGEST_SIZE);
}

/* Maps `size` bytes of a file that was empty, fills them, and lets them go. */
static kamupin_status fill(const kp_crl *crl, const kp_crl_index *index, int file, size_t size,
                           kamupin_error *error)
{
    unsigned char *mapped = MAP_FAILED;
    kamupin_status status = KAMUPIN_OK;

    /* posix_fallocate answers its error; a hole would be a signal when the disk is full. */
    errno = posix_fallocate(file, 0, (off_t)size);
    if (errno == 0)
        mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED)
        return kp_fail_platform(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL, errno,
                                "the index of a CRL cannot be written");
    write_records(crl, index, mapped + HEAD_SIZE);
    write_head(index, mapped);
    if (!digest_of(mapped, mapped + HEAD_SIZE, size - HEAD_SIZE, mapped + AT_DIGEST))
        status = kp_fail_local(error, KAMUPIN_E_CRYPTO);
    munmap(mapped, size);
    return status;
}

kamupin_status kp_crl_index_write(const kp_crl *crl, kp_crl_index *index, int file,
                                  kamupin_error *error)
{
    kamupin_status status = measure(crl, index, error);

    index->this_update = crl->this_update;
    index->next_update = crl->next_update;
    index->users_only = crl->users_only;
    index->authorities_only = crl->authorities_only;
    if (status == KAMUPIN_OK)
        status =
            fill(crl, index, file,
                 HEAD_SIZE + (size_t)index->count * ((size_t)index->width + RECORD_MORE), error);
    return status;
}

/* Whether the mapped bytes are what was written. */
static bool read_head(kp_crl_index *index)
{
    const unsigned char *head = index->mapped;
    unsigned char digest[KP_DIGEST_SIZE];

    if (memcmp(head, MAGIC, MAGIC_SIZE) != 0 || get(head + AT_VERSION, 4) != VERSION)
        return false;
    index->this_update = (int64_t)get(head + AT_THIS, TIME_SIZE);
    index->next_update = (int64_t)get(head + AT_NEXT, TIME_SIZE);
    index->fetched_at = (int64_t)get(head + AT_FETCHED, TIME_SIZE);
    index->users_only = (get(head + AT_FLAGS, 4) & FLAG_USERS) != 0;
    index->authorities_only = (get(head + AT_FLAGS, 4) & FLAG_ABOVE) != 0;
    index->width = (uint32_t)get(head + AT_WIDTH, 4);
    index->count = get(head + AT_COUNT, 8);
    memcpy(index->issuer, head + AT_ISSUER, KP_DIGEST_SIZE);
    memcpy(index->crl, head + AT_CRL, KP_DIGEST_SIZE);
    const size_t records = index->size - HEAD_SIZE;
    if (index->width > KAMUPIN_SERIAL_MAX ||
        index->count > records / ((size_t)index->width + RECORD_MORE) ||
        (size_t)index->count * ((size_t)index->width + RECORD_MORE) != records)
        return false;
    return digest_of(head, head + HEAD_SIZE, records, digest) &&
           memcmp(digest, head + AT_DIGEST, KP_DIGEST_SIZE) == 0;
}

bool kp_crl_index_open(int file, kp_crl_index *index)
{
    struct stat found;
    unsigned char *mapped = MAP_FAILED;

    *index = (kp_crl_index){.mapped = NULL};
    if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode) || found.st_size < HEAD_SIZE)
        return false;
    mapped = mmap(NULL, (size_t)found.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (mapped == MAP_FAILED)
        return false;
    index->mapped = mapped;
    index->size = (size_t)found.st_size;
    if (read_head(index))
        return true;
    kp_crl_index_close(index);
    return false;
}

void kp_crl_index_close(kp_crl_index *index)
{
    if (index->mapped != NULL)
        munmap(index->mapped, index->size);
    index->mapped = NULL;
}

bool kp_crl_index_find(const kp_crl_index *index, kp_part serial, kp_crl_entry *entry)
{
    const size_t size = (size_t)index->width + RECORD_MORE, key = (size_t)index->width + 1;
    const unsigned char *records = index->mapped + HEAD_SIZE;
    unsigned char wanted[KAMUPIN_SERIAL_MAX + 1];
    uint64_t low = 0, high = index->count;
    bool found = false;

    if (serial.length > index->width)
        return false;
    write_key(wanted, serial, index->width);
    while (low < high) { /* to the first record that is not before it */
        const uint64_t middle = low + (high - low) / 2;
        if (memcmp(records + middle * size, wanted, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    /* Listed twice, a certificate is what is the worst of it: removed, held, revoked. */
    for (; low < index->count && memcmp(records + low * size, wanted, key) == 0; low++) {
        const unsigned char *record = records + low * size;
        const int reason = record[key];
        if (!found || entry->reason == KAMUPIN_REASON_REMOVE_FROM_CRL ||
            (entry->reason == KAMUPIN_REASON_CERTIFICATE_HOLD &&
             reason != KAMUPIN_REASON_REMOVE_FROM_CRL)) {
            entry->reason = reason;
            entry->at = (int64_t)get(record + key + 1, TIME_SIZE);
        }
        found = true;
    }
    return found;
}
