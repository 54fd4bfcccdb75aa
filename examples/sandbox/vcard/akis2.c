// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// AKIS v2.x: selection by name, identifier and path; PIN 81 and PUK 82 of the application; counters
// by GET DATA; reset by PUK or after EXTERNAL AUTHENTICATE. Most byte forms are candidates: see
// README.md.
#include "akis2.h"

#include <string.h>

#define PIN 0x81
#define PUK 0x82

static const uint8_t application_name[] = {'P', 'K', 'C', 'S', '-', '1', '5'};

static uint16_t describe(struct vc_card *card, uint8_t p2, struct vc_reply *reply)
{
    if (p2 != 0x0C)
        vc_fcp(card, p2 == 0x04 ? 0x62 : 0x6F, true, -1, reply);
    return 0x9000;
}

// Goes to PATH if a DF (and DFs are wanted) or an EF (and EFs are wanted) lies there.
static uint16_t go(struct vc_card *card, const struct vc_path *path, bool folders, bool files)
{
    const struct vc_file *file = files ? vc_file_find(card, path) : NULL;
    if (card->state.answer_3d10 != VC_ABSENT && path->depth > 0 && path->id[0] == 0x3D10)
        return (uint16_t)card->state.answer_3d10;
    if (file)
        vc_enter_file(card, file);
    else if (folders && vc_folder_exists(card, path))
        vc_enter_folder(card, path);
    else
        return 0x6A82;
    return 0x9000;
}

static uint16_t by_identifier(struct vc_card *card, const struct vc_apdu *apdu)
{
    struct vc_path path = {.depth = 0};
    if (apdu->lc != 2 && !(apdu->lc == 0 && apdu->p1 == 0x00))
        return 0x6700;
    uint16_t id = 0x3F00;
    if (apdu->lc)
        id = (uint16_t)(apdu->data[0] << 8 | apdu->data[1]);
    if (id == 0x3F00)
        return apdu->p1 == 0x00 ? go(card, &path, true, false) : 0x6A82;
    if (!vc_path_child(&card->session.folder, id, &path))
        return 0x6A82;
    return go(card, &path, apdu->p1 != 0x02, apdu->p1 != 0x01);
}

static uint16_t select_file(struct vc_card *card, const struct vc_apdu *apdu,
                            struct vc_reply *reply)
{
    struct vc_path path = {.depth = 1, .id = {VC_APPLICATION}};
    uint16_t sw;
    if (apdu->p2 != 0x00 && apdu->p2 != 0x04 && apdu->p2 != 0x0C)
        return 0x6A86;
    switch (apdu->p1) {
    case 0x00:
    case 0x01:
    case 0x02:
        sw = by_identifier(card, apdu);
        break;
    case 0x04:
        sw = apdu->lc == sizeof application_name &&
                     memcmp(apdu->data, application_name, sizeof application_name) == 0
                 ? go(card, &path, true, false)
                 : 0x6A82;
        break;
    case 0x08:
        sw = apdu->lc == 0 || apdu->lc % 2                ? 0x6700
             : vc_path_parse(apdu->data, apdu->lc, &path) ? go(card, &path, true, true)
                                                          : 0x6A82;
        break;
    default:
        sw = 0x6A86;
    }
    return sw == 0x9000 ? describe(card, apdu->p2, reply) : sw;
}

static uint16_t verify(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    (void)reply;
    if (apdu->p1 != 0x00)
        return 0x6A86;
    if (!vc_in_application(card))
        return 0x6A88;
    if (apdu->p2 == PIN)
        return vc_verify(card, &card->state.pin, &card->session.pin_verified, apdu);
    if (apdu->p2 == PUK)
        return vc_is_dead(&card->state)
                   ? 0x6983
                   : vc_verify(card, &card->state.puk, &card->session.puk_verified, apdu);
    return 0x6A88;
}

static uint16_t change(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    (void)reply;
    if (apdu->p1 != 0x00)
        return 0x6A86;
    if (!vc_in_application(card) || apdu->p2 != PIN)
        return 0x6A88;
    return vc_change_joined(card, &card->state.pin, apdu);
}

static uint16_t reset_retry(struct vc_card *card, const struct vc_apdu *apdu,
                            struct vc_reply *reply)
{
    (void)reply;
    if (apdu->p1 > 0x03)
        return 0x6A86;
    if (!vc_in_application(card) || apdu->p2 != PIN)
        return 0x6A88;
    bool renew = apdu->p1 % 2 == 0;
    return apdu->p1 >= 0x02 ? vc_reset_with_right(card, apdu, renew)
                            : vc_reset_with_puk(card, apdu, renew);
}

// GET DATA on a PIN object, wrapped as IAS-ECC does: 70 { BF81nn { A0 { 9A maximum, 9B left } } }.
static uint16_t get_data(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    static const uint8_t ask[] = {0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, 0x00, 0x02, 0xA0, 0x80};
    const struct vc_state *state = &card->state;
    if (apdu->p1 != 0x3F || apdu->p2 != 0xFF)
        return 0x6A88;
    if (apdu->lc != sizeof ask || memcmp(apdu->data, ask, 6) != 0 ||
        memcmp(apdu->data + 7, ask + 7, 3) != 0)
        return 0x6A80;
    uint8_t number = apdu->data[6];
    const struct vc_reference *reference = number == (PIN & 0x1F)   ? &state->pin
                                           : number == (PUK & 0x1F) ? &state->puk
                                                                    : NULL;
    if (!vc_in_application(card) || !reference || reference->value.len == 0)
        return 0x6A88;
    uint8_t max = (uint8_t)reference->counter.max;
    uint8_t tries = (uint8_t)reference->counter.tries;
    if (reference == &state->puk && vc_is_dead(state))
        tries = 0;
    const uint8_t answer[] = {0x70, 0x0C, 0xBF, 0x81, number, 0x08, 0xA0,
                              0x06, 0x9A, 0x01, max,  0x9B,   0x01, tries};
    memcpy(reply->data, answer, sizeof answer);
    reply->len = sizeof answer;
    return 0x9000;
}

// MSE SET for a digital signature: a template with the key's reference in tag 84.
static uint16_t set_environment(struct vc_card *card, const struct vc_apdu *apdu,
                                struct vc_reply *reply)
{
    (void)reply;
    if (apdu->p1 != 0x41 || apdu->p2 != 0xB6)
        return 0x6A86;
    if (apdu->lc != 3 || apdu->data[0] != 0x84 || apdu->data[1] != 0x01)
        return 0x6A80;
    return vc_choose_key(card, apdu->data[2]);
}

const struct vc_command vc_akis2_commands[VC_AKIS2_COMMANDS] = {
    {0x00, 0x20, verify},           {0x00, 0x24, change},
    {0x00, 0x2C, reset_retry},      {0x00, 0x82, vc_external_authenticate},
    {0x00, 0x84, vc_get_challenge}, {0x00, 0xA4, select_file},
    {0x00, 0xB0, vc_read_binary},   {0x00, 0xCB, get_data},
    {0x00, 0x22, set_environment},  {0x00, 0x2A, vc_compute_signature},
};

static const uint16_t folders[] = {VC_APPLICATION, 0};

const struct vc_personality vc_akis2 = {vc_akis2_commands, VC_AKIS2_COMMANDS, folders};
