/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   name.h: names of certificates as text (RFC 4514), in UTF-8, and identity numbers within them. */
#ifndef KP_CERT_NAME_H
#define KP_CERT_NAME_H

#include <core/buffer.h>

#include <openssl/x509.h>

/** Appends a whole name: the last attribute first, "CN=…,O=…,C=TR". Attributes that OpenSSL has no
 * short name for, and values that are no text, stand there as RFC 4514, 2.4 has them: #<hex of the
 * DER>.
 * @param masked identity numbers are masked, wherever they stand */
void kp_name_append(const X509_NAME *name, bool masked, kp_buffer *out);

/** Appends an attribute's value as text to be read, not to be parsed: only what cannot be seen, and
 * the backslash, is escaped.
 * @return false, and nothing is appended, when it is no text */
bool kp_value_append(const ASN1_STRING *value, bool masked, kp_buffer *out);

/** Appends bytes that should be UTF-8: those that are not, and what cannot be seen, are escaped as
 * \XX for each byte. */
void kp_text_append(const unsigned char *text, size_t length, kp_buffer *out);

/** The last attribute of that kind that has a value, NULL for none. */
const ASN1_STRING *kp_name_find(const X509_NAME *name, int nid);

/** The value in UTF-8, which the caller gives to OPENSSL_free; NULL when it is no text. */
unsigned char *kp_value_utf8(const ASN1_STRING *value, size_t *length);

/** Stars over all characters of a text but its last two. */
void kp_mask_number(unsigned char *text, size_t length);

/** Stars over each run of digits that is a T.C. Kimlik No or a Vergi Kimlik No, but for its last
 * two digits. */
void kp_mask_numbers(unsigned char *text, size_t length);

#endif
