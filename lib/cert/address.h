/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   address.h: the addresses that a certificate names: of its issuer's OCSP responder, CRL and own
   certificate. */
#ifndef KP_CERT_ADDRESS_H
#define KP_CERT_ADDRESS_H

#include <kamupin/certificate.h>

#include <openssl/x509.h>

/** @param field KAMUPIN_CERTIFICATE_OCSP, _CRL or _ISSUER_FILE
 *  @param address as it stands there: no NUL, and nobody has looked at it */
typedef void (*kp_address_fn)(void *user, kamupin_certificate_field field,
                              const ASN1_STRING *address);

/** Each of them, in the order in which they stand there (authority information access first). */
void kp_addresses_each(X509 *x509, kp_address_fn visit, void *user);

#endif
