/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   relay.c: the form in which the service drives the card through this library until the right to
   reset is there. The card is held all the while, KP_HOLD_MS at most; each command passes the row's
   allow-list; the new PIN is sent from here, and no service sees it. */
#include <core/fail.h>

#include <card/relay.h>
#include <openssl/crypto.h>
#include <pin/attempt.h>
#include <pin/session.h>
#include <string.h>

typedef struct relay {
    kp_attempt *it;
    int64_t deadline;
    unsigned int steps; /* sent */
    bool accepted;      /* the card has accepted one that could cost an attempt */
    kp_relay_step next;
    kp_response answer;
} relay;

static kamupin_status refuse(relay *self, const char *why)
{
    const uint8_t *bytes = self->next.command;

    return kp_fail(&self->it->card->error, KAMUPIN_E_RELAY_REFUSED, KAMUPIN_FROM_SERVICE,
                   "%s: step %u, %02X %02X %02X %02X", why, self->steps + 1, bytes[0], bytes[1],
                   bytes[2], bytes[3]);
}

/* Gives the service the card's answer, and takes its next command. Cancel ends a relay until the
   first command that can cost an attempt. */
static kamupin_status ask(relay *self)
{
    kamupin_card *card = self->it->card;
    uint8_t bytes[KP_APDU_REPLY_MAX + 2];
    size_t length = 0;

    if (self->steps > 0) {
        length = self->answer.length + 2;
        memcpy(bytes, self->answer.data, self->answer.length);
        bytes[length - 2] = (uint8_t)(self->answer.sw >> 8);
        bytes[length - 1] = (uint8_t)self->answer.sw;
    }
    memset(&self->next, 0, sizeof self->next);
    kamupin_status status = self->it->authority->relay(self->it->authority->user, bytes, length,
                                                       self->deadline, &self->next, &card->error);
    OPENSSL_cleanse(bytes, sizeof bytes);
    if (status == KAMUPIN_OK && self->it->evidence->authentication == KP_AUTHENTICATION_NOT_SENT)
        status = kp_cancel_check(card->cancel, &card->error);
    if (status == KAMUPIN_OK && kp_now_ms(card->context) > self->deadline)
        status = kp_fail(&card->error, KAMUPIN_E_NETWORK_TIMEOUT, KAMUPIN_FROM_LOCAL,
                         "the relay took more than %d ms", KP_HOLD_MS);
    return status;
}

/* Before the first command that can cost an attempt: durable that one may be spent. */
static kamupin_status before_cost(relay *self)
{
    kp_evidence *evidence = self->it->evidence;
    kamupin_status status = kp_attempt_ledger(self->it, self->next.attempts_left);

    if (status != KAMUPIN_OK || evidence->authentication != KP_AUTHENTICATION_NOT_SENT)
        return status;
    evidence->authentication = KP_AUTHENTICATION_UNKNOWN;
    status = kp_attempt_mark(self->it);
    if (status != KAMUPIN_OK)
        evidence->authentication = KP_AUTHENTICATION_NOT_SENT;
    return status;
}

/* What became of a command that can cost an attempt. */
static kamupin_status after_cost(relay *self, kamupin_status status)
{
    kp_evidence *evidence = self->it->evidence;

    if (status == KAMUPIN_OK && self->answer.sw == KP_SW_OK) {
        evidence->authentication = KP_AUTHENTICATION_ACCEPTED;
        self->accepted = true;
    } else if (status == KAMUPIN_OK) {
        evidence->authentication = KP_AUTHENTICATION_REFUSED;
        status = kp_attempt_refused(self->it, KAMUPIN_E_AUTHENTICATION_REFUSED, self->answer.sw,
                                    "a relayed authentication");
    } else if (!self->it->card->channel.delivered) {
        evidence->authentication =
            self->accepted ? KP_AUTHENTICATION_ACCEPTED : KP_AUTHENTICATION_NOT_SENT;
    } else {
        evidence->authentication = KP_AUTHENTICATION_UNKNOWN;
    }
    kp_attempt_mark_end(self->it);
    return status;
}

/* One command, if the row allows it. */
static kamupin_status pass_on(relay *self)
{
    kamupin_card *card = self->it->card;
    const kp_relay_rule *rule = NULL;
    kp_command command;

    if (self->steps == KP_RELAY_STEPS_MAX)
        return refuse(self, "one command too many");
    if (kp_relay_parse(self->next.command, self->next.length, &command))
        rule = kp_relay_allows(card->identity.profile, &command);
    if (rule == NULL)
        return refuse(self, "not on the row's list");
    kamupin_status status = rule->costs ? before_cost(self) : KAMUPIN_OK;
    if (status != KAMUPIN_OK)
        return status;
    self->steps++;
    status = kp_channel_send(&card->channel, &command, &self->answer, &card->error);
    return rule->costs ? after_cost(self, status) : status;
}

/* The right is there: the session that it lives in, and the new PIN. */
static kamupin_status use_right(relay *self)
{
    kamupin_card *card = self->it->card;
    const bool wanted = card->identity.profile->relay_keys;
    kamupin_status status = KAMUPIN_OK;

    if (wanted != (self->next.keys != NULL))
        return kp_fail(&card->error, KAMUPIN_E_RELAY_REFUSED, KAMUPIN_FROM_SERVICE,
                       wanted ? "the right came without the session that the row asks for"
                              : "keys of a session that the row does not know");
    if (wanted)
        status = kp_pin_session_begin(card, self->next.keys);
    kamupin_secret_free(&self->next.keys);
    if (status == KAMUPIN_OK)
        status = kp_attempt_won(self->it);
    if (status == KAMUPIN_OK)
        status = kp_attempt_set_pin(self->it);
    kp_pin_session_end(card);
    return status;
}

kamupin_status kp_attempt_by_relay(kp_attempt *it)
{
    relay self = {.it = it, .deadline = kp_now_ms(it->card->context) + KP_HOLD_MS};
    kamupin_status status = ask(&self);

    while (status == KAMUPIN_OK && self.next.length > 0) {
        status = pass_on(&self);
        kamupin_secret_free(&self.next.keys);
        if (status == KAMUPIN_OK)
            status = ask(&self);
    }
    if (status == KAMUPIN_OK)
        status = use_right(&self);
    kamupin_secret_free(&self.next.keys);
    OPENSSL_cleanse(&self, sizeof self);
    return status;
}
