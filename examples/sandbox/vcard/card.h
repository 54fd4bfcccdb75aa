// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The card as its commands see it: memory, session, one command, one answer. Commands return the
// status word and touch nothing but the card they are given (and, through it, its state file).
#ifndef KAMUPIN_VCARD_CARD_H
#define KAMUPIN_VCARD_CARD_H

#include "secure.h"
#include "state.h"

#define VC_CHALLENGE_MAX 32
#define VC_REPLY_MAX     256
#define VC_CHAIN_MAX     600

struct vc_reply {
    uint8_t data[VC_REPLY_MAX];
    size_t len;
};

// The parts of a chained command that came so far.
struct vc_chain {
    uint8_t head[4]; // class (without the chaining bit), instruction, P1, P2
    uint8_t data[VC_CHAIN_MAX];
    size_t len; // 0: no chain is open
};

// What a reset or the loss of power clears.
struct vc_session {
    struct vc_path folder;    // current DF
    const struct vc_file *ef; // current EF, in the card's state; NULL: none
    bool pin_verified;
    bool puk_verified;
    bool authenticated;
    const struct vc_sign_key *key; // that MSE SET chose, in the card's state; NULL: none
    struct vc_chain chain;
    uint8_t challenge[VC_CHALLENGE_MAX];
    size_t challenge_len; // 0: none alive
    struct vc_reply waiting;
    size_t waiting_at;
    uint16_t waiting_sw; // that follows its last byte
};

struct vc_card {
    struct vc_state state;
    const char *state_path; // of the caller, who keeps it alive
    struct vc_session session;
    struct vc_secure secure; // session of secure messaging; cleared as the session is
};

struct vc_apdu {
    uint8_t cla, ins, p1, p2;
    const uint8_t *data;
    size_t lc;
    size_t le;    // 0: no Le; 256: Le byte 00
    bool chained; // data and lc are those of a whole chain
};

struct vc_command {
    uint8_t cla, ins;
    uint16_t (*run)(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply);
};

struct vc_personality {
    const struct vc_command *commands;
    size_t command_count;
    const uint16_t *folders; // DFs under the MF that are there even if empty, ended by 0
};

extern const struct vc_personality vc_akis1;
extern const struct vc_personality vc_akis2;
extern const struct vc_personality vc_idcard;
const struct vc_personality *vc_personality(const struct vc_card *card);

// dispatch.c: clears the session, as power-on and reset do; one command in, one answer out (data
// and status word, at most VC_REPLY_MAX + 2 bytes into OUT), its length returned.
void vc_card_reset(struct vc_card *card);
size_t vc_card_transmit(struct vc_card *card, const uint8_t *in, size_t len, uint8_t *out);

// files.c
#define VC_APPLICATION UINT16_C(0x3D00)
bool vc_path_parse(const uint8_t *bytes, size_t len, struct vc_path *path);
bool vc_path_child(const struct vc_path *parent, uint16_t id, struct vc_path *child);
const struct vc_file *vc_file_find(const struct vc_card *card, const struct vc_path *path);
bool vc_folder_exists(const struct vc_card *card, const struct vc_path *path);
size_t vc_folder_list(const struct vc_card *card, uint16_t *ids, bool *folders, size_t room);
bool vc_in_application(const struct vc_card *card);
void vc_enter_folder(struct vc_card *card, const struct vc_path *path);
void vc_enter_file(struct vc_card *card, const struct vc_file *file);
void vc_fcp(const struct vc_card *card, uint8_t template_tag, bool with_name, int security,
            struct vc_reply *reply);
uint16_t vc_read_binary(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply);
void vc_put_tlv(struct vc_reply *reply, uint8_t tag, const void *value, size_t len);

// pin.c: comparing a reference spends a try on disk before the value is looked at.
bool vc_is_dead(const struct vc_state *state);
uint16_t vc_counter_spend(struct vc_card *card, struct vc_counter *counter);
uint16_t vc_verify(struct vc_card *card, struct vc_reference *reference, bool *verified,
                   const struct vc_apdu *apdu);
uint16_t vc_change(struct vc_card *card, struct vc_reference *reference, const uint8_t *old,
                   size_t old_len, const uint8_t *fresh, size_t fresh_len);
uint16_t vc_change_joined(struct vc_card *card, struct vc_reference *reference,
                          const struct vc_apdu *apdu);
uint16_t vc_reset_with_puk(struct vc_card *card, const struct vc_apdu *apdu, bool renew);
uint16_t vc_reset_with_right(struct vc_card *card, const struct vc_apdu *apdu, bool renew);

// chain.c: takes an APDU of a chain. *DONE: it was a part, and the status word is its answer. Else
// the APDU is to be run, with the data of the whole chain when it was the last of one.
uint16_t vc_chain_take(struct vc_card *card, struct vc_apdu *apdu, bool *done);

// sign.c
uint16_t vc_choose_key(struct vc_card *card, uint8_t reference);
uint16_t vc_compute_signature(struct vc_card *card, const struct vc_apdu *apdu,
                              struct vc_reply *reply);

// auth.c
uint16_t vc_get_challenge(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply);
uint16_t vc_external_authenticate(struct vc_card *card, const struct vc_apdu *apdu,
                                  struct vc_reply *reply);
void vc_challenge_kill(struct vc_card *card);
uint16_t vc_auth_passed(struct vc_card *card); // the try that was spent is given back, on disk

#endif
