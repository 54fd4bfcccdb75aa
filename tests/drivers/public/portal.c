/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   portal.c: password login, orders, issued PINs and an operation on an order, a line each, for tests
   whose other ends are a running service and a real PC/SC daemon. Uses the public headers alone;
   touches what its environment names: KAMUPIN_SERVICE, KAMUPIN_CA_FILE, KAMUPIN_STATE_DIR.

   Each answer is a line: the status' name, a tab, a value. Lines: captcha, begin TYPE NUMBER CAPTCHA
   WORD, sms, confirm CODE, reset TYPE NUMBER CAPTCHA, info, end, order KIND PRODUCT [TYPE NUMBER],
   open ID, code, read, cancel, list, issued, show ID, delete ID [yes], new [KIND] [PRODUCT], redeem
   [CODE], cards, choose [CARD], pin PIN, factor, verify CODE, back, run, result, phase, free,
   change OLD NEW (of the only card), advance MILLISECONDS (of the context's clock), seal TYPE NUMBER,
   debt TYPE NUMBER, shipment NUMBER. An argument is the milliseconds that one HTTPS exchange may take. */
#include "shared/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static kamupin_identity identity(const char *type, const char *number)
{
    static const char *const types[] = {"", "tckn", "passport", "vkn", "detsis"};
    kamupin_identity made = KAMUPIN_IDENTITY_INIT;

    for (size_t i = 1; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i], type) == 0)
            made.type = (kamupin_identity_type)i;
    snprintf(made.number, sizeof made.number, "%s", number);
    return made;
}

static kamupin_product product(const char *word)
{
    for (int i = 1; i <= KAMUPIN_PRODUCT_KURUMSAL_SIFRELEME; i++)
        if (strcmp(kamupin_product_name((kamupin_product)i), word) == 0)
            return (kamupin_product)i;
    return KAMUPIN_PRODUCT_ANY;
}

static kamupin_operation_kind kind(const char *word)
{
    if (strcmp(word, "create") == 0)
        return KAMUPIN_OPERATION_CREATE;
    return strcmp(word, "unblock") == 0 ? KAMUPIN_OPERATION_UNBLOCK : KAMUPIN_OPERATION_ANY;
}

/* ---- password login ---- */

static kamupin_status captcha(world *self)
{
    kamupin_captcha picture = KAMUPIN_CAPTCHA_INIT;
    kamupin_status status = kamupin_password_captcha(self->session, &picture);

    if (status == KAMUPIN_OK)
        snprintf(self->value, sizeof self->value, "%s %zu %.3s %d", picture.media_type,
                 picture.length, (const char *)picture.image + 1, picture.seconds_left);
    kamupin_session_error(self->session, &self->error);
    return status;
}

static kamupin_status begin(world *self)
{
    const kamupin_identity who = identity(self->word[1], self->word[2]);
    kamupin_secret *word = secret(self, KAMUPIN_SECRET_SECURITY_WORD, self->word[4]);
    kamupin_contact phone = KAMUPIN_CONTACT_INIT;

    kamupin_status status =
        kamupin_password_begin(self->session, &who, self->word[3], word, &phone);
    snprintf(self->value, sizeof self->value, "%s", phone.destination);
    kamupin_session_error(self->session, &self->error);
    kamupin_secret_free(&word);
    return status;
}

static kamupin_status sms(world *self)
{
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;
    kamupin_status status = kamupin_password_sms(self->session, &factor);

    snprintf(self->value, sizeof self->value, "%s %u %d", factor.destination, factor.code_length,
             factor.tries_left);
    kamupin_session_error(self->session, &self->error);
    return status;
}

static kamupin_status confirm(world *self)
{
    kamupin_secret *code = secret(self, KAMUPIN_SECRET_SMS_CODE, self->word[1]);
    kamupin_status status = kamupin_password_confirm(self->session, code);

    kamupin_session_error(self->session, &self->error);
    kamupin_secret_free(&code);
    return status;
}

static kamupin_status reset(world *self)
{
    const kamupin_identity who = identity(self->word[1], self->word[2]);
    kamupin_contact mail = KAMUPIN_CONTACT_INIT;

    kamupin_status status = kamupin_password_reset(self->session, &who, self->word[3], &mail);
    snprintf(self->value, sizeof self->value, "%s", mail.destination);
    kamupin_session_error(self->session, &self->error);
    return status;
}

static kamupin_status info(world *self)
{
    kamupin_session_info told = KAMUPIN_SESSION_INFO_INIT;
    kamupin_identity organisation = KAMUPIN_IDENTITY_INIT;
    char name[KAMUPIN_NAME_MAX] = "";

    kamupin_status status = kamupin_session_info_get(self->session, &told);
    kamupin_session_organisation(self->session, 0, &organisation, name, sizeof name);
    snprintf(self->value, sizeof self->value, "%s|%s|%d|%zu|%s|%s", told.name, told.identity,
             (int)told.assurance, told.organisation_count, organisation.number, name);
    kamupin_session_error(self->session, &self->error);
    return status;
}

static kamupin_status end(world *self)
{
    kamupin_status status = kamupin_session_end(self->session);

    kamupin_session_error(self->session, &self->error);
    return status;
}

/* ---- orders ---- */

static void put_order(world *self, const kamupin_order_info *told)
{
    snprintf(self->value, sizeof self->value, "%s %d %s %s %s %s", told->order_id, (int)told->kind,
             kamupin_product_name(told->product), kamupin_order_state_name(told->state),
             told->on_behalf_of.number[0] == '\0' ? "-" : told->on_behalf_of.number,
             kamupin_outcome_name(told->outcome));
}

static kamupin_status read_order(world *self)
{
    kamupin_order_info told = KAMUPIN_ORDER_INFO_INIT;
    kamupin_status status = kamupin_order_read(self->order, &told);

    put_order(self, &told);
    kamupin_order_error(self->order, &self->error);
    return status;
}

static kamupin_status new_order(world *self)
{
    kamupin_order_options options = KAMUPIN_ORDER_OPTIONS_INIT;

    kamupin_order_free(&self->order);
    options.kind = kind(self->word[1]);
    options.product = product(self->word[2]);
    if (self->word[4][0] != '\0')
        options.on_behalf_of = identity(self->word[3], self->word[4]);
    kamupin_status status = kamupin_order_new(self->session, &options, &self->order, &self->error);
    return status == KAMUPIN_OK ? read_order(self) : status;
}

static kamupin_status open_order(world *self)
{
    kamupin_order_free(&self->order);
    kamupin_status status =
        kamupin_order_open(self->session, self->word[1], &self->order, &self->error);
    return status == KAMUPIN_OK ? read_order(self) : status;
}

static kamupin_status issue(world *self)
{
    kamupin_secret *code = secret(self, KAMUPIN_SECRET_VERIFICATION_CODE, "");
    int seconds = 0;

    kamupin_status status = kamupin_order_code(self->order, code, &seconds);
    snprintf(self->value, sizeof self->value, "%zu %d", kamupin_secret_length(code), seconds);
    kamupin_order_error(self->order, &self->error);
    kamupin_secret_free(&code);
    return status;
}

static void shown_code(void *user, const char *digits, int seconds_left)
{
    world *self = user;

    snprintf(self->value, sizeof self->value, "%s %d", digits, seconds_left);
}

static kamupin_status show_code(world *self)
{
    const bool nobody = strcmp(self->word[1], "nobody") == 0;
    kamupin_status status = kamupin_order_code_show(self->order, nobody ? NULL : shown_code, self);

    kamupin_order_error(self->order, &self->error);
    return status;
}

static kamupin_status cancel(world *self)
{
    kamupin_status status = kamupin_order_cancel(self->order);

    kamupin_order_error(self->order, &self->error);
    return status;
}

static kamupin_status list(world *self)
{
    kamupin_order_info told = KAMUPIN_ORDER_INFO_INIT;
    size_t count = 0, at = 0;

    kamupin_status status = kamupin_order_list(self->session, &count);
    for (size_t i = 0; i < count && kamupin_order_listed(self->session, i, &told) == KAMUPIN_OK;
         i++)
        at += (size_t)snprintf(self->value + at, sizeof self->value - at, "%s%s:%s",
                               i == 0 ? "" : " ", told.order_id,
                               kamupin_order_state_name(told.state));
    kamupin_session_error(self->session, &self->error);
    return status;
}

/* ---- issued PINs ---- */

static kamupin_status issued(world *self)
{
    kamupin_issued_pin_info told = KAMUPIN_ISSUED_PIN_INFO_INIT;
    size_t count = 0, at = 0;

    kamupin_status status = kamupin_issued_pin_list(self->session, &count);
    for (size_t i = 0;
         i < count && kamupin_issued_pin_listed(self->session, i, &told) == KAMUPIN_OK; i++)
        at += (size_t)snprintf(self->value + at, sizeof self->value - at, "%s%s|%s|%s|%d|%d",
                               i == 0 ? "" : " ", told.record_id, told.card_id,
                               kamupin_product_name(told.product), told.shown, told.stale);
    kamupin_session_error(self->session, &self->error);
    return status;
}

static void shown(void *user, const kamupin_issued_pin_info *record, const char *digits)
{
    world *self = user;

    snprintf(self->value, sizeof self->value, "%s %s %d", record->record_id, digits, record->stale);
}

static kamupin_status show(world *self)
{
    kamupin_status status = kamupin_issued_pin_show(self->session, self->word[1], shown, self);

    kamupin_session_error(self->session, &self->error);
    return status;
}

static kamupin_status erase(world *self)
{
    kamupin_status status = kamupin_issued_pin_delete(
        self->session, self->word[1],
        strcmp(self->word[2], "yes") == 0 ? KAMUPIN_DELETE_FOR_GOOD : KAMUPIN_DELETE_NOT);

    kamupin_session_error(self->session, &self->error);
    return status;
}

/* ---- the operation ---- */

static kamupin_status new_operation(world *self)
{
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;

    kamupin_operation_free(&self->operation);
    options.order = self->order;
    options.service = self->order == NULL ? getenv("KAMUPIN_SERVICE") : NULL;
    options.kind = kind(self->word[1]);
    options.product = product(self->word[2]);
    options.risk = KAMUPIN_RISK_UNPROVEN;
    return kamupin_operation_new(self->context, &options, &self->operation, &self->error);
}

static kamupin_status step(world *self, kamupin_status status)
{
    kamupin_operation_error(self->operation, &self->error);
    snprintf(self->value, sizeof self->value, "%d", (int)kamupin_operation_phase(self->operation));
    return status;
}

static kamupin_status redeem(world *self)
{
    const char *typed = self->word[1];
    kamupin_secret *code =
        typed[0] == '\0' ? NULL : secret(self, KAMUPIN_SECRET_VERIFICATION_CODE, typed);
    kamupin_status status = kamupin_operation_redeem(self->operation, code);

    kamupin_secret_free(&code);
    return step(self, status);
}

static kamupin_status cards(world *self)
{
    kamupin_reader_list *found = NULL;
    kamupin_card_info card = KAMUPIN_CARD_INFO_INIT;
    size_t at = 0;

    kamupin_status status = kamupin_operation_cards(self->operation, &found);
    step(self, status);
    for (size_t i = 0; kamupin_reader_list_get(found, i, &card) == KAMUPIN_OK; i++)
        at += (size_t)snprintf(self->value + at, sizeof self->value - at, "%s%s=%s",
                               i == 0 ? "" : " ", card.card_id, kamupin_status_name(card.usable));
    kamupin_reader_list_free(&found);
    return status;
}

static kamupin_status set_pin(world *self)
{
    kamupin_secret *pin = secret(self, KAMUPIN_SECRET_PIN, self->word[1]);
    kamupin_status status = kamupin_operation_set_pin(self->operation, pin, pin);

    kamupin_secret_free(&pin);
    return step(self, status);
}

static kamupin_status verify(world *self)
{
    kamupin_secret *code = secret(self, KAMUPIN_SECRET_SMS_CODE, self->word[1]);
    kamupin_status status = kamupin_operation_verify_factor(self->operation, code);

    kamupin_secret_free(&code);
    return step(self, status);
}

static kamupin_status result(world *self)
{
    kamupin_result told = KAMUPIN_RESULT_INIT;
    kamupin_status status = kamupin_operation_result(self->operation, &told);

    snprintf(self->value, sizeof self->value, "%s|%d|%d|%s|%s|%s|%s",
             kamupin_outcome_name(told.outcome), told.reported, (int)told.kind,
             kamupin_product_name(told.family), told.on_behalf_of.number, told.on_behalf_of_name,
             told.card_id);
    return status;
}

static kamupin_status change(world *self)
{
    kamupin_secret *before = secret(self, KAMUPIN_SECRET_PIN, self->word[1]);
    kamupin_secret *after = secret(self, KAMUPIN_SECRET_PIN, self->word[2]);
    kamupin_card *card = NULL;

    kamupin_status status = kamupin_card_open(self->context, NULL, NULL, &card, &self->error);
    if (status == KAMUPIN_OK) {
        status = kamupin_pin_change(card, before, after, after, KAMUPIN_RISK_UNPROVEN);
        kamupin_card_error(card, &self->error);
    }
    kamupin_card_free(&card);
    kamupin_secret_free(&before);
    kamupin_secret_free(&after);
    return status;
}

static kamupin_status choose(world *self)
{
    const char *card = self->word[1][0] == '\0' ? NULL : self->word[1];

    return step(self, kamupin_operation_choose(self->operation, card));
}

static kamupin_status begin_factor(world *self)
{
    return step(self, kamupin_operation_begin_factor(self->operation, KAMUPIN_FACTOR_SMS, NULL));
}

static kamupin_status back(world *self)
{
    return step(self, kamupin_operation_back(self->operation));
}

static kamupin_status run(world *self)
{
    return step(self, kamupin_operation_run(self->operation));
}

static kamupin_status phase(world *self)
{
    return step(self, KAMUPIN_OK);
}

static kamupin_status free_operation(world *self)
{
    kamupin_operation_free(&self->operation);
    return KAMUPIN_OK;
}

/* ---- without a login ---- */

static kamupin_status seal(world *self)
{
    const kamupin_identity who = identity(self->word[1], self->word[2]);
    kamupin_seal_authority found = KAMUPIN_SEAL_AUTHORITY_INIT;
    kamupin_status status = kamupin_inquire_seal_authority(self->context, getenv("KAMUPIN_SERVICE"),
                                                           &who, NULL, &found, &self->error);

    snprintf(self->value, sizeof self->value, "%s %d", found.name, found.authorised);
    return status;
}

static kamupin_status debt(world *self)
{
    const kamupin_identity who = identity(self->word[1], self->word[2]);
    kamupin_debts found = KAMUPIN_DEBTS_INIT;
    kamupin_status status = kamupin_inquire_debt(self->context, getenv("KAMUPIN_SERVICE"), &who,
                                                 NULL, &found, &self->error);

    snprintf(self->value, sizeof self->value, "%zu", found.count);
    return status;
}

static kamupin_status shipment(world *self)
{
    kamupin_shipment found = KAMUPIN_SHIPMENT_INIT;
    kamupin_status status = kamupin_inquire_shipment(self->context, getenv("KAMUPIN_SERVICE"),
                                                     self->word[1], NULL, &found, &self->error);

    snprintf(self->value, sizeof self->value, "%s", found.carrier);
    return status;
}

const line lines[] = {{"captcha", captcha}, {"begin", begin},         {"sms", sms},
                      {"confirm", confirm}, {"reset", reset},         {"info", info},
                      {"end", end},         {"order", new_order},     {"open", open_order},
                      {"code", issue},      {"read", read_order},     {"cancel", cancel},
                      {"list", list},       {"issued", issued},       {"show", show},
                      {"delete", erase},    {"new", new_operation},   {"redeem", redeem},
                      {"cards", cards},     {"pin", set_pin},         {"verify", verify},
                      {"result", result},   {"change", change},       {"seal", seal},
                      {"debt", debt},       {"shipment", shipment},   {"show-code", show_code},
                      {"choose", choose},   {"factor", begin_factor}, {"back", back},
                      {"run", run},         {"phase", phase},         {"free", free_operation}};

const size_t line_count = sizeof lines / sizeof *lines;

void refused(world *self)
{
    snprintf(self->value, sizeof self->value, "tries=%d wait=%d phase=%d", self->error.tries_left,
             self->error.wait_seconds, (int)kamupin_operation_phase(self->operation));
}
