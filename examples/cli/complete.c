/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   complete.c: what the shells' completion (share/completions) asks: `kamupin __complete WORD…`, the words
   behind `kamupin` as far as the cursor, the last of them the one that is being typed, perhaps empty. Each line of
   the answer is a candidate, a tab and what it is, or `:file` or `:folder` where a path may stand. Candidates come
   from the tables that the parser reads. Of the machine only the readers' names are looked up, by what the PC/SC
   daemon knows by itself: nothing is sent to a card. */
#include "cert_revoke.h"
#include "options.h"
#include "screen.h"

#include <stdio.h>
#include <string.h>

#define SERVICE_MS 1000 /* the daemon's first word; a shell waits for nothing longer */
#define READER_MS  100  /* between what it tells of the readers that are there */

typedef struct line {
    kamupin_language language;
    const char *typed;   /* the word that is being typed */
    const char *before;  /* what stands before a value in it: "--lang=" */
    cli_command command; /* COMMAND_NONE as long as no verb names one */
    char **words;        /* those that are no options, in front of it */
    int count;
    int used; /* how many of them name the command */
    uint64_t options;
    bool only_words; /* "--" was among them */
} line;

static void offer(const line *at, const char *word, const char *summary)
{
    char clean[KAMUPIN_READER_NAME_MAX];
    if (strncmp(word, at->typed, strlen(at->typed)) == 0 &&
        strcmp(cli_clean(word, clean, sizeof clean), word) == 0)
        printf("%s%s\t%s\n", at->before, word, summary);
}

static const char *summary_of(const line *at, const char *const *summary)
{
    return summary[at->language == KAMUPIN_TURKISH ? 0 : 1];
}

/* ---- readers ---- */

static void offer_reader(const line *at, const kamupin_watch_event *event)
{
    char text[100];
    if (event->kind != KAMUPIN_WATCH_CARD_IN || event->status == KAMUPIN_E_CARD_MUTE)
        return;
    if (event->status == KAMUPIN_OK)
        cli_fill(at->language, M_WATCH_CARD, event->profile, text, sizeof text);
    else
        snprintf(text, sizeof text, "%s", cli_text(at->language, M_WATCH_UNSUPPORTED));
    offer(at, event->reader, text);
}

static void offer_readers(const line *at)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_watch_event event = KAMUPIN_WATCH_EVENT_INIT;
    kamupin_context *context = NULL;
    kamupin_watch *watch = NULL;
    long wait = SERVICE_MS;
    if (kamupin_context_new(&options, &context, NULL) == KAMUPIN_OK &&
        kamupin_watch_new(context, NULL, NULL, &watch, NULL) == KAMUPIN_OK)
        while (kamupin_watch_next(watch, wait, NULL, &event, NULL) == KAMUPIN_OK &&
               event.kind != KAMUPIN_WATCH_SERVICE_DOWN) {
            offer_reader(at, &event);
            wait = READER_MS;
        }
    kamupin_watch_free(&watch);
    kamupin_context_free(&context);
}

/* ---- what stands behind an option, and behind the verb ---- */

static void offer_reasons(const line *at)
{
    const char *const *words = at->command == COMMAND_CERT_SUSPEND ? cli_suspend_reasons : NULL;
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        offer(at, words[i], "");
    for (size_t i = 0; words == NULL && i < CLI_REVOCATION_REASONS; i++)
        offer(at, kamupin_revocation_reason_name(cli_revocation_reasons[i]), "");
}

static void offer_value(const line *at, cli_option option)
{
    const char *const *words = cli_option_words(option);
    const cli_argument argument = cli_options[option].argument;
    for (size_t i = 0; words != NULL && words[i] != NULL; i++)
        offer(at, words[i], "");
    if (argument == A_FILE || argument == A_PATH)
        puts(":file");
    else if (argument == A_FOLDER)
        puts(":folder");
    else if (argument == A_CARD)
        offer_readers(at);
    else if (argument == A_REASON)
        offer_reasons(at);
    for (int i = KAMUPIN_PRODUCT_NES;
         argument == A_PRODUCT && i <= KAMUPIN_PRODUCT_KURUMSAL_SIFRELEME; i++)
        offer(at, kamupin_product_name((kamupin_product)i), "");
    if (argument == A_ORGANISATION) {
        offer(at, "vkn:", "");
        offer(at, "detsis:", "");
    }
    if (option == OPTION_PROXY)
        offer(at, "none", "");
}

static void offer_number(const line *at)
{
    if (at->command == COMMAND_INQUIRE_DEBT) {
        offer(at, "tckn:", "");
        offer(at, "passport:", "");
    }
    if (at->command != COMMAND_INQUIRE_SHIPMENT)
        offer(at, "vkn:", "");
    if (at->command == COMMAND_INQUIRE_SEAL_AUTHORITY)
        offer(at, "detsis:", "");
}

/* false when nothing can stand there that is known here. */
static bool offer_argument(const line *at)
{
    const int takes = cli_commands[at->command].takes;
    if (takes != TAKES_SOURCES && at->count > at->used)
        return false;
    if (takes == TAKES_CARD) {
        offer_readers(at);
    } else if (takes == TAKES_FILE ||
               (takes == TAKES_CERTIFICATE && (UINT64_C(1) << at->command & C_READING) != 0)) {
        puts(":file");
    } else if (takes == TAKES_NUMBER) {
        offer_number(at);
    } else if (takes == TAKES_SOURCES) {
        offer(at, "cards", cli_text(at->language, M_SOURCE_CARDS));
        offer(at, "service", cli_text(at->language, M_SERVICE));
        puts(":file");
    } else {
        return false;
    }
    return true;
}

static void offer_options(const line *at)
{
    for (int i = 0; i < OPTION_COUNT && !at->only_words; i++) {
        const cli_option_row *row = &cli_options[i];
        const bool fits = at->command == COMMAND_NONE
                              ? row->mask == C_ALL
                              : (row->mask & UINT64_C(1) << at->command) != 0;
        char name[64];
        if (!fits || (at->options & UINT64_C(1) << i) != 0)
            continue;
        snprintf(name, sizeof name, "--%s", row->name);
        offer(at, name, summary_of(at, row->summary));
    }
}

/* ---- words of commands ---- */

/* The verbs of a noun, for people: "list, show, watch". */
static void offer_noun(const line *at, const char *noun)
{
    char verbs[200];
    size_t used = 0;
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(cli_commands[i].noun, noun) == 0 && used < sizeof verbs)
            used += (size_t)snprintf(verbs + used, sizeof verbs - used, "%s%s",
                                     used == 0 ? "" : ", ", cli_commands[i].verb);
    offer(at, noun, verbs);
}

static void offer_nouns(const line *at)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (cli_commands[i].verb[0] == '\0')
            offer(at, cli_commands[i].noun, summary_of(at, cli_commands[i].summary));
        else if (i == 0 || strcmp(cli_commands[i].noun, cli_commands[i - 1].noun) != 0)
            offer_noun(at, cli_commands[i].noun);
    }
    offer(at, "help", cli_text(at->language, M_HELP_COMMAND));
}

/* The next word of each verb of the noun that the words before it begin. */
static void offer_verbs(const line *at)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        const char *verb = cli_commands[i].verb;
        const size_t first = strcspn(verb, " ");
        char word[32];
        if (strcmp(cli_commands[i].noun, at->words[0]) != 0)
            continue;
        snprintf(word, sizeof word, "%.*s", (int)first, verb);
        if (at->count == 1)
            offer(at, word, summary_of(at, cli_commands[i].summary));
        else if (at->count == 2 && verb[first] == ' ' && strcmp(at->words[1], word) == 0)
            offer(at, verb + first + 1, summary_of(at, cli_commands[i].summary));
    }
}

/* ---- the line ---- */

/* Reads all words but the last; the option whose value the last one is, else OPTION_COUNT. */
static cli_option read_line(line *at, int argc, char **argv)
{
    cli_option open = OPTION_COUNT;
    for (int i = 0; i + 1 < argc; i++) {
        char *word = argv[i];
        if (open != OPTION_COUNT) {
            open = OPTION_COUNT;
        } else if (!at->only_words && strcmp(word, "--") == 0) {
            at->only_words = true;
        } else if (!at->only_words && word[0] == '-' && word[1] != '\0') {
            const cli_option option = cli_option_find(word);
            if (option == OPTION_COUNT)
                continue;
            at->options |= UINT64_C(1) << option;
            if (cli_options[option].argument != A_NONE && strchr(word, '=') == NULL)
                open = option;
        } else {
            at->words[at->count++] = word;
        }
    }
    return open;
}

void cli_complete(int argc, char **argv)
{
    char before[64] = "";
    line at = {.language = cli_language(NULL),
               .typed = argc > 0 ? argv[argc - 1] : "",
               .before = before,
               .command = COMMAND_NONE,
               .words = argv}; /* they are moved to the front, over options that were read before */
    cli_option open = read_line(&at, argc, argv);
    const bool help = at.count > 0 && strcmp(at.words[0], "help") == 0;
    const char *value = strchr(at.typed, '=');
    at.words += help;
    at.count -= help;
    if (at.count > 0)
        at.used = cli_command_find(at.words, at.count, &at.command);
    if (open == OPTION_COUNT && !at.only_words && at.typed[0] == '-' && value != NULL) {
        open = cli_option_find(at.typed);
        snprintf(before, sizeof before, "%.*s", (int)(value + 1 - at.typed), at.typed);
        at.typed = value + 1;
        if (open == OPTION_COUNT || cli_options[open].argument == A_NONE)
            return;
    }
    if (open != OPTION_COUNT)
        offer_value(&at, open);
    else if (at.typed[0] == '-' && !at.only_words)
        offer_options(&at);
    else if (at.count == 0)
        offer_nouns(&at);
    else if (at.command == COMMAND_NONE)
        offer_verbs(&at);
    else if (!help && !offer_argument(&at))
        offer_options(&at);
}
