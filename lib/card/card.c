/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   card.c: the card handle: choosing a card, holding it for PIN work, reading its state. Sends
   nothing that could cost a try. */
#include <card/card.h>

#include <card/list.h>
#include <core/fail.h>

#include <stdlib.h>
#include <string.h>

/* ---- choosing ---- */

/* A card that can be opened, though perhaps not used. */
static bool is_readable(const kamupin_card_info *info)
{
    static const kamupin_status readable[] = {KAMUPIN_OK, KAMUPIN_E_CARD_IDENTITY_CARD,
                                              KAMUPIN_E_CARD_NO_CERTIFICATE,
                                              KAMUPIN_E_CARD_UNRECOGNISED, KAMUPIN_E_CARD_DEAD};
    for (size_t i = 0; i < sizeof readable / sizeof readable[0]; i++)
        if (info->usable == readable[i])
            return true;
    return false;
}

kamupin_status kp_card_unread(const kamupin_card_info *info)
{
    static const kamupin_status unread[] = {KAMUPIN_E_READER_SERVICE_DOWN, KAMUPIN_E_READER_FAILED,
                                            KAMUPIN_E_CARD_IN_USE, KAMUPIN_E_CARD_RESET,
                                            KAMUPIN_E_CARD_REMOVED};
    for (size_t i = 0; i < sizeof unread / sizeof unread[0]; i++)
        if (info->usable == unread[i])
            return info->usable;
    return KAMUPIN_OK;
}

/* Which entry the address means. Without one: the only usable card, else the only card. */
static kamupin_status choose(const kamupin_reader_list *list, const kp_address *address,
                             size_t *chosen, kamupin_error *error)
{
    size_t count = kamupin_reader_list_count(list), usable = 0, present = 0, named = 0;
    size_t usable_at = 0, present_at = 0, named_at = 0;
    for (size_t i = 0; i < count; i++) {
        const kamupin_card_info *info = kp_reader_list_info(list, i);
        if (info->usable == KAMUPIN_OK && usable++ == 0)
            usable_at = i;
        if (info->kind != KAMUPIN_CARD_NONE && present++ == 0)
            present_at = i;
        if (address != NULL && kp_address_fits(address, info) && named++ == 0)
            named_at = i;
    }
    if (count == 0)
        return kp_fail_local(error, KAMUPIN_E_NO_READER);
    if (address != NULL && named == 0) {
        const kamupin_status unread =
            present == 1 ? kp_card_unread(kp_reader_list_info(list, present_at)) : KAMUPIN_OK;
        return kp_fail_local(error, unread != KAMUPIN_OK ? unread : KAMUPIN_E_CARD_NOT_FOUND);
    }
    if (address == NULL && present == 0)
        return kp_fail_local(error, KAMUPIN_E_NO_CARD);
    if ((address != NULL && named > 1) || (address == NULL && usable != 1 && present > 1))
        return kp_fail(error, KAMUPIN_E_CHOICE_NEEDED, KAMUPIN_FROM_LOCAL,
                       "%zu cards, %zu of them usable", present, usable);
    *chosen = address != NULL ? named_at : usable == 1 ? usable_at : present_at;
    const kamupin_card_info *info = kp_reader_list_info(list, *chosen);
    if (!is_readable(info))
        return kp_fail(error, info->usable, KAMUPIN_FROM_READER, "%s", info->reader);
    return KAMUPIN_OK;
}

/* A handle for entry `index` of a list that keeps connections. */
static kamupin_status make(kamupin_reader_list *list, size_t index, kamupin_context *context,
                           kamupin_cancel *cancel, kamupin_card **card, kamupin_error *error)
{
    kamupin_card *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->context = context;
    made->cancel = cancel;
    kp_error_clear(&made->error);
    kp_reader_list_take(list, index, &made->identity, &made->channel);
    *card = made;
    return KAMUPIN_OK;
}

kamupin_status kamupin_card_open(kamupin_context *context, const char *which,
                                 kamupin_cancel *cancel, kamupin_card **card, kamupin_error *error)
{
    kamupin_reader_list *list = NULL;
    kp_address address;
    size_t chosen = 0;
    if (card == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *card = NULL;
    kamupin_status status = KAMUPIN_OK;
    if (which != NULL)
        status = kp_address_parse(which, &address, error);
    const kp_address *wanted = which != NULL ? &address : NULL;
    if (status == KAMUPIN_OK)
        status = kp_reader_list_build(context, wanted, true, cancel, &list, error);
    if (status == KAMUPIN_OK)
        status = choose(list, wanted, &chosen, error);
    if (status == KAMUPIN_OK)
        status = make(list, chosen, context, cancel, card, error);
    kamupin_reader_list_free(&list);
    return status;
}

void kamupin_card_free(kamupin_card **card)
{
    if (card == NULL || *card == NULL)
        return;
    kp_channel_close(&(*card)->channel);
    kp_identity_wipe(&(*card)->identity);
    free(*card);
    *card = NULL;
}

/* ---- working ---- */

kamupin_status kp_card_enter(kamupin_card *card)
{
    if (card == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kp_error_clear(&card->error);
    kamupin_status status = kp_context_check(card->context, &card->error);
    return status == KAMUPIN_OK ? kp_cancel_check(card->cancel, &card->error) : status;
}

/* Takes the transaction and confirms the identity, of a card that was recognised once. */
static kamupin_status hold_recognised(kamupin_card *card)
{
    kamupin_status status = kp_channel_begin(&card->channel, card->cancel, &card->error);
    if (status != KAMUPIN_OK)
        return status;
    status = kp_identity_confirm(&card->channel, &card->identity, &card->error);
    if (status != KAMUPIN_OK)
        kp_channel_end(&card->channel);
    return status;
}

kamupin_status kp_card_hold(kamupin_card *card)
{
    if (card->identity.info.usable != KAMUPIN_OK)
        return kp_fail_local(&card->error, card->identity.info.usable);
    return hold_recognised(card);
}

void kp_card_release(kamupin_card *card)
{
    if (!card->channel.held)
        return;
    /* Also after a lost answer: the card may be there still, and authenticated. Whatever this
     * reaches is the card that was identified, because a removed or reset one is behind a
     * reconnection. */
    kp_card_logout(&card->channel, card->identity.profile);
    kp_channel_end(&card->channel);
}

/* ---- reading ---- */

/* Counters of a recognised card: it may have died since, or have been dead from the start. */
static kamupin_status read_counters(kamupin_card *card)
{
    kamupin_card_info now = card->identity.info;
    kamupin_status status = hold_recognised(card);
    if (status != KAMUPIN_OK)
        return status;
    now.puk_tries = KAMUPIN_TRIES_UNKNOWN; /* of last time: not to be mixed with this time's PIN */
    status = kp_identity_read_pin(&card->channel, card->identity.profile, &now, &card->error);
    if (status == KAMUPIN_OK)
        status = kp_identity_read_puk(&card->channel, card->identity.profile, &now, &card->error);
    if (status == KAMUPIN_OK) {
        now.usable = now.pin_state == KAMUPIN_PIN_DEAD ? KAMUPIN_E_CARD_DEAD : KAMUPIN_OK;
        card->identity.info = now;
    }
    kp_card_release(card);
    return status;
}

/* A card that was not recognised is looked at afresh; it stays what it was or has been swapped. */
static kamupin_status read_afresh(kamupin_card *card)
{
    kp_identity fresh = {0};
    const kamupin_card_info *before = &card->identity.info;
    kamupin_status status = kp_channel_begin(&card->channel, card->cancel, &card->error);
    if (status != KAMUPIN_OK)
        return status;
    status =
        kp_identity_read(&card->channel, before->atr, before->atr_length, &fresh, &card->error);
    kp_channel_end(&card->channel);
    if (status == KAMUPIN_OK &&
        (fresh.info.usable != before->usable || strcmp(fresh.info.card_id, before->card_id) != 0))
        status = kp_fail(&card->error, KAMUPIN_E_CARD_SWAPPED, KAMUPIN_FROM_CARD,
                         "the card in the reader is not the one that was opened");
    kp_identity_wipe(&fresh);
    return status;
}

kamupin_status kamupin_card_read(kamupin_card *card, kamupin_card_info *info)
{
    kamupin_status status = kp_card_enter(card);
    if (status != KAMUPIN_OK)
        return status;
    if (info == NULL || info->size != sizeof *info)
        return kp_fail_local(&card->error, KAMUPIN_E_INVALID_ARGUMENT);
    bool recognised = card->identity.info.kind == KAMUPIN_CARD_SIGNATURE ||
                      card->identity.info.kind == KAMUPIN_CARD_OTHER;
    status = recognised ? read_counters(card) : read_afresh(card);
    if (status == KAMUPIN_OK)
        *info = card->identity.info;
    return status;
}

kamupin_status kamupin_card_certificate(const kamupin_card *card, size_t index,
                                        const unsigned char **der, size_t *length)
{
    if (card == NULL || der == NULL || length == NULL || index >= card->identity.certificate_count)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *der = card->identity.certificates[index].data;
    *length = card->identity.certificates[index].length;
    return KAMUPIN_OK;
}

void kamupin_card_error(const kamupin_card *card, kamupin_error *error)
{
    const kamupin_error none = KAMUPIN_ERROR_INIT;
    kp_error_copy(card == NULL ? &none : &card->error, error);
}
