/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   roots.h: roots of Kamu SM that are known by their fingerprints, and what is told by the names of
   its older and its test authorities. Nobody is trusted by any of this. */
#ifndef KP_CERT_ROOTS_H
#define KP_CERT_ROOTS_H

#include <openssl/x509.h>
#include <stdbool.h>

/** A name as people know it; NULL when it is none of them.
 * @param old whether it is of the chain that was signed over SHA-1 */
const char *kp_root_known(X509 *x509, bool *old);

/** Whether the name of subject or issuer is of that chain. */
bool kp_root_old_chain(X509 *x509);

/** Whether it is of a test PKI of Kamu SM: its addresses are there (depo.test3.kamusm.gov.tr), or it
 * is an authority that has such a name (RootA, SubRootA1), or is issued by one. */
bool kp_root_test(X509 *x509);

#endif
