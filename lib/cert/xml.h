/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   xml.h: the certificates of a SertifikaDeposu.xml, Kamu SM's store of roots: elements "koksertifika"
   whose "mValue" is a certificate in base64. A scanner for elements and text, and for nothing that
   XML can do besides: a document type (DTD), and so every entity, is refused. */
#ifndef KP_CERT_XML_H
#define KP_CERT_XML_H

#include <stdbool.h>
#include <stddef.h>

#define KP_STORE_MAX (8U << 20) /* bytes of a file of certificates */

/** Whether bytes begin as XML does: "<", behind a mark of their order and blanks. */
bool kp_xml_is(const unsigned char *bytes, size_t length);

/** Takes one certificate; `root`: the file calls it one. False ends the reading. */
typedef bool kp_xml_take(void *user, bool root, const unsigned char *der, size_t length);

/** Reads `text` from its first byte to its last and gives each value away. NULL: it was read whole;
 * else a fixed English sentence of what is wrong with it. Values that were given away before count
 * for nothing then. */
const char *kp_xml_certificates(const char *text, size_t length, kp_xml_take *take, void *user);

#endif
