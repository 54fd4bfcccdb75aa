/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pad.c: one piece of work at a reader's keypad, then waits for the end of its input with the handles
   still open, so that a test can search this process' memory. The first line of its input is kept in
   memory and never used: a planted value that the search has to find.

       driver-pad read|verify|change RISK DIGITS TIMEOUT [FLAGS MIN MAX]

   Prints "typing" when the keypad is about to ask, then "STATUS SW TRIES"; or what is known of the keypad. */
#include <kamupin/kamupin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void typing(void *user)
{
    (void)user;
    puts("typing");
    fflush(stdout);
}

static unsigned int number(int count, char **words, int at)
{
    return at < count ? (unsigned int)strtoul(words[at], NULL, 0) : 0;
}

static kamupin_status describe(kamupin_card *card, const kamupin_pad_options *options)
{
    kamupin_pad_info pad = KAMUPIN_PAD_INFO_INIT;
    kamupin_status status = kamupin_pad_read(card, options, &pad);
    if (status == KAMUPIN_OK)
        printf("verify=%d change=%d wants_digits=%d in_steps=%d digits=%u-%u id=%04X:%04X "
               "display=%ux%u "
               "quirks=%u firmware=%s\n",
               pad.verify, pad.change, pad.wants_digits, pad.in_steps, pad.min_digits,
               pad.max_digits, pad.vendor, pad.product, pad.lines, pad.columns, pad.quirks,
               pad.firmware);
    return status;
}

static kamupin_status work(kamupin_card *card, const kamupin_pad_options *options, const char *what,
                           unsigned int risk)
{
    if (strcmp(what, "read") == 0)
        return describe(card, options);
    return strcmp(what, "change") == 0 ? kamupin_pad_change(card, options, risk)
                                       : kamupin_pad_verify(card, options, risk);
}

int main(int count, char **words)
{
    kamupin_pad_quirks quirks = {sizeof quirks, number(count, words, 5), number(count, words, 6),
                                 number(count, words, 7)};
    kamupin_pad_options options = KAMUPIN_PAD_OPTIONS_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    kamupin_context_options made = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_card *card = NULL;
    char planted[64] = "";
    if (count < 5 || fgets(planted, sizeof planted, stdin) == NULL)
        return 2;
    options.digits = number(count, words, 3);
    options.timeout_seconds = number(count, words, 4);
    options.quirks = count > 5 ? &quirks : NULL;
    options.typing = typing;
    made.state_folder = getenv("KAMUPIN_STATE_DIR");
    kamupin_status status = kamupin_context_new(&made, &context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_card_open(context, NULL, NULL, &card, &error);
    if (status == KAMUPIN_OK) {
        status = work(card, &options, words[1], number(count, words, 2));
        kamupin_card_error(card, &error);
    }
    printf("%s %04X %d\n", kamupin_status_name(status), error.status_word, error.tries_left);
    fflush(stdout);
    while (getchar() != EOF) {
    }
    kamupin_card_free(&card);
    kamupin_context_free(&context);
    return (int)status + (planted[0] == '\0');
}
