/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   diagnosis.c: the one call that looks at everything, and the list of what was found. */
#include <diag/diag.h>

#include <core/fail.h>

#include <stdlib.h>
#include <string.h>

const char *kamupin_subject_name(kamupin_subject subject)
{
    static const char *const NAMES[] = {
        [0] = "unknown",
        [KAMUPIN_ABOUT_DAEMON] = "daemon",
        [KAMUPIN_ABOUT_READER] = "reader",
        [KAMUPIN_ABOUT_CARD] = "card",
        [KAMUPIN_ABOUT_PIN] = "pin",
        [KAMUPIN_ABOUT_CERTIFICATE] = "certificate",
        [KAMUPIN_ABOUT_CLOCK] = "clock",
        [KAMUPIN_ABOUT_NETWORK] = "network",
        [KAMUPIN_ABOUT_SERVICE] = "service",
        [KAMUPIN_ABOUT_MACHINE] = "machine",
    };
    return (size_t)subject < sizeof NAMES / sizeof NAMES[0] ? NAMES[subject] : NAMES[0];
}

const char *kamupin_severity_name(kamupin_severity severity)
{
    static const char *const NAMES[] = {
        [0] = "unknown",           [KAMUPIN_FINE] = "fine",
        [KAMUPIN_NOTE] = "note",   [KAMUPIN_TROUBLE] = "trouble",
        [KAMUPIN_FAULT] = "fault",
    };
    return (size_t)severity < sizeof NAMES / sizeof NAMES[0] ? NAMES[severity] : NAMES[0];
}

/* ---- what is found ---- */

kamupin_error kp_diag_error(kamupin_status status, kamupin_origin origin)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;

    error.status = status;
    error.origin = origin;
    return error;
}

void kp_diag_say(kp_diag *diag, kamupin_subject subject, kamupin_severity severity,
                 const kamupin_error *error, const char *name, int64_t number)
{
    kamupin_diagnosis *into = diag->into;
    kamupin_finding *grown = realloc(into->findings, (into->count + 1) * sizeof *into->findings);

    if (grown == NULL) {
        into->full = true;
        return;
    }
    into->findings = grown;
    kamupin_finding *made = &grown[into->count++];
    *made = (kamupin_finding)KAMUPIN_FINDING_INIT;
    made->subject = subject;
    made->severity = severity;
    made->number = number;
    made->error = error != NULL ? *error : kp_diag_error(KAMUPIN_OK, KAMUPIN_FROM_LOCAL);
    if (name != NULL)
        memcpy(made->name, name, strnlen(name, sizeof made->name - 1));
}

void kp_diag_say_reader(kp_diag *diag, const char *reader)
{
    kamupin_diagnosis *into = diag->into;

    if (into->full || into->count == 0) /* what it would belong to was not kept */
        return;
    kamupin_finding *last = &into->findings[into->count - 1];
    memcpy(last->reader, reader, strnlen(reader, sizeof last->reader - 1));
}

void kp_diag_fault(kp_diag *diag, kamupin_subject subject, const kamupin_error *error,
                   const char *name, int64_t number)
{
    kp_diag_say(diag, subject, kp_diag_severity(error->status), error, name, number);
}

/* ---- the call ---- */

/* Looks in the order in which parts need one another: what a certificate's dates mean depends on the
 * clock, and what the clock should be is learned from the network. */
static void look(kp_diag *diag)
{
    kp_diag_machine(diag);
    kp_diag_cards(diag);
    kp_diag_network(diag);
    kp_diag_clock(diag);
    kp_diag_certificates(diag);
    for (size_t i = 0; i < diag->card_count; i++)
        kp_identity_wipe(&diag->cards[i]);
    free(diag->cards);
    kp_diag_sort(diag->into);
}

kamupin_status kamupin_diagnose(kamupin_context *context, const kamupin_diagnose_options *options,
                                kamupin_diagnosis **diagnosis, kamupin_error *error)
{
    kp_diag diag = {.context = context, .wished = KAMUPIN_DIAGNOSE_OPTIONS_INIT};

    if (diagnosis == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *diagnosis = NULL;
    if (options != NULL && options->size != sizeof *options)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "options of another size");
    kamupin_status status = kp_context_check(context, error);
    if (status != KAMUPIN_OK)
        return status;
    if (options != NULL)
        diag.wished = *options;
    diag.into = calloc(1, sizeof *diag.into);
    if (diag.into == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    status = kp_bound_begin(&diag.bound, context, diag.wished.cancel, error);
    if (status == KAMUPIN_OK) {
        look(&diag);
        kp_bound_end(&diag.bound);
        status = kp_cancel_check(diag.wished.cancel, error);
    }
    if (status == KAMUPIN_OK && diag.into->full)
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (status != KAMUPIN_OK)
        kamupin_diagnosis_free(&diag.into);
    *diagnosis = diag.into;
    return status;
}

void kamupin_diagnosis_free(kamupin_diagnosis **diagnosis)
{
    if (diagnosis == NULL || *diagnosis == NULL)
        return;
    free((*diagnosis)->findings);
    free(*diagnosis);
    *diagnosis = NULL;
}

size_t kamupin_diagnosis_count(const kamupin_diagnosis *diagnosis)
{
    return diagnosis == NULL ? 0 : diagnosis->count;
}

kamupin_status kamupin_diagnosis_get(const kamupin_diagnosis *diagnosis, size_t index,
                                     kamupin_finding *finding)
{
    if (diagnosis == NULL || index >= diagnosis->count || finding == NULL ||
        finding->size != sizeof *finding)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *finding = diagnosis->findings[index];
    return KAMUPIN_OK;
}
