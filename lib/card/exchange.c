/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   exchange.c: sending commands over one connection. Every APDU of the library passes exchange() here
   and nowhere else; it asks the never-send list, masks the log, and notices a lost card. Below it
   stand GET RESPONSE, chains, and the session of secure messaging when there is one. */
#include <card/channel.h>

#include <core/buffer.h>
#include <core/fail.h>

#include <openssl/crypto.h>

#include <stdio.h>
#include <string.h>

#define COMMAND_MAX (5 + KP_APDU_DATA_MAX + 1)
#define NOTICE_MS   600
#define ROUNDS_MAX  64 /* of GET RESPONSE: KP_APDU_REPLY_MAX in parts of 64 bytes */

/* Commands whose data and answers stay out of the log, whatever the caller said. */
static bool is_secret(const kp_command *command)
{
    return command->secret ||
           (command->length > 0 && (command->ins == 0x20 || command->ins == 0x24 ||
                                    command->ins == 0x2C || command->ins == 0x82));
}

static void log_command(const kp_channel *channel, const kp_command *command, const uint8_t *bytes,
                        size_t length)
{
    char hex[2 * COMMAND_MAX + 1];
    if (!kp_log_wanted(channel->context, KAMUPIN_LOG_TRACE))
        return;
    bool masked = is_secret(command) && length > 4; /* the length tells the PIN's: masked as well */
    kp_hex(bytes, masked ? 4 : length, true, hex);
    kp_log(channel->context, KAMUPIN_LOG_TRACE, "card", "%s > %s%s", channel->reader, hex,
           masked ? "**" : "");
}

static void log_reply(const kp_channel *channel, const kp_command *command, const uint8_t *bytes,
                      size_t length)
{
    char hex[2 * KAMUPIN_REPLY_MAX + 1];
    if (!kp_log_wanted(channel->context, KAMUPIN_LOG_DEBUG) || length < 2)
        return;
    kp_log(channel->context, KAMUPIN_LOG_DEBUG, "card", "%s: %s → %02X%02X", channel->reader,
           kp_command_name(command->ins), bytes[length - 2], bytes[length - 1]);
    if (!kp_log_wanted(channel->context, KAMUPIN_LOG_TRACE))
        return;
    bool masked = is_secret(command) && length > 2;
    kp_hex(masked ? bytes + length - 2 : bytes, masked ? 2 : length, true, hex);
    kp_log(channel->context, KAMUPIN_LOG_TRACE, "card", "%s < %s%s", channel->reader,
           masked ? "**" : "", hex);
}

/* Whether the card is out of the reader. A daemon that looks at its readers now and then
   (PC/SC-lite: every 400 ms) learns of a pulled card later than the command that it broke: unless
   the reason is known it is given that time. */
static bool card_is_absent(const kp_channel *channel, bool reason_is_known)
{
    kamupin_reader_state state = {0};
    snprintf(state.name, sizeof state.name, "%s", channel->reader);
    kamupin_reader_answer answer = channel->backend->watch(channel->worker, &state, 1, 0);
    if (answer.status == KAMUPIN_OK && state.present && !reason_is_known)
        answer = channel->backend->watch(channel->worker, &state, 1, NOTICE_MS);
    if (answer.status == KAMUPIN_E_CANCELLED) /* by a wake that came late, for an earlier wait */
        answer = channel->backend->watch(channel->worker, &state, 1, NOTICE_MS);
    return answer.status == KAMUPIN_E_NO_READER ||
           (answer.status == KAMUPIN_OK && (state.gone || !state.present));
}

kamupin_status kp_channel_lost(kp_channel *channel, kamupin_reader_answer answer,
                               kamupin_error *error)
{
    kamupin_status status = answer.status;
    channel->stale = true;
    kp_sm_kill(channel->sm);
    /* nobody can cancel a command: what ended it says nothing of what the card did */
    if (status == KAMUPIN_OK || status == KAMUPIN_E_CARD_RESET || status == KAMUPIN_E_CANCELLED ||
        status == KAMUPIN_E_TIMED_OUT)
        status =
            card_is_absent(channel, answer.unsent) ? KAMUPIN_E_CARD_REMOVED : KAMUPIN_E_CARD_RESET;
    else if (status == KAMUPIN_E_NO_CARD || status == KAMUPIN_E_NO_READER)
        status = KAMUPIN_E_CARD_REMOVED;
    kp_log(channel->context, KAMUPIN_LOG_INFO, "card", "%s: no answer: %s (code 0x%lX)",
           channel->reader, kamupin_status_name(status), (unsigned long)answer.code);
    return kp_fail_platform(error, status, KAMUPIN_FROM_READER, answer.code,
                            "the card did not answer a command");
}

static bool is_forbidden(const kp_channel *channel, const kp_command *command)
{
    return kp_never_send(command) && !kp_profile_permits(channel->row, command) &&
           !kp_sealed_may_pass(channel, command);
}

static kamupin_status forbidden(const kp_command *command, kamupin_error *error)
{
    return kp_fail(error, KAMUPIN_E_COMMAND_FORBIDDEN, KAMUPIN_FROM_LOCAL,
                   "never sent: %02X %02X %02X %02X", command->cla, command->ins, command->p1,
                   command->p2);
}

/* The last place before the wire. `repeat`: the card had an earlier part of this command already.
 */
static kamupin_status exchange(kp_channel *channel, const kp_command *command, bool repeat,
                               uint8_t *reply, size_t *reply_length, kamupin_error *error)
{
    uint8_t bytes[COMMAND_MAX];
    size_t length = 0;
    if (is_forbidden(channel, command))
        return forbidden(command, error);
    if (!kp_command_encode(command, bytes, sizeof bytes, &length))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "a command that is no short APDU");
    if (channel->most != 0 && channel->commands >= channel->most)
        return kp_fail(error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                       "the card comes to no end: %lu commands", channel->commands);
    log_command(channel, command, bytes, length);
    channel->commands++;
    channel->delivered = true;
    kamupin_reader_answer answer =
        channel->backend->transmit(channel->connection, bytes, length, reply, reply_length);
    OPENSSL_cleanse(bytes, sizeof bytes);
    if (answer.status != KAMUPIN_OK && answer.unsent && !repeat)
        channel->delivered = false;
    /* PC/SC-lite says success with no byte when the card dies in the middle of a command */
    if (answer.status != KAMUPIN_OK || *reply_length < 2)
        return kp_channel_lost(channel, answer, error);
    if (*reply_length > KAMUPIN_REPLY_MAX)
        return kp_fail(error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                       "an answer of %zu bytes", *reply_length);
    log_reply(channel, command, reply, *reply_length);
    return KAMUPIN_OK;
}

/* exchange, and its answer appended to `response`. */
static kamupin_status gather(kp_channel *channel, const kp_command *command, bool repeat,
                             kp_response *response, kamupin_error *error)
{
    uint8_t reply[KAMUPIN_REPLY_MAX] = {0};
    size_t length = sizeof reply;
    kamupin_status status = exchange(channel, command, repeat, reply, &length, error);
    if (status == KAMUPIN_OK && length - 2 > sizeof response->data - response->length)
        status = kp_fail(error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                         "an answer beyond %d bytes", KP_APDU_REPLY_MAX);
    if (status == KAMUPIN_OK) {
        memcpy(response->data + response->length, reply, length - 2);
        response->length += length - 2;
        response->sw = (uint16_t)(reply[length - 2] << 8 | reply[length - 1]);
    }
    if (is_secret(command))
        OPENSSL_cleanse(reply, sizeof reply);
    return status;
}

/* Le of 6Cxx and 61xx: 00 is 256. */
static int stated_length(uint16_t sw)
{
    return (sw & 0xFF) == 0 ? KP_LE_MAX : sw & 0xFF;
}

/* Only what changes nothing and carries nothing of value is ever sent a second time. */
static bool may_repeat(const kp_command *command)
{
    return !is_secret(command) && command->le != KP_LE_NONE && command->length <= KP_APDU_BLOCK &&
           (command->length == 0 || command->ins == 0xA4 || command->ins == 0xCB);
}

static kamupin_status get_response(kp_channel *channel, const kp_command *command,
                                   kp_response *response, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    for (int round = 0; status == KAMUPIN_OK && (response->sw & 0xFF00) == 0x6100; round++) {
        if (round == ROUNDS_MAX)
            return kp_fail(error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                           "an answer in more than %d parts", ROUNDS_MAX);
        size_t before = response->length;
        kp_command more = {.ins = 0xC0, .le = stated_length(response->sw)};
        more.secret = is_secret(command);
        status = gather(channel, &more, true, response, error);
        if (status == KAMUPIN_OK && response->length == before && (response->sw & 0xFF00) == 0x6100)
            status = kp_fail(error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                             "the card promises data and gives none");
    }
    return status;
}

/* Data beyond one APDU goes as a chain (ISO/IEC 7816-4, 5.3.3): all parts but the last have the
   class' chaining bit and are answered with 9000 alone. Sends all of them but the last, which
   `last` receives. A part that is refused or lost ends the chain: none is ever sent again. */
static kamupin_status send_chain(kp_channel *channel, const kp_command *command, kp_command *last,
                                 kp_response *response, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    *last = *command;
    response->sw = KP_SW_OK;
    if (command->length > KP_APDU_BLOCK && (command->cla & 0x80) != 0)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "a class that knows no chaining");
    while (status == KAMUPIN_OK && response->sw == KP_SW_OK && last->length > KP_APDU_BLOCK) {
        kp_command part = *last;
        part.cla |= 0x10;
        part.length = KP_APDU_BLOCK;
        part.le = KP_LE_NONE;
        status = gather(channel, &part, part.data != command->data, response, error);
        response->length = 0;
        last->data += KP_APDU_BLOCK;
        last->length -= KP_APDU_BLOCK;
    }
    return status;
}

static kamupin_status send_clear(kp_channel *channel, const kp_command *command,
                                 kp_response *response, kamupin_error *error)
{
    kp_command last;
    kamupin_status status = send_chain(channel, command, &last, response, error);
    if (status == KAMUPIN_OK && response->sw != KP_SW_OK)
        return status; /* a part's answer, whatever it is, is not the command's */
    if (status == KAMUPIN_OK)
        status = gather(channel, &last, last.data != command->data, response, error);
    if (status == KAMUPIN_OK && (response->sw & 0xFF00) == 0x6C00 && may_repeat(command)) {
        kp_command again = *command;
        again.le = stated_length(response->sw);
        response->length = 0;
        status = gather(channel, &again, true, response, error);
    }
    if (status == KAMUPIN_OK)
        status = get_response(channel, command, response, error);
    return status;
}

/* The same under the session that stands on the channel. The never-send list is asked for the plain
   form as well: a protected VERIFY always has data. GET RESPONSE belongs to the transport and goes
   in clear (ISO/IEC 7816-4, 5.3.4); 6Cxx would be an answer without protection. */
static kamupin_status send_protected(kp_channel *channel, const kp_command *command,
                                     kp_response *response, kamupin_error *error)
{
    kp_sm_command wrapped;
    if (is_forbidden(channel, command))
        return forbidden(command, error);
    kamupin_status status = kp_sm_protect(channel->sm, command, &wrapped, error);
    if (status != KAMUPIN_OK)
        return status;
    status = gather(channel, &wrapped.command, false, response, error);
    if (status == KAMUPIN_OK)
        status = get_response(channel, &wrapped.command, response, error);
    if (status == KAMUPIN_OK)
        status = kp_sm_unprotect(channel->sm, response, error);
    else
        kp_sm_kill(channel->sm);
    if (status == KAMUPIN_E_SECURE_MESSAGING)
        kp_log(channel->context, KAMUPIN_LOG_INFO, "card", "%s: secure messaging ended",
               channel->reader);
    return status;
}

size_t kp_channel_block(const kp_channel *channel)
{
    return channel->sm != NULL ? KP_SM_DATA_MAX : KP_APDU_BLOCK;
}

kamupin_status kp_channel_send(kp_channel *channel, const kp_command *command,
                               kp_response *response, kamupin_error *error)
{
    memset(response, 0, sizeof *response);
    channel->delivered = false;
    if (!channel->held)
        return kp_fail(error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL,
                       "a command outside a transaction");
    if (channel->stale && is_secret(command))
        return kp_fail(error, KAMUPIN_E_CARD_RESET, KAMUPIN_FROM_LOCAL,
                       "the card was not identified since it may have been lost");
    kamupin_status status = kp_cancel_check(channel->cancel, error);
    if (status == KAMUPIN_OK)
        status = channel->sm != NULL ? send_protected(channel, command, response, error)
                                     : send_clear(channel, command, response, error);
    if (status != KAMUPIN_OK)
        response->sw = 0;
    return status;
}
