/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   channel.c: one connection to one card: made, held in a transaction, let go. What goes over it is
   exchange.c's. */
#include <card/channel.h>

#include <core/fail.h>

#include <stdio.h>

#define LATE_WAKES_MAX 16 /* a backend that says "cancelled" more often is broken */

const kamupin_reader_backend *kp_reader_backend(const kamupin_context *context)
{
    return context->backend != NULL ? context->backend : kamupin_reader_backend_pcsc();
}

kamupin_status kp_channel_prepare(const kamupin_reader_backend *backend, const char *reader,
                                  kp_channel *channel, kamupin_error *error)
{
    *channel = (kp_channel){.backend = backend, .stale = true};
    snprintf(channel->reader, sizeof channel->reader, "%s", reader);
    kamupin_reader_answer answer = backend->open(backend->user, &channel->worker);
    if (answer.status != KAMUPIN_OK) {
        channel->worker = NULL;
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "cannot reach the readers");
    }
    return KAMUPIN_OK;
}

kamupin_status kp_channel_connect(kp_channel *channel, kamupin_error *error)
{
    kamupin_reader_answer answer =
        channel->backend->connect(channel->worker, channel->reader, &channel->connection);
    if (answer.status != KAMUPIN_OK) {
        channel->connection = NULL;
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "cannot connect to the card");
    }
    return KAMUPIN_OK;
}

void kp_channel_drop(kp_channel *channel)
{
    if (channel->connection != NULL)
        channel->backend->disconnect(channel->connection);
    if (channel->worker != NULL)
        channel->backend->close(channel->worker);
    channel->connection = NULL;
    channel->worker = NULL;
}

kamupin_status kp_channel_open(kamupin_context *context, const char *reader, kp_channel *channel,
                               kamupin_error *error)
{
    kamupin_status status = kp_channel_prepare(kp_reader_backend(context), reader, channel, error);
    channel->context = context;
    if (status == KAMUPIN_OK)
        status = kp_channel_connect(channel, error);
    if (status != KAMUPIN_OK)
        kp_channel_close(channel);
    return status;
}

void kp_channel_close(kp_channel *channel)
{
    /* A forked child shares the daemon's line with its parent: what it said there would end the
     * parent's connection, in the middle of its work. */
    if (kp_context_check(channel->context, NULL) == KAMUPIN_OK) {
        kp_channel_end(channel);
        kp_channel_drop(channel);
    }
    channel->connection = NULL;
    channel->worker = NULL;
}

static bool card_was_lost(kamupin_status status)
{
    return status == KAMUPIN_E_CARD_RESET || status == KAMUPIN_E_CARD_REMOVED;
}

/* begin, and reconnect before it when the card was reset or removed under this connection. */
static kamupin_reader_answer begin_afresh(kp_channel *channel)
{
    kamupin_reader_answer answer = channel->backend->begin(channel->connection);
    if (card_was_lost(answer.status)) {
        bool removed = answer.status == KAMUPIN_E_CARD_REMOVED;
        channel->stale = true;
        answer = channel->backend->reconnect(channel->connection);
        if (answer.status == KAMUPIN_OK)
            answer = channel->backend->begin(channel->connection);
        else if (removed || answer.status == KAMUPIN_E_NO_CARD)
            answer.status = KAMUPIN_E_CARD_REMOVED;
    }
    return answer;
}

static kamupin_status judge_begin(kp_channel *channel, kamupin_reader_answer answer,
                                  kamupin_error *error)
{
    if (answer.status != KAMUPIN_OK)
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "cannot hold the card");
    channel->held = true;
    return KAMUPIN_OK;
}

kamupin_status kp_channel_begin_until_woken(kp_channel *channel, kamupin_error *error)
{
    return judge_begin(channel, begin_afresh(channel), error);
}

kamupin_status kp_channel_begin(kp_channel *channel, kamupin_cancel *cancel, kamupin_error *error)
{
    kamupin_reader_answer answer;
    kp_cancel_hook hook = {.wake = channel->backend->wake, .object = channel->worker};
    kp_cancel_enter(cancel, &hook);
    int rounds = 0;
    do /* again after a wake that came late: of a pull that was cleared since, or of a crew's */
        answer = begin_afresh(channel);
    while (answer.status == KAMUPIN_E_CANCELLED && !kamupin_cancel_pulled(cancel) &&
           ++rounds < LATE_WAKES_MAX);
    kp_cancel_leave(cancel, &hook);
    kamupin_status status = judge_begin(channel, answer, error);
    if (status != KAMUPIN_OK)
        return status;
    status = kp_cancel_check(cancel, error);
    if (status != KAMUPIN_OK)
        kp_channel_end(channel);
    return status;
}

void kp_channel_end(kp_channel *channel)
{
    if (!channel->held)
        return;
    channel->held = false;
    channel->fcp_90_at = 0;
    kp_sm_kill(channel->sm); /* what other programs say to the card now would break it anyway */
    kamupin_reader_answer answer = channel->backend->end(channel->connection);
    if (answer.status != KAMUPIN_OK) {
        channel->stale = true;
        kp_log(channel->context, KAMUPIN_LOG_DEBUG, "card", "%s: letting go answered %s",
               channel->reader, kamupin_status_name(answer.status));
    }
}
