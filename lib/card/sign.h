/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sign.h: the card's side of a signature: whose key, what the card is given, and what its answer
   has to be. Knows nothing of PINs: who calls has verified one. */
#ifndef KP_CARD_SIGN_H
#define KP_CARD_SIGN_H

#include <card/identity.h>
#include <kamupin/sign.h>

#include <openssl/evp.h>

/** A signature that is about to be made; kp_sign_plan_free frees it. */
typedef struct kp_sign_plan {
    size_t certificate;     /* index */
    kamupin_sign_form form; /* never BY_KEY */
    kamupin_hash hash;
    uint8_t reference;   /* the key's, for MSE SET */
    kp_sign_form method; /* of the profile row, for this form */
    EVP_PKEY *key;       /* the certificate's public key */
    size_t size;         /* bytes of an RSA modulus, or of r and s each */
} kp_sign_plan;

#define KP_SIGN_INPUT_MAX KAMUPIN_SIGNATURE_MAX

/** Bytes of a hash; 0 for a number that is none. */
size_t kp_hash_length(kamupin_hash hash);
const EVP_MD *kp_hash_of(kamupin_hash hash);

/** Chooses the key: of the certificate that the request names, else of the first one of Kamu SM's
 * kinds (of a row that does not ask for these: of any) that is in force at `now` and fits. Sends nothing. Errors: invalid-argument (no such
 * certificate), certificate-not-valid, key-unsuitable, no-memory. */
kamupin_status kp_sign_choose(const kp_identity *identity, const kamupin_sign_request *request,
                              int64_t now, kp_sign_plan *plan, kamupin_error *error);
void kp_sign_plan_free(kp_sign_plan *plan);

/** What the card gets for a hash, into `input` (KP_SIGN_INPUT_MAX bytes). Errors: crypto,
 * command-unknown. */
kamupin_status kp_sign_input_of(const kp_sign_plan *plan, const uint8_t *digest, uint8_t *input,
                                size_t *length, kamupin_error *error);

/** Turns the card's answer into the form that was asked for and checks it against the certificate's
 * key. Errors: card-reply-malformed, crypto. */
kamupin_status kp_sign_take(const kp_sign_plan *plan, const kp_profile *profile,
                            const uint8_t *digest, const kp_response *response,
                            kamupin_signature *signature, kamupin_error *error);

/** MSE SET and PSO: COMPUTE DIGITAL SIGNATURE, each sent once, to a held card whose PIN was just
 * verified; long data goes as a chain. ok: response holds what the card answered with 9000. Errors:
 * card-refused with the status word, and those of kp_channel_send. */
kamupin_status kp_sign_send(kp_channel *channel, const kp_profile *profile,
                            const kp_sign_plan *plan, const uint8_t *input, size_t length,
                            kp_response *response, kamupin_error *error);

#endif
