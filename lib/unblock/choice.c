/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   choice.c: which card. Everything that would make the work useless (not this person's card, dead
   card, last PUK try, a card that nobody knows how to unblock) is said here, before an SMS is
   spent. */
#include <unblock/operation.h>

#include <core/fail.h>
#include <pin/guard.h>

#include <string.h>

kp_authority_form kp_operation_form(const kamupin_operation *operation, const char *card_id)
{
    const kp_allowed *allowed = &operation->redeemed.allowed;
    const size_t at = kp_allowed_find(allowed, card_id);

    return at < allowed->count ? (kp_authority_form)allowed->form[at] : KP_FORM_CRYPTOGRAM;
}

kamupin_status kp_operation_judge(void *user, const kamupin_card_info *info)
{
    const kamupin_operation *operation = user;
    const kp_allowed *allowed = &operation->redeemed.allowed;
    const kp_profile *profile = kp_profile_find(operation->context, info->profile);

    if (info->usable != KAMUPIN_OK)
        return info->usable;
    if (info->kind != KAMUPIN_CARD_SIGNATURE)
        return KAMUPIN_E_CARD_UNSUPPORTED; /* of a row from a file: not the service's */
    if (kp_allowed_find(allowed, info->card_id) == allowed->count)
        return KAMUPIN_E_CARD_NOT_YOURS;
    if (info->pin_state == KAMUPIN_PIN_DEAD || info->puk_state == KAMUPIN_PIN_BLOCKED ||
        info->puk_state == KAMUPIN_PIN_DEAD)
        return KAMUPIN_E_CARD_DEAD;
    if (info->puk_tries == KAMUPIN_TRIES_KNOWN && info->puk_tries_left < 2)
        return KAMUPIN_E_PUK_LAST_TRY;
    kp_authority_form form = kp_operation_form(operation, info->card_id);
    if (form == KP_FORM_SEALED_PUK) {
        kamupin_status status = kp_guard_sealed_puk(profile, info, operation->risk, NULL);
        if (status != KAMUPIN_OK)
            return status;
    }
    return kp_guard_proof(profile, kp_form_operation(form), operation->risk,
                          kp_vouched_for(&operation->metadata, info->profile), NULL);
}

static bool was_asked(const kamupin_operation *operation, const char *card_id)
{
    for (size_t i = 0; i < operation->asked_count; i++)
        if (strcmp(operation->asked[i].card_id, card_id) == 0)
            return true;
    return false;
}

size_t kp_operation_note_cards(kamupin_operation *operation, const kamupin_reader_list *list,
                               kp_card_name *fresh)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    size_t count = 0;

    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++) {
        if (info.card_id[0] == '\0' || info.usable != KAMUPIN_OK ||
            info.kind != KAMUPIN_CARD_SIGNATURE || was_asked(operation, info.card_id) ||
            operation->asked_count == KP_CARDS_MAX)
            continue;
        kp_card_name *name = &operation->asked[operation->asked_count++];
        memcpy(name->card_id, info.card_id, sizeof name->card_id);
        memcpy(name->row, info.profile, sizeof name->row);
        fresh[count++] = *name;
    }
    return count;
}

kamupin_status kp_operation_ask_cards(kamupin_operation *operation, const kamupin_reader_list *list)
{
    kp_card_name fresh[KP_CARDS_MAX];
    kp_allowed more = {.count = 0};

    size_t before = operation->asked_count;
    size_t count = kp_operation_note_cards(operation, list, fresh);
    if (count == 0)
        return KAMUPIN_OK;
    kamupin_status status = kp_service_cards(operation->service, fresh, count, &more,
                                             &operation->deadline_ms, &operation->error);
    if (status != KAMUPIN_OK)
        operation->asked_count = before; /* to be asked again */
    else
        kp_allowed_add(&operation->redeemed.allowed, &more);
    return kp_operation_ended_by(operation, status);
}

kamupin_status kamupin_operation_cards(kamupin_operation *operation, kamupin_reader_list **list)
{
    if (list == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *list = NULL;
    kamupin_status status = kp_operation_need(operation, KAMUPIN_PHASE_CARD);
    if (status == KAMUPIN_OK)
        status =
            kamupin_reader_list_new(operation->context, operation->cancel, list, &operation->error);
    if (status == KAMUPIN_OK)
        status = kp_operation_ask_cards(operation, *list);
    if (status == KAMUPIN_OK)
        kp_reader_list_judge(*list, kp_operation_judge, operation);
    else
        kamupin_reader_list_free(list);
    return status;
}

/* The only usable card's reader. When there is none, the answer is the most telling reason. */
static kamupin_status only_reader(kamupin_operation *operation, char *reader)
{
    kamupin_reader_list *list = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status reason = KAMUPIN_E_NO_READER;
    size_t usable = 0;

    kamupin_status status = kamupin_operation_cards(operation, &list);
    if (status != KAMUPIN_OK)
        return status;
    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++) {
        if (info.usable == KAMUPIN_OK) {
            usable++;
            memcpy(reader, info.reader, sizeof info.reader);
        } else if (reason == KAMUPIN_E_NO_READER || reason == KAMUPIN_E_NO_CARD) {
            reason = info.usable;
        }
    }
    kamupin_reader_list_free(&list);
    if (usable == 1)
        return KAMUPIN_OK;
    return kp_fail_local(&operation->error, usable > 1 ? KAMUPIN_E_CHOICE_NEEDED : reason);
}

/* Whether the opened card may be used; asks the service when it was put in later. */
static kamupin_status judge_opened(kamupin_operation *operation, kamupin_card_info *info)
{
    kamupin_reader_list *list = NULL;
    kamupin_status status = KAMUPIN_OK;

    if (info->usable == KAMUPIN_OK && !was_asked(operation, info->card_id)) {
        status = kamupin_operation_cards(operation, &list);
        kamupin_reader_list_free(&list);
    }
    if (status != KAMUPIN_OK)
        return status;
    status = kp_operation_judge(operation, info);
    return status == KAMUPIN_OK ? status : kp_fail_local(&operation->error, status);
}

kamupin_status kamupin_operation_choose(kamupin_operation *operation, const char *which)
{
    char reader[KAMUPIN_READER_NAME_MAX] = "";
    kamupin_card_info *info = NULL;

    kamupin_status status = kp_operation_need(operation, KAMUPIN_PHASE_CARD);
    if (status != KAMUPIN_OK)
        return status; /* in a later phase the card that was chosen stays */
    if (which == NULL)
        which = operation->wanted_card;
    if (which == NULL) {
        status = only_reader(operation, reader);
        which = reader;
    }
    if (status == KAMUPIN_OK)
        status = kamupin_card_open(operation->context, which, operation->cancel, &operation->card,
                                   &operation->error);
    if (status == KAMUPIN_OK) {
        info = &operation->card->identity.info;
        status = judge_opened(operation, info);
    }
    if (status == KAMUPIN_OK)
        status =
            kp_lock_take(operation->context, info->card_id, &operation->lock, &operation->error);
    if (status != KAMUPIN_OK) {
        kamupin_card_free(&operation->card);
        return status;
    }
    memcpy(operation->card_id, info->card_id, sizeof operation->card_id);
    /* A factor that was begun for another card (kamupin_operation_back) proves nothing for this. */
    if (strcmp(operation->factor_card, operation->card_id) != 0)
        operation->factor.begun.type = KAMUPIN_FACTOR_ANY;
    memcpy(operation->record.product, info->product, sizeof operation->record.product);
    kp_operation_move(operation, KAMUPIN_PHASE_PIN);
    return KAMUPIN_OK;
}
