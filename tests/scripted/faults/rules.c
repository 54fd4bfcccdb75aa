/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   rules.c: the rules of rules.h. They look at the cards themselves, not at what the library says of
   them. */
#include "rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ANY_RISK                                                                                   \
    ((unsigned int)KAMUPIN_RISK_UNPROVEN | (unsigned int)KAMUPIN_RISK_LAST_TRY |                   \
     (unsigned int)KAMUPIN_RISK_UNKNOWN_TRIES)
#define FLOOR 1 /* tries that are left whatever happens */

kamupin_status kp_stand_open(kp_stand *stand)
{
    const char *which = stand->act->beside > 0 ? stand->world.slots[0].name : NULL;

    return kamupin_card_open(stand->context, which, stand->cancel, &stand->card, NULL);
}

/* ---- status ---- */

/* What a fault has to be called. `begins`: it came where a lost card can be taken up again. */
static kamupin_status name_of(kp_fault fault, bool begins, kamupin_status right)
{
    switch (fault) {
    case KP_FAULT_RESET:
        return begins ? right : KAMUPIN_E_CARD_RESET;
    case KP_FAULT_SWAP:
        return begins ? KAMUPIN_E_CARD_SWAPPED : KAMUPIN_E_CARD_REMOVED;
    case KP_FAULT_REMOVE:
    case KP_FAULT_LOST_REMOVE:
    case KP_FAULT_LOST_UNNOTICED:
    case KP_FAULT_LOST_SWAP:
        return KAMUPIN_E_CARD_REMOVED;
    case KP_FAULT_DEAD:
    case KP_FAULT_LOST_DEAD:
        return KAMUPIN_E_READER_SERVICE_DOWN;
    case KP_FAULT_SHARED:
        return KAMUPIN_E_CARD_IN_USE;
    case KP_FAULT_FAILED:
    case KP_FAULT_LOST_FAILED:
        return KAMUPIN_E_READER_FAILED;
    case KP_FAULT_MUTE:
    case KP_FAULT_LOST_RESET:
    case KP_FAULT_LOST_SILENT:
        return KAMUPIN_E_CARD_RESET;
    case KP_FAULT_NONE:
    case KP_FAULTS:
        break;
    }
    return right;
}

static bool asks_card(kp_call call)
{
    return call >= KP_CALL_FEATURES;
}

/* An entry in steps that goes on: as long as card and daemon are there nobody knows what became of it,
   unless it was the question for a key alone that failed. */
static kamupin_status name_of_begun(kamupin_status name, kp_call call, kamupin_status right)
{
    if (name == KAMUPIN_E_READER_FAILED || name == KAMUPIN_E_CARD_IN_USE)
        return call == KP_CALL_FINISH ? KAMUPIN_E_PIN_PAD_FAILED : right;
    return name == KAMUPIN_E_CARD_RESET ? KAMUPIN_E_PIN_PAD_FAILED : name;
}

/* Work at a keypad has names of its own: for a reader that fails, and for an entry without an answer. */
static bool is_named(const kp_stand *stand, kamupin_status status, kp_fault fault, kp_call call)
{
    const bool begun = call == KP_CALL_KEY || call == KP_CALL_ABORT || call == KP_CALL_FINISH;
    const kamupin_status name = name_of(fault, !asks_card(call), stand->act->right);
    const bool silent = fault == KP_FAULT_MUTE || fault == KP_FAULT_LOST_SILENT ||
                        fault == KP_FAULT_LOST_RESET || fault == KP_FAULT_LOST_UNNOTICED;

    if (call == KP_CALL_ABORT && status == KAMUPIN_OK) /* the reader was not told, and went on */
        return fault == KP_FAULT_FAILED || fault == KP_FAULT_SHARED;
    if (begun && fault != KP_FAULT_LOST_UNNOTICED)
        return status == name_of_begun(name, call, stand->act->right);
    if (status == name || stand->act->typed == NULL)
        return status == name;
    return (name == KAMUPIN_E_READER_FAILED && status == KAMUPIN_E_PIN_PAD_UNSUPPORTED) ||
           ((name == KAMUPIN_E_READER_FAILED || silent) && status == KAMUPIN_E_PIN_PAD_FAILED);
}

/* Reading from the start: a reset is taken up again, and a card that is put in or pulled before it is
   connected to is seen as it then is. */
static bool may_be_of_reading(kamupin_status status, kp_fault fault, kp_call call)
{
    const kamupin_status name = name_of(fault, !asks_card(call), KAMUPIN_OK);

    if (name == KAMUPIN_E_CARD_RESET || fault == KP_FAULT_RESET)
        return status == KAMUPIN_OK;
    if (fault == KP_FAULT_SWAP && !asks_card(call))
        return status == KAMUPIN_OK || status == KAMUPIN_E_CARD_REMOVED ||
               status == KAMUPIN_E_CARD_SWAPPED;
    if (fault == KP_FAULT_REMOVE && !asks_card(call))
        return status == KAMUPIN_E_NO_CARD || status == KAMUPIN_E_CARD_REMOVED;
    return status == name;
}

/* Of two faults: what either gives. A card that is pulled, when its reader cannot be asked any more or
   has another one in it by then, was reset as far as can be told; confirming its identity tells more. */
static bool may_be(const kp_stand *stand, kamupin_status status, kp_fault fault)
{
    const kamupin_status begins = name_of(fault, true, stand->act->right),
                         later = name_of(fault, false, stand->act->right);

    if (fault == KP_FAULT_NONE)
        return false;
    return status == begins || status == later ||
           (later == KAMUPIN_E_CARD_REMOVED &&
            (status == KAMUPIN_E_CARD_RESET || status == KAMUPIN_E_NO_CARD));
}

/* Of several operations: the card is not there any more when the next one looks for it. */
static bool may_be_noticed_later(kamupin_status status, kp_fault fault)
{
    const bool swapped = fault == KP_FAULT_SWAP || fault == KP_FAULT_LOST_SWAP;

    return (swapped && status == KAMUPIN_E_CARD_SWAPPED) ||
           (name_of(fault, false, KAMUPIN_OK) == KAMUPIN_E_CARD_REMOVED &&
            status == KAMUPIN_E_CARD_NOT_FOUND);
}

void kp_rules_status(kp_stand *stand, kamupin_status status, kp_fault fault, kp_fault second,
                     kp_call call)
{
    const kamupin_status right = stand->act->right;
    bool good;

    if (stand->act->survives)
        good = status == right;
    else if (stand->world.scope == KP_SCOPE_NONE && fault < KP_FAULT_SHARED && status == right)
        good = true; /* the first card had been read by then, or not: it is another thread's */
    else if (second != KP_FAULT_NONE || stand->act->joined)
        good = status == right || may_be(stand, status, fault) || may_be(stand, status, second) ||
               (stand->act->joined && may_be_noticed_later(status, fault));
    else if (stand->act->opens) /* opening connects once more, or keeps what it has */
        good = may_be_of_reading(status, fault, call) || (status == right && call == KP_CALL_CLOSE);
    else if (call == KP_CALL_CLOSE)
        good = status == right;
    else
        good = is_named(stand, status, fault, call);
    if (!good)
        fail_msg("%s: answers %s", stand->where, kamupin_status_name(status));
    if (stand->card != NULL && !stand->act->opens) {
        kamupin_error error = KAMUPIN_ERROR_INIT;
        kamupin_card_error(stand->card, &error);
        kp_rule(stand, error.status == status, "the error record says something else");
    }
}

/* ---- the cards ---- */

/* VERIFY, CHANGE, RESET RETRY COUNTER, EXTERNAL AUTHENTICATE. */
static const uint8_t costly[] = {0x20, 0x24, 0x2C, 0x82};

void kp_rules_card(kp_stand *stand, bool logs_out)
{
    const kp_player *ours = &stand->world.players[0];
    const struct vc_state *now = &ours->card.state;
    unsigned int spent = ours->executed[0x20] + ours->executed[0x24];

    for (size_t i = 0; i < sizeof costly; i++)
        kp_rule(stand,
                ours->executed[costly[i]] <=
                    (costly[i] == 0x20 && stand->act->verifies > 0 ? stand->act->verifies : 1),
                "a command that costs something came twice");
    for (size_t other = 1; other <= stand->world.readers; other++) {
        const kp_player *at = &stand->world.players[other];
        for (size_t i = 0; i < sizeof costly; i++)
            kp_rule(stand, at->executed[costly[i]] == 0, "another card had a command that costs");
        kp_rule(stand, at->executed[0x2A] == 0, "another card was asked to sign");
    }
    if (ours->fresh.pin.counter.tries > FLOOR && !stand->act->gives_up)
        kp_rule(stand,
                now->pin.counter.tries >= FLOOR &&
                    now->pin.counter.tries + spent >= ours->fresh.pin.counter.tries,
                "more tries are gone than commands came");
    kp_rule(stand, now->puk.counter.tries == ours->fresh.puk.counter.tries,
            "the PUK's counter has moved");
    kp_rule(stand, now->auth.tries == ours->fresh.auth.tries, "an authentication was lost");
    if (logs_out)
        kp_rule(stand,
                !ours->card.session.pin_verified && !ours->card.session.authenticated &&
                    !ours->card.session.puk_verified && ours->card.secure.kind == VC_SECURE_NONE,
                "a right is left on the card");
}

/* ---- afterwards ---- */

static void expect(kp_stand *stand, kamupin_status status, kamupin_status wanted, const char *what)
{
    if (status != wanted)
        fail_msg("%s: afterwards %s answers %s", stand->where, what, kamupin_status_name(status));
}

static void read_counter(kp_stand *stand)
{
    const struct vc_counter *counter = &stand->world.players[0].card.state.pin.counter;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;

    expect(stand, kamupin_card_read(stand->card, &info), KAMUPIN_OK, "reading");
    if (info.pin_tries == KAMUPIN_TRIES_KNOWN)
        kp_rule(stand, info.pin_tries_left == (int)counter->tries, "the tries are read wrong");
}

static void verify_present(kp_stand *stand)
{
    static const char *const known[] = {KP_PIN, KP_NEW_PIN};
    size_t which = kp_stand_pin_is(stand, KP_PIN) ? 0 : 1;

    kp_rule(stand, kp_stand_pin_is(stand, known[which]), "the card has neither PIN");
    kamupin_secret *pin = kp_stand_secret(stand, known[which]);
    kamupin_status status = kamupin_pin_verify(stand->card, pin, ANY_RISK);
    kamupin_secret_free(&pin);
    expect(stand, status, KAMUPIN_OK, "verify");
}

void kp_rules_afterwards(kp_stand *stand)
{
    kp_world *world = &stand->world;
    const bool died = world->dead;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;

    kp_world_repair(world);
    if (died && stand->card != NULL)
        expect(stand, kamupin_card_read(stand->card, &info), KAMUPIN_E_READER_SERVICE_DOWN,
               "the handle of the daemon that died");
    if (died || stand->act->opens) {
        kamupin_card_free(&stand->card);
        expect(stand, kp_stand_open(stand), KAMUPIN_OK, "opening");
    }
    read_counter(stand);
    if (world->players[0].card.state.pin.counter.tries == 0)
        expect(stand, stand->act->run(stand), KAMUPIN_OK, "the operation itself");
    verify_present(stand);
    kp_rule(stand, world->players[1].executed[0x20] == 0, "another card had a PIN");
}

void kp_rules_balance(kp_stand *stand)
{
    const kp_world *world = &stand->world;

    if (world->problem != NULL)
        fail_msg("%s: %s", stand->where, world->problem);
    for (size_t i = 0; i < world->readers; i++)
        kp_rule(stand, world->slots[i].holder == NULL, "a transaction is left");
    kp_rule(stand, world->connections == 0, "a connection is left");
    kp_rule(stand, world->workers == 0, "a context is left");
}
