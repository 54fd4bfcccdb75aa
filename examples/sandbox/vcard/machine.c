// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Card, contact, faults and log together. A fault rule decides whether the card executes a command
// and what becomes of its answer; whatever ends the contact or the power clears the card's session.
#include "machine.h"

#include "bytes.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define RETRY_MS 50

int64_t vc_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// What the card forgets with its contact.
static void forget(struct vc_machine *machine)
{
    vc_card_reset(&machine->card);
    machine->hold = VC_HOLD_NONE;
    machine->noticed = false;
    machine->connect_at = vc_now();
}

static void lose_contact(struct vc_machine *machine)
{
    vc_wire_close(&machine->wire);
    forget(machine);
}

// Lost, and made again at once: the next contact waits at the reader before this one breaks, so that a reader that looks then
// finds a card.
static void break_contact(struct vc_machine *machine)
{
    struct vc_wire broken = machine->wire;
    machine->wire.fd = -1;
    if (machine->present)
        (void)vc_wire_connect(&machine->wire);
    vc_wire_close(&broken);
    forget(machine);
}

static void eject(struct vc_machine *machine)
{
    machine->present = false;
    lose_contact(machine);
    vc_log_note(&machine->log, "eject", "");
}

static void power_cycle(struct vc_machine *machine)
{
    break_contact(machine);
    vc_log_note(&machine->log, "power-cycle", "");
}

static void send_answer(struct vc_machine *machine)
{
    machine->hold = VC_HOLD_NONE;
    vc_log_answer(&machine->log, machine->answer, machine->answer_len);
    if (!vc_wire_send(&machine->wire, machine->answer, machine->answer_len, machine->answer_len))
        lose_contact(machine);
}

// The answer leaves that many milliseconds from now; 0: when it is let go.
static void hold_answer(struct vc_machine *machine, unsigned milliseconds)
{
    machine->hold = VC_HOLD_ANSWER;
    machine->hold_until = milliseconds > 0 ? vc_now() + milliseconds : INT64_MAX;
}

// Half of the answer leaves, then the contact breaks.
static void cut_answer(struct vc_machine *machine)
{
    (void)vc_wire_send(&machine->wire, machine->answer, machine->answer_len,
                       machine->answer_len / 2);
    break_contact(machine);
}

static void note_rule(struct vc_machine *machine, const struct vc_rule *rule)
{
    char words[64];
    char sw[5];
    vc_hex_encode(machine->answer + machine->answer_len - 2, 2, sw);
    snprintf(words, sizeof words, "%s %s%s", rule->before ? "before" : "after",
             vc_action_name(rule->action), rule->before ? "" : ", the card's answer was ");
    vc_log_note(&machine->log, words, rule->before ? "" : sw);
}

static void apply(struct vc_machine *machine, const struct vc_rule *rule)
{
    machine->fired++;
    note_rule(machine, rule);
    switch (rule->action) {
    case VC_EJECT:
        eject(machine);
        break;
    case VC_POWER_CYCLE:
        power_cycle(machine);
        break;
    case VC_MUTE:
        machine->hold = VC_HOLD_MUTE;
        machine->hold_until = vc_now() + rule->value;
        break;
    case VC_CUT:
        cut_answer(machine);
        break;
    case VC_SHORT:
        if (machine->answer_len > rule->value)
            machine->answer_len = rule->value;
        send_answer(machine);
        break;
    case VC_SW:
        machine->answer[0] = (uint8_t)(rule->value >> 8);
        machine->answer[1] = (uint8_t)rule->value;
        machine->answer_len = 2;
        send_answer(machine);
        break;
    case VC_WAIT:
        hold_answer(machine, rule->value);
        break;
    }
}

static void handle_apdu(struct vc_machine *machine, size_t len)
{
    struct vc_rule rule = {.before = false};
    machine->apdus++;
    machine->since_mark++;
    vc_log_command(&machine->log, machine->in, len);
    bool due = vc_rules_due(&machine->rules, machine->in[1], machine->since_mark, &rule);
    if (due && rule.before) {
        machine->answer[0] = 0x6F;
        machine->answer[1] = 0x00;
        machine->answer_len = 2;
    } else {
        machine->answer_len = vc_card_transmit(&machine->card, machine->in, len, machine->answer);
    }
    if (due)
        apply(machine, &rule);
    else if (machine->card.state.wait > 0)
        hold_answer(machine, machine->card.state.wait);
    else
        send_answer(machine);
}

// vpcd's one-byte messages: power off, power on, reset, and the question for the ATR.
static void handle_signal(struct vc_machine *machine, uint8_t signal)
{
    const struct vc_bytes *atr = &machine->card.state.atr;
    if (signal <= 2) {
        static const char *const names[] = {"power off", "power on", "reset"};
        vc_card_reset(&machine->card);
        vc_log_note(&machine->log, names[signal], "");
    } else if (signal == 4) {
        machine->noticed = true;
        if (!vc_wire_send(&machine->wire, atr->data, atr->len, atr->len))
            lose_contact(machine);
    }
}

void vc_machine_readable(struct vc_machine *machine)
{
    size_t len = 0;
    if (!vc_wire_receive(&machine->wire, machine->in, &len))
        lose_contact(machine);
    else if (len == 1)
        handle_signal(machine, machine->in[0]);
    else if (len > 1)
        handle_apdu(machine, len);
    OPENSSL_cleanse(machine->in, len); // it may have been a PIN
}

int vc_machine_tick(struct vc_machine *machine)
{
    int64_t now = vc_now();
    if (machine->hold != VC_HOLD_NONE && now >= machine->hold_until) {
        if (machine->hold == VC_HOLD_ANSWER)
            send_answer(machine);
        else
            power_cycle(machine); // the reader gives a mute card up
    }
    if (machine->present && machine->wire.fd < 0 && now >= machine->connect_at &&
        !vc_wire_connect(&machine->wire))
        machine->connect_at = now + RETRY_MS;
    int64_t next = machine->hold != VC_HOLD_NONE              ? machine->hold_until
                   : machine->present && machine->wire.fd < 0 ? machine->connect_at
                                                              : -1;
    if (next < 0 || next == INT64_MAX)
        return -1;
    return next > now ? (int)(next - now) : 0;
}

static void status(const struct vc_machine *machine, char *out, size_t room)
{
    static const char *const names[] = {"akis1", "akis2", "idcard"};
    const struct vc_state *state = &machine->card.state;
    const struct vc_session *session = &machine->card.session;
    snprintf(out, room,
             "ok personality=%s present=%d contact=%d noticed=%d apdus=%u since-mark=%u rules=%zu "
             "fired=%u "
             "pin.set=%d pin.tries=%u puk.tries=%u auth.tries=%u dead=%d pin-verified=%d "
             "authenticated=%d challenge=%zu",
             names[state->personality], machine->present, machine->wire.fd >= 0, machine->noticed,
             machine->apdus, machine->since_mark, machine->rules.count, machine->fired,
             state->pin.value.len > 0, state->pin.counter.tries, state->puk.counter.tries,
             state->auth.tries, vc_is_dead(state), session->pin_verified, session->authenticated,
             session->challenge_len);
}

void vc_machine_control(struct vc_machine *machine, char *line, char *out, size_t room)
{
    const char *answer = "ok";
    if (strcmp(line, "eject") == 0) {
        eject(machine);
    } else if (strcmp(line, "insert") == 0) {
        machine->present = true;
    } else if (strcmp(line, "power-cycle") == 0) {
        power_cycle(machine);
    } else if (strcmp(line, "status") == 0) {
        status(machine, out, room);
        return;
    } else if (strncmp(line, "on ", 3) == 0) {
        if (!vc_rules_add(&machine->rules, line + 3))
            answer = "error not a rule; write: on ins=82 [nth=1]|count=3 before|after "
                     "eject|power-cycle|mute[=MS]|cut|short[=N]|sw=6F00|wait[=MS]";
    } else if (strcmp(line, "go") == 0) {
        if (machine->hold == VC_HOLD_ANSWER)
            send_answer(machine);
        else
            answer = "error no answer is held back";
    } else if (strcmp(line, "clear") == 0) {
        machine->rules.count = 0;
    } else if (strcmp(line, "log-mark") == 0 || strncmp(line, "log-mark ", 9) == 0) {
        machine->since_mark = 0;
        vc_log_note(&machine->log, "mark", line + strlen("log-mark"));
    } else {
        answer =
            "error no such command; there are: eject, insert, power-cycle, status, on, go, clear, "
            "log-mark";
    }
    snprintf(out, room, "%s", answer);
}
