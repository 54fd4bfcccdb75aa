/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   compose.c: makes the man page of each command, in both languages, of the tables that the command reads its own
   command line by (examples/cli/commands.def, options.def) and of the prose in docs/man/command. Run by the build.
   A command or an option without prose, and prose without a command or an option, ends it with 1.

     compose DATE PARTS OUT    pages go to OUT/man1 and OUT/tr/man1, which are there */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_MAX 256
#define HEADER    ".\\\" == "
#define EXAMPLES  ".\\\" -- examples\n"

/* A part of the prose: what stands below `== NAME` or `== NAME: COMMAND, COMMAND`. */
typedef struct part {
    const char *name, *commands; /* as far as the line ends; `commands`: NULL for the part of all */
    size_t name_length, commands_length;
    const char *body;
    size_t length;
    bool used;
} part;

typedef struct prose {
    char *text;
    part parts[PARTS_MAX];
    size_t count;
} prose;

static const struct words {
    const char *name, *folder, *head;
    const char *synopsis, *description, *options, *exit_status, *examples, *see_also;
    const char *every, *described, *exits;
} WORDS[] = {
    {"tr", "tr/man1",
     ".\\\" Not to be hyphenated by English rules: no patterns are known for tr.\n.hla tr\n",
     "KULLANIM", "AÇIKLAMA", "SEÇENEKLER", "ÇIKIŞ KODU", "ÖRNEKLER", "AYRICA BAKINIZ",
     "Her komutun aldığı seçenekler:", "Bunları\n.Xr kamupin 1\nanlatır.\n",
     "Her şey yolundaysa 0, değilse bir durumun numarası:\n.Xr kamupin 1\nhepsini sayar.\n"},
    {"en", "man1", "", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES", "SEE ALSO",
     "The options of every command:", "They are described in\n.Xr kamupin 1 .\n",
     "0 when all went well, else the number of a status:\n.Xr kamupin 1\nlists them.\n"},
};

static int problems;

static void wrong(const char *what, const char *file, const char *name, size_t length)
{
    fprintf(stderr, "compose: %s: %s: %.*s\n", file, what, (int)length, name);
    problems++;
}

/* ---- prose ---- */

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size = 1 << 20;
    char *text = malloc(size);
    if (file == NULL || text == NULL) {
        perror(path);
        exit(1);
    }
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void read_prose(prose *all, const char *folder, const char *kind, const char *language)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.%s.mdoc", folder, kind, language);
    *all = (prose){.text = read_file(path)};
    char *at = strstr(all->text, "\n" HEADER);
    while (at != NULL && all->count < PARTS_MAX) {
        part *made = &all->parts[all->count++];
        made->name = at + strlen("\n" HEADER);
        const size_t line = strcspn(made->name, "\n");
        made->name_length = strcspn(made->name, ":\n");
        if (made->name_length < line) {
            made->commands = made->name + made->name_length + 2;
            made->commands_length = line - made->name_length - 2;
        }
        made->body = made->name + line + 1;
        at = strstr(made->body - 1, "\n" HEADER);
        made->length = at != NULL ? (size_t)(at + 1 - made->body) : strlen(made->body);
    }
}

static void name_of(cli_command command, char between, char *room, size_t size)
{
    const cli_command_row *row = &cli_commands[command];
    snprintf(room, size, "%s%s%s", row->noun, row->verb[0] != '\0' ? " " : "", row->verb);
    for (char *at = room; *at != '\0'; at++)
        if (*at == ' ')
            *at = between;
}

/* Whether the part is for that command alone, or for some of which it is one. */
static bool names(const part *one, const char *command)
{
    const size_t length = strlen(command);
    const char *at = one->commands;
    const char *end = at + one->commands_length;
    while (at < end) {
        const size_t word = strcspn(at, ",\n");
        if (word == length && strncmp(at, command, length) == 0)
            return true;
        at += word + 2;
    }
    return false;
}

/* The part of that name for that command, else the one for all. */
static const part *find(prose *all, const char *name, const char *command)
{
    part *found = NULL;
    for (size_t i = 0; i < all->count; i++) {
        part *one = &all->parts[i];
        if (one->name_length != strlen(name) || strncmp(one->name, name, one->name_length) != 0)
            continue;
        if (one->commands == NULL && found == NULL)
            found = one;
        else if (one->commands != NULL && names(one, command))
            found = one;
    }
    if (found != NULL)
        found->used = true;
    return found;
}

/* ---- pages ---- */

/* The name of an argument as manuals have it, in small letters: those of the two languages. */
static const char *small(const char *name, kamupin_language language, char *room, size_t size)
{
    static const char *const LETTERS[][2] = {{"Ç", "ç"}, {"Ğ", "ğ"}, {"İ", "i"},
                                             {"Ö", "ö"}, {"Ş", "ş"}, {"Ü", "ü"}};
    size_t used = 0;
    while (*name != '\0' && used + 4 < size) {
        const char *letter = NULL;
        size_t length = 1;
        for (size_t i = 0; i < sizeof LETTERS / sizeof LETTERS[0]; i++)
            if (strncmp(name, LETTERS[i][0], 2) == 0) {
                letter = LETTERS[i][1];
                length = 2;
            }
        if (*name == 'I' && language == KAMUPIN_TURKISH)
            letter = "ı";
        if (letter != NULL)
            used += (size_t)snprintf(room + used, size - used, "%s", letter);
        else
            room[used++] = *name >= 'A' && *name <= 'Z' ? (char)(*name + 0x20) : *name;
        name += length;
    }
    room[used] = '\0';
    return room;
}

/* "-form Ar form", and with `maybe` "-card Op Ar card" for a word that may be left out. */
static void write_option(FILE *page, kamupin_language language, cli_option option, bool maybe)
{
    const cli_option_row *row = &cli_options[option];
    char room[64];
    fprintf(page, "Fl -%s", row->name);
    if (row->argument != A_NONE)
        fprintf(page, " %sAr %s", maybe ? "Op " : "",
                small(cli_text(language, (cli_message)row->argument), language, room, sizeof room));
}

static void write_argument(FILE *page, kamupin_language language, int takes)
{
    char room[64];
    const cli_message word = takes == TAKES_CARD                         ? M_ARG_CARD
                             : takes == TAKES_FILE                       ? M_ARG_FILE
                             : takes == TAKES_SOURCES                    ? M_ARG_FILE
                             : takes == TAKES_NUMBER                     ? M_USAGE_NUMBER
                             : takes == TAKES_ORDER || takes == TAKES_ID ? M_USAGE_ID
                             : takes == TAKES_FILED                      ? M_USAGE_ID
                                                                         : M_USAGE_ONE_CERTIFICATE;
    small(cli_text(language, word), language, room, sizeof room);
    if (takes == TAKES_SOURCES)
        fprintf(page, ".Op Cm cards | service | Ar %s ...\n", room);
    else if (takes == TAKES_CARD || takes == TAKES_ORDER || takes == TAKES_CERTIFICATE)
        fprintf(page, ".Op Ar %s\n", room);
    else if (takes != TAKES_NOTHING)
        fprintf(page, ".Ar %s\n", room);
}

static bool is_own(cli_command command, int option)
{
    return cli_options[option].mask != C_ALL &&
           (cli_options[option].mask & UINT64_C(1) << command) != 0;
}

static void write_synopsis(FILE *page, kamupin_language language, cli_command command,
                           const char *name)
{
    fprintf(page, ".Nm kamupin\n.Cm %s\n", name);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (is_own(command, i)) {
            fputs(".Op ", page);
            write_option(page, language, (cli_option)i,
                         i == OPTION_CARD && command == COMMAND_LOGIN);
            fputc('\n', page);
        }
    write_argument(page, language, cli_commands[command].takes);
}

static void write_options(FILE *page, kamupin_language language, cli_command command,
                          const char *name, prose *options)
{
    const struct words *words = &WORDS[language == KAMUPIN_TURKISH ? 0 : 1];
    bool any = false;
    fprintf(page, ".Sh %s\n", words->options);
    for (int i = 0; i < OPTION_COUNT; i++) {
        char key[64];
        if (!is_own(command, i))
            continue;
        snprintf(key, sizeof key, "--%s", cli_options[i].name);
        const part *said = find(options, key, name);
        fputs(any ? ".It " : ".Bl -tag -width Ds\n.It ", page);
        write_option(page, language, (cli_option)i, i == OPTION_CARD && command == COMMAND_LOGIN);
        fputc('\n', page);
        any = true;
        if (said != NULL)
            fwrite(said->body, 1, said->length, page);
        else
            wrong("no part for the option", words->name, key, strlen(key));
    }
    fprintf(page, "%s%s\n.Fl", any ? ".El\n.Pp\n" : "", words->every);
    const char *comma = " ";
    for (int i = 0; i < OPTION_COUNT; i++)
        if (cli_options[i].mask == C_ALL) {
            fprintf(page, "%s-%s", comma, cli_options[i].name);
            comma = " , ";
        }
    fprintf(page, " .\n%s", words->described);
}

static int by_name(const void *one, const void *other)
{
    return strcmp(one, other);
}

static void write_see_also(FILE *page, cli_command command)
{
    char names[COMMAND_COUNT][64];
    size_t count = 0;
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (i != (int)command && strcmp(cli_commands[i].noun, cli_commands[command].noun) == 0)
            name_of((cli_command)i, '-', names[count++], sizeof names[0]);
    qsort(names, count, sizeof names[0], by_name);
    fputs(".Xr kamupin 1", page);
    for (size_t i = 0; i < count; i++)
        fprintf(page, " ,\n.Xr kamupin-%s 1", names[i]);
    fputc('\n', page);
}

/* The title of the page: its name in capitals, which are those of ASCII. */
static void write_title(FILE *page, const char *name)
{
    fputs(".Dt KAMUPIN-", page);
    for (; *name != '\0'; name++)
        fputc(*name >= 'a' && *name <= 'z' ? *name - 0x20 : *name, page);
    fputs(" 1\n.Os\n", page);
}

static void write_page(const char *out, const char *date, kamupin_language language,
                       cli_command command, prose *commands, prose *options)
{
    const int column = language == KAMUPIN_TURKISH ? 0 : 1;
    const struct words *words = &WORDS[column];
    char name[64], file[64], path[1024];
    name_of(command, ' ', name, sizeof name);
    name_of(command, '-', file, sizeof file);
    snprintf(path, sizeof path, "%s/%s/kamupin-%s.1", out, words->folder, file);
    const part *said = find(commands, name, name);
    FILE *page = fopen(path, "wb");
    if (page == NULL || said == NULL) {
        wrong(page == NULL ? "cannot be written" : "no part for the command", words->name, name,
              strlen(name));
        if (page != NULL)
            fclose(page);
        return;
    }
    const char *examples = strstr(said->body, EXAMPLES);
    const bool shows = examples != NULL && examples < said->body + said->length;
    const size_t length = shows ? (size_t)(examples - said->body) : said->length;
    fprintf(page, ".\\\" Made by docs/man/compose.c.\n.Dd %s\n", date);
    write_title(page, file);
    fprintf(page, "%s.Sh NAME\n.Nm kamupin-%s\n.Nd %s\n.Sh %s\n", words->head, file,
            cli_commands[command].summary[column], words->synopsis);
    write_synopsis(page, language, command, name);
    fprintf(page, ".Sh %s\n%.*s", words->description, (int)length, said->body);
    const part *session = find(commands, "session", name);
    if ((UINT64_C(1) << command & (C_BORROWING | C_SUBMITTING)) != 0 && session != NULL)
        fwrite(session->body, 1, session->length, page);
    write_options(page, language, command, name, options);
    fprintf(page, ".Sh %s\n%s", words->exit_status, words->exits);
    if (shows)
        fprintf(page, ".Sh %s\n%.*s", words->examples,
                (int)(said->length - length - strlen(EXAMPLES)), examples + strlen(EXAMPLES));
    fprintf(page, ".Sh %s\n", words->see_also);
    write_see_also(page, command);
    if (fclose(page) != 0)
        wrong("cannot be written", words->name, path, strlen(path));
}

static void tell_unused(const prose *all, const char *language)
{
    for (size_t i = 0; i < all->count; i++)
        if (!all->parts[i].used)
            wrong("belongs to nothing", language, all->parts[i].name,
                  strcspn(all->parts[i].name, "\n"));
    free(all->text);
}

int main(int argc, char **argv)
{
    static prose commands, options;
    if (argc != 4) {
        fputs("usage: compose DATE PARTS OUT\n", stderr);
        return 64;
    }
    for (int column = 0; column < 2; column++) {
        read_prose(&commands, argv[2], "commands", WORDS[column].name);
        read_prose(&options, argv[2], "options", WORDS[column].name);
        for (int i = 0; i < COMMAND_COUNT; i++)
            write_page(argv[3], argv[1], column == 0 ? KAMUPIN_TURKISH : KAMUPIN_ENGLISH,
                       (cli_command)i, &commands, &options);
        tell_unused(&commands, WORDS[column].name);
        tell_unused(&options, WORDS[column].name);
    }
    return problems == 0 ? 0 : 1;
}
