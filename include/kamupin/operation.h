/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   operation.h: the operation that this library exists for. A blocked card, a card whose PIN was
   forgotten, or a new card without a PIN gets a new PIN: code, card, PIN, second factor, card
   work, report. Two ways to use it:

   In one call, with prompts, for small programs:

       kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
       kamupin_prompts prompts = KAMUPIN_PROMPTS_INIT;
       options.service = "https://…";
       prompts.secret = ask_secret;
       prompts.acknowledge = show_notice;
       status = kamupin_unblock(context, &options, &prompts, &result, &error);

   In steps, for user interfaces: kamupin_operation_new, _redeem, _cards, _choose, _set_pin,
   _begin_factor, _verify_factor, _run. A step that fails on bad input (a wrong SMS code, a PIN of
   five digits) leaves the operation where it was and may be called again; nothing is lost.
   kamupin_operation_phase says which step is next. */
#ifndef KAMUPIN_OPERATION_H
#define KAMUPIN_OPERATION_H

#include <kamupin/card.h>
#include <kamupin/code.h>
#include <kamupin/notice.h>
#include <kamupin/pin.h>
#include <kamupin/session.h>

KAMUPIN_BEGIN

typedef struct kamupin_operation kamupin_operation;

/** The two uses of one operation. The service says which one a code is for. */
typedef enum kamupin_operation_kind {
    KAMUPIN_OPERATION_ANY = 0, /**< whichever the code is for */
    KAMUPIN_OPERATION_UNBLOCK = 1,
    KAMUPIN_OPERATION_CREATE = 2
} kamupin_operation_kind;

/** The four product families. */
typedef enum kamupin_product {
    KAMUPIN_PRODUCT_ANY = 0,
    KAMUPIN_PRODUCT_NES = 1,               /**< a person's e-signature */
    KAMUPIN_PRODUCT_MALI_MUHUR = 2,        /**< financial seal */
    KAMUPIN_PRODUCT_ELEKTRONIK_MUHUR = 3,  /**< electronic seal */
    KAMUPIN_PRODUCT_KURUMSAL_SIFRELEME = 4 /**< an institution's encryption */
} kamupin_product;

/** A product's stable word, as JSON and the service profile have it: "any", "nes", "mali-muhur",
 *  "elektronik-muhur", "kurumsal-sifreleme".
 *  Ownership: static text; "unknown-product" for a number that is none. Threads: any.
 *  Errors: none. */
KAMUPIN_API const char *kamupin_product_name(kamupin_product product);

/** An order, which hangs on a session (kamupin/order.h). */
typedef struct kamupin_order kamupin_order;

/** Where the operation stands: the step that comes next. */
typedef enum kamupin_phase {
    KAMUPIN_PHASE_CODE = 1,      /**< needs the verification code */
    KAMUPIN_PHASE_CARD = 2,      /**< needs a card to be chosen */
    KAMUPIN_PHASE_PIN = 3,       /**< needs the new PIN */
    KAMUPIN_PHASE_FACTOR = 4,    /**< needs the second factor begun and answered */
    KAMUPIN_PHASE_READY = 5,     /**< may be run */
    KAMUPIN_PHASE_AUTHORITY = 6, /**< the service answers the card's challenge */
    KAMUPIN_PHASE_CARD_WORK = 7, /**< the card is being changed; do not pull it */
    KAMUPIN_PHASE_REPORT = 8,    /**< the service is being told; may be repeated at any time */
    KAMUPIN_PHASE_DONE = 9,      /**< the card has its new PIN and the service knows */
    KAMUPIN_PHASE_FAILED = 10,   /**< ended without a new PIN; a new code is needed */
    KAMUPIN_PHASE_CANCELLED = 11 /**< ended by the person, here or on the web page */
} kamupin_phase;

/** How it ended for the card. */
typedef enum kamupin_outcome {
    KAMUPIN_OUTCOME_NONE = 0, /**< no card work was begun */
    KAMUPIN_OUTCOME_DONE = 1,
    KAMUPIN_OUTCOME_NOT_DONE = 2,
    KAMUPIN_OUTCOME_UNKNOWN = 3 /**< has to be found out: put the card in and resume */
} kamupin_outcome;

/** An outcome's stable word, as JSON, journals and the service profile have it: "none", "done",
 *  "not-done", "unknown".
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_outcome_name(kamupin_outcome outcome);

/** What the operation tells while it works. */
typedef enum kamupin_event_kind {
    KAMUPIN_EVENT_PHASE = 1, /**< `phase` has begun; `seconds_left` of the operation remain */
    KAMUPIN_EVENT_WAIT_FOR_CARD = 2, /**< waiting for an allowed card; `status`: what there is */
    KAMUPIN_EVENT_CARD_REMOVED = 3,  /**< the chosen card was pulled; put it back */
    KAMUPIN_EVENT_RESUMED = 4 /**< an earlier operation was brought to its end; see `outcome` */
} kamupin_event_kind;

/** What an operation tells while it runs. */
typedef struct kamupin_event {
    size_t size; /**< sizeof(kamupin_event) of the library */
    kamupin_event_kind kind;
    kamupin_phase phase;
    int seconds_left; /**< -1 when no time runs */
    kamupin_status status;
    kamupin_outcome outcome;
    char card_id[KAMUPIN_CARD_ID_MAX]; /**< "" when no card is concerned */
} kamupin_event;

/** Called on the thread that runs the operation, never under a lock. May pull cancel handles,
 *  nothing else. */
typedef void (*kamupin_event_fn)(void *user, const kamupin_event *event);

/** Ways to prove a second time who one is. */
typedef enum kamupin_factor_type {
    KAMUPIN_FACTOR_ANY = 0,         /**< the one that is preferred, else the service's first */
    KAMUPIN_FACTOR_SMS = 1,         /**< a code that comes by SMS to the phone on record */
    KAMUPIN_FACTOR_WEB_PASSWORD = 2 /**< the person's password of the online services */
} kamupin_factor_type;

/** What an operation is begun with. */
typedef struct kamupin_operation_options {
    size_t size;         /**< sizeof; set by KAMUPIN_OPERATION_OPTIONS_INIT */
    const char *service; /**< base URL of a service that speaks the profile, https only; copied;
                              NULL with an order, which has its own */
    kamupin_operation_kind kind; /**< else than ANY: a code for another is product-mismatch */
    kamupin_product product;     /**< else than ANY: a code for another product is product-mismatch,
                                  before a second factor is spent */
    kamupin_order *order; /**< an order whose codes are used, so that nobody types one; borrowed,
                                  must outlive the operation; NULL: a code is typed */
    unsigned int risk; /**< kamupin_pin_risk values. UNPROVEN: candidate command forms may be used
                          though the service does not vouch for them; LAST_TRY and UNKNOWN_TRIES:
                          for the PIN that a resume asks for */
    const char *card;  /**< address of the card that is meant (kamupin_card_open); NULL: ask, or the
                          only one */
    kamupin_factor_type factor; /**< the second factor that is preferred where the service offers
                                   it; ANY: the first that the service names */
    kamupin_event_fn event;     /**< may be NULL */
    void *event_user;
    kamupin_cancel *cancel; /**< ends the operation; borrowed, must outlive it; may be NULL */
} kamupin_operation_options;

#define KAMUPIN_OPERATION_OPTIONS_INIT KAMUPIN_SIZED(kamupin_operation_options)

#define KAMUPIN_DESTINATION_MAX 161 /**< bytes of a masked phone or address: 40 characters */

/** The second factor as the service describes it. */
typedef struct kamupin_factor {
    size_t size;              /**< sizeof(kamupin_factor); set by KAMUPIN_FACTOR_INIT */
    kamupin_factor_type type; /**< what is to be given; ANY as long as none was begun */
    unsigned int offered;     /**< those that may be begun: 1u << kamupin_factor_type each */
    char destination[KAMUPIN_DESTINATION_MAX]; /**< SMS: the phone as the service masks it; "" */
    unsigned int code_length;                  /**< SMS: digits expected, 0 when not said */
    int seconds_left; /**< until what was begun dies; -1 when none was begun */
    int resend_after; /**< SMS: seconds until a new one may be asked for; else 0 */
    int tries_left;   /**< wrong answers allowed; -1 when none was begun */
} kamupin_factor;

/** What came out. Copied out; belongs to the caller; no secret in it. */
typedef struct kamupin_result {
    size_t size; /**< sizeof(kamupin_result) */
    kamupin_outcome outcome;
    bool reported; /**< the service has heard */
    char operation_id[64];
    char card_id[KAMUPIN_CARD_ID_MAX];
    char product[48];     /**< the card's product, for people */
    char recorded_at[32]; /**< the service's own time of recording, RFC 3339; "" before it has heard
                           */
    int64_t finished_at;  /**< this machine's time of the card's last answer, seconds since 1970; 0
                             when none */
    kamupin_operation_kind kind;   /**< what the code is for; ANY before it was redeemed … */
    kamupin_product family;        /**< … and for which product */
    kamupin_identity on_behalf_of; /**< the organisation it is for; type 0: the person alone */
    char on_behalf_of_name[KAMUPIN_NAME_MAX]; /**< its name as the service tells it; "" for none */
} kamupin_result;

#define KAMUPIN_RESULT_INIT KAMUPIN_SIZED(kamupin_result)
#define KAMUPIN_FACTOR_INIT KAMUPIN_SIZED(kamupin_factor)

/* ---- in steps ---- */

/** Prepares an operation; no network and no card yet.
 *  @param operation receives the handle; freed with kamupin_operation_free
 *  Threads: any; the handle by one at a time.
 *  Errors: invalid-argument, url-refused, network-library, no-memory, crypto, secret-full,
 *  forked. */
KAMUPIN_API kamupin_status kamupin_operation_new(kamupin_context *context,
                                                 const kamupin_operation_options *options,
                                                 kamupin_operation **operation,
                                                 kamupin_error *error);

/** Ends and frees. Before card work the service is told that the operation is given up (best
 *  effort, bounded in time); after it, what was not reported stays in the journal for
 *  kamupin_resume. NULL is fine. */
KAMUPIN_API void kamupin_operation_free(kamupin_operation **operation);

/** The step that comes next.
 *  Threads: the operation's. Errors: none (FAILED for NULL). */
KAMUPIN_API kamupin_phase kamupin_operation_phase(const kamupin_operation *operation);

/** Seconds left of what runs now, as the service counts them; -1 when no time runs. */
KAMUPIN_API int kamupin_operation_seconds_left(const kamupin_operation *operation);

/** Copies the error record of the last call on this handle. */
KAMUPIN_API void kamupin_operation_error(const kamupin_operation *operation, kamupin_error *error);

/** Phase CODE → CARD. Normalises the code, reads which cards are there, and gives code and card
 *  names to the service.
 *  @param code kind VERIFICATION_CODE; normalised in place. NULL with options.order: the order
 *         issues one, which is redeemed at once
 *  A malformed code is refused without a request. The same call after a lost answer burns nothing.
 *  Errors: code-*, page-closed, client-too-old, rate-limited, product-mismatch, network-*,
 *  tls-*, service-*, reader-*; with an order also those of kamupin_order_code. */
KAMUPIN_API kamupin_status kamupin_operation_redeem(kamupin_operation *operation,
                                                    kamupin_secret *code);

/** Goes back to the step before: from FACTOR to PIN (the new PIN that was typed is wiped), from PIN
 *  to CARD (the card is let go). The operation stays alive and its time runs on; an SMS that was sent
 *  is good as long as the same card is chosen again. To give the operation up, free it or pull its
 *  cancel handle: the service hears of it.
 *  Errors: wrong-state in every other phase. */
KAMUPIN_API kamupin_status kamupin_operation_back(kamupin_operation *operation);

/** Phase CARD. Lists the readers as kamupin_reader_list_new does; a card that this operation may
 *  not use says why in `usable` (card-not-yours, card-dead, puk-last-try, command-unknown, …), so
 *  that nobody spends an SMS in vain.
 *  @param list receives the handle; the caller frees it.
 *  Errors: as kamupin_reader_list_new, network-*, operation-*. */
KAMUPIN_API kamupin_status kamupin_operation_cards(kamupin_operation *operation,
                                                   kamupin_reader_list **list);

/** Phase CARD → PIN. Chooses a card.
 *  @param which as kamupin_card_open has it; NULL for the card that the options name, else the
 *          only usable one
 *  Errors: those of kamupin_card_open; the reason in `usable` of that card. */
KAMUPIN_API kamupin_status kamupin_operation_choose(kamupin_operation *operation,
                                                    const char *which);

/** Phase PIN → FACTOR. Checks the new PIN against the policy and keeps a copy in locked memory until
 *  the card has it.
 *  Errors: those of kamupin_pin_check, operation-expired. */
KAMUPIN_API kamupin_status kamupin_operation_set_pin(kamupin_operation *operation,
                                                     const kamupin_secret *pin,
                                                     const kamupin_secret *again);

/** Phase FACTOR. Begins the second factor. For SMS the service sends a code; called again it sends
 *  a new one (the old one dies). Called with the other type it changes over to that one, as often as
 *  the person likes: the tries are of the operation, not of the factor.
 *  @param type what the service is asked for; KAMUPIN_FACTOR_ANY: the one that was begun, else the
 *          one that the options prefer, else the first that the service offers
 *  @param factor receives what the service says, size set by the caller; may be NULL
 *  Errors: factor-unsupported (not offered; nothing is sent), sms-resend-too-soon (wait_seconds),
 *  phone-out-of-date (the operation has failed, unless another factor is offered), rate-limited,
 *  card-not-yours, operation-*, network-*. */
KAMUPIN_API kamupin_status kamupin_operation_begin_factor(kamupin_operation *operation,
                                                          kamupin_factor_type type,
                                                          kamupin_factor *factor);

/** Phase FACTOR. Copies what a person is shown of the factor that was begun, with the seconds and
 *  tries that are left now (size set by the caller); before one was begun, which are offered. Sends
 *  nothing.
 *  Errors: invalid-argument, wrong-state in another phase. */
KAMUPIN_API kamupin_status kamupin_operation_factor(const kamupin_operation *operation,
                                                    kamupin_factor *factor);

/** Phase FACTOR → READY. Gives the SMS code or the web password to the service.
 *  @param secret kind SMS_CODE or WEB_PASSWORD, whichever was begun. A web password's Turkish
 *          letters may come composed or not (they are sent in NFC)
 *  Errors: wrong-state when none was begun; factor-mismatch for the other one's kind, secret-kind
 *  for any other, sms-code-malformed (nothing sent in all three), sms-code-wrong and
 *  web-password-wrong (tries_left; an empty password is not sent), sms-code-exhausted and
 *  web-password-exhausted (the operation has failed), sms-code-expired, operation-*, network-*. */
KAMUPIN_API kamupin_status kamupin_operation_verify_factor(kamupin_operation *operation,
                                                           const kamupin_secret *secret);

/** Phase READY → DONE. Card work and report: challenge, authority, external authentication, new
 *  PIN, logout, report. In phase REPORT it only reports, after another look at the card when its
 *  outcome is unknown. Nothing that can cost a try is repeated.
 *  Errors: card-not-found, no-card, no-reader, card-mute (put the card back and call again),
 *  card-removed, card-reset, card-swapped, card-in-use, card-busy,
 *  authentication-refused, card-refused, authority-exhausted, authority-limit, outcome-unknown
 *  (put the card in and call again, or free the operation and call kamupin_resume, which leaves
 *  alone what a living handle works on), result-not-reported (the card has its new PIN; call again
 *  later), operation-expired, network-*, service-*. */
KAMUPIN_API kamupin_status kamupin_operation_run(kamupin_operation *operation);

/** Copies the result so far (size set by the caller).
 *  Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_operation_result(const kamupin_operation *operation,
                                                    kamupin_result *result);

/* ---- in one call ---- */

/** What a prompt asks for. */
typedef enum kamupin_ask {
    KAMUPIN_ASK_CODE = 1,    /**< the code on the web page; show KAMUPIN_NOTICE_CODE_IS_NO_PUK */
    KAMUPIN_ASK_NEW_PIN = 2, /**< the new PIN */
    KAMUPIN_ASK_NEW_PIN_AGAIN = 3, /**< … a second time */
    KAMUPIN_ASK_SMS_CODE = 4, /**< the code in the SMS; KAMUPIN_ANSWER_RESEND is an answer, too */
    KAMUPIN_ASK_PIN_TO_CHECK = 5, /**< the new PIN of one that was interrupted, once */
    KAMUPIN_ASK_WEB_PASSWORD = 6  /**< the password of the online services ("WEB parola") */
} kamupin_ask;

/** What a prompt answers. */
typedef enum kamupin_answer {
    KAMUPIN_ANSWER_GIVEN = 0,  /**< here it is */
    KAMUPIN_ANSWER_CANCEL = 1, /**< end the operation: cancelled */
    KAMUPIN_ANSWER_STOP = 2, /**< end the operation with the problem that the question came with */
    KAMUPIN_ANSWER_RESEND = 3,      /**< send a new SMS */
    KAMUPIN_ANSWER_OTHER_FACTOR = 4 /**< not this second factor, the other one, if it is offered */
} kamupin_answer;

/** What a person is asked. */
typedef struct kamupin_question {
    size_t size; /**< sizeof(kamupin_question) of the library */
    kamupin_ask ask;
    int seconds_left;             /**< until the answer comes too late; -1 when no time runs */
    const kamupin_error *problem; /**< why it is asked again; NULL at first. Valid in the call */
    const kamupin_factor
        *factor; /**< for ASK_SMS_CODE and ASK_WEB_PASSWORD; else NULL. Valid in the
                                     call; its `offered` says whether there is another one */
} kamupin_question;

/** The application's side of the one-call form. Each is called on the thread of kamupin_unblock. */
typedef struct kamupin_prompts {
    size_t size; /**< sizeof(kamupin_prompts) */
    void *user;  /**< handed to each */
    /** Fills `into` (empty, of the right kind). Required. */
    kamupin_answer (*secret)(void *user, const kamupin_question *question, kamupin_secret *into);
    /** Chooses among the usable cards of `list`; called only when more than one is and
     *  options.card is NULL. NULL: choice-needed is answered instead. */
    kamupin_answer (*card)(void *user, const kamupin_reader_list *list, size_t *index);
    /** Shows a notice. For KAMUPIN_NOTICE_BEFORE_PIN false ends with not-acknowledged; others are
     *  only shown and their answer is not looked at. Required. */
    bool (*acknowledge)(void *user, kamupin_notice notice);
    /** No card is there that this operation may use, and `why` says what there is instead
     *  (no-card, card-not-yours, …): true to wait until readers or cards change, false to end
     *  with that status. NULL: waits while a reader or card is merely missing, and ends when a
     *  card is there that may not be used. */
    bool (*wait_for_card)(void *user, kamupin_status why);
} kamupin_prompts;

#define KAMUPIN_PROMPTS_INIT KAMUPIN_SIZED(kamupin_prompts)

/** The whole operation with prompts: resumes what an earlier run left, then code, card (waits
 *  for it), notice, PIN, second factor, card work, report, notice.
 *  @param result receives what came out, size set by the caller; may be NULL
 *  @param error receives the reason of a failure; may be NULL
 *  Threads: any. Errors: those of the steps; cancelled; not-acknowledged; choice-needed. */
KAMUPIN_API kamupin_status kamupin_unblock(kamupin_context *context,
                                           const kamupin_operation_options *options,
                                           const kamupin_prompts *prompts, kamupin_result *result,
                                           kamupin_error *error);

/** Brings operations that an earlier run left unfinished to their end: reads the card's state,
 *  never repeats a secret, reports until the service has heard. The service's address comes from
 *  the journal.
 *  @param options event, cancel and risk are used; may be NULL
 *  @param prompts for KAMUPIN_ASK_PIN_TO_CHECK when only the new PIN can tell; NULL: such an
 *          operation stays
 *  @param left receives how many are still unfinished (card absent, service down), those that
 *          another program, or an operation of this one that was not freed, is working on left out;
 *          may be NULL
 *  Threads: any.
 *  Errors: outcome-unknown or result-not-reported when something is left, journal-damaged,
 *  state-folder, cancelled. */
KAMUPIN_API kamupin_status kamupin_resume(kamupin_context *context,
                                          const kamupin_operation_options *options,
                                          const kamupin_prompts *prompts, size_t *left,
                                          kamupin_error *error);

KAMUPIN_END
#endif
