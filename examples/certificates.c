/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certificates.c: a one-page program that lists certificates: those of the files that are named, or
   else of every card that can be used, each once. Uses only the public headers; sends no PIN
   command, touches no network. Each line is class, holder, masked identity number, serial number and
   where the certificate was found, with tabs between.

       certificates [FILE…]

   Exits with the status' number (0: done) and says what happened in Turkish and English. */
#include <kamupin/kamupin.h>

#include <stdio.h>

static const char *text_of(const kamupin_certificate *certificate, kamupin_certificate_field field)
{
    const char *text = kamupin_certificate_text(certificate, field, 0);
    return text != NULL ? text : "-";
}

static void print(const kamupin_certificate_list *list)
{
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
    kamupin_certificate_info info = KAMUPIN_CERTIFICATE_INFO_INIT;
    for (size_t i = 0; kamupin_certificate_list_get(list, i, &entry) == KAMUPIN_OK; i++) {
        kamupin_certificate_read(entry.certificate, &info);
        printf("%s\t%s\t%s\t%s\t%s%s%s\n", kamupin_certificate_class_name(info.kind),
               text_of(entry.certificate, KAMUPIN_CERTIFICATE_HOLDER),
               info.identity[0] != '\0' ? info.identity : "-",
               text_of(entry.certificate, KAMUPIN_CERTIFICATE_SERIAL),
               (entry.sources & KAMUPIN_SOURCE_GIVEN) != 0 ? "file" : "",
               entry.sources == (KAMUPIN_SOURCE_GIVEN | KAMUPIN_SOURCE_CARD) ? "+" : "",
               entry.card_id);
    }
}

/* Every card that is recognised; the others have no certificates to speak of. */
static kamupin_status add_cards(kamupin_context *context, kamupin_certificate_list *list,
                                kamupin_error *error)
{
    kamupin_reader_list *readers = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = kamupin_reader_list_new(context, NULL, &readers, error);
    for (size_t i = 0;
         status == KAMUPIN_OK && kamupin_reader_list_get(readers, i, &info) == KAMUPIN_OK; i++) {
        kamupin_card *card = NULL;
        if (info.card_id[0] == '\0')
            continue;
        status = kamupin_card_open(context, info.reader, NULL, &card, error);
        if (status == KAMUPIN_OK) {
            status = kamupin_certificate_list_add_card(list, card);
            kamupin_certificate_list_error(list, error);
        }
        kamupin_card_free(&card);
    }
    kamupin_reader_list_free(&readers);
    return status;
}

int main(int count, char **words)
{
    kamupin_context *context = NULL;
    kamupin_certificate_list *list = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    char text[KAMUPIN_TEXT_MAX];

    kamupin_status status = kamupin_context_new(NULL, &context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_certificate_list_new(context, &list, &error);
    for (int i = 1; i < count && status == KAMUPIN_OK; i++) {
        status = kamupin_certificate_list_add_file(list, words[i]);
        kamupin_certificate_list_error(list, &error);
    }
    if (count == 1 && status == KAMUPIN_OK)
        status = add_cards(context, list, &error);
    if (status == KAMUPIN_OK)
        print(list);
    if (status != KAMUPIN_OK) {
        fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text));
        fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text));
    }
    kamupin_certificate_list_free(&list);
    kamupin_context_free(&context);
    return (int)status;
}
