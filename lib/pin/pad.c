/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pad.c: VERIFY and CHANGE REFERENCE DATA with PINs typed at the reader's keypad: once, under the
   guard, in one held transaction, logged out behind it, as verify.c and change.c. The transaction
   spans the typing, because the reader asks and sends in one step. No digit ever comes here. */
#include <card/pad.h>
#include <core/fail.h>
#include <pin/guard.h>
#include <pin/work.h>

#define MIN_DIGITS      6 /* as policy.c */
#define MAX_DIGITS      12
#define MOST_DIGITS     15 /* of any order */
#define TIMEOUT_SECONDS 30
#define TIMEOUT_MOST    120
#define TURKISH         0x041F
#define ALL_QUIRKS                                                                                 \
    ((unsigned int)KAMUPIN_PAD_UNUSABLE | (unsigned int)KAMUPIN_PAD_FIXED_LENGTH |                 \
     (unsigned int)KAMUPIN_PAD_NO_CHANGE | (unsigned int)KAMUPIN_PAD_BARE_HEADER)

/* ---- what is asked for ---- */

static bool are_good_quirks(const kamupin_pad_quirks *quirks)
{
    return quirks == NULL || (quirks->size == sizeof *quirks && (quirks->flags & ~ALL_QUIRKS) == 0);
}

static bool are_good(const kamupin_pad_options *options)
{
    return options->size == sizeof *options && are_good_quirks(options->quirks) &&
           options->digits <= MOST_DIGITS && options->timeout_seconds <= TIMEOUT_MOST &&
           options->language <= 0xFFFF;
}

/* Starts a call: the caller's options, or the defaults. */
static kamupin_status enter(kamupin_card *card, const kamupin_pad_options *given,
                            kamupin_pad_options *options)
{
    kamupin_status status = kp_card_enter(card);

    *options = given != NULL ? *given : (kamupin_pad_options)KAMUPIN_PAD_OPTIONS_INIT;
    if (status == KAMUPIN_OK && !are_good(options))
        status = kp_fail(&card->error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "options");
    return status;
}

/* The card's bounds, narrowed by the reader's and by what an order can say. */
static unsigned int least(const kp_profile *profile, const kp_pad *pad)
{
    bool own = profile != NULL && profile->pin_max != 0;
    unsigned int digits = own ? profile->pin_min : (unsigned int)MIN_DIGITS;
    return pad->min_digits > digits ? pad->min_digits : digits;
}

static unsigned int most(const kp_profile *profile, const kp_pad *pad)
{
    bool own = profile != NULL && profile->pin_max != 0;
    unsigned int digits = own ? profile->pin_max : (unsigned int)MAX_DIGITS;
    if (digits > MOST_DIGITS)
        digits = MOST_DIGITS;
    return pad->max_digits != 0 && pad->max_digits < digits ? pad->max_digits : digits;
}

static kp_pad_entry entry_of(const kp_profile *profile, const kp_pad *pad,
                             const kamupin_pad_options *options, bool change)
{
    return (kp_pad_entry){.form = change ? &profile->change : &profile->verify,
                          .change = change,
                          .coding = profile->change_coding,
                          .block = profile->pin_block,
                          .filler = profile->pin_pad,
                          .digits = options->digits,
                          .min_digits = least(profile, pad),
                          .max_digits = most(profile, pad),
                          .timeout_seconds = options->timeout_seconds != 0
                                                 ? options->timeout_seconds
                                                 : TIMEOUT_SECONDS,
                          .language = options->language != 0 ? options->language : TURKISH};
}

/* ---- what the reader can do ---- */

static bool can(const kamupin_card *card, const kp_pad *pad, const kamupin_pad_options *options,
                bool change)
{
    const kp_profile *profile = card->identity.profile;
    const unsigned int command = change ? KP_PROTECTED_CHANGE : KP_PROTECTED_VERIFY;
    if (profile == NULL || (profile->protected_commands & command) != 0) /* a reader knows none */
        return false;
    const kp_pad_entry entry = entry_of(profile, pad, options, change);
    return entry.form->proof != KP_UNKNOWN && kp_pad_can(pad, &entry);
}

static void describe(const kamupin_card *card, const kp_pad *pad,
                     const kamupin_pad_options *options, kamupin_pad_info *info)
{
    const kp_profile *profile = card->identity.profile;
    kamupin_pad_options told = *options;
    told.digits = least(profile, pad);
    *info = (kamupin_pad_info){.size = sizeof *info,
                               .verify = can(card, pad, options, false),
                               .change = can(card, pad, options, true),
                               .min_digits = told.digits,
                               .max_digits = most(profile, pad),
                               .vendor = pad->vendor,
                               .product = pad->product,
                               .lines = pad->lines,
                               .columns = pad->columns,
                               .quirks = pad->quirks};
    info->wants_digits = options->digits == 0 && ((!info->verify && can(card, pad, &told, false)) ||
                                                  (!info->change && can(card, pad, &told, true)));
    info->in_steps = !kp_pad_direct(pad, false) && kp_pad_stepwise(pad, false);
    for (size_t i = 0; i < sizeof info->firmware; i++)
        info->firmware[i] = pad->firmware[i];
}

kamupin_status kamupin_pad_read(kamupin_card *card, const kamupin_pad_options *options,
                                kamupin_pad_info *info)
{
    kamupin_pad_options chosen;
    kp_pad pad;

    if (card == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kamupin_status status = enter(card, options, &chosen);
    if (status == KAMUPIN_OK && (info == NULL || info->size != sizeof *info))
        status = kp_fail(&card->error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "info");
    if (status == KAMUPIN_OK)
        status = kp_channel_begin(&card->channel, card->cancel, &card->error);
    if (status != KAMUPIN_OK)
        return status;
    status = kp_pad_look(&card->channel, chosen.quirks, &pad, &card->error);
    kp_channel_end(&card->channel);
    if (status == KAMUPIN_OK)
        describe(card, &pad, &chosen, info);
    return status;
}

/* ---- entries ---- */

/* What a status word means: first the reader's own, which say that the card was given nothing. */
static kamupin_status judge(kamupin_card *card, uint16_t sw)
{
    static const struct {
        uint16_t sw;
        kamupin_status status;
    } of_reader[] = {{KP_PAD_SW_TIMEOUT, KAMUPIN_E_TIMED_OUT},
                     {KP_PAD_SW_CANCELLED, KAMUPIN_E_CANCELLED},
                     {KP_PAD_SW_MISMATCH, KAMUPIN_E_PIN_MISMATCH},
                     {KP_PAD_SW_LENGTH, KAMUPIN_E_PIN_PAD_LENGTH},
                     {KP_PAD_SW_FORM, KAMUPIN_E_PIN_PAD_UNSUPPORTED}};

    for (size_t i = 0; i < sizeof of_reader / sizeof of_reader[0]; i++) {
        if (of_reader[i].sw != sw)
            continue;
        kp_fail(&card->error, of_reader[i].status, KAMUPIN_FROM_READER, NULL);
        card->error.status_word = sw;
        return of_reader[i].status;
    }
    return kp_pin_judge(card, sw);
}

static kamupin_status entry_held(kamupin_card *card, const kamupin_pad_options *options,
                                 bool change, unsigned int risk)
{
    kp_pad pad;
    uint16_t sw = 0;
    kamupin_status status = kp_pad_look(&card->channel, options->quirks, &pad, &card->error);

    if (status != KAMUPIN_OK)
        return status;
    const kp_pad_entry entry = entry_of(card->identity.profile, &pad, options, change);
    if (!kp_pad_can(&pad, &entry))
        return kp_fail(&card->error, KAMUPIN_E_PIN_PAD_UNSUPPORTED, KAMUPIN_FROM_READER,
                       "%04X:%04X, quirks %u, row %s", pad.vendor, pad.product, pad.quirks,
                       card->identity.profile->name);
    status = kp_guard_pin(card, risk);
    if (status == KAMUPIN_OK && options->typing != NULL)
        options->typing(options->user);
    if (status == KAMUPIN_OK)
        status = kp_cancel_check(card->cancel, &card->error);
    if (status == KAMUPIN_OK)
        status = kp_pad_run(&card->channel, &pad, &entry, card->cancel, &sw, &card->error);
    return status == KAMUPIN_OK ? judge(card, sw) : status;
}

static kamupin_status work(kamupin_card *card, const kamupin_pad_options *given, bool change,
                           unsigned int risk)
{
    kp_lock lock = KP_LOCK_INIT;
    kamupin_pad_options options;

    if (card == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kamupin_status status = enter(card, given, &options);
    if (status == KAMUPIN_OK)
        status = kp_pin_ready(card, change ? KP_OP_CHANGE : KP_OP_VERIFY, risk, 0);
    if (status == KAMUPIN_OK)
        status = kp_pin_lock(card, &lock);
    if (status == KAMUPIN_OK)
        status = kp_card_hold(card);
    if (status == KAMUPIN_OK) {
        status = entry_held(card, &options, change, risk);
        kp_card_release(card);
        if (status == KAMUPIN_OK && change)
            kp_changed_mark(card->context, card->identity.info.card_id);
    }
    kp_lock_drop(&lock);
    return status;
}

kamupin_status kamupin_pad_verify(kamupin_card *card, const kamupin_pad_options *options,
                                  unsigned int risk)
{
    return work(card, options, false, risk);
}

kamupin_status kamupin_pad_change(kamupin_card *card, const kamupin_pad_options *options,
                                  unsigned int risk)
{
    return work(card, options, true, risk);
}
