/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   operation.h: what an operation holds, and the pieces of this room. operation.c is its life,
   steps.c the steps before card work, choice.c which card, run.c card work, settle.c its outcome
   and report, resume.c what an earlier run left, prompts.c the one-call form. */
#ifndef KP_UNBLOCK_OPERATION_H
#define KP_UNBLOCK_OPERATION_H

#include <card/card.h>
#include <factor/factor.h>
#include <kamupin/operation.h>
#include <unblock/record.h>

/** Authorities that one operation may ask for: one, and two more after a lost challenge (service
 * profile). */
#define KP_ATTEMPTS_MAX 3

/** How long giving up may take on the network, in milliseconds: the person has already left. */
#define KP_GIVE_UP_MS 2000

struct kamupin_operation {
    kamupin_context *context;
    kamupin_error error;
    kamupin_operation_kind kind; /* asked for */
    kamupin_product product;     /* asked for */
    kamupin_order *order;        /* NULL: a code is typed */
    kamupin_secret *code;        /* of the order, while its answer is awaited */
    unsigned int risk;
    char service_url[KP_URL_MAX];
    char *wanted_card; /* options.card, or NULL */
    kamupin_event_fn event;
    void *event_user;
    kamupin_cancel *cancel;

    kamupin_phase phase;
    kp_service *service;
    kp_metadata metadata;
    bool metadata_known;
    kp_redeemed redeemed;             /* .allowed grows when cards come later */
    kp_card_name asked[KP_CARDS_MAX]; /* the cards that the service was asked about */
    size_t asked_count;
    int64_t deadline_ms;
    kp_factor factor;
    char factor_card[KAMUPIN_CARD_ID_MAX]; /* that the factor was begun for */

    char card_id[KAMUPIN_CARD_ID_MAX]; /* the chosen card */
    kamupin_card *card;                /* NULL: to be opened anew by card_id */
    kp_lock lock;
    kamupin_secret *pin;
    kp_record record; /* .ticket is there once the second factor was right */
    unsigned int attempts;
    unsigned int relayed; /* commands of this attempt's relay so far */
    bool authorised;      /* the service gave this attempt an authority */
    kamupin_error ended;  /* why the card work ended as it did, for a report that comes later */
    char recorded_at[32];
    bool reported;
};

/** Starts a call: fork, cancel, error record. */
kamupin_status kp_operation_enter(kamupin_operation *operation);
/** Also checks the phase and, while time runs, the time: an operation out of time has failed. */
kamupin_status kp_operation_need(kamupin_operation *operation, kamupin_phase phase);
/** Moves on and tells the application. */
void kp_operation_move(kamupin_operation *operation, kamupin_phase phase);
/** Ends before card work: secrets are wiped. */
void kp_operation_fail(kamupin_operation *operation, kamupin_phase phase);
/** An answer of the service that ends the operation moves it to FAILED or CANCELLED. Returns the
 * status. */
kamupin_status kp_operation_ended_by(kamupin_operation *operation, kamupin_status status);
/** Tells the application. */
void kp_operation_tell(const kamupin_operation *operation, kamupin_event_kind kind,
                       kamupin_status status);

/** Why a card that is usable as such may not be used for this operation; ok when it may. */
kamupin_status kp_operation_judge(void *operation, const kamupin_card_info *info);
/** In what form the service gives the authority for a card that it allows. */
kp_authority_form kp_operation_form(const kamupin_operation *operation, const char *card_id);
/** Tells the service of cards it was not asked about yet, and takes what it allows. */
kamupin_status kp_operation_ask_cards(kamupin_operation *operation,
                                      const kamupin_reader_list *list);
/** Notes the cards of a list as asked; returns how many are new, copied to `fresh` (KP_CARDS_MAX).
 */
size_t kp_operation_note_cards(kamupin_operation *operation, const kamupin_reader_list *list,
                               kp_card_name *fresh);

/** What a card's state says of a record's outcome; NONE when only the PIN itself can tell. `now`:
 * the card, NULL when it is not there. `at_once`: it was just held by us, so that nobody can have
 * typed the old PIN in between. */
kamupin_outcome kp_settle_by_state(const kp_evidence *before, const kamupin_card_info *now,
                                   bool at_once);
/** Reports a record's outcome; deadline as kp_service_report has it. Errors: those of
 * kp_service_report. */
kamupin_status kp_settle_report(kp_service *service, const kp_record *record, int64_t deadline_ms,
                                char *recorded_at, kamupin_error *error);
/** Gives up what was begun and not decided: the service is told, best effort and bounded in time;
 * what it has not heard stays in the journal. */
void kp_settle_give_up(kamupin_operation *operation);
/** Writes what a card shows now into a record's evidence. */
void kp_settle_note(kp_record *record, kamupin_outcome outcome, const kamupin_card_info *now);

#endif
