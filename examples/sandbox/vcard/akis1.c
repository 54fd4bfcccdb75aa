// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// AKIS v1.0 as its published driver knew it: own selection rules, security byte in tag 90, serial
// and life cycle by GET DATA, length-prefixed CHANGE, logout, list. How it unblocks is not public:
// not here.
#include "card.h"

#include <string.h>

#define SERIAL_ANSWER 77
#define SERIAL_AT     55

enum security { VALID = 0x02, NEW_PIN = 0x08, READABLE = 0x10, WRONG_ONCE = 0x40, LAST_TRY = 0x80 };

// The byte of tag 90: on the application its PIN's state, on the MF the PUK's.
static int security(const struct vc_card *card)
{
    const struct vc_reference *reference =
        vc_in_application(card) ? &card->state.pin : &card->state.puk;
    int byte = VALID | READABLE;
    if (card->session.ef)
        return byte;
    if (reference->value.len == 0)
        return byte | NEW_PIN;
    if (reference->counter.tries == 0)
        return byte | WRONG_ONCE | LAST_TRY;
    if (reference->counter.tries == 1 && reference->counter.max > 1)
        return byte | LAST_TRY;
    return reference->counter.tries < reference->counter.max ? byte | WRONG_ONCE : byte;
}

// An EF and a DF are selected by different P1: 00 knows MF and DFs, 02 EFs of the current DF, 08
// paths.
static uint16_t find(struct vc_card *card, const struct vc_apdu *apdu)
{
    struct vc_path path = {.depth = 0};
    const struct vc_file *file = NULL;
    if (apdu->p1 != 0x08 && apdu->lc != 2)
        return 0x6700;
    if (apdu->p1 == 0x08 || (apdu->data[0] == 0x3F && apdu->data[1] == 0x00)) {
        if (apdu->lc == 0 || !vc_path_parse(apdu->data, apdu->lc, &path))
            return 0x6A82;
    } else if (!vc_path_child(&card->session.folder, (uint16_t)(apdu->data[0] << 8 | apdu->data[1]),
                              &path)) {
        return 0x6A82;
    }
    if (card->state.answer_3d10 != VC_ABSENT && path.depth > 0 && path.id[0] == 0x3D10)
        return (uint16_t)card->state.answer_3d10;
    if (apdu->p1 != 0x00)
        file = vc_file_find(card, &path);
    if (file)
        vc_enter_file(card, file);
    else if (apdu->p1 != 0x02 && vc_folder_exists(card, &path))
        vc_enter_folder(card, &path);
    else
        return 0x6A82;
    return 0x9000;
}

static uint16_t select_file(struct vc_card *card, const struct vc_apdu *apdu,
                            struct vc_reply *reply)
{
    if (apdu->p1 == 0x04)
        return 0x6A82; // nothing on this generation has a name
    if (apdu->p2 != 0x00 || (apdu->p1 != 0x00 && apdu->p1 != 0x02 && apdu->p1 != 0x08))
        return 0x6A86;
    uint16_t sw = find(card, apdu);
    if (sw == 0x9000)
        vc_fcp(card, 0x6F, false, security(card), reply);
    return sw;
}

static uint16_t verify(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    (void)reply;
    if (apdu->p1 != 0x00)
        return 0x6A86;
    if (apdu->p2 == 0x80 && vc_in_application(card))
        return vc_verify(card, &card->state.pin, &card->session.pin_verified, apdu);
    if (apdu->p2 == 0x00 && card->session.folder.depth == 0)
        return vc_verify(card, &card->state.puk, &card->session.puk_verified, apdu);
    return 0x6A88;
}

// Length and value of the old one, length and value of the new one. Lengths that do not add up can
// hold no right old value: a try is spent on them as well.
static uint16_t change(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    struct vc_reference *reference = NULL;
    (void)reply;
    if (apdu->p1 == 0x02 && apdu->p2 == 0x00 && vc_in_application(card))
        reference = &card->state.pin;
    else if (apdu->p1 == 0x01 && apdu->p2 == 0x00 && card->session.folder.depth == 0)
        reference = &card->state.puk;
    else
        return apdu->p1 == 0x01 || apdu->p1 == 0x02 ? 0x6A88 : 0x6A86;
    if (apdu->lc == 0)
        return 0x6A80;
    const uint8_t *data = apdu->data;
    size_t old_len = data[0];
    if (apdu->lc < old_len + 2 || data[1 + old_len] != apdu->lc - old_len - 2)
        return vc_change(card, reference, data, 0, data, 0);
    return vc_change(card, reference, data + 1, old_len, data + 2 + old_len,
                     apdu->lc - old_len - 2);
}

static uint16_t get_data(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    if (apdu->p1 != 0x01 || (apdu->p2 != 0x04 && apdu->p2 != 0x06))
        return 0x6A88;
    if (apdu->lc > 0)
        return 0x6700;
    memset(reply->data, 0, sizeof reply->data);
    if (apdu->p2 == 0x04) {
        reply->data[6] = card->state.creation ? 0xA0 : 0xA5;
        reply->len = 10;
    } else {
        memcpy(reply->data + SERIAL_AT, card->state.serial.data, card->state.serial.len);
        reply->len = SERIAL_ANSWER;
    }
    return 0x9000;
}

// The current DF in entries of 20 bytes: 3D for a DF or 2F for an EF, the identifier, zeros.
static uint16_t list(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    uint16_t ids[VC_REPLY_MAX / 20];
    bool folders[VC_REPLY_MAX / 20];
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return 0x6A86;
    size_t count = vc_folder_list(card, ids, folders, card->state.limit / 20);
    memset(reply->data, 0, sizeof reply->data);
    for (size_t i = 0; i < count; i++) {
        reply->data[20 * i] = folders[i] ? 0x3D : 0x2F;
        reply->data[20 * i + 1] = (uint8_t)(ids[i] >> 8);
        reply->data[20 * i + 2] = (uint8_t)ids[i];
    }
    reply->len = 20 * count;
    return 0x9000;
}

static uint16_t logout(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    (void)reply;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return 0x6A86;
    card->session.pin_verified = false;
    card->session.puk_verified = false;
    return 0x9000;
}

// MSE: P1 C3, the key's reference in P2, no data.
static uint16_t set_environment(struct vc_card *card, const struct vc_apdu *apdu,
                                struct vc_reply *reply)
{
    (void)reply;
    if (apdu->p1 != 0xC3)
        return 0x6A86;
    return apdu->lc > 0 ? 0x6700 : vc_choose_key(card, apdu->p2);
}

// Life-cycle phase, create, delete: a card in someone's hands has no key for them.
static uint16_t refuse(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    (void)card;
    (void)apdu;
    (void)reply;
    return 0x6982;
}

static const struct vc_command commands[] = {
    {0x00, 0x20, verify},
    {0x00, 0x24, change},
    {0x00, 0xA4, select_file},
    {0x00, 0x84, vc_get_challenge},
    {0x00, 0xB0, vc_read_binary},
    {0x00, 0xCA, get_data},
    {0x80, 0x09, refuse},
    {0x80, 0x10, refuse},
    {0x80, 0x15, refuse},
    {0x80, 0x16, refuse},
    {0x80, 0x18, list},
    {0x80, 0x19, refuse},
    {0x80, 0x1A, logout},
    {0x00, 0x22, set_environment},
    {0x00, 0x2A, vc_compute_signature},
};

static const uint16_t folders[] = {VC_APPLICATION, 0};

const struct vc_personality vc_akis1 = {commands, sizeof commands / sizeof commands[0], folders};
