/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   options.h: the tables behind args.c and help.c, from commands.def and options.def. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "args.h"

typedef enum cli_argument {
    A_NONE = -1,
    A_CARD = M_ARG_CARD,
    A_URL = M_ARG_URL,
    A_FILE = M_ARG_FILE,
    A_FOLDER = M_ARG_FOLDER,
    A_PATH = M_ARG_PATH,
    A_NUMBER = M_ARG_NUMBER,
    A_LANGUAGE = M_ARG_LANGUAGE,
    A_LEVEL = M_ARG_LEVEL,
    A_HASH = M_ARG_HASH,
    A_FORM = M_ARG_FORM,
    A_FACTOR = M_ARG_FACTOR,
    A_PRODUCT = M_ARG_PRODUCT,
    A_ORGANISATION = M_ARG_ORGANISATION,
    A_USER = M_ARG_USER,
    A_KEY = M_ARG_KEY,
    A_ROLE = M_ARG_ROLE,
    A_REASON = M_ARG_REASON
} cli_argument;

/* Which commands an option belongs to. */
#define C(NAME)   (UINT64_C(1) << COMMAND_##NAME)
#define C_ALL     ((UINT64_C(1) << COMMAND_COUNT) - 1U)
#define C_ONLINE  (C(PIN_UNBLOCK) | C(PIN_CREATE) | C(PIN_RESUME))
#define C_INQUIRE (C(INQUIRE_SEAL_AUTHORITY) | C(INQUIRE_DEBT) | C(INQUIRE_SHIPMENT))
/* certificates of files, cards and the service */
#define C_READING (C(CERT_LIST) | C(CERT_SHOW) | C(CERT_STATUS) | C(CERT_WATCH))
/* with a session that kamupin login holds, and no card */
#define C_BORROWING                                                                                \
    (C(ORDER_NEW) | C(ORDER_CODE) | C(ORDER_LIST) | C(ORDER_SHOW) | C(ORDER_CANCEL) |              \
     C(ISSUED_LIST) | C(ISSUED_SHOW) | C(ISSUED_DELETE) | C(CERT_SUSPEND) | C(CERT_UNSUSPEND) |    \
     C(CERT_ACTIVATE) | C(CERT_REVOKE) | C(CONSENT_SHOW) | C(CONSENT_STATUS) |                     \
     C(APPLICATION_LIST) | C(APPLICATION_SHOW) | C(APPLICATION_SUBMIT) | C(AUTHORISED_LIST) |      \
     C(AUTHORISED_SHOW))
/* a session, and a card that signs */
#define C_SUBMITTING (C(CONSENT_GIVE) | C(AUTHORISED_SIGN))
/* no card plays a part */
#define C_CARDLESS   (C_INQUIRE | C_BORROWING | C(INFO) | C(LOGOUT) | C(WORD_RESET))
#define C_UNBLOCKING (C(PIN_UNBLOCK) | C(PIN_CREATE) | C(CARD_PROBE))
#define C_FACTOR     (C_UNBLOCKING | C(CERT_REVOKE))
#define C_NETWORK                                                                                  \
    (C_ONLINE | C(CARD_PROBE) | C_BORROWING | C_READING | C_SUBMITTING | C_INQUIRE | C(LOGIN) |    \
     C(WORD_RESET) | C(DOCTOR))

typedef enum cli_option {
#define CLI_OPTION(NAME, TEXT, LETTER, ARGUMENT, MASK, TR, EN) OPTION_##NAME,
#include "options.def"
    OPTION_COUNT
} cli_option;

/* What a command takes behind its verb. */
enum {
    TAKES_NOTHING,
    TAKES_CARD,
    TAKES_FILE,
    TAKES_NUMBER,
    TAKES_ID,
    TAKES_ORDER,
    TAKES_SOURCES,         /* any number of files */
    TAKES_CERTIFICATE,     /* one, which may be left out */
    TAKES_ONE_CERTIFICATE, /* one, which has to be named */
    TAKES_FILED            /* an application or a list */
};

typedef struct cli_command_row {
    const char *noun;
    const char *verb; /* may be two words */
    int takes;
    const char *summary[2]; /* by kamupin_language */
} cli_command_row;

typedef struct cli_option_row {
    const char *name;
    char letter;
    cli_argument argument;
    uint64_t mask;
    const char *summary[2];
} cli_option_row;

/* Options, and commands, are bits of one word where a command line is checked. */
_Static_assert(OPTION_COUNT <= 64, "too many options");
_Static_assert(COMMAND_COUNT < 64, "too many commands");

extern const cli_command_row cli_commands[COMMAND_COUNT];
extern const cli_option_row cli_options[OPTION_COUNT];

/** The option that a word names, also one with "=value" behind it; OPTION_COUNT for none. */
cli_option cli_option_find(const char *word);

/** The command that the words name, whose verb may be two of them; answers how many words it is, 0 and
 * `*command` as it was when they name none. */
int cli_command_find(char **words, int count, cli_command *command);

/** The words that an option takes, the last one NULL; NULL itself when it is not one of a few. */
const char *const *cli_option_words(cli_option option);

/** Why one suspends, in the order of kamupin_suspend_reason; the last one NULL. */
extern const char *const cli_suspend_reasons[];

/** Puts what an option says into `args`; `value` is NULL exactly when the option takes none. false
 * when the word is not of the option's kind; `args` is as it was then. */
bool cli_option_take(cli_args *args, cli_option option, const char *value);

/** What is said of a word that it does not take; the words that it takes go behind the option's name in
 * `room`. */
cli_message cli_option_wants(cli_option option, char *room, size_t size);

#endif
