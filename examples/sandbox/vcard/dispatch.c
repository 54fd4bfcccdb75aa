// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// From bytes to a command and back to bytes: cases and lengths, classes, GET RESPONSE, the exact
// Le. Touches the session; what the commands do is theirs.
#include "card.h"
#include "secure_key.h"

#include <openssl/crypto.h>
#include <string.h>

const struct vc_personality *vc_personality(const struct vc_card *card)
{
    switch ((enum vc_personality_id)card->state.personality) {
    case VC_AKIS1:
        return &vc_akis1;
    case VC_AKIS2:
        return &vc_akis2;
    case VC_IDCARD:
        break;
    }
    return &vc_idcard;
}

void vc_card_reset(struct vc_card *card)
{
    OPENSSL_cleanse(&card->session, sizeof card->session);
    OPENSSL_cleanse(&card->secure, sizeof card->secure);
    card->session.ef = NULL;
}

// ISO/IEC 7816-3 cases 1 to 4, short only: these cards announce no extended length.
static uint16_t parse(const uint8_t *in, size_t len, struct vc_apdu *apdu)
{
    memset(apdu, 0, sizeof *apdu);
    if (len < 4)
        return 0x6700;
    apdu->cla = in[0];
    apdu->ins = in[1];
    apdu->p1 = in[2];
    apdu->p2 = in[3];
    if (len == 4)
        return 0x9000;
    if (len == 5) {
        apdu->le = in[4] ? in[4] : 256;
        return 0x9000;
    }
    apdu->lc = in[4];
    apdu->data = in + 5;
    if (apdu->lc == 0 || len < 5 + apdu->lc || len > 6 + apdu->lc)
        return 0x6700;
    if (len == 6 + apdu->lc)
        apdu->le = in[5 + apdu->lc] ? in[5 + apdu->lc] : 256;
    return 0x9000;
}

static uint16_t check_class(const struct vc_apdu *apdu)
{
    if (apdu->cla == 0x80 || apdu->cla == 0x00)
        return 0x9000;
    if (apdu->cla & 0xE0)
        return 0x6E00;
    if (apdu->cla & 0x10)
        return 0x6884; // command chaining
    if (apdu->cla & 0x0C)
        return 0x6882; // secure messaging
    return 0x6881;     // logical channels
}

static uint16_t get_response(struct vc_card *card, const struct vc_apdu *apdu,
                             struct vc_reply *reply)
{
    struct vc_session *session = &card->session;
    size_t left = session->waiting.len - session->waiting_at;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return 0x6A86;
    if (left == 0)
        return 0x6985;
    if (apdu->lc > 0 || apdu->le == 0 || (apdu->le > left && apdu->le != 256))
        return apdu->lc > 0 || apdu->le == 0 ? 0x6700 : (uint16_t)(0x6C00 | left);
    reply->len = apdu->le < left ? apdu->le : left;
    if (reply->len > card->state.limit)
        reply->len = card->state.limit;
    memcpy(reply->data, session->waiting.data + session->waiting_at, reply->len);
    session->waiting_at += reply->len;
    left -= reply->len;
    return left ? (uint16_t)(0x6100 | left) : session->waiting_sw;
}

static uint16_t run(struct vc_card *card, struct vc_apdu *apdu, struct vc_reply *reply)
{
    const struct vc_personality *personality = vc_personality(card);
    bool class_known = false;
    if (apdu->cla == 0 && apdu->ins == 0xC0)
        return get_response(card, apdu, reply);
    card->session.waiting.len = 0;
    card->session.waiting_at = 0;
    bool done = false;
    uint16_t sw = vc_chain_take(card, apdu, &done);
    if (done)
        return sw;
    sw = check_class(apdu);
    if (sw != 0x9000)
        return sw;
    for (size_t i = 0; i < personality->command_count; i++) {
        const struct vc_command *command = &personality->commands[i];
        class_known = class_known || command->cla == apdu->cla;
        if (command->cla == apdu->cla && command->ins == apdu->ins)
            return apdu->lc > card->state.limit && !apdu->chained ? 0x6700
                                                                  : command->run(card, apdu, reply);
    }
    return class_known ? 0x6D00 : 0x6E00;
}

// Keeps an answer for GET RESPONSE.
static uint16_t hold_back(struct vc_card *card, struct vc_reply *reply, uint16_t sw)
{
    uint16_t promise = (uint16_t)(0x6100 | (reply->len & 0xFF));
    card->session.waiting = *reply;
    card->session.waiting_at = 0;
    card->session.waiting_sw = sw;
    reply->len = 0;
    return promise;
}

// Decides what of REPLY leaves now: all of it, none yet (61xx), or none because Le is wrong (6Cxx).
// Under secure messaging it is the protected answer that may have to wait.
static uint16_t deliver(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply,
                        uint16_t sw, bool secure)
{
    const struct vc_state *state = &card->state;
    bool response = apdu->cla == 0 && apdu->ins == 0xC0;
    if (response || reply->len == 0)
        return sw;
    if (!secure && ((state->reply_61xx && apdu->lc > 0) || reply->len > state->limit)) {
        sw = hold_back(card, reply, sw);
    } else if (apdu->le == 0) {
        reply->len = 0;
    } else if (apdu->le < reply->len || (state->reply_6cxx && apdu->le != reply->len)) {
        sw = (uint16_t)(0x6C00 | (reply->len & 0xFF));
        reply->len = 0;
    }
    return sw;
}

// One command that stands there in clear, from wherever it came. 9000 in SW: it was well-formed.
static uint16_t execute(struct vc_card *card, struct vc_apdu *apdu, struct vc_reply *reply,
                        uint16_t sw, bool secure)
{
    bool authenticate = sw == 0x9000 && apdu->cla == 0 && apdu->ins == 0x82;
    if (card->state.strict && !authenticate)
        vc_challenge_kill(card);
    const struct vc_session before = card->session;
    if (sw == 0x9000)
        sw = run(card, apdu, reply);
    sw = deliver(card, apdu, reply, sw, secure);
    if ((sw & 0xFF00) == 0x6C00) // a checking error (ISO/IEC 7816-4, 5.6): nothing was done
        card->session = before;
    return sw;
}

// A command of the session: what is wrong with its protection is said in clear and ends the
// session, everything else under protection.
static uint16_t execute_secure(struct vc_card *card, const struct vc_apdu *apdu,
                               struct vc_reply *reply)
{
    uint8_t data[255];
    struct vc_apdu plain;
    struct vc_reply inside = {.len = 0};
    uint16_t sw = vc_secure_open(&card->secure, apdu, &plain, data);
    if (sw == 0x9000) {
        sw = execute(card, &plain, &inside, 0x9000, true);
        if (!vc_secure_seal(&card->secure, plain.ins, &inside, sw, reply)) {
            inside.len = 0; // too long for the answer with its protection
            sw = 0x6700;
            if (!vc_secure_seal(&card->secure, plain.ins, &inside, sw, reply))
                vc_secure_end(card);
        }
    } else {
        vc_challenge_kill(card);
        vc_secure_end(card);
    }
    OPENSSL_cleanse(data, sizeof data);
    if (reply->len > card->state.limit || (card->state.reply_61xx && reply->len > 0))
        sw = hold_back(card, reply, sw);
    return sw;
}

size_t vc_card_transmit(struct vc_card *card, const uint8_t *in, size_t len, uint8_t *out)
{
    struct vc_apdu apdu;
    struct vc_reply reply = {.len = 0};
    uint16_t sw = parse(in, len, &apdu);
    bool session = card->secure.kind != VC_SECURE_NONE;
    bool transport = sw == 0x9000 && apdu.cla == 0 && apdu.ins == 0xC0;
    if (session && sw == 0x9000 && vc_secure_class(apdu.cla)) {
        sw = execute_secure(card, &apdu, &reply);
    } else {
        if (session && !transport) // a command in clear ends it
            vc_secure_end(card);
        sw = execute(card, &apdu, &reply, sw, false);
    }
    memcpy(out, reply.data, reply.len);
    out[reply.len] = (uint8_t)(sw >> 8);
    out[reply.len + 1] = (uint8_t)sw;
    return reply.len + 2;
}
