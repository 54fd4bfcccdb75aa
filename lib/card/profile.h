/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile.h: a card profile is data. One row per card generation says how it is recognised,
   selected, asked and changed, and of each operation how sure that is. New card = new row, no new
   code path. Facts: docs/cards.md. */
#ifndef KP_CARD_PROFILE_H
#define KP_CARD_PROFILE_H

#include <card/apdu.h>

/** How sure an operation's form is: two public sources, or the standard's form only, or nothing. */
typedef enum kp_proof { KP_UNKNOWN = 0, KP_CANDIDATE, KP_KNOWN } kp_proof;

/** A command form: the header's bytes; what the data is stands with the operation. */
typedef struct kp_form {
    uint8_t cla, ins, p1, p2;
    kp_proof proof;
} kp_form;

/** How the old and the new PIN are put together in CHANGE REFERENCE DATA. */
typedef enum kp_change_coding { KP_CHANGE_PLAIN, KP_CHANGE_LENGTH_PREFIXED } kp_change_coding;

/** How counters are read without spending a try. */
typedef enum kp_counter_method {
    KP_COUNTER_NONE,
    KP_COUNTER_FCP_TAG_90,     /* v1.0: bits in the application's FCP */
    KP_COUNTER_GET_DATA_OBJECT /* v2.x: 4D 08 70 06 BF 81 n 02 A0 80 → 9A, 9B (as IAS-ECC) */
} kp_counter_method;

/** How a card is named. */
typedef enum kp_naming { KP_NAME_BY_SERIAL, KP_NAME_BY_CERTIFICATES } kp_naming;

/** How the card is logged out. */
typedef enum kp_logout { KP_LOGOUT_COMMAND, KP_LOGOUT_BY_SELECTION } kp_logout;

/** What of a hash goes into PSO: COMPUTE DIGITAL SIGNATURE. */
typedef enum kp_sign_input {
    KP_INPUT_NONE = 0,    /* nobody knows: refused */
    KP_INPUT_DIGEST_INFO, /* RSA: DigestInfo, which the card pads (EMSA-PKCS1-v1_5) */
    KP_INPUT_BLOCK,       /* RSA: padded here to the key's length; the card only computes */
    KP_INPUT_HASH         /* EC: the hash, cut to the order's length */
} kp_sign_input;

typedef struct kp_sign_form {
    kp_sign_input input;
    kp_proof proof;
} kp_sign_form;

/** Operations that a service may vouch for by name ("reset-by-cryptogram" …) and a caller may
 * accept unproven. */
typedef enum kp_card_operation {
    KP_OP_VERIFY = 1,
    KP_OP_CHANGE = 2,
    KP_OP_RESET_BY_CRYPTOGRAM =
        4,          /* GET CHALLENGE, EXTERNAL AUTHENTICATE, RESET RETRY COUNTER together */
    KP_OP_SIGN = 64 /* VERIFY, MSE SET, PSO: COMPUTE DIGITAL SIGNATURE together */
} kp_card_operation;

typedef struct kp_profile {
    const char *name;    /* "akis-2": stable, in journals and in the service profile */
    const char *product; /* for people */
    /* recognition: a mask over the historical bytes; 0x00 in the mask leaves a byte open */
    const uint8_t *historical, *historical_mask;
    size_t historical_length;
    /* selection */
    const uint8_t *application; /* name (AID) or FID of the e-signature application */
    size_t application_length;
    uint8_t application_p1; /* 04 by name, 00 or 01 by FID */
    uint8_t file_p1;        /* SELECT of an EF */
    bool decoy_check;       /* 3D10 must answer exactly 6A82 */
    /* naming */
    kp_naming naming;
    kp_form serial; /* GET DATA for the serial: cla ins p1 p2 */
    uint8_t serial_le;
    size_t serial_offset, serial_length; /* within the answer */
    /* reference data */
    kp_form verify, change, reset_after_authentication;
    kp_change_coding change_coding;
    kp_counter_method counters;
    uint8_t pin_object, puk_object; /* n of the GET DATA form */
    uint16_t not_set_sw; /* what the counter read answers when the PIN was never set; 0 none */
    int tries_max;       /* where the card does not say it */
    /* authentication */
    kp_form challenge, external_authenticate;
    uint8_t challenge_length; /* bytes asked for */
    kp_logout logout;
    kp_form logout_command;
    /* signing: MSE SET names the key, PSO: COMPUTE DIGITAL SIGNATURE takes what `sign_*` says */
    kp_form sign_environment;
    bool sign_key_in_p2; /* the key's reference is P2 and there is no data; else data 84 01 ref */
    uint8_t sign_key_first; /* reference of the key to the certificate in 2F10; the next file's is
                               one more */
    kp_form sign;
    kp_sign_form sign_pkcs1, sign_pss, sign_ecdsa;
    bool sign_ecdsa_der; /* the card answers SEQUENCE { r, s }, not r and s at full length */
} kp_profile;

/** The row whose historical bytes match the ATR's, or NULL. The interface bytes and TCK are not
 * looked at, because listed ATRs differ in them. */
const kp_profile *kp_profile_for_atr(const uint8_t *atr, size_t length);
const kp_profile *kp_profile_by_name(const char *name);
/** The weakest proof among the commands that an operation needs. */
kp_proof kp_profile_proof(const kp_profile *profile, kp_card_operation operation);
/** The name under which a service vouches for an operation, and back (0 when it is none). */
const char *kp_card_operation_name(kp_card_operation operation);
unsigned int kp_card_operation_by_name(const char *name);

#endif
