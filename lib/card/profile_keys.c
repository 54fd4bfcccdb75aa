/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile_keys.c: what a row of a profile file may say: one line for each key. A new member of
   kp_profile gets its line here and in docs/profiles.md. */
#include <card/profile_rows.h>

#include <stddef.h>

static const char *const recognitions[] = {"kamu-sm", "certificate", "application", NULL};
static const char *const namings[] = {"serial", "certificates", "atr", NULL};
static const char *const codings[] = {"plain", "length-prefixed", NULL};
static const char *const counter_methods[] = {"none", "fcp-tag-90", "get-data-object",
                                              "verify-question", NULL};
static const char *const key_places[] = {"data", "p2", NULL};
static const char *const answers[] = {"plain", "der", NULL};
static const char *const relay_rights[] = {"in-clear", "session-keys", NULL};
static const char *const logouts[] = {"command", "selection", NULL};

#define AT(MEMBER) offsetof(kp_profile, MEMBER), sizeof(((kp_profile *)0)->MEMBER)
#define VALUE(NAME, READ)                                                                          \
    {                                                                                              \
        NAME, READ, 0, 0, NULL, 0, 0, false                                                        \
    }
#define NEEDED(NAME, READ)                                                                         \
    {                                                                                              \
        NAME, READ, 0, 0, NULL, 0, 0, true                                                         \
    }
#define BYTE(NAME, MEMBER)                                                                         \
    {                                                                                              \
        NAME, kp_read_byte, AT(MEMBER), NULL, 0, 0, false                                          \
    }
#define FORM(NAME, MEMBER, INS)                                                                    \
    {                                                                                              \
        NAME, kp_read_form, AT(MEMBER), NULL, INS, 0, false                                        \
    }
#define WORD(NAME, MEMBER, WORDS, NEEDS)                                                           \
    {                                                                                              \
        NAME, kp_read_word, AT(MEMBER), WORDS, 0, 0, NEEDS                                         \
    }
#define NUMBER(NAME, MEMBER, LEAST, MOST)                                                          \
    {                                                                                              \
        NAME, kp_read_number, AT(MEMBER), NULL, LEAST, MOST, false                                 \
    }
#define FLAG(NAME, MEMBER, WORDS)                                                                  \
    {                                                                                              \
        NAME, kp_read_flag, AT(MEMBER), WORDS, 0, 0, false                                         \
    }
#define ANY_INSTRUCTION (-1)

/* clang-format off */
const kp_profile_key kp_profile_keys[] = {
    {"product", kp_read_text, AT(product), NULL, 0, 0, true},
    NEEDED("historical", kp_read_pattern),
    WORD("recognition", recognition, recognitions, true),
    NEEDED("application", kp_read_application),
    BYTE("file-p1", file_p1),
    VALUE("select-answer", kp_read_select_answer),
    NEEDED("certificates", kp_read_certificates),
    WORD("name-by", naming, namings, true),
    FORM("serial", serial, 0xCA),
    VALUE("serial-bytes", kp_read_serial_bytes),
    VALUE("pin-length", kp_read_pin_length),
    VALUE("pin-padding", kp_read_pin_padding),
    FORM("verify", verify, 0x20),
    FORM("change", change, 0x24),
    FORM("reset-after-authentication", reset_after_authentication, 0x2C),
    {"reset-with-puk", kp_read_reset_with_puk, AT(reset_with_puk), NULL, ANY_INSTRUCTION, 0, false},
    WORD("change-coding", change_coding, codings, false),
    WORD("counters", counters, counter_methods, false),
    {"tries-question", kp_read_question, AT(tries_question), NULL, 0x20, 0, false},
    BYTE("pin-object", pin_object),
    BYTE("puk-object", puk_object),
    VALUE("not-set-sw", kp_read_not_set),
    NUMBER("tries-max", tries_max, 1, 15),
    FORM("challenge", challenge, 0x84),
    FORM("external-authenticate", external_authenticate, 0x82),
    NUMBER("challenge-length", challenge_length, 8, 32),
    WORD("logout", logout, logouts, false),
    FORM("sign-environment", sign_environment, 0x22),
    FLAG("sign-key-in", sign_key_in_p2, key_places),
    BYTE("sign-key-first", sign_key_first),
    FORM("sign", sign, 0x2A),
    {"sign-pkcs1", kp_read_sign_input, AT(sign_pkcs1), NULL, 0, 0, false},
    {"sign-pss", kp_read_sign_input, AT(sign_pss), NULL, 0, 0, false},
    {"sign-ecdsa", kp_read_sign_input, AT(sign_ecdsa), NULL, 0, 0, false},
    FLAG("sign-ecdsa-answer", sign_ecdsa_der, answers),
    VALUE("relay", kp_read_relay),
    FLAG("relay-right", relay_keys, relay_rights),
    WORD("secure-messaging", secure_messaging, kp_session_words, false),
    VALUE("protected", kp_read_protected),
    {"logout-command", kp_read_logout, AT(logout_command), NULL, ANY_INSTRUCTION, 0, false},
};
/* clang-format on */

const size_t kp_profile_key_count = sizeof kp_profile_keys / sizeof kp_profile_keys[0];
