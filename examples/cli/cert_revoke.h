/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_revoke.h: a revocation in the command: what it means for the person, and its way. */
#ifndef CLI_CERT_REVOKE_H
#define CLI_CERT_REVOKE_H

#include "cert.h"
#include "dialogue.h"

typedef struct cli_revoking {
    cli *program;
    cli_dialogue dialogue;
    kamupin_session *session;
    kamupin_revocation *revocation;
    kamupin_revocation_info info;
    json_t *lost; /* sentences; NULL: nothing was prepared */
} cli_revoking;

/* ---- cert_revoke_means.c ---- */

/** Why a holder may revoke, in the order in which it is asked. */
#define CLI_REVOCATION_REASONS 5
extern const kamupin_revocation_reason cli_revocation_reasons[CLI_REVOCATION_REASONS];

/** Whether --reason, where it was given, is one that a holder may give. */
bool cli_revoke_reason_fits(const cli *program);
/** That of --reason, or one that is chosen at the terminal. Errors: cancelled. */
kamupin_status cli_revoke_reason(cli_revoking *self, kamupin_revocation_reason *reason,
                                 kamupin_error *error);
/** What it takes and costs, where a person reads it. */
void cli_revoke_show(const cli_revoking *self);
/** The sentences of what will be lost, in the language of the command line. */
json_t *cli_revoke_lost(const cli_revoking *self);
/** The certificate that it is of, as rows. */
void cli_revoke_record(const cli_revoking *self, FILE *stream);
/** Whether the person means it: the end of the serial number is typed, also with --acknowledge. */
bool cli_revoke_is_meant(cli_revoking *self);

#endif
