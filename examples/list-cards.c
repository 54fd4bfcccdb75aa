/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   list-cards.c: a whole program that names the cards in the readers. Uses only the public headers;
   sends no PIN command. Each line is reader, product, card id and state, with tabs between; the
   last is how many readers there are.

       list-cards            lists, once
       list-cards --follow   lists again whenever a card or reader comes or goes

   Exits with the status' number (0: done) and says what happened in Turkish and English. */
#include <kamupin/kamupin.h>

#include <stdio.h>
#include <string.h>

static void print(const kamupin_reader_list *list)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++)
        printf("%s\t%s\t%s\t%s\n", info.reader, info.product, info.card_id,
               kamupin_status_name(info.usable));
    printf("%zu\n", kamupin_reader_list_count(list));
    fflush(stdout);
}

int main(int count, char **words)
{
    kamupin_context *context = NULL;
    kamupin_reader_list *list = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    bool follow = count > 1 && strcmp(words[1], "--follow") == 0;
    char text[KAMUPIN_TEXT_MAX];

    kamupin_status status = kamupin_context_new(NULL, &context, &error);
    do {
        if (status == KAMUPIN_OK)
            status = kamupin_reader_list_new(context, NULL, &list, &error);
        if (status == KAMUPIN_OK)
            print(list);
        if (status == KAMUPIN_OK && follow)
            status = kamupin_reader_list_wait(list, -1, NULL, &error);
        kamupin_reader_list_free(&list);
    } while (status == KAMUPIN_OK && follow);
    if (status != KAMUPIN_OK) {
        fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text));
        fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text));
    }
    kamupin_context_free(&context);
    return (int)status;
}
