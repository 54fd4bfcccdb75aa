/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   args.h: the command line: a noun, a verb, options. Long options are never abbreviated, so that
   nobody's "--code 123456" becomes a file descriptor. Reads argv and the environment, nothing else.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "text.h"

typedef enum cli_command {
#define CLI_COMMAND(NAME, NOUN, VERB, CARD, TR, EN) COMMAND_##NAME,
#include "commands.def"
    COMMAND_COUNT,
    COMMAND_NONE = COMMAND_COUNT
} cli_command;

typedef struct cli_args {
    cli_command command;
    const char *noun; /* the noun that was given, for help on it; NULL when none was */
    bool help;
    bool version;
    kamupin_language language;
    kamupin_log_level log; /* 0: none */
    bool json;
    bool acknowledge;
    const char *card;   /* NULL when not given, as all below */
    const char *file;   /* what card profile check looks at */
    const char *number; /* what an inquiry is about; "-": standard input's; or an order's name,
                           or which certificate … */
    char **files;       /* … or several: files, "cards", "service" */
    size_t file_count;
    const char *profile_file;
    const char *draft;
    unsigned int probe_steps; /* kamupin_probe_step */
    const char *service;      /* the option, else KAMUPIN_SERVICE */
    const char *ca_file;      /* the option, else KAMUPIN_CA_FILE */
    const char *server_key;   /* kamupin_context_options.pins */
    const char *proxy;        /* "": none, whatever the environment says */
    const char *proxy_user;
    int proxy_password_fd; /* -1 when not given */
    const char *state_dir; /* the option, else KAMUPIN_STATE_DIR */
    unsigned int risk;     /* kamupin_pin_risk */
    bool pinpad;
    unsigned int pin_digits; /* 0 when not given */
    bool card_login;         /* login: with the card */
    bool password_login;     /* login: older portals */
    bool paste, no_browser;
    const char *in, *out, *cert_out;
    kamupin_hash hash;
    bool hashed; /* the input is the hash */
    kamupin_sign_form form;
    size_t certificate;  /* index; KAMUPIN_CERTIFICATE_ANY when not given */
    int pin_fd, word_fd; /* -1 when not given */
    int code_fd, old_pin_fd, new_pin_fd, sms_fd, web_password_fd, check_pin_fd; /* -1 likewise */
    kamupin_factor_type factor;
    bool create;     /* order new: for a card without a PIN */
    bool with_login; /* pin unblock, pin create: no code is typed */
    kamupin_product product;
    const char *on_behalf_of; /* "vkn:…" or "detsis:…" */
    const char *trust;        /* the option, else KAMUPIN_TRUST */
    const char *reason;       /* why one suspends or revokes */
    kamupin_role role;        /* 0 when not given */
    int days;
    bool quiet, verbose; /* verbose: with --log, that is what is told */
    bool offline, all, whole_identity;
    /* what is wrong with the line, when cli_args_read answers false */
    cli_message wrong;
    const char *wrong_value; /* NULL when there is none to show */
    char wrong_room[64];
} cli_args;

/** Reads a command line. `args->language` and `args->json` are right also when it answers false. */
bool cli_args_read(int argc, char **argv, cli_args *args);

/** Answers a shell's completion: writes what may follow the words, of which the last is being typed. */
void cli_complete(int argc, char **argv);

/** Writes the help for what `args` names to stdout. */
void cli_help(const cli_args *args);

#endif
