/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certificates.c: the certificates of the cards that are good: whether today is between their dates,
   by what the clock should be, and whether their responders call them revoked. */
#include <diag/diag.h>

#include <stdlib.h>

#define DAY_S     INT64_C(86400)
#define SOON_DAYS 30
#define OCSP_MS   30000 /* all certificates together */

/* A certificate of a card, and the status of its dates. */
typedef struct dated {
    kamupin_certificate *certificate; /* NULL: it could not be taken apart */
    kamupin_certificate_info info;
    const char *reader; /* its card's */
    kamupin_status status;
    int64_t days; /* until its end, since it, or until its beginning, as the status has it */
    bool asked;   /* about its revocation, with … */
    kamupin_error answer;
} dated;

static int64_t today(const kp_diag *diag)
{
    return kp_calendar_now(diag->context) - diag->ahead;
}

/* Whole days of a time, as people count them: what is left of the last one does not count. */
static int64_t days_of(int64_t seconds)
{
    return seconds / DAY_S;
}

static void judge(const kp_diag *diag, dated *at)
{
    const int64_t now = today(diag);
    const unsigned int soon = diag->wished.days == 0 ? SOON_DAYS : diag->wished.days;

    at->status = KAMUPIN_OK;
    at->days = days_of(at->info.not_after - now);
    if (now < at->info.not_before) {
        at->status = KAMUPIN_E_CERTIFICATE_NOT_YET_VALID;
        at->days = days_of(at->info.not_before - now);
    } else if (now > at->info.not_after) {
        at->status = KAMUPIN_E_CERTIFICATE_EXPIRED;
        at->days = days_of(now - at->info.not_after);
    } else if (at->days < (int64_t)soon) {
        at->status = KAMUPIN_E_CERTIFICATE_ENDS_SOON;
    }
}

static bool in_force(const dated *at)
{
    return at->status == KAMUPIN_OK || at->status == KAMUPIN_E_CERTIFICATE_ENDS_SOON;
}

/* Whether responders can be asked and their answers' times be judged. */
static bool may_ask(const kp_diag *diag)
{
    return diag->wished.trust != NULL && !diag->wished.offline &&
           diag->clock != KP_CLOCK_IMPOSSIBLE && llabs(diag->ahead) < DAY_S;
}

/* Asks about its chain and its revocation. CRLs are left aside: one that is fetched is kept on disk. */
static void ask(kp_diag *diag, dated *at)
{
    kamupin_check_options options = KAMUPIN_CHECK_OPTIONS_INIT;
    kamupin_check check = KAMUPIN_CHECK_INIT;

    options.no_crl = true;
    options.leaf_only = true;
    options.at = today(diag);
    options.cancel = diag->bound.cancel;
    at->asked = true;
    at->answer = kp_diag_error(KAMUPIN_OK, KAMUPIN_FROM_HTTP);
    const kamupin_status status = kamupin_certificate_check(diag->wished.trust, at->certificate,
                                                            &options, &check, &at->answer);
    if (status == KAMUPIN_E_CANCELLED)
        at->answer = kp_diag_error(KAMUPIN_E_REVOCATION_UNREACHABLE, KAMUPIN_FROM_NETWORK);
    else if (status == KAMUPIN_OK)
        at->answer = kp_diag_error(KAMUPIN_OK, KAMUPIN_FROM_HTTP);
}

/* Whether nothing is known against it. */
static bool is_good(const dated *at)
{
    return at->status == KAMUPIN_OK && (!at->asked || at->answer.status == KAMUPIN_OK);
}

/* A certificate that is over, was taken back or has not begun is good to know where its successor, or the
 * one before it, is in force: of the same kind, on any card. One that is suspended still waits for somebody
 * to reopen it or to revoke it, whatever else there is. */
static kamupin_severity weigh(const dated *at, kamupin_status status, const dated *all,
                              size_t count)
{
    const kamupin_severity alone = kp_diag_severity(status);

    if (alone == KAMUPIN_FINE)
        return alone;
    for (size_t i = 0; i < count; i++)
        if (&all[i] != at && is_good(&all[i]) && all[i].info.kind == at->info.kind)
            return status == KAMUPIN_E_CERTIFICATE_SUSPENDED ? KAMUPIN_TROUBLE : KAMUPIN_NOTE;
    return alone;
}

/* Says something of a certificate by its serial number, and by its reader where there are several. */
static void say(kp_diag *diag, const dated *at, kamupin_severity severity,
                const kamupin_error *error, int64_t number)
{
    kp_diag_say(diag, KAMUPIN_ABOUT_CERTIFICATE, severity, error,
                kamupin_certificate_text(at->certificate, KAMUPIN_CERTIFICATE_SERIAL, 0), number);
    if (diag->card_count > 1)
        kp_diag_say_reader(diag, at->reader);
}

static void say_dates(kp_diag *diag, const dated *at, const dated *all, size_t count)
{
    const kamupin_error error = kp_diag_error(at->status, KAMUPIN_FROM_LOCAL);

    say(diag, at, weigh(at, at->status, all, count), &error, at->days);
}

static void say_answer(kp_diag *diag, const dated *at, const dated *all, size_t count)
{
    say(diag, at, weigh(at, at->answer.status, all, count), &at->answer, 0);
}

/* Takes the certificates of all cards apart; returns how many there are. */
static size_t read_all(kp_diag *diag, dated *all)
{
    size_t count = 0;

    for (size_t i = 0; i < diag->card_count; i++) {
        for (size_t k = 0; k < diag->cards[i].certificate_count; k++) {
            const kp_der *der = &diag->cards[i].certificates[k];
            dated *at = &all[count];
            kamupin_error error = KAMUPIN_ERROR_INIT;
            *at = (dated){.info = KAMUPIN_CERTIFICATE_INFO_INIT,
                          .reader = diag->cards[i].info.reader};
            if (kamupin_certificate_new(diag->context, der->data, der->length, &at->certificate,
                                        &error) != KAMUPIN_OK) {
                kp_diag_fault(diag, KAMUPIN_ABOUT_CERTIFICATE, &error, "", 0);
                kp_diag_say_reader(diag, diag->card_count > 1 ? at->reader : "");
                continue;
            }
            kamupin_certificate_read(at->certificate, &at->info);
            judge(diag, at);
            if (at->info.kind !=
                KAMUPIN_CLASS_AUTHORITY) /* its issuer's, which nobody signs with */
                count++;
            else
                kamupin_certificate_free(&at->certificate);
        }
    }
    return count;
}

void kp_diag_certificates(kp_diag *diag)
{
    size_t room = 0;

    for (size_t i = 0; i < diag->card_count; i++)
        room += diag->cards[i].certificate_count;
    dated *all = calloc(room + 1, sizeof *all);
    diag->into->full |= all == NULL;
    const size_t count = all == NULL ? 0 : read_all(diag, all);
    kp_bound_part(&diag->bound, OCSP_MS);
    for (size_t i = 0; i < count && may_ask(diag); i++)
        if (in_force(&all[i]))
            ask(diag, &all[i]);
    for (size_t i = 0; i < count; i++) {
        /* By a calendar that is known to be wrong, and by how much is not, nothing is judged. */
        if (diag->clock != KP_CLOCK_IMPOSSIBLE && all[i].info.validity != KAMUPIN_VALIDITY_UNKNOWN)
            say_dates(diag, &all[i], all, count);
        if (all[i].asked)
            say_answer(diag, &all[i], all, count);
    }
    if (count > 0 && !may_ask(diag))
        kp_diag_say(diag, KAMUPIN_ABOUT_CERTIFICATE, KAMUPIN_NOTE, NULL, "", 0);
    for (size_t i = 0; i < count; i++)
        kamupin_certificate_free(&all[i].certificate);
    free(all);
}
