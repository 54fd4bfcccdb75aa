/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certread.h: the certificates of the selected application, read and named. */
#ifndef KP_CARD_CERTREAD_H
#define KP_CARD_CERTREAD_H

#include <card/identity.h>

/** Walks the EFs from 2F10 on and fills identity->certificates with those that hold one whole X.509
 * certificate; stops after three in a row that are not there. The application is selected. A file
 * that cannot be read or holds something else is passed over and logged. Errors: those of
 * kp_channel_send, no-memory. */
kamupin_status kp_certificates_read(kp_channel *channel, kp_identity *identity,
                                    kamupin_error *error);

/** Whether the first certificate is still on the card: selects its EF, compares its first and its
 * last block. The application is selected. `same` is false on any other answer. */
kamupin_status kp_certificates_confirm(kp_channel *channel, const kp_identity *identity, bool *same,
                                       kamupin_error *error);

/** The same two for a row whose certificates are in data objects (KP_CERTIFICATES_IN_OBJECTS): one
 * command each, beside those of 61xx. An object that is not there, or holds something else, is
 * passed over. */
kamupin_status kp_certificate_objects_read(kp_channel *channel, kp_identity *identity,
                                           kamupin_error *error);
kamupin_status kp_certificate_objects_confirm(kp_channel *channel, const kp_identity *identity,
                                              bool *same, kamupin_error *error);

/** "certs:" and the SHA-256 over all certificates in order. Errors: crypto. */
kamupin_status kp_certificates_name(const kp_identity *identity, char *name, kamupin_error *error);

/** Has OpenSSL make itself ready, which its first use would do: that takes as long as a dozen
 * commands to a quick card. Any thread; nothing is to be undone. */
void kp_certificates_get_ready(void);

#endif
