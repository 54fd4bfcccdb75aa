/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   args.c: reading the command line; what an option's word means is in values.c, the help in help.c. */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END_DAYS 30 /* a certificate that ends sooner is told of */

const cli_command_row cli_commands[COMMAND_COUNT] = {
#define CLI_COMMAND(NAME, NOUN, VERB, CARD, TR, EN) {NOUN, VERB, CARD, {TR, EN}},
#include "commands.def"
};

const cli_option_row cli_options[OPTION_COUNT] = {
#define CLI_OPTION(NAME, TEXT, LETTER, ARGUMENT, MASK, TR, EN)                                     \
    {TEXT, LETTER, ARGUMENT, MASK, {TR, EN}},
#include "options.def"
};

static bool wrong(cli_args *args, cli_message what, const char *value)
{
    args->wrong = what;
    args->wrong_value = value;
    return false;
}

/* Shows the option's name alone: what stands behind the = may be a secret that was put there by
 * mistake. */
static bool wrong_option(cli_args *args, cli_message what, const char *word)
{
    snprintf(args->wrong_room, sizeof args->wrong_room, "%.*s",
             (int)(word[1] == '-' ? strcspn(word, "=") : 2), word);
    return wrong(args, what, args->wrong_room);
}

cli_option cli_option_find(const char *word)
{
    bool is_long = word[1] == '-';
    size_t length = is_long ? strcspn(word + 2, "=") : 1;
    for (int i = 0; i < OPTION_COUNT; i++) {
        const cli_option_row *row = &cli_options[i];
        if (is_long && strlen(row->name) == length && strncmp(row->name, word + 2, length) == 0)
            return (cli_option)i;
        if (!is_long && word[2] == '\0' && row->letter != 0 && word[1] == row->letter)
            return (cli_option)i;
    }
    return OPTION_COUNT;
}

/* One option at argv[*at]; leaves *at at the last word that it used. */
static bool read_option(int argc, char **argv, int *at, cli_args *args, uint64_t *used)
{
    char *word = argv[*at];
    cli_option option = cli_option_find(word);
    if (option == OPTION_COUNT)
        return wrong_option(args, M_BAD_OPTION, word);
    *used |= UINT64_C(1) << option;
    char *value = word[1] == '-' ? strchr(word, '=') : NULL;
    if (cli_options[option].argument == A_NONE) {
        if (value != NULL)
            return wrong_option(args, M_EXTRA_VALUE, word);
    } else if (value != NULL) {
        value++;
    } else if (option == OPTION_CARD && (*at + 1 == argc || argv[*at + 1][0] == '-')) {
        value = word + strlen(word); /* "": whichever; for login alone */
    } else if (*at + 1 < argc) {
        value = argv[++*at];
    } else {
        return wrong_option(args, M_NO_VALUE, word);
    }
    if (cli_option_take(args, option, value))
        return true;
    wrong_option(args, M_BAD_VALUE, word);
    args->wrong = cli_option_wants(option, args->wrong_room, sizeof args->wrong_room);
    return false;
}

/* What people look for is called in many ways (row H02): the beginnings of their words. */
static cli_message meant_by(const char *word)
{
    static const struct {
        const char *word;
        cli_message message;
    } WORDS[] = {{"puk", M_FOR_NO_PUK},          {"şifre", M_FOR_A_PIN},
                 {"sifre", M_FOR_A_PIN},         {"Şifre", M_FOR_A_PIN},
                 {"parola", M_FOR_A_PIN},        {"kilit", M_FOR_A_PIN},
                 {"blok", M_FOR_A_PIN},          {"unblock", M_FOR_A_PIN},
                 {"reset", M_FOR_A_PIN},         {"password", M_FOR_A_PIN},
                 {"ask", M_FOR_SUSPENDING},      {"suspend", M_FOR_SUSPENDING},
                 {"kayıp", M_FOR_SUSPENDING},    {"kayip", M_FOR_SUSPENDING},
                 {"kaybo", M_FOR_SUSPENDING},    {"çalın", M_FOR_SUSPENDING},
                 {"calin", M_FOR_SUSPENDING},    {"lost", M_FOR_SUSPENDING},
                 {"stolen", M_FOR_SUSPENDING},   {"iptal", M_FOR_REVOKING},
                 {"revo", M_FOR_REVOKING},       {"sertifika", M_FOR_CERTIFICATES},
                 {"certif", M_FOR_CERTIFICATES}, {"e-onay", M_FOR_CONSENT},
                 {"onay", M_FOR_CONSENT},        {"başvur", M_FOR_APPLICATIONS},
                 {"Başvur", M_FOR_APPLICATIONS}, {"basvur", M_FOR_APPLICATIONS},
                 {"apply", M_FOR_APPLICATIONS},  {"applic", M_FOR_APPLICATIONS},
                 {"yetkili", M_FOR_AUTHORISED},  {"authoriz", M_FOR_AUTHORISED}};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (cli_begins(word, WORDS[i].word, strlen(WORDS[i].word)))
            return WORDS[i].message;
    return M_BAD_COMMAND;
}

/* A word that is no command is repeated to the person, unless it looks like a code or PIN. */
static bool wrong_word(cli_args *args, const char *word)
{
    if (strpbrk(word, "0123456789") != NULL)
        return wrong(args, M_EXTRA_ARGUMENT, NULL);
    return wrong(args, meant_by(word), word);
}

static bool known_noun(const char *noun)
{
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(cli_commands[i].noun, noun) == 0)
            return true;
    return false;
}

int cli_command_find(char **words, int count, cli_command *command)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        const char *verb = cli_commands[i].verb;
        size_t first = strcspn(verb, " ");
        bool two = verb[first] == ' ';
        if (strcmp(cli_commands[i].noun, words[0]) != 0)
            continue;
        if (first == 0) { /* the noun is the whole command */
            *command = (cli_command)i;
            return 1;
        }
        if (count < 2 || strlen(words[1]) != first || strncmp(verb, words[1], first) != 0 ||
            (two && (count < 3 || strcmp(verb + first + 1, words[2]) != 0)))
            continue;
        *command = (cli_command)i;
        return two ? 3 : 2;
    }
    return 0;
}

/* Whether the second word is the first of a verb of two. */
static bool begins_verb(char **words)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        const char *verb = cli_commands[i].verb;
        size_t first = strcspn(verb, " ");
        if (verb[first] == ' ' && strcmp(cli_commands[i].noun, words[0]) == 0 &&
            strlen(words[1]) == first && strncmp(verb, words[1], first) == 0)
            return true;
    }
    return false;
}

/* What is asked when nothing stands behind the verb; M_COUNT where nothing has to. */
static cli_message when_missing(int takes)
{
    return takes == TAKES_FILE              ? M_NO_FILE
           : takes == TAKES_NUMBER          ? M_NO_NUMBER
           : takes == TAKES_ID              ? M_NO_ID
           : takes == TAKES_ONE_CERTIFICATE ? M_NO_CERTIFICATE
           : takes == TAKES_FILED           ? M_NO_FILED
                                            : M_COUNT;
}

/* What stands behind the verb. */
static bool read_argument(char **words, int count, cli_args *args)
{
    int takes = cli_commands[args->command].takes;
    if (takes == TAKES_SOURCES) {
        args->files = words;
        args->file_count = (size_t)count;
    } else if (count == 1 && takes == TAKES_CARD && args->card == NULL) {
        args->card = words[0];
    } else if (count == 1 && takes == TAKES_FILE) {
        args->file = words[0];
    } else if (count == 1 && takes != TAKES_NOTHING && takes != TAKES_CARD) {
        args->number = words[0];
    } else if (count > 0) {
        return wrong(args, M_EXTRA_ARGUMENT, NULL);
    } else if (!args->help && when_missing(takes) != M_COUNT) {
        return wrong(args, when_missing(takes), NULL);
    }
    return true;
}

static bool read_words(char **words, int count, cli_args *args)
{
    if (count == 0)
        return args->help || args->version || wrong(args, M_NO_COMMAND, NULL);
    if (!known_noun(words[0]))
        return wrong_word(args, words[0]);
    args->noun = words[0];
    int used = cli_command_find(words, count, &args->command);
    if (count == 1 && used == 0 && !args->help && strcmp(words[0], "consent") == 0) {
        args->command = COMMAND_CONSENT_STATUS; /* the one question that the noun asks by itself */
        return true;
    }
    if (count == 1 && used == 0)
        return args->help || wrong(args, M_NO_COMMAND, NULL);
    if (args->command == COMMAND_NONE)
        return begins_verb(words) ? args->help || wrong(args, M_NO_COMMAND, NULL)
                                  : wrong_word(args, words[1]);
    return read_argument(words + used, count - used, args);
}

static bool check_options(cli_args *args, uint64_t used)
{
    if (args->command == COMMAND_NONE)
        return true;
    for (unsigned int i = 0; i < OPTION_COUNT; i++)
        if ((used & UINT64_C(1) << i) != 0 &&
            (cli_options[i].mask & (UINT64_C(1) << args->command)) == 0) {
            snprintf(args->wrong_room, sizeof args->wrong_room, "--%s", cli_options[i].name);
            return wrong(args, M_BAD_OPTION, args->wrong_room);
        }
    return true;
}

/* `login --card` means any card; elsewhere --card names one. */
static bool check_card(cli_args *args, uint64_t used)
{
    args->card_login = args->command == COMMAND_LOGIN && (used & UINT64_C(1) << OPTION_CARD) != 0;
    if (args->card == NULL || args->card[0] != '\0')
        return true;
    args->card = NULL;
    return args->card_login || wrong(args, M_NO_VALUE, "--card");
}

/* One way to log in at a time. */
static bool check_login(cli_args *args)
{
    if (args->password_login + args->card_login + args->paste > 1)
        return wrong(args, M_NOT_TOGETHER, "--password, --card, --paste");
    return true;
}

static bool check_words(cli_args *args)
{
    return !args->quiet || !args->verbose || wrong(args, M_NOT_TOGETHER, "--quiet, --verbose");
}

/* PINs are typed at the keypad or given here, not both. */
static bool check_keypad(cli_args *args)
{
    if (args->pinpad && (args->old_pin_fd >= 0 || args->new_pin_fd >= 0))
        return wrong(args, M_NOT_TOGETHER, "--pinpad, --old-pin-fd, --new-pin-fd");
    if (args->pin_digits != 0 && !args->pinpad)
        return wrong(args, M_ONLY_WITH, "--pinpad");
    return true;
}

static bool check_proxy(cli_args *args)
{
    return args->proxy_password_fd < 0 || args->proxy_user != NULL ||
           wrong(args, M_ONLY_WITH_PROXY_USER, NULL);
}

static const char *environment(const char *option, const char *name)
{
    const char *value = option != NULL ? option : getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

bool cli_args_read(int argc, char **argv, cli_args *args)
{
    *args = (cli_args){.command = COMMAND_NONE,
                       .language = cli_language(NULL),
                       .hash = KAMUPIN_SHA256,
                       .certificate = KAMUPIN_CERTIFICATE_ANY,
                       .proxy_password_fd = -1,
                       .pin_fd = -1,
                       .word_fd = -1,
                       .code_fd = -1,
                       .old_pin_fd = -1,
                       .new_pin_fd = -1,
                       .sms_fd = -1,
                       .web_password_fd = -1,
                       .check_pin_fd = -1,
                       .days = END_DAYS};
    char **words = argv + 1; /* they are moved to the front, over options that were read before */
    int count = 0;
    uint64_t used = 0;
    bool good = true;
    bool only_words = false;
    for (int at = 1; at < argc; at++) {
        if (!only_words && strcmp(argv[at], "--") == 0)
            only_words = true;
        else if (!only_words && argv[at][0] == '-' && argv[at][1] != '\0')
            good = (good & read_option(argc, argv, &at, args, &used)) != 0;
        else
            words[count++] = argv[at];
    }
    if (count > 0 && strcmp(words[0], "help") == 0) { /* `help card list` is `card list --help` */
        args->help = true;
        words++;
        count--;
    }
    if (!good && count > 0)
        cli_command_find(words, count,
                         &args->command); /* the help that is named then is the command's */
    good = good && read_words(words, count, args) && check_options(args, used) &&
           check_card(args, used) && check_login(args) && check_keypad(args) && check_proxy(args) &&
           check_words(args);
    args->service = environment(args->service, "KAMUPIN_SERVICE");
    args->ca_file = environment(args->ca_file, "KAMUPIN_CA_FILE");
    args->state_dir = environment(args->state_dir, "KAMUPIN_STATE_DIR");
    args->trust = environment(args->trust, "KAMUPIN_TRUST");
    return good;
}
