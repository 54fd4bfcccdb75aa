/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   list.h: what a list of certificates holds. Two things are one entry when issuer and serial number
   are the same; two certificates that say so and differ in their bytes are two, because one of them
   is not the issuer's. */
#ifndef KP_CERT_LIST_H
#define KP_CERT_LIST_H

#include <kamupin/certificate_list.h>

#include <openssl/x509.h>

/* An entry and what it is known by. */
typedef struct kp_list_entry {
    kamupin_certificate_entry shown;
    kamupin_certificate *certificate; /* the same as shown.certificate, to be freed */
    X509_NAME *issuer;
    unsigned char *serial; /* octets, without leading 00 */
    size_t serial_length;
} kp_list_entry;

struct kamupin_certificate_list {
    kamupin_context *context;
    kamupin_error error; /* of the last call on the handle */
    kp_list_entry *entries;
    size_t count, room;
};

/** Adds what the service says of a certificate: to the entries of that issuer and serial number, or
 * as one of its own.
 * @param issuer DER of its issuer's name, in which nothing else stands
 * Errors: service-reply-malformed (issuer or serial number is none), no-memory. */
kamupin_status kp_certificate_list_add_record(kamupin_certificate_list *list,
                                              const kamupin_certificate_record *record,
                                              const unsigned char *issuer, size_t issuer_length);

/** Clears the error record; answers whether the list may be used. For calls on a list that live
 * elsewhere. */
kamupin_status kp_certificate_list_enter(kamupin_certificate_list *list);

#endif
