/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cards.c: the PC/SC daemon, readers, cards, and how PIN and PUK stand. Reads cards as a list does: no
   PIN command, and nothing is left logged in or held. */
#include <diag/diag.h>

#include <card/card.h>
#include <card/reach.h>
#include <core/fail.h>

#include <stdlib.h>

#define DAEMON_MS 10000 /* a daemon that is started by its first caller takes a second or two */
#define CARDS_MS  30000 /* sixteen full cards in slow readers */

/* ---- the daemon ---- */

/* Whether the daemon answers; says why not. */
static bool look_at_daemon(kp_diag *diag)
{
    const kamupin_reader_backend *backend = kp_reader_backend(diag->context);
    kamupin_error error = KAMUPIN_ERROR_INIT;
    void *worker = NULL;

    kp_bound_part(&diag->bound, DAEMON_MS);
    kamupin_reader_answer answer = kp_reach(backend, diag->bound.cancel, &worker);
    if (answer.status == KAMUPIN_OK) {
        backend->close(worker);
        return true;
    }
    if (kp_bound_over(&diag->bound))
        answer.status =
            KAMUPIN_E_READER_SERVICE_DOWN; /* it takes the connection and says nothing */
    kp_fail_platform(&error, answer.status, KAMUPIN_FROM_READER, answer.code,
                     "cannot reach the readers");
    kp_diag_fault(diag, KAMUPIN_ABOUT_DAEMON, &error, "", 0);
    return false;
}

/* ---- PIN and PUK ---- */

static void look_at_puk(kp_diag *diag, const kamupin_card_info *info)
{
    kamupin_error error = kp_diag_error(KAMUPIN_E_PUK_LAST_TRY, KAMUPIN_FROM_CARD);

    if (info->puk_tries != KAMUPIN_TRIES_KNOWN || info->puk_tries_left != 1)
        return;
    error.tries_left = 1;
    /* With the PIN blocked nothing goes, and this is why it will not be unblocked here. */
    kp_diag_say(diag, KAMUPIN_ABOUT_PIN,
                info->pin_state == KAMUPIN_PIN_BLOCKED ? KAMUPIN_FAULT
                                                       : kp_diag_severity(error.status),
                &error, info->reader, 1);
}

static kamupin_status pin_status(const kamupin_card_info *info)
{
    switch (info->pin_state) {
    case KAMUPIN_PIN_UNKNOWN:
        return KAMUPIN_E_PIN_TRIES_UNKNOWN;
    case KAMUPIN_PIN_NOT_SET:
        return KAMUPIN_E_PIN_NOT_SET;
    case KAMUPIN_PIN_BLOCKED:
        return KAMUPIN_E_PIN_BLOCKED;
    case KAMUPIN_PIN_DEAD:
        return KAMUPIN_E_CARD_DEAD;
    case KAMUPIN_PIN_USABLE:
        break;
    }
    if (info->pin_tries == KAMUPIN_TRIES_UNKNOWN)
        return KAMUPIN_E_PIN_TRIES_UNKNOWN;
    return info->pin_tries == KAMUPIN_TRIES_KNOWN && info->pin_tries_left == 1
               ? KAMUPIN_E_PIN_LAST_TRY
               : KAMUPIN_OK;
}

static void look_at_pin(kp_diag *diag, const kamupin_card_info *info)
{
    const bool known = info->pin_tries == KAMUPIN_TRIES_KNOWN;
    const int left = known ? info->pin_tries_left : 0;
    kamupin_error error = kp_diag_error(pin_status(info), KAMUPIN_FROM_CARD);

    error.tries_left = known ? left : -1;
    look_at_puk(diag, info);
    if (error.status != KAMUPIN_OK)
        kp_diag_fault(diag, KAMUPIN_ABOUT_PIN, &error, info->reader, left);
    else /* some were wasted, and the right PIN brings them back */
        kp_diag_say(diag, KAMUPIN_ABOUT_PIN,
                    known && left < info->pin_tries_max ? KAMUPIN_NOTE : KAMUPIN_FINE, NULL,
                    info->reader, left);
}

/* ---- cards ---- */

/* A card that PIN work could be done with. */
static bool is_good(const kamupin_card_info *info)
{
    return info->usable == KAMUPIN_OK &&
           (info->kind == KAMUPIN_CARD_SIGNATURE || info->kind == KAMUPIN_CARD_OTHER);
}

/* What there is altogether: one card's trouble weighs less where another card is good. */
typedef struct sight {
    size_t good, present;
} sight;

static sight take_in(const kamupin_reader_list *list)
{
    sight seen = {0, 0};

    for (size_t i = 0; i < kamupin_reader_list_count(list); i++) {
        const kamupin_card_info *info = kp_reader_list_info(list, i);
        seen.good += is_good(info) ? 1 : 0;
        seen.present += info->usable != KAMUPIN_E_NO_CARD && info->usable != KAMUPIN_E_NO_READER;
    }
    return seen;
}

/* How bad it is that a reader's card is of no use. A second reader may well hold another card; what ails a
 * card that is meant to sign is told all the same. */
static kamupin_severity weigh(const kamupin_card_info *info, sight seen)
{
    const kamupin_severity alone = kp_diag_severity(info->usable);

    switch ((int)info->usable) {
    case KAMUPIN_E_NO_READER:
        return seen.present > 0 ? KAMUPIN_NOTE : alone;
    case KAMUPIN_E_CARD_IDENTITY_CARD:
    case KAMUPIN_E_CARD_UNSUPPORTED:
    case KAMUPIN_E_CARD_UNRECOGNISED:
        return seen.good > 0 ? KAMUPIN_NOTE : alone;
    default:
        return seen.good > 0 && alone == KAMUPIN_FAULT ? KAMUPIN_TROUBLE : alone;
    }
}

static void look_at_card(kp_diag *diag, const kamupin_card_info *info, sight seen)
{
    const kamupin_error error = kp_diag_error(info->usable, KAMUPIN_FROM_READER);

    if (!is_good(info)) {
        kp_diag_say(diag,
                    info->usable == KAMUPIN_E_NO_READER ? KAMUPIN_ABOUT_READER : KAMUPIN_ABOUT_CARD,
                    weigh(info, seen), &error, info->reader, 0);
        return;
    }
    kp_diag_say(diag, KAMUPIN_ABOUT_CARD, KAMUPIN_FINE, NULL, info->reader, 0);
    look_at_pin(diag, info);
}

/* Whether nothing has to be said of an empty reader: there is a card in another one, or the first has
 * said for all that there is none. */
static bool is_idle(const kamupin_reader_list *list, size_t index, sight seen)
{
    if (kp_reader_list_info(list, index)->usable != KAMUPIN_E_NO_CARD)
        return false;
    return seen.present > 0 ||
           (index > 0 && kp_reader_list_info(list, 0)->usable == KAMUPIN_E_NO_CARD);
}

/* Lets go of the cards, and keeps what was read of the good ones. */
static void keep_good(kp_diag *diag, kamupin_reader_list *list)
{
    const size_t count = kamupin_reader_list_count(list);

    diag->cards = calloc(count + 1, sizeof *diag->cards);
    diag->into->full |= diag->cards == NULL;
    for (size_t i = 0; i < count; i++) {
        kp_identity identity = {0};
        kp_channel channel = {0};
        kp_reader_list_take(list, i, &identity, &channel);
        kp_channel_close(&channel);
        if (diag->cards != NULL && is_good(&identity.info))
            diag->cards[diag->card_count++] = identity;
        else
            kp_identity_wipe(&identity);
    }
}

static void look_at_readers(kp_diag *diag, const kamupin_reader_list *list)
{
    const size_t count = kamupin_reader_list_count(list);
    const kamupin_error none = kp_diag_error(KAMUPIN_E_NO_READER, KAMUPIN_FROM_READER);
    const sight seen = take_in(list);

    if (count == 0)
        kp_diag_fault(diag, KAMUPIN_ABOUT_READER, &none, "", 0);
    for (size_t i = 0; i < count; i++) {
        const kamupin_card_info *info = kp_reader_list_info(list, i);
        if (info->usable != KAMUPIN_E_NO_READER)
            kp_diag_say(diag, KAMUPIN_ABOUT_READER, KAMUPIN_FINE, NULL, info->reader, 0);
        if (!is_idle(list, i, seen))
            look_at_card(diag, info, seen);
    }
}

void kp_diag_cards(kp_diag *diag)
{
    kamupin_reader_list *list = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    if (!look_at_daemon(diag))
        return;
    kp_bound_part(&diag->bound, CARDS_MS);
    if (kp_reader_list_build(diag->context, NULL, true, diag->bound.cancel, &list, &error) ==
        KAMUPIN_OK) {
        kp_diag_say(diag, KAMUPIN_ABOUT_DAEMON, KAMUPIN_FINE, NULL, "", 0);
        look_at_readers(diag, list);
        keep_good(diag, list);
    } else {
        if (kp_bound_over(&diag->bound))
            kp_fail(&error, KAMUPIN_E_READER_FAILED, KAMUPIN_FROM_READER,
                    "the cards could not be read in time");
        kp_diag_fault(diag, KAMUPIN_ABOUT_DAEMON, &error, "", 0);
    }
    kamupin_reader_list_free(&list);
}
