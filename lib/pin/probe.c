/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   probe.c: a probe as the public call has it: the part that reads only, then the steps with a PIN
   that were asked for by name. Each of these goes the way of all PIN work (recognition, lock, guard,
   logout), never at a last try, and none is taken before the right PIN was shown to be right. */
#include <card/crew.h>
#include <card/probe.h>
#include <card/readers.h>
#include <core/fail.h>
#include <pin/guard.h>
#include <pin/probe.h>

#include <stdio.h>
#include <string.h>

#define STEPS                                                                                      \
    ((unsigned int)(KAMUPIN_PROBE_VERIFY | KAMUPIN_PROBE_EMPTY_VERIFY | KAMUPIN_PROBE_CHANGE |     \
                    KAMUPIN_PROBE_SACRIFICE | KAMUPIN_PROBE_UNBLOCK))

/* The only card there is, or the one that is named. One that another program holds is not waited
   for: connecting to it could not be cancelled. */
static kamupin_status find_card(kamupin_context *context, const kamupin_probe_request *request,
                                kamupin_card_info *found, kamupin_error *error)
{
    kamupin_reader_list *list = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    size_t cards = 0, empty = 0, readers = 0, present = 0;
    kamupin_status unread = KAMUPIN_OK;
    kamupin_status status = kamupin_reader_list_new(context, request->cancel, &list, error);
    for (size_t i = 0;
         status == KAMUPIN_OK && kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++) {
        readers++;
        if (info.kind != KAMUPIN_CARD_NONE)
            unread = present++ == 0 ? kp_card_unread(&info) : KAMUPIN_OK;
        const kamupin_status fits =
            request->card == NULL ? KAMUPIN_OK : kamupin_card_matches(&info, request->card);
        if (fits != KAMUPIN_OK && fits != KAMUPIN_E_CARD_NOT_FOUND)
            status = kp_fail_local(error, fits);
        if (fits != KAMUPIN_OK)
            continue;
        if (info.kind == KAMUPIN_CARD_NONE) {
            empty++;
            continue;
        }
        cards++;
        *found = info;
    }
    kamupin_reader_list_free(&list);
    if (status == KAMUPIN_OK && cards == 1 && found->usable == KAMUPIN_E_CARD_IN_USE)
        return kp_fail(error, found->usable, KAMUPIN_FROM_READER, "%s", found->reader);
    if (status != KAMUPIN_OK || cards == 1)
        return status;
    if (cards > 1)
        return kp_fail_local(error, KAMUPIN_E_CHOICE_NEEDED);
    if (readers == 0)
        return kp_fail_local(error, KAMUPIN_E_NO_READER);
    if (request->card == NULL || empty > 0)
        return kp_fail_local(error, KAMUPIN_E_NO_CARD);
    return kp_fail_local(error, unread != KAMUPIN_OK ? unread : KAMUPIN_E_CARD_NOT_FOUND);
}

/* What is in the reader has to be of the kind that was listed: else the draft would have one card's ATR
   and another's commands. Asks the reader system, not the card. */
static kamupin_status is_same_kind(kp_channel *channel, const kamupin_card_info *info,
                                   kamupin_error *error)
{
    kamupin_reader_state state;
    kamupin_status status = kp_readers_of_channel(channel, &state, error);
    if (status != KAMUPIN_OK)
        return status;
    if (state.gone || !state.present)
        return kp_fail(error, KAMUPIN_E_CARD_REMOVED, KAMUPIN_FROM_READER, "%s", info->reader);
    if (!kp_readers_show(&state, info->atr, info->atr_length))
        return kp_fail(error, KAMUPIN_E_CARD_SWAPPED, KAMUPIN_FROM_READER, "%s", info->reader);
    return KAMUPIN_OK;
}

/* A connection to the card, which is given up when another program holds the card for long. */
static kamupin_status connect_to(kamupin_context *context, const kp_probe *probe,
                                 const kamupin_card_info *info, kp_channel *channel,
                                 kamupin_error *error)
{
    kp_reading reading = {.keep = true, .hold_only = true};
    snprintf(reading.state.name, sizeof reading.state.name, "%s", info->reader);
    kamupin_status status = kp_crew_read(context, &reading, 1, probe->request->cancel, error);
    if (status == KAMUPIN_OK && reading.status != KAMUPIN_OK)
        status = kp_fail(error, reading.status, KAMUPIN_FROM_READER, "%s", info->reader);
    if (status == KAMUPIN_OK)
        *channel = reading.channel;
    return status;
}

static kamupin_status read_only(kamupin_context *context, kp_probe *probe,
                                const kamupin_card_info *info, kamupin_error *error)
{
    kp_channel channel;
    kamupin_status status = connect_to(context, probe, info, &channel, error);
    if (status != KAMUPIN_OK)
        return status;
    channel.cancel = probe->request->cancel;
    status = kp_channel_begin(&channel, probe->request->cancel, error);
    if (status == KAMUPIN_OK)
        status = is_same_kind(&channel, info, error);
    if (status == KAMUPIN_OK)
        status = kp_probe_read(probe, &channel, info->atr, info->atr_length, error);
    kp_channel_end(&channel);
    kp_channel_close(&channel);
    return status;
}

/* ---- steps with a PIN ---- */

static bool agreed(const kp_probe_steps *it, kamupin_probe_step step)
{
    const kamupin_probe_request *request = it->probe->request;
    return request->ask(request->user, step, step == KAMUPIN_PROBE_VERIFY ? it->pin : NULL);
}

void kp_probe_tell_form(const kp_probe_steps *it, kp_probe_text text, const kp_form *form,
                        kamupin_status status)
{
    const uint8_t nothing = 0;
    const kp_command command = {.cla = form->cla,
                                .ins = form->ins,
                                .p1 = form->p1,
                                .p2 = form->p2,
                                .data = &nothing,
                                .length = 1,
                                .le = KP_LE_NONE,
                                .secret = true};
    uint16_t sw = status == KAMUPIN_OK ? KP_SW_OK : (uint16_t)it->card->error.status_word;
    char value[80];
    if (sw != 0)
        snprintf(value, sizeof value, "%04X", sw);
    else
        snprintf(value, sizeof value, "%s", kamupin_status_name(status));
    kp_probe_tell(it->probe, text, sw != 0 ? &command : NULL, sw, value);
}

const char *kp_probe_tries_text(kamupin_tries known, int left, char *room, size_t size)
{
    if (known == KAMUPIN_TRIES_KNOWN)
        snprintf(room, size, "%d", left);
    else
        snprintf(room, size, "?");
    return room;
}

/* VERIFY without data on a held card: nothing is known of it, so the row as it is would not let it
   pass; a copy that calls it known does, for this one command that a person has agreed to. */
static kamupin_status send_empty_verify(const kp_probe_steps *it)
{
    kamupin_card *card = it->card;
    const kp_profile *row = card->identity.profile;
    const kp_command command = {.cla = row->verify.cla,
                                .ins = row->verify.ins,
                                .p1 = row->verify.p1,
                                .p2 = row->verify.p2,
                                .le = KP_LE_NONE};
    kp_profile daring = *row;
    kp_response response;
    kamupin_card_info *info = &card->identity.info;
    char before[8], after[8], value[40];
    kamupin_status status = kp_guard_pin(card, KP_PROBE_RISK);
    if (status != KAMUPIN_OK)
        return status;
    const kamupin_card_info was = *info;
    daring.counters = KP_COUNTER_VERIFY_QUESTION;
    daring.tries_question = row->verify;
    daring.tries_question.proof = KP_KNOWN;
    card->channel.row = &daring;
    status = kp_channel_send(&card->channel, &command, &response, &card->error);
    card->channel.row = row;
    if (status != KAMUPIN_OK)
        return status;
    status = kp_identity_read_pin(&card->channel, row, info, &card->error);
    it->probe->empty_verify = response.sw;
    it->probe->empty_verify_spent = was.pin_tries != KAMUPIN_TRIES_KNOWN ||
                                    info->pin_tries != KAMUPIN_TRIES_KNOWN ||
                                    info->pin_tries_left != was.pin_tries_left;
    snprintf(value, sizeof value, "%s → %s, %04X",
             kp_probe_tries_text(was.pin_tries, was.pin_tries_left, before, sizeof before),
             kp_probe_tries_text(info->pin_tries, info->pin_tries_left, after, sizeof after),
             response.sw);
    kp_probe_tell(it->probe, KP_PROBE_EMPTY_VERIFY, &command, response.sw, value);
    return status;
}

kamupin_status kp_probe_held(const kp_probe_steps *it,
                             kamupin_status (*send)(const kp_probe_steps *it))
{
    kp_lock lock = KP_LOCK_INIT;
    kamupin_status status = kp_card_enter(it->card);
    if (status == KAMUPIN_OK)
        status = kp_pin_lock(it->card, &lock);
    if (status == KAMUPIN_OK)
        status = kp_card_hold(it->card);
    if (status == KAMUPIN_OK) {
        status = send(it);
        kp_card_release(it->card);
    }
    kp_lock_drop(&lock);
    return status;
}

static kamupin_status verify(const kp_probe_steps *it)
{
    kamupin_status status = kamupin_pin_verify(it->card, it->pin, KP_PROBE_RISK);
    kp_probe_tell_form(it, KP_PROBE_VERIFY, &it->card->identity.profile->verify, status);
    it->probe->verified = status == KAMUPIN_OK;
    return status;
}

static kamupin_status empty_verify(const kp_probe_steps *it)
{
    kamupin_status status = kp_probe_held(it, send_empty_verify);
    if (status != KAMUPIN_OK || !it->probe->empty_verify_spent)
        return status;
    status = kamupin_pin_verify(it->card, it->pin, KP_PROBE_RISK);
    kp_probe_tell_form(it, KP_PROBE_VERIFY_AGAIN, &it->card->identity.profile->verify, status);
    return status;
}

static kamupin_status change(const kp_probe_steps *it)
{
    kamupin_status status = kamupin_pin_change(it->card, it->pin, it->pin, it->pin, KP_PROBE_RISK);
    kp_probe_tell_form(it, KP_PROBE_CHANGE, &it->card->identity.profile->change, status);
    it->probe->changed = status == KAMUPIN_OK;
    return status;
}

/* In the order of the risk; the first that fails, or that nobody agrees to, ends it. */
/* What opening the card has told of its tries: nobody is asked for a PIN that would not be sent. */
static kamupin_status may_verify(const kp_probe_steps *it)
{
    const kamupin_card_info *info = &it->card->identity.info;
    kamupin_status status = KAMUPIN_OK;
    if (info->pin_state == KAMUPIN_PIN_BLOCKED)
        status = KAMUPIN_E_PIN_BLOCKED;
    else if (info->pin_state == KAMUPIN_PIN_NOT_SET)
        status = KAMUPIN_E_PIN_NOT_SET;
    else if (info->pin_tries == KAMUPIN_TRIES_KNOWN && info->pin_tries_left < 2)
        status = KAMUPIN_E_PIN_LAST_TRY;
    if (status == KAMUPIN_OK)
        return status;
    kp_probe_tell(it->probe, KP_PROBE_NOT_SENT, NULL, 0, kamupin_status_name(status));
    kp_fail_local(&it->card->error, status);
    it->card->error.tries_left = info->pin_tries_left;
    return status;
}

static kamupin_status take_steps(const kp_probe_steps *it)
{
    static const struct {
        kamupin_probe_step step;
        kamupin_status (*ready)(const kp_probe_steps *it); /* before anybody is asked; or NULL */
        kamupin_status (*take)(const kp_probe_steps *it);
    } order[] = {{KAMUPIN_PROBE_VERIFY, may_verify, verify},
                 {KAMUPIN_PROBE_EMPTY_VERIFY, NULL, empty_verify},
                 {KAMUPIN_PROBE_CHANGE, NULL, change},
                 {KAMUPIN_PROBE_SACRIFICE, kp_probe_may_block, kp_probe_block},
                 {KAMUPIN_PROBE_UNBLOCK, NULL, kp_probe_unblock}};
    kamupin_status status = kp_pin_ready(it->card, KP_OP_VERIFY, KP_PROBE_RISK, 0);
    if (status != KAMUPIN_OK)
        kp_probe_tell(it->probe, KP_PROBE_NOT_SENT, NULL, 0, kamupin_status_name(status));
    for (size_t i = 0; i < sizeof order / sizeof order[0] && status == KAMUPIN_OK; i++) {
        if ((it->probe->request->steps & (unsigned int)order[i].step) == 0)
            continue;
        if (order[i].ready != NULL)
            status = order[i].ready(it);
        if (status == KAMUPIN_OK)
            status = agreed(it, order[i].step)
                         ? order[i].take(it)
                         : kp_fail_local(&it->card->error, KAMUPIN_E_CANCELLED);
    }
    if (it->probe->blocked && !it->probe->unblocked)
        kp_probe_tell(it->probe, KP_PROBE_STAYS_BLOCKED, NULL, 0, "");
    return status;
}

/* A PIN is for the card that was listed, and for none that was put in since. One that could not be read
   then has no name to be known by. */
static kamupin_status is_listed(const kamupin_card *card, const kamupin_card_info *listed,
                                kamupin_error *error)
{
    if (strcmp(card->identity.info.card_id, listed->card_id) == 0)
        return KAMUPIN_OK;
    const kamupin_status unread = kp_card_unread(listed);
    return kp_fail_local(error, unread != KAMUPIN_OK ? unread : KAMUPIN_E_CARD_SWAPPED);
}

static kamupin_status with_pin(kamupin_context *context, kp_probe *probe,
                               const kamupin_card_info *listed, kamupin_error *error)
{
    kp_probe_steps it = {.probe = probe};
    kamupin_status status =
        kamupin_card_open(context, listed->reader, probe->request->cancel, &it.card, error);
    if (status == KAMUPIN_OK)
        status = is_listed(it.card, listed, error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &it.pin, error);
    if (status == KAMUPIN_OK) {
        status = take_steps(&it);
        if (status != KAMUPIN_OK)
            kamupin_card_error(it.card, error);
    }
    kamupin_secret_free(&it.pin);
    kamupin_card_free(&it.card);
    return status;
}

/* A step needs the one before it: nothing is tried with a PIN that was not shown to be right, and
   only a card that was given up is blocked. */
static bool is_good(const kamupin_probe_request *request)
{
    if (request == NULL || request->size != sizeof *request || (request->steps & ~STEPS) != 0)
        return false;
    const unsigned int steps = request->steps;
    if (steps != 0 && (request->ask == NULL || (steps & KAMUPIN_PROBE_VERIFY) == 0))
        return false;
    return (steps & KAMUPIN_PROBE_UNBLOCK) == 0 ||
           (request->unblock != NULL && (steps & KAMUPIN_PROBE_SACRIFICE) != 0);
}

kamupin_status kamupin_card_probe(kamupin_context *context, const kamupin_probe_request *request,
                                  char *draft, size_t size, kamupin_error *error)
{
    kp_probe probe = {.request = request};
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kp_error_clear(error);
    kamupin_status status = kp_context_check(context, error);
    if (status != KAMUPIN_OK)
        return status;
    if (!is_good(request) || draft == NULL || size < KAMUPIN_PROBE_DRAFT_MAX)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "probe request");
    draft[0] = '\0';
    status = find_card(context, request, &info, error);
    if (status == KAMUPIN_OK)
        status = read_only(context, &probe, &info, error);
    if (status == KAMUPIN_OK && request->steps != 0)
        status = with_pin(context, &probe, &info, error);
    if (probe.application || probe.identity_card || status == KAMUPIN_OK)
        kp_probe_draft(&probe, draft, size);
    return status;
}
