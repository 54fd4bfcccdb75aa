/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert.h: certificates among the commands: where they are found, and how they are said. */
#ifndef CLI_CERT_H
#define CLI_CERT_H

#include "session.h"
#include "table.h"

/** Certificates of files, cards and the service. */
typedef struct cli_certificates {
    kamupin_certificate_list *list;
    kamupin_session *session; /* NULL: none was borrowed */
} cli_certificates;

/** Gathers what the command line names: FILEs, "cards", "service", --card, --login, --role; with none
 * of them the cards and, when a session is held, the service's. A card that cannot be read is told
 * of and left out.
 * Errors: certificate-file, those of the readers, of cli_session_borrow and of the service. */
kamupin_status cli_certificates_gather(cli *program, cli_certificates *found, kamupin_error *error);

/** Adds those of a file. Errors: certificate-file, which was said then. */
kamupin_status cli_certificates_add_file(cli *program, cli_certificates *found, const char *path,
                                         kamupin_error *error);

/** Lets them go; `status` is how the work with them ended. */
void cli_certificates_free(cli *program, cli_certificates *found, kamupin_status status);

/** One certificate that was named. */
typedef struct cli_certificate {
    cli_certificates from;
    kamupin_certificate *fetched; /* from the service */
    kamupin_certificate_entry entry;
    bool detailed; /* the session's last details, and their events, are of this one */
} cli_certificate;

/** Finds the certificate that the command line names: a file, a serial number, a certificate_id, or
 * one of a card; its `entry.certificate` is never NULL then.
 * Errors: certificate-file, certificate-unknown, choice-needed, login-required (no card has it, and
 * the service cannot be asked), those of the readers and of the service. */
kamupin_status cli_certificate_find(cli *program, cli_certificate *found, kamupin_error *error);
void cli_certificate_free(cli *program, cli_certificate *found, kamupin_status status);

/** Adds the certificates of the card of --card, or of all cards; `*cards` (may be NULL) receives how
 * many cards there were. Errors: those of the readers. */
kamupin_status cli_certificates_of_cards(cli *program, kamupin_certificate_list *list,
                                         size_t *cards, kamupin_error *error);

/** Whether a session is held, so that the service can be asked; nothing is said when not. */
bool cli_session_held(cli *program, kamupin_session **session);

/* ---- cert_words.c: for people ---- */

const char *cli_cert_class(const cli *program, kamupin_certificate_class kind);
const char *cli_cert_state(const cli *program, kamupin_certificate_state state);
const char *cli_cert_actor(const cli *program, kamupin_actor actor);
const char *cli_cert_reason(const cli *program, kamupin_revocation_reason reason);
/** "suspended by you, since …" and so on, into `room`; returns it. */
const char *cli_cert_standing(const cli *program, const kamupin_certificate_record *record,
                              char *room, size_t size);
/** When a suspension ends by itself. */
void cli_cert_show_until(const cli *program, int64_t until);
/** A day in the person's own time, into `room`; returns it. */
const char *cli_day(const cli *program, int64_t moment, char *room, size_t size);
/** A moment without its seconds. */
const char *cli_minute(const cli *program, int64_t moment, char *room, size_t size);
/** Names of the weaknesses, a line each, by cli_show_row. */
void cli_cert_show_weakness(const cli *program, unsigned int weakness);
/** A table of certificates, and a row for an entry. It says the reader where there are several. */
cli_table cli_cert_table(const cli *program);
void cli_cert_row(const cli *program, cli_table *table, const kamupin_certificate_entry *entry);
/** Writes it within the columns of the stream's terminal, each row after `indent` blanks. */
void cli_cert_write(const cli *program, const cli_table *table, FILE *stream, int indent);
/** The serial number of an entry. */
const char *cli_cert_serial(const kamupin_certificate_entry *entry);

/* ---- cert_json.c ---- */

json_t *cli_json_certificate(const kamupin_certificate_entry *entry, bool whole_identity);
json_t *cli_json_record(const kamupin_certificate_record *record);
json_t *cli_json_identity(const kamupin_identity *identity);
json_t *cli_json_actor(kamupin_actor actor);
/** The words of a set of kamupin_weakness bits. */
json_t *cli_json_weakness(unsigned int weakness);

#endif
