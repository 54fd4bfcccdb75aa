/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   row.c: a program on the library's public face alone: opens a card through the rows of a profile
   file and verifies PINs given on its command line (test PINs, of cards that are programs). Touches
   the reader that it is told, and KAMUPIN_STATE_DIR.

       driver-row PROFILE READER RISK PIN…

   One line for the card, one for each PIN: the status' name, then name=value words. */
#include <kamupin/kamupin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void to_stderr(void *user, kamupin_log_level level, const char *room, const char *line)
{
    (void)user;
    fprintf(stderr, "%d %s: %s\n", (int)level, room, line);
}

static void say_card(kamupin_status status, const kamupin_card_info *info,
                     const kamupin_error *error)
{
    printf("%s usable=%s kind=%d id=%s row=%s pin=%s tries=%d\n", kamupin_status_name(status),
           kamupin_status_name(info->usable), (int)info->kind, info->card_id, info->profile,
           kamupin_pin_state_name(info->pin_state), info->pin_tries_left);
    if (status != KAMUPIN_OK)
        printf("# %s\n", error->detail);
}

static kamupin_status verify(kamupin_context *context, kamupin_card *card, const char *digits,
                             unsigned int risk)
{
    kamupin_secret *pin = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &pin, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_append(pin, digits, strlen(digits));
    if (status == KAMUPIN_OK) {
        status = kamupin_pin_verify(card, pin, risk);
        kamupin_card_error(card, &error);
    }
    kamupin_secret_free(&pin);
    printf("%s sw=%04X tries=%d\n", kamupin_status_name(status),
           (unsigned int)(error.status_word & 0xFFFF), error.tries_left);
    return status;
}

int main(int argc, char **argv)
{
    kamupin_context *context = NULL;
    kamupin_card *card = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    if (argc < 4)
        return 2;
    options.state_folder = getenv("KAMUPIN_STATE_DIR");
    options.log = to_stderr;
    options.log_level = KAMUPIN_LOG_TRACE;
    kamupin_status status = kamupin_context_new(&options, &context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_profile_load(context, argv[1], &error);
    if (status == KAMUPIN_OK)
        status = kamupin_card_open(context, argv[2], NULL, &card, &error);
    if (status == KAMUPIN_OK) {
        status = kamupin_card_read(card, &info);
        kamupin_card_error(card, &error);
    }
    say_card(status, &info, &error);
    for (int i = 4; card != NULL && i < argc; i++)
        verify(context, card, argv[i], (unsigned int)strtoul(argv[3], NULL, 0));
    kamupin_card_free(&card);
    kamupin_context_free(&context);
    return 0;
}
