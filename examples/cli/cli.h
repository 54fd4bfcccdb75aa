/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cli.h: what the parts of the command share: one struct that main.c fills, and how a command ends.
   The command uses the library's public headers and nothing else of it. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "args.h"
#include "screen.h"
#include "signals.h"
#include "tone.h"

#include <jansson.h>
#include <stdio.h>
#include <time.h>

typedef struct cli {
    cli_args args;
    bool interactive; /* stdin and stderr are terminals: questions can be asked */
    kamupin_context *context;
    kamupin_cancel *cancel;
    cli_signals *signals;
    cli_screen *screen;
    char card_id[KAMUPIN_CARD_ID_MAX]; /* the card that an operation chose; "" before */
    bool said;                         /* why it ends was said already */
    char detail[300];                  /* the sentence that said it more closely than the status */
    json_t *json;                      /* what --json prints at the end; a command adds to it */
} cli;

/* The commands; each answers a status, which becomes the exit code, and fills `error` with it. */
kamupin_status cli_card_list(cli *program, kamupin_error *error);
kamupin_status cli_card_show(cli *program, kamupin_error *error);
kamupin_status cli_card_watch(cli *program, kamupin_error *error);
kamupin_status cli_card_sign(cli *program, kamupin_error *error);
kamupin_status cli_card_probe(cli *program, kamupin_error *error);
kamupin_status cli_profile_check(cli *program, kamupin_error *error);
kamupin_status cli_pin_status(cli *program, kamupin_error *error);
kamupin_status cli_pin_change(cli *program, kamupin_error *error);
kamupin_status cli_pin_unblock(cli *program, kamupin_error *error); /* and pin create */
kamupin_status cli_pin_resume(cli *program, kamupin_error *error);
kamupin_status cli_doctor(cli *program, kamupin_error *error);
kamupin_status cli_inquire_seal_authority(cli *program, kamupin_error *error);
kamupin_status cli_inquire_debt(cli *program, kamupin_error *error);
kamupin_status cli_inquire_shipment(cli *program, kamupin_error *error);
kamupin_status cli_order_new(cli *program, kamupin_error *error);
kamupin_status cli_order_code(cli *program, kamupin_error *error);
kamupin_status cli_order_list(cli *program, kamupin_error *error);
kamupin_status cli_order_show(cli *program, kamupin_error *error);
kamupin_status cli_order_cancel(cli *program, kamupin_error *error);
kamupin_status cli_issued_list(cli *program, kamupin_error *error);
kamupin_status cli_issued_show(cli *program, kamupin_error *error);
kamupin_status cli_issued_delete(cli *program, kamupin_error *error);
kamupin_status cli_cert_list(cli *program, kamupin_error *error);
kamupin_status cli_cert_show(cli *program, kamupin_error *error);
kamupin_status cli_cert_status(cli *program, kamupin_error *error);
kamupin_status cli_cert_watch(cli *program, kamupin_error *error);
kamupin_status cli_cert_suspend(cli *program, kamupin_error *error);
kamupin_status cli_cert_unsuspend(cli *program, kamupin_error *error);
kamupin_status cli_cert_activate(cli *program, kamupin_error *error);
kamupin_status cli_cert_revoke(cli *program, kamupin_error *error);
kamupin_status cli_consent_show(cli *program, kamupin_error *error);
kamupin_status cli_consent_status(cli *program, kamupin_error *error);
kamupin_status cli_consent_give(cli *program, kamupin_error *error);
kamupin_status cli_application_list(cli *program, kamupin_error *error);
kamupin_status cli_application_show(cli *program, kamupin_error *error);
kamupin_status cli_application_submit(cli *program, kamupin_error *error);
kamupin_status cli_authorised_list(cli *program, kamupin_error *error);
kamupin_status cli_authorised_show(cli *program, kamupin_error *error);
kamupin_status cli_authorised_sign(cli *program, kamupin_error *error);
kamupin_status cli_info(cli *program, kamupin_error *error);
kamupin_status cli_login(cli *program, kamupin_error *error);
kamupin_status cli_logout(cli *program, kamupin_error *error);
kamupin_status cli_word_reset(cli *program, kamupin_error *error);

/** Says what an operation will miss before its code is spent: service, descriptors, --acknowledge. */
kamupin_status cli_unblock_ready(cli *program, kamupin_error *error);
/** Unblocks that card by the service and puts its new PIN into `new_pin`. */
kamupin_status cli_unblock_card(cli *program, const char *card, kamupin_secret *new_pin,
                                kamupin_error *error);

/** Says which of --proxy and --server-key the library does not take; answers invalid-argument. */
kamupin_status cli_network_refuse(cli *program, kamupin_error *error);
/** Gives the context the login of --proxy-user; asks for its password. */
kamupin_status cli_network_login(cli *program, kamupin_error *error);

/** Adds the rows of --profile-file to the context; what is wrong with the file goes to stderr. */
kamupin_status cli_profile_load(cli *program, kamupin_error *error);

/** Says which version this is, and what it was built with. */
void cli_version(cli *program);

/** Says an error of the command itself: status, with no more to tell. Returns it. */
kamupin_status cli_error(kamupin_error *error, kamupin_status status);

/** Writes bytes to the file of --out. Errors: invalid-argument, which was said then. */
kamupin_status cli_write_file(cli *program, const unsigned char *bytes, size_t length,
                              kamupin_error *error);

/** Keeps a message, `value` in its {}, as what --json tells beside the status; returns it. */
const char *cli_detail(cli *program, cli_message message, const char *value);

/** Says what is wrong with the command line, `value` in the message's {}, and answers
 * invalid-argument, of which nothing more is said then. */
kamupin_status cli_refuse(cli *program, cli_message message, const char *value,
                          kamupin_error *error);

/** Points to the help of the command, or of what there is of one. */
void cli_help_hint(cli *program);

/** Says that a way to give a secret is missing, and answers invalid-argument. */
kamupin_status cli_needs(cli *program, const char *option, kamupin_error *error);

/** Shows a problem that is about to be asked about again. */
void cli_problem(cli *program, const kamupin_error *error);

/** Says whom to call when the masked phone that was just shown is not the person's (A20, C25). */
void cli_say_wrong_phone(cli *program);

/** Says on standard output, in the colour of that, how it went. */
void cli_tell(const cli *program, cli_tone tone, cli_message message);

/** A message in the language of the command line. */
const char *cli_say(const cli *program, cli_message message);

/* show.c: what people read about a card. */
/** Whether PIN work is done with cards of this kind. */
bool cli_recognised(const kamupin_card_info *info);
const char *cli_kind(const cli *program, kamupin_card_kind kind);
void cli_show_row(const cli *program, cli_message label, const char *value);
/** The same on another stream than standard output. */
void cli_write_row(const cli *program, FILE *stream, cli_message label, const char *value);
/** Where people read what they are asked about: with --json, which has standard output for itself, at
 * the terminal of the question; NULL where nobody is asked. */
FILE *cli_asked_on(const cli *program);
void cli_show_card(const cli *program, const kamupin_card_info *info, bool all);
/** What a person should do about a card or its PIN: the status whose remedy that is, or ok. */
kamupin_status cli_next_step(const kamupin_card_info *info);
void cli_show_pin(const cli *program, const kamupin_card_info *info);
/** The PIN's state and tries as words, into `room`; returns it. */
const char *cli_pin_text(const cli *program, const kamupin_card_info *info, char *room,
                         size_t size);

/** A product by its name. */
const char *cli_product(kamupin_product product);
/** A moment in the person's own time, into `room`; returns it. */
const char *cli_moment(const cli *program, time_t moment, char *room, size_t size);
/** The same for a moment as the service writes it (RFC 3339), or what it wrote when that is no such. */
const char *cli_moment_of(const cli *program, const char *text, char *room, size_t size);

/* pin.c */
/** What can be said of a PIN before a card of this kind is given it; `again` may be NULL. Errors: those of
 * kamupin_pin_check. */
kamupin_status cli_check_pin(kamupin_card_kind kind, const kamupin_secret *pin,
                             const kamupin_secret *again, kamupin_error *error);

/* json.c: the same for programs; docs/cli/schema.json describes it. */
json_t *cli_json_card(const kamupin_card_info *info);
/** `detail`: what was said more closely than the status says it; "" or NULL for nothing. */
json_t *cli_json_error(const kamupin_error *error, kamupin_language language, const char *detail);
/** `seconds` since 1970 as RFC 3339 in UTC; null for 0. */
json_t *cli_json_utc(int64_t seconds);
/** Text of cards, files or the service; the second is null for "" and NULL. */
json_t *cli_json_text(const char *bytes);
json_t *cli_json_text_or_null(const char *bytes);
json_t *cli_json_result(const kamupin_result *result);
json_t *cli_json_finding(const kamupin_finding *finding, kamupin_language language);
json_t *cli_json_host(const kamupin_host *host);
/** `when`: seconds since 1970. */
json_t *cli_json_watch(const kamupin_watch_event *event, int64_t when);
json_t *cli_json_signature(const kamupin_signature *signature, const char *base64);
json_t *cli_json_login(const kamupin_login *to, kamupin_language language);
json_t *cli_json_session(const kamupin_session_info *info);
/** Prints an object on a line of its own, with its format, and lets it go; for commands that go on. */
void cli_json_line(json_t *line);
/** From here on --json prints such lines instead of one object at the end. */
void cli_json_lines(cli *program);
/** The last of them, of a command that failed. Returns `status`. */
kamupin_status cli_json_end(const cli *program, kamupin_status status, kamupin_error *error);
/** Adds `value` (which it takes over) to what --json prints; without --json it only drops it. */
void cli_json_add(cli *program, const char *name, json_t *value);

#endif
