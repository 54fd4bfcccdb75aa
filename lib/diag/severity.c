/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   severity.c: how bad each finding is, and in which order findings are told. Constant tables only. */
#include <diag/diag.h>

#include <stdlib.h>

/* A status that is not here is a fault: nothing goes until it is mended. A part may soften what it says
 * where another card makes up for it (cards.c, certificates.c). */
static const struct {
    kamupin_status status;
    kamupin_severity severity;
} SOFTER[] = {
    /* The PIN still works; the next wrong one blocks it. */
    {KAMUPIN_E_PIN_LAST_TRY, KAMUPIN_TROUBLE},
    /* The PIN still works, but a card whose PIN is then blocked would not be unblocked here. */
    {KAMUPIN_E_PUK_LAST_TRY, KAMUPIN_TROUBLE},
    /* Some cards never tell; the right PIN works all the same. */
    {KAMUPIN_E_PIN_TRIES_UNKNOWN, KAMUPIN_NOTE},
    /* Only this run was kept from looking: another program works with the card, and will let go. */
    {KAMUPIN_E_CARD_IN_USE, KAMUPIN_TROUBLE},
    {KAMUPIN_E_CARD_BUSY, KAMUPIN_TROUBLE},
    {KAMUPIN_E_CARD_RESET, KAMUPIN_TROUBLE},
    /* It works until then. */
    {KAMUPIN_E_CERTIFICATE_ENDS_SOON, KAMUPIN_TROUBLE},
    /* Nobody said that the certificate is bad; that it is good could not be learned. */
    {KAMUPIN_E_REVOCATION_UNREACHABLE, KAMUPIN_TROUBLE},
    {KAMUPIN_E_CHAIN_INCOMPLETE, KAMUPIN_TROUBLE},
    {KAMUPIN_E_CHAIN_UNTRUSTED, KAMUPIN_TROUBLE},
    {KAMUPIN_E_TRUST_STORE, KAMUPIN_TROUBLE},
    /* Waiting is enough. */
    {KAMUPIN_E_RATE_LIMITED, KAMUPIN_TROUBLE},
};

kamupin_severity kp_diag_severity(kamupin_status status)
{
    if (status == KAMUPIN_OK)
        return KAMUPIN_FINE;
    for (size_t i = 0; i < sizeof SOFTER / sizeof SOFTER[0]; i++)
        if (SOFTER[i].status == status)
            return SOFTER[i].severity;
    return KAMUPIN_FAULT;
}

/* The order of dependence. Nothing starts without a machine that lets it; a card is reached by daemon
 * and reader, its PIN by the card. Dates of certificates, of cards and of servers, are judged by the
 * clock. A service is reached by the network. */
static int rank(kamupin_subject subject)
{
    static const int RANKS[] = {
        [KAMUPIN_ABOUT_MACHINE] = 1,     [KAMUPIN_ABOUT_DAEMON] = 2,  [KAMUPIN_ABOUT_READER] = 3,
        [KAMUPIN_ABOUT_CARD] = 4,        [KAMUPIN_ABOUT_PIN] = 5,     [KAMUPIN_ABOUT_CLOCK] = 6,
        [KAMUPIN_ABOUT_CERTIFICATE] = 7, [KAMUPIN_ABOUT_NETWORK] = 8, [KAMUPIN_ABOUT_SERVICE] = 9,
    };

    return (size_t)subject < sizeof RANKS / sizeof RANKS[0] ? RANKS[subject] : 0;
}

static bool goes_before(const kamupin_finding *one, const kamupin_finding *other)
{
    if (one->severity != other->severity)
        return one->severity > other->severity;
    return rank(one->subject) < rank(other->subject);
}

/* Insertion: equals stay as they were said, and there are never many. */
void kp_diag_sort(kamupin_diagnosis *diagnosis)
{
    for (size_t i = 1; i < diagnosis->count; i++) {
        const kamupin_finding moving = diagnosis->findings[i];
        size_t at = i;
        for (; at > 0 && goes_before(&moving, &diagnosis->findings[at - 1]); at--)
            diagnosis->findings[at] = diagnosis->findings[at - 1];
        diagnosis->findings[at] = moving;
    }
}
