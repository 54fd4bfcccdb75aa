/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   show.c: what is known of a card, for people, on stdout. Text from readers and cards is cleaned of
   control characters on its way. */
#define _GNU_SOURCE 1 /* timegm */
#include "cli.h"
#include "width.h"
#include "wrap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LABEL 14 /* columns of the labels */

bool cli_recognised(const kamupin_card_info *info)
{
    return info->kind == KAMUPIN_CARD_SIGNATURE || info->kind == KAMUPIN_CARD_OTHER;
}

const char *cli_kind(const cli *program, kamupin_card_kind kind)
{
    switch (kind) {
    case KAMUPIN_CARD_NONE:
        return cli_say(program, M_KIND_NONE);
    case KAMUPIN_CARD_UNKNOWN:
        return cli_say(program, M_KIND_UNKNOWN);
    case KAMUPIN_CARD_SIGNATURE:
        return cli_say(program, M_KIND_SIGNATURE);
    case KAMUPIN_CARD_IDENTITY:
        return cli_say(program, M_KIND_IDENTITY);
    case KAMUPIN_CARD_OTHER:
        return cli_say(program, M_KIND_OTHER);
    }
    return cli_say(program, M_KIND_UNKNOWN);
}

static const char *state_text(const cli *program, kamupin_pin_state state)
{
    switch (state) {
    case KAMUPIN_PIN_UNKNOWN:
        return cli_say(program, M_STATE_UNKNOWN);
    case KAMUPIN_PIN_NOT_SET:
        return cli_say(program, M_STATE_NOT_SET);
    case KAMUPIN_PIN_USABLE:
        return cli_say(program, M_STATE_USABLE);
    case KAMUPIN_PIN_BLOCKED:
        return cli_say(program, M_STATE_BLOCKED);
    case KAMUPIN_PIN_DEAD:
        return cli_say(program, M_STATE_DEAD);
    }
    return cli_say(program, M_STATE_UNKNOWN);
}

const char *cli_product(kamupin_product product)
{
    switch (product) {
    case KAMUPIN_PRODUCT_NES:
        return "NES";
    case KAMUPIN_PRODUCT_MALI_MUHUR:
        return "Mali Mühür";
    case KAMUPIN_PRODUCT_ELEKTRONIK_MUHUR:
        return "Elektronik Mühür";
    case KAMUPIN_PRODUCT_KURUMSAL_SIFRELEME:
        return "Kurumsal Şifreleme";
    case KAMUPIN_PRODUCT_ANY:
        break;
    }
    return "";
}

const char *cli_moment(const cli *program, time_t moment, char *room, size_t size)
{
    struct tm parts;
    const bool turkish = program->args.language == KAMUPIN_TURKISH;
    if (localtime_r(&moment, &parts) == NULL ||
        strftime(room, size, turkish ? "%d.%m.%Y %H:%M:%S" : "%Y-%m-%d %H:%M:%S", &parts) == 0)
        room[0] = '\0';
    return room;
}

const char *cli_moment_of(const cli *program, const char *text, char *room, size_t size)
{
    struct tm parts = {.tm_isdst = 0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
    if (end != NULL && *end == '.')
        end += 1 + strspn(end + 1, "0123456789");
    if (end == NULL || strptime(end, "%z", &parts) == NULL)
        return cli_clean(text, room, size);
    const long east = parts.tm_gmtoff; /* timegm takes no notice of it and clears it */
    return cli_moment(program, timegm(&parts) - east, room, size);
}

FILE *cli_asked_on(const cli *program)
{
    cli_screen_settle(program->screen);
    return !program->args.json ? stdout : program->interactive ? stderr : NULL;
}

void cli_show_row(const cli *program, cli_message label, const char *value)
{
    cli_write_row(program, stdout, label, value);
}

void cli_write_row(const cli *program, FILE *stream, cli_message label, const char *value)
{
    char clean[KAMUPIN_TEXT_MAX];
    const char *name = cli_say(program, label);
    int pad = LABEL - cli_width(name);
    if (pad < 1)
        pad = 1;
    cli_clean(value, clean, sizeof clean);
    fprintf(stream, "  %s%*s", name, pad, "");
    if (isatty(fileno(stream)))
        cli_wrap(stream, clean, 2 + cli_width(name) + pad, cli_columns(fileno(stream)));
    else
        fputs(clean, stream);
    fputc('\n', stream);
}

/* "usable, tries left 2/3": as much of it as is known. */
static const char *reference_text(const cli *program, kamupin_pin_state state, kamupin_tries tries,
                                  int left, int most, char *room, size_t size)
{
    char amount[32] = "";
    char more[100] = "";
    if (tries == KAMUPIN_TRIES_KNOWN) {
        if (most >= 0)
            snprintf(amount, sizeof amount, "%d/%d", left, most);
        else
            snprintf(amount, sizeof amount, "%d", left);
        cli_fill(program->args.language, M_TRIES_LEFT, amount, more, sizeof more);
    } else if (tries == KAMUPIN_TRIES_VERIFIED) {
        snprintf(more, sizeof more, "%s", cli_say(program, M_TRIES_VERIFIED));
    } else if (state == KAMUPIN_PIN_USABLE) {
        snprintf(more, sizeof more, "%s", cli_say(program, M_TRIES_UNKNOWN));
    }
    snprintf(room, size, "%s%s%s", state_text(program, state), more[0] != '\0' ? ", " : "", more);
    return room;
}

const char *cli_pin_text(const cli *program, const kamupin_card_info *info, char *room, size_t size)
{
    return reference_text(program, info->pin_state, info->pin_tries, info->pin_tries_left,
                          info->pin_tries_max, room, size);
}

void cli_show_pin(const cli *program, const kamupin_card_info *info)
{
    char line[200];
    cli_show_row(program, M_PIN, cli_pin_text(program, info, line, sizeof line));
    if (info->puk_state != KAMUPIN_PIN_UNKNOWN || info->puk_tries == KAMUPIN_TRIES_KNOWN)
        cli_show_row(program, M_PUK,
                     reference_text(program, info->puk_state, info->puk_tries, info->puk_tries_left,
                                    info->puk_tries_max, line, sizeof line));
}

/* A card that could have been read by itself is not called unknown because it was not. */
static bool was_not_read(const kamupin_card_info *info)
{
    return info->kind == KAMUPIN_CARD_UNKNOWN && info->usable != KAMUPIN_E_CARD_UNSUPPORTED &&
           info->usable != KAMUPIN_E_CARD_NO_CERTIFICATE &&
           info->usable != KAMUPIN_E_CARD_UNRECOGNISED;
}

/* The product is that of the ATR's family, which an identity card shares: it is said only of a card
 * that was recognised. */
static void show_kind(const cli *program, const kamupin_card_info *info)
{
    char line[160];
    const char *kind =
        was_not_read(info) ? cli_say(program, M_KIND_UNREAD) : cli_kind(program, info->kind);
    if (info->product[0] != '\0' && cli_recognised(info))
        snprintf(line, sizeof line, "%s (%s)", info->product, kind);
    else
        snprintf(line, sizeof line, "%s", kind);
    cli_show_row(program, M_CARD, line);
}

static void show_more(const cli *program, const kamupin_card_info *info)
{
    char number[24];
    char atr[KAMUPIN_ATR_MAX * 2 + 1] = "";
    for (size_t i = 0; i < info->atr_length && i < KAMUPIN_ATR_MAX; i++)
        snprintf(atr + 2 * i, 3, "%02X", info->atr[i]);
    if (info->profile[0] != '\0')
        cli_show_row(program, M_PROFILE, info->profile);
    if (atr[0] != '\0')
        cli_show_row(program, M_ATR, atr);
    if (!cli_recognised(info)) /* of another card none was looked for, or none was there */
        return;
    snprintf(number, sizeof number, "%zu", info->certificates);
    cli_show_row(program, M_CERTIFICATES, number);
}

kamupin_status cli_next_step(const kamupin_card_info *info)
{
    if (info->usable != KAMUPIN_OK)
        return info->usable;
    if (info->pin_state == KAMUPIN_PIN_DEAD)
        return KAMUPIN_E_CARD_DEAD;
    if (info->pin_state == KAMUPIN_PIN_BLOCKED)
        return KAMUPIN_E_PIN_BLOCKED;
    return info->pin_state == KAMUPIN_PIN_NOT_SET ? KAMUPIN_E_PIN_NOT_SET : KAMUPIN_OK;
}

void cli_show_card(const cli *program, const kamupin_card_info *info, bool all)
{
    char clean[KAMUPIN_READER_NAME_MAX];
    kamupin_language language = program->args.language;
    printf("%s\n", cli_clean(info->reader, clean, sizeof clean));
    if (info->pin_pad)
        cli_show_row(program, M_KEYPAD, cli_say(program, M_KEYPAD_THERE));
    show_kind(program, info);
    if (info->card_id[0] != '\0')
        cli_show_row(program, M_CARD_ID, info->card_id);
    if (info->serial[0] != '\0' && (all || strncmp(info->card_id, "serial:", 7) != 0))
        cli_show_row(program, M_SERIAL, info->serial);
    if (cli_recognised(info))
        cli_show_pin(program, info);
    if (all && info->kind != KAMUPIN_CARD_NONE)
        show_more(program, info);
    if (info->usable != KAMUPIN_OK && info->kind != KAMUPIN_CARD_NONE)
        cli_show_row(program, M_NOTE, kamupin_status_cause(info->usable, language));
    if (all && cli_next_step(info) != KAMUPIN_OK)
        cli_show_row(program, M_NEXT_STEP, kamupin_status_remedy(cli_next_step(info), language));
}
