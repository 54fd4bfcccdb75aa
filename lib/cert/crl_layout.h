/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_layout.h: how an index file lies. Numbers are big-endian, signed ones in two's complement:

       0    "kamupin crl", a NUL                       12 bytes
       12   version                                     4
       16   this_update                                 8
       24   next_update                                 8
       32   fetched_at                                  8
       40   flags: 1 users, 2 authorities, 4 weak hash  4
       44   width                                       4
       48   count                                       8
       56   SHA-256 of the issuer                      32
       88   SHA-256 of the CRL                         32
       120  SHA-256 of all else                        32, over bytes 0 to 119 and from 152 on
       152  count records of width + 10: length of the serial, the serial behind zeros, reason, time

   For crl_index.c, which reads it, and crl_make.c, which writes it. */
#ifndef KP_CERT_CRL_LAYOUT_H
#define KP_CERT_CRL_LAYOUT_H

#include <cert/crl.h>

#include <string.h>

#define KP_INDEX_MAGIC      "kamupin crl" /* with its NUL */
#define KP_INDEX_MAGIC_SIZE 12
#define KP_INDEX_VERSION    2
#define KP_AT_VERSION       12
#define KP_AT_THIS          16
#define KP_AT_NEXT          24
#define KP_AT_FETCHED       32
#define KP_AT_FLAGS         40
#define KP_AT_WIDTH         44
#define KP_AT_COUNT         48
#define KP_AT_ISSUER        56
#define KP_AT_CRL           88
#define KP_AT_DIGEST        120
#define KP_INDEX_HEAD       152
#define KP_FLAG_USERS       1U
#define KP_FLAG_ABOVE       2U
#define KP_FLAG_WEAK        4U
#define KP_TIME_SIZE        8

/** Bytes of the key that records are found by: the length of the serial, and the serial. */
static inline size_t kp_key_size(uint32_t width)
{
    return (size_t)width + 1;
}

/** Bytes of a record: the key, the reason and the time. */
static inline size_t kp_record_size(uint32_t width)
{
    return kp_key_size(width) + 1 + KP_TIME_SIZE;
}

/** Writes the key of a serial that is not longer than `width`. */
static inline void kp_write_key(unsigned char *record, kp_part serial, uint32_t width)
{
    memset(record, 0, kp_key_size(width));
    record[0] = (unsigned char)serial.length;
    memcpy(record + 1 + width - serial.length, serial.at, serial.length);
}

#endif
