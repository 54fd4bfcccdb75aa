/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cache.c: cards that were read, by reader and event count. The event count alone is no proof that
   the card is the same (a daemon that was restarted counts anew, a quick swap goes unseen): nothing
   of the cache is believed before the card itself has confirmed it. */
#include <card/cache.h>

#include <stdlib.h>
#include <string.h>

typedef struct kept_card {
    unsigned int events;
    kp_identity identity; /* profile NULL: an empty place */
} kept_card;

struct kp_cache {
    size_t next; /* the place that is taken next */
    kept_card cards[KP_CACHE_CARDS];
};

static bool copy_identity(const kp_identity *from, kp_identity *to)
{
    kp_identity made = *from;
    bool complete = true;
    for (size_t i = 0; i < from->certificate_count; i++) {
        made.certificates[i].data = complete ? malloc(from->certificates[i].length) : NULL;
        complete = made.certificates[i].data != NULL;
        if (complete)
            memcpy(made.certificates[i].data, from->certificates[i].data,
                   from->certificates[i].length);
    }
    if (!complete)
        kp_identity_wipe(&made);
    *to = made;
    return complete;
}

/* The place of the card that was read there; NULL when none is kept. Under the context's lock. */
static kept_card *find(const kamupin_context *context, const kamupin_reader_state *state)
{
    for (size_t i = 0; context->kept != NULL && i < KP_CACHE_CARDS; i++) {
        kept_card *at = &context->kept->cards[i];
        const kamupin_card_info *info = &at->identity.info;
        if (at->identity.profile != NULL && at->events == state->events &&
            strcmp(info->reader, state->name) == 0 && info->atr_length == state->atr_length &&
            memcmp(info->atr, state->atr, state->atr_length) == 0)
            return at;
    }
    return NULL;
}

static bool recall(kamupin_context *context, const kamupin_reader_state *state,
                   kp_identity *identity)
{
    pthread_mutex_lock(&context->lock);
    const kept_card *at = find(context, state);
    bool found = at != NULL && copy_identity(&at->identity, identity);
    pthread_mutex_unlock(&context->lock);
    return found;
}

static void forget(kamupin_context *context, const kamupin_reader_state *state)
{
    pthread_mutex_lock(&context->lock);
    kept_card *at = find(context, state);
    if (at != NULL)
        kp_identity_wipe(&at->identity);
    pthread_mutex_unlock(&context->lock);
}

static void free_cache(struct kp_cache *cache)
{
    for (size_t i = 0; i < KP_CACHE_CARDS; i++)
        kp_identity_wipe(&cache->cards[i].identity);
    free(cache);
}

/* Without memory nothing is kept: the card is read again next time. */
static void keep(kamupin_context *context, const kamupin_reader_state *state,
                 const kp_identity *identity)
{
    kp_identity copy;
    if (!copy_identity(identity, &copy))
        return;
    pthread_mutex_lock(&context->lock);
    if (context->kept == NULL) {
        context->kept = calloc(1, sizeof *context->kept);
        context->kept_free = free_cache;
    }
    if (context->kept != NULL) {
        kept_card *at = find(context, state);
        if (at == NULL)
            at = &context->kept->cards[context->kept->next++ % KP_CACHE_CARDS];
        kp_identity_wipe(&at->identity);
        at->identity = copy;
        at->events = state->events;
        copy = (kp_identity){0};
    }
    pthread_mutex_unlock(&context->lock);
    kp_identity_wipe(&copy);
}

/* The counters of a card that was recognised: it may have died since, or been revived. */
static kamupin_status refresh(kp_channel *channel, kp_identity *identity, kamupin_error *error)
{
    kamupin_card_info *info = &identity->info;
    info->puk_tries = KAMUPIN_TRIES_UNKNOWN; /* not to be mixed with the PIN's of this time */
    kamupin_status status = kp_identity_read_pin(channel, identity->profile, info, error);
    if (status == KAMUPIN_OK)
        status = kp_identity_read_puk(channel, identity->profile, info, error);
    info->usable = info->pin_state == KAMUPIN_PIN_DEAD ? KAMUPIN_E_CARD_DEAD : KAMUPIN_OK;
    return status;
}

/* Only a card that can confirm itself is kept: one that is named by its ATR shows nothing that
   another of its kind would not. */
static bool is_worth_keeping(const kp_identity *identity)
{
    return identity->info.kind == KAMUPIN_CARD_SIGNATURE &&
           identity->profile->naming != KP_NAME_BY_ATR;
}

kamupin_status kp_cache_read(kp_channel *channel, const kamupin_reader_state *state,
                             kp_identity *identity, kamupin_error *error)
{
    kamupin_context *context = channel->context;
    if (recall(context, state, identity)) {
        kamupin_status status = kp_identity_confirm(channel, identity, error);
        if (status == KAMUPIN_OK)
            status = refresh(channel, identity, error);
        if (status == KAMUPIN_OK)
            return status;
        kp_identity_wipe(identity);
        if (status != KAMUPIN_E_CARD_SWAPPED)
            return status;
        forget(context, state);
    }
    kamupin_status status =
        kp_identity_read(channel, state->atr, state->atr_length, identity, error);
    if (status == KAMUPIN_OK && is_worth_keeping(identity))
        keep(context, state, identity);
    return status;
}
