/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   diag.h: a diagnosis that is being made, and its parts. Each part looks, says what it finds, and
   changes nothing. */
#ifndef KP_DIAG_DIAG_H
#define KP_DIAG_DIAG_H

#include <card/list.h>
#include <diag/bound.h>
#include <kamupin/diagnose.h>

struct kamupin_diagnosis {
    kamupin_finding *findings;
    size_t count;
    bool full; /* memory ran out */
};

/** How well the world's date is known. */
typedef enum kp_clock_source {
    KP_CLOCK_UNKNOWN,   /* nobody was asked, or nobody said */
    KP_CLOCK_TOLD,      /* by a server, over TLS that held */
    KP_CLOCK_HINTED,    /* by a server that is trusted but for its certificate's dates */
    KP_CLOCK_IMPOSSIBLE /* it is before this library was written */
} kp_clock_source;

/** A diagnosis under way. */
typedef struct kp_diag {
    kamupin_context *context;
    kamupin_diagnose_options wished;
    kp_bound bound; /* its handle ends each part's waits */
    kamupin_diagnosis *into;
    kp_identity *cards; /* those that are good, for their certificates */
    size_t card_count;
    kp_clock_source clock;
    int64_t
        ahead; /* seconds that this computer's calendar is before the world's; TOLD and HINTED */
} kp_diag;

/** Adds a finding. `error`: NULL for none (status ok); `name`: "" or NULL for none. */
void kp_diag_say(kp_diag *diag, kamupin_subject subject, kamupin_severity severity,
                 const kamupin_error *error, const char *name, int64_t number);

/** Names the reader that the last finding belongs to. */
void kp_diag_say_reader(kp_diag *diag, const char *reader);

/** The same of an error, with the severity that its status has (severity.c). */
void kp_diag_fault(kp_diag *diag, kamupin_subject subject, const kamupin_error *error,
                   const char *name, int64_t number);

/** An error record of a status alone. */
kamupin_error kp_diag_error(kamupin_status status, kamupin_origin origin);

/** How bad a status is, when nothing softens it. */
kamupin_severity kp_diag_severity(kamupin_status status);

/** The worst first; among equals as things depend on one another; else as they were said. */
void kp_diag_sort(kamupin_diagnosis *diagnosis);

/* ---- the parts ---- */

/** State folder and journal. */
void kp_diag_machine(kp_diag *diag);
/** Daemon, readers, cards, PINs; leaves the cards that are good in `diag`, their connections closed. */
void kp_diag_cards(kp_diag *diag);
/** The way to the service, and the service; learns what the clock should be. */
void kp_diag_network(kp_diag *diag);
/** What is known of the clock by now; nothing is said when nobody told. */
void kp_diag_clock(kp_diag *diag);
/** The certificates of the cards that are good, by that. */
void kp_diag_certificates(kp_diag *diag);

#endif
