/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   readers.c: what README.md shows of using the installed library, in C99, C11 and C++17 alike. */
#include <kamupin/kamupin.h>
#include <stdio.h>

int main(void)
{
    kamupin_context *context = NULL;
    kamupin_reader_list *list = NULL;
    kamupin_card_info card = KAMUPIN_CARD_INFO_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = kamupin_context_new(NULL, &context, &error);

    if (status == KAMUPIN_OK)
        status = kamupin_reader_list_new(context, NULL, &list, &error);
    for (size_t i = 0; i < kamupin_reader_list_count(list); i++)
        if (kamupin_reader_list_get(list, i, &card) == KAMUPIN_OK)
            printf("%s: %s\n", card.reader, kamupin_status_name(card.usable));
    kamupin_reader_list_free(&list);
    kamupin_context_free(&context);
    return (int)status;
}
