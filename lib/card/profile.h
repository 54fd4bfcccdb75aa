/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile.h: a card profile is data. One row per card generation says how it is recognised,
   selected, asked and changed, and of each operation how sure that is. New card = new row, no new
   code path. Facts: docs/cards.md; rows from files: docs/profiles.md. */
#ifndef KP_CARD_PROFILE_H
#define KP_CARD_PROFILE_H

#include <card/apdu.h>
#include <card/sm.h>

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
    KP_COUNTER_FCP_TAG_90,      /* v1.0: bits in the application's FCP */
    KP_COUNTER_GET_DATA_OBJECT, /* v2.x: 4D 08 70 06 BF 81 n 02 A0 80 → 9A, 9B (as IAS-ECC) */
    KP_COUNTER_VERIFY_QUESTION  /* VERIFY without data → 63Cx, 6983 (ISO/IEC 7816-4, 11.6.6) */
} kp_counter_method;

/** How a card is named. */
typedef enum kp_naming {
    KP_NAME_BY_SERIAL,
    KP_NAME_BY_CERTIFICATES,
    KP_NAME_BY_ATR /* tells kinds of cards apart, not cards: for cards that show nothing else */
} kp_naming;

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

/** What a card has to show before it gets PIN commands. Each rule also asks for the application,
 * and refuses a card that has the identity card's DF 3D10. */
typedef enum kp_recognition {
    KP_RECOGNISE_KAMU_SM = 0, /* 3D10 answered exactly 6A82, and a certificate of Kamu SM's */
    KP_RECOGNISE_CERTIFICATE, /* any X.509 certificate; rows from files only */
    KP_RECOGNISE_APPLICATION  /* nothing more; rows from files only */
} kp_recognition;

/** Where the certificates are. */
typedef enum kp_certificate_place {
    KP_CERTIFICATES_IN_FILES = 0, /* EFs from first_certificate on */
    KP_CERTIFICATES_IN_OBJECTS,   /* GET DATA, 53 { 70 certificate } (NIST SP 800-73-4, part 1) */
    KP_CERTIFICATES_NOWHERE
} kp_certificate_place;

#define KP_HISTORICAL_MAX  15 /* ISO/IEC 7816-3, 8.2.4 */
#define KP_APPLICATION_MAX 16 /* ISO/IEC 7816-4, 12.2.3 */
#define KP_OBJECTS_MAX     8

/** Bytes of which some may be anything: a cleared bit in the mask leaves one open. */
typedef struct kp_pattern {
    uint8_t bytes[KP_HISTORICAL_MAX], mask[KP_HISTORICAL_MAX];
    size_t length;
    bool open_end; /* any bytes may follow */
} kp_pattern;

/** Operations that a service may vouch for by name ("reset-by-cryptogram" …) and a caller may
 * accept unproven. */
typedef enum kp_card_operation {
    KP_OP_VERIFY = 1,
    KP_OP_CHANGE = 2,
    KP_OP_RESET_BY_CRYPTOGRAM =
        4, /* GET CHALLENGE, EXTERNAL AUTHENTICATE, RESET RETRY COUNTER together */
    KP_OP_RESET_BY_RELAY = 8,       /* the commands that may be relayed, RESET RETRY COUNTER */
    KP_OP_RESET_BY_SEALED_PUK = 16, /* RESET RETRY COUNTER with PUK and new PIN */
    KP_OP_SIGN = 32                 /* VERIFY, MSE SET, PSO: COMPUTE DIGITAL SIGNATURE together */
} kp_card_operation;

/** Commands that a row may want under secure messaging only. */
typedef enum kp_protected {
    KP_PROTECTED_VERIFY = 1,
    KP_PROTECTED_CHANGE = 2,
    KP_PROTECTED_RESET = 4 /* reset_after_authentication */
} kp_protected;

/** One command that a service may relay to the card. */
typedef struct kp_relay_rule {
    uint8_t cla, ins, p1, p2; /* exactly these */
    bool costs; /* it can cost an attempt: sent only while the ledger has two or more */
} kp_relay_rule;

#define KP_RELAY_RULES_MAX 8

/** One row. A new member that a file may set is one line in profile_keys.c and one in
 * docs/profiles.md; zero has to be what a row means that says nothing of it. */
typedef struct kp_profile {
    char name[24];     /* "akis-2": stable, in journals and in the service profile */
    char product[48];  /* for people */
    unsigned int line; /* where it begins in its file; 0: built in */
    /* recognition */
    kp_pattern historical;
    kp_recognition recognition;
    /* selection */
    uint8_t application[KP_APPLICATION_MAX]; /* name (AID) or FID of the e-signature application */
    size_t application_length;               /* 0: it is the MF itself */
    uint8_t application_p1;                  /* 04 by name, 00 or 01 by FID */
    uint8_t file_p1;                         /* SELECT of an EF */
    uint8_t select_p2;                       /* 00: FCI is answered; 0C: no data, and no Le */
    /* certificates */
    kp_certificate_place certificates;
    uint16_t first_certificate; /* EF; 0: 2F10 */
    uint32_t certificate_objects[KP_OBJECTS_MAX];
    size_t certificate_object_count;
    /* naming */
    kp_naming naming;
    kp_form serial; /* GET DATA for the serial: cla ins p1 p2 */
    uint8_t serial_le;
    size_t serial_offset, serial_length; /* within the answer */
    /* reference data */
    uint8_t pin_min, pin_max;   /* digits; 0: Kamu SM's 6 and 12 */
    uint8_t pin_block, pin_pad; /* padded with pin_pad to pin_block bytes; 0: not padded */
    kp_form verify, change, reset_after_authentication;
    kp_form reset_with_puk; /* PUK and new PIN; sent only with a PUK that a service sealed */
    kp_change_coding change_coding;
    kp_counter_method counters;
    kp_form tries_question;         /* VERIFY without data: sent only when the row calls it known */
    uint8_t pin_object, puk_object; /* n of the GET DATA form */
    uint16_t not_set_sw; /* what the counter read answers when the PIN was never set; 0 none */
    int tries_max;       /* where the card does not say it */
    /* authentication */
    kp_form challenge, external_authenticate;
    uint8_t challenge_length; /* bytes asked for */
    kp_logout logout;
    /* secure messaging: a session needs keys, and these come from a service that relays */
    kp_sm_algorithm secure_messaging; /* how; NONE: the row knows of no session */
    uint8_t protected_commands;       /* bits of kp_protected: in clear they are not sent */
    /* relay: what a service may send, and how the right that it wins survives for the new PIN */
    kp_proof relay_proof;
    kp_relay_rule relay[KP_RELAY_RULES_MAX];
    size_t relay_rules;
    bool relay_keys;        /* under a session whose keys are handed over; else in clear */
    kp_form logout_command; /* when it is refused, the application is selected anew */
    /* signing: MSE SET names the key, PSO: COMPUTE DIGITAL SIGNATURE takes what `sign_*` says */
    kp_form sign_environment;
    bool sign_key_in_p2; /* the key's reference is P2 and there is no data; else data 84 01 ref */
    uint8_t sign_key_first; /* reference of the key to the certificate in 2F10; the next file's is
                               one more */
    kp_form sign;
    kp_sign_form sign_pkcs1, sign_pss, sign_ecdsa;
    bool sign_ecdsa_der; /* the card answers SEQUENCE { r, s }, not r and s at full length */
} kp_profile;

struct kamupin_context;

/** The row for an ATR, or NULL: the rows of the context's files, the last first, then the built-in
 * ones. Looked at are the historical bytes alone: the interface bytes and TCK of listed ATRs differ.
 * Where a built-in row matches, a row from a file is taken only if it recognises as strictly
 * (KP_RECOGNISE_KAMU_SM): what it leaves out, nobody else checks. */
const kp_profile *kp_profile_for_atr(const struct kamupin_context *context, const uint8_t *atr,
                                     size_t length);
/** The row of that name: of the context's files, or built in. */
const kp_profile *kp_profile_find(const struct kamupin_context *context, const char *name);
/** The built-in row of that name. */
const kp_profile *kp_profile_by_name(const char *name);
/** The built-in row whose cards are all the cards that `row` matches; NULL when there is none. */
const kp_profile *kp_profile_family(const kp_profile *row);

/** Whether the row itself says that a command which is otherwise never sent is harmless on its
 * cards: its own question for the tries left, or its logout, both VERIFY without data. */
bool kp_profile_permits(const kp_profile *profile, const struct kp_command *command);

/** The weakest proof among the commands that an operation needs. */
kp_proof kp_profile_proof(const kp_profile *profile, kp_card_operation operation);
/** The name under which a service vouches for an operation, and back (0 when it is none). */
const char *kp_card_operation_name(kp_card_operation operation);
unsigned int kp_card_operation_by_name(const char *name);

#endif
