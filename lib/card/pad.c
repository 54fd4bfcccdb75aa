/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pad.c: the questions and orders of PC/SC part 10, over a card's channel. An order makes the
   reader send a command of its own to the card: so it passes the same gates as a command that we
   send (held, not stale, never-send list), and its failure is judged like that of one. */
#include <card/pad.h>

#include <core/fail.h>

#include <time.h>

#define ANSWER_MAX 256 /* bytes of features or properties */
#define KEY_MS     50  /* between two questions for a key: part 10 has no way to wait for one */
#define GRACE_MS   5000

/* ---- questions ---- */

static kamupin_reader_answer ask(const kp_channel *channel, unsigned long code,
                                 const uint8_t *order, size_t order_length, uint8_t *reply,
                                 size_t *reply_length)
{
    if (channel->backend->control == NULL) {
        *reply_length = 0;
        return (kamupin_reader_answer){KAMUPIN_E_PIN_PAD_UNSUPPORTED, 0, true};
    }
    const size_t room = *reply_length;
    kamupin_reader_answer answer = channel->backend->control(channel->connection, code, order,
                                                             order_length, reply, reply_length);
    if (answer.status != KAMUPIN_OK || *reply_length > room)
        *reply_length = 0;
    return answer;
}

static kamupin_reader_answer look_at_features(const kp_channel *channel, kp_pad *pad)
{
    uint8_t reply[ANSWER_MAX];
    size_t length = sizeof reply;
    kamupin_reader_answer answer = ask(channel, KAMUPIN_READER_FEATURES, NULL, 0, reply, &length);
    kp_pad_parse_features(reply, length, pad);
    return answer;
}

/* A property that the reader fails to give is not known; only the loss of the card or of the
   reader system is an error. */
static void look_at_properties(const kp_channel *channel, kp_pad *pad)
{
    uint8_t reply[ANSWER_MAX];
    size_t length = sizeof reply;
    if (pad->code[KP_PAD_PIN_PROPERTIES] != 0) {
        ask(channel, pad->code[KP_PAD_PIN_PROPERTIES], NULL, 0, reply, &length);
        kp_pad_parse_pin_properties(reply, length, pad);
    }
    length = sizeof reply;
    if (pad->code[KP_PAD_TLV_PROPERTIES] != 0) {
        ask(channel, pad->code[KP_PAD_TLV_PROPERTIES], NULL, 0, reply, &length);
        kp_pad_parse_tlv_properties(reply, length, pad);
    }
}

bool kp_pad_is_there(const kp_channel *channel)
{
    kp_pad pad = {0};
    look_at_features(channel, &pad);
    return kp_pad_direct(&pad, false) || kp_pad_stepwise(&pad, false);
}

static bool is_no_pad(kamupin_status status)
{
    return status == KAMUPIN_E_PIN_PAD_UNSUPPORTED || status == KAMUPIN_E_READER_FAILED;
}

kamupin_status kp_pad_look(kp_channel *channel, const kamupin_pad_quirks *own, kp_pad *pad,
                           kamupin_error *error)
{
    *pad = (kp_pad){0};
    kamupin_reader_answer answer = look_at_features(channel, pad);
    if (answer.status != KAMUPIN_OK && !is_no_pad(answer.status))
        return kp_channel_lost(channel, answer, error);
    look_at_properties(channel, pad);
    kp_pad_bend(pad, own);
    return KAMUPIN_OK;
}

/* ---- orders ---- */

/* The command that the reader will make: any data stands for the PIN. */
static bool is_forbidden(const kp_form *form)
{
    static const uint8_t some = 0;
    const kp_command command = {.cla = form->cla,
                                .ins = form->ins,
                                .p1 = form->p1,
                                .p2 = form->p2,
                                .data = &some,
                                .length = sizeof some,
                                .le = KP_LE_NONE,
                                .secret = true};
    return kp_never_send(&command);
}

static kamupin_status check(kp_channel *channel, const kp_pad_entry *entry, kamupin_error *error)
{
    const kp_form *form = entry->form;
    if (!channel->held)
        return kp_fail(error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL,
                       "an entry outside a transaction");
    if (channel->stale)
        return kp_fail(error, KAMUPIN_E_CARD_RESET, KAMUPIN_FROM_LOCAL,
                       "the card was not identified since it may have been lost");
    if (channel->sm != NULL) /* the reader's own command would go outside the session, in clear */
        return kp_fail(error, KAMUPIN_E_PIN_PAD_UNSUPPORTED, KAMUPIN_FROM_LOCAL,
                       "a session of secure messaging stands");
    if (is_forbidden(form))
        return kp_fail(error, KAMUPIN_E_COMMAND_FORBIDDEN, KAMUPIN_FROM_LOCAL,
                       "never sent: %02X %02X %02X %02X", form->cla, form->ins, form->p1, form->p2);
    return KAMUPIN_OK;
}

/* An order that failed. Unless the reader surely did nothing, the card may have had its command:
   what it knew of us may be gone, and nothing is tried again. */
static kamupin_status judge_failure(kp_channel *channel, kamupin_reader_answer answer,
                                    kamupin_error *error)
{
    if (answer.status == KAMUPIN_E_PIN_PAD_UNSUPPORTED) {
        channel->delivered = false;
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "the reader does not take the order");
    }
    if (answer.unsent)
        channel->delivered = false;
    kamupin_status status = kp_channel_lost(channel, answer, error);
    if (!answer.unsent && (status == KAMUPIN_E_CARD_RESET || status == KAMUPIN_E_READER_FAILED))
        status = kp_fail_platform(error, KAMUPIN_E_PIN_PAD_FAILED, KAMUPIN_FROM_READER, answer.code,
                                  "the entry at the keypad");
    return status;
}

/* The status word that ends an entry. */
static kamupin_status judge_answer(kp_channel *channel, kamupin_reader_answer answer,
                                   const uint8_t *reply, size_t length, uint16_t *sw,
                                   kamupin_error *error)
{
    if (answer.status == KAMUPIN_OK && length < 2)
        answer = (kamupin_reader_answer){KAMUPIN_E_READER_FAILED, answer.code, false};
    if (answer.status != KAMUPIN_OK)
        return judge_failure(channel, answer, error);
    *sw = (uint16_t)(reply[length - 2] << 8 | reply[length - 1]);
    kp_log(channel->context, KAMUPIN_LOG_DEBUG, "card", "%s: keypad → %04X", channel->reader, *sw);
    return KAMUPIN_OK;
}

/* What GET_KEY_PRESSED tells (part 10, 2.5.6). */
enum { KEY_ENTER = 0x0D, KEY_TIMEOUT = 0x0E, KEY_CANCEL = 0x1B, KEY_ABORTED = 0x40 };

/* How an entry stands, as far as the reader tells. */
typedef enum progress { GOES_ON, OVER, NOT_TOLD } progress;

static progress look_at_entry(const kp_channel *channel, const kp_pad *pad,
                              unsigned int *entries_left)
{
    uint8_t key[ANSWER_MAX] = {0};
    size_t length = sizeof key;
    if (pad->code[KP_PAD_KEY_PRESSED] == 0)
        return NOT_TOLD;
    kamupin_reader_answer answer =
        ask(channel, pad->code[KP_PAD_KEY_PRESSED], NULL, 0, key, &length);
    if (answer.status != KAMUPIN_OK)
        return NOT_TOLD;
    if (length > 0 && key[0] == KEY_ENTER && --*entries_left == 0)
        return OVER;
    return length > 0 && (key[0] == KEY_TIMEOUT || key[0] == KEY_CANCEL || key[0] == KEY_ABORTED)
               ? OVER
               : GOES_ON;
}

/* Tells the reader to end an entry and to forget the digits it may have. */
static void abort_entry(const kp_channel *channel, const kp_pad *pad)
{
    uint8_t nothing[ANSWER_MAX];
    size_t length = sizeof nothing;
    if (pad->code[KP_PAD_ABORT] != 0)
        ask(channel, pad->code[KP_PAD_ABORT], NULL, 0, nothing, &length);
}

/* Waits for the end of an entry that was started; a pulled handle, or a reader that lets its own
   time pass by, is told to abort. A reader that cannot be asked ends it in its "finish", which then
   waits; "finish" collects the outcome in every case. */
static void wait_for_end(const kp_channel *channel, const kp_pad *pad, const kp_pad_entry *entry,
                         const kamupin_cancel *cancel)
{
    const struct timespec pause = {0, KEY_MS * 1000000L};
    unsigned int entries_left = entry->change ? 3 : 1;
    int64_t until = kp_now_ms(channel->context) +
                    (int64_t)entry->timeout_seconds * 1000 * entries_left + GRACE_MS;
    progress now;
    while ((now = look_at_entry(channel, pad, &entries_left)) != OVER) {
        bool enough = (cancel != NULL && kamupin_cancel_pulled(cancel)) ||
                      kp_now_ms(channel->context) > until;
        if (enough)
            abort_entry(channel, pad);
        if (enough || now == NOT_TOLD)
            return;
        nanosleep(&pause, NULL);
    }
}

/* What a failed "finish" means: the entry began, and the reader may have given the card its command as
   soon as the last digit was typed. So nothing is sure to be unsent, and only the loss of the card or
   of the reader system has a name of its own. */
static kamupin_reader_answer of_begun(kamupin_reader_answer answer)
{
    answer.unsent = false;
    if (answer.status == KAMUPIN_E_PIN_PAD_UNSUPPORTED || answer.status == KAMUPIN_E_CARD_IN_USE)
        answer.status = KAMUPIN_E_READER_FAILED;
    return answer;
}

static kamupin_status run_in_steps(kp_channel *channel, const kp_pad *pad,
                                   const kp_pad_entry *entry, const uint8_t *order,
                                   size_t order_length, const kamupin_cancel *cancel, uint16_t *sw,
                                   kamupin_error *error)
{
    uint8_t reply[ANSWER_MAX];
    size_t length = sizeof reply;
    unsigned long start = pad->code[entry->change ? KP_PAD_MODIFY_START : KP_PAD_VERIFY_START];
    unsigned long finish = pad->code[entry->change ? KP_PAD_MODIFY_FINISH : KP_PAD_VERIFY_FINISH];
    kamupin_reader_answer answer = ask(channel, start, order, order_length, reply, &length);
    if (answer.status != KAMUPIN_OK) {
        if (!answer.unsent && answer.status != KAMUPIN_E_PIN_PAD_UNSUPPORTED)
            abort_entry(channel, pad); /* it may have begun: nobody would wait for it */
        return judge_failure(channel, answer, error);
    }
    wait_for_end(channel, pad, entry, cancel);
    length = sizeof reply;
    answer = ask(channel, finish, NULL, 0, reply, &length);
    if (answer.status != KAMUPIN_OK) {
        abort_entry(channel, pad);
        answer = of_begun(answer);
    }
    return judge_answer(channel, answer, reply, length, sw, error);
}

kamupin_status kp_pad_run(kp_channel *channel, const kp_pad *pad, const kp_pad_entry *entry,
                          const kamupin_cancel *cancel, uint16_t *sw, kamupin_error *error)
{
    uint8_t order[KP_PAD_ORDER_MAX], reply[ANSWER_MAX];
    size_t order_length = 0, length = sizeof reply;
    *sw = 0;
    channel->delivered = false;
    kamupin_status status = check(channel, entry, error);
    if (status != KAMUPIN_OK)
        return status;
    if (!kp_pad_can(pad, entry) || !kp_pad_order(pad, entry, order, sizeof order, &order_length))
        return kp_fail(error, KAMUPIN_E_PIN_PAD_UNSUPPORTED, KAMUPIN_FROM_READER, "%s",
                       channel->reader);
    /* the rest of the order may tell the PIN's length */
    kp_log(channel->context, KAMUPIN_LOG_TRACE, "card", "%s > (keypad) %02X%02X%02X%02X**",
           channel->reader, entry->form->cla, entry->form->ins, entry->form->p1, entry->form->p2);
    channel->commands++;
    channel->delivered = true;
    if (!kp_pad_direct(pad, entry->change))
        return run_in_steps(channel, pad, entry, order, order_length, cancel, sw, error);
    kamupin_reader_answer answer =
        ask(channel, pad->code[entry->change ? KP_PAD_MODIFY_DIRECT : KP_PAD_VERIFY_DIRECT], order,
            order_length, reply, &length);
    return judge_answer(channel, answer, reply, length, sw, error);
}
