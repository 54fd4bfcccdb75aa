/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cms.c: a program on the library's public face alone that has a card sign a file as a CMS document.
   Touches the reader that is named, the two files, and KAMUPIN_STATE_DIR.

       driver-cms READER HASH CERTIFICATE RISK DETACHED DAYS IN OUT [BETWEEN…]

   Numbers but for the names of files; CERTIFICATE -1: any; BETWEEN: files of certificates that are
   put in. DAYS moves the context's calendar. Standard input: the PIN. Answers one line: the status, that of
   the card's error record, and tries left; the document is in OUT when it is ok. */
#include <kamupin/kamupin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONTENT_MAX ((16 << 20) + 1) /* one more than is allowed */

static int64_t calendar(void *user)
{
    return (int64_t)time(NULL) + *(const int64_t *)user * 86400;
}

static size_t read_file(const char *path, unsigned char *bytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        exit(3);
    size_t length = fread(bytes, 1, CONTENT_MAX, file);
    fclose(file);
    return length;
}

static void write_file(const char *path, const kamupin_cms *cms)
{
    const unsigned char *der = NULL;
    size_t length = 0;
    FILE *file = fopen(path, "wb");
    if (file == NULL || kamupin_cms_der(cms, &der, &length) != KAMUPIN_OK ||
        fwrite(der, 1, length, file) != length || fclose(file) != 0)
        exit(3);
}

static void sign(kamupin_context *context, kamupin_card *card, const kamupin_cms_options *options,
                 const char *out)
{
    char line[100] = "";
    kamupin_secret *pin = NULL;
    kamupin_cms *cms = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    if (fgets(line, sizeof line, stdin) != NULL)
        line[strcspn(line, "\n")] = '\0';
    kamupin_status status = kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &pin, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_append(pin, line, strlen(line));
    if (status == KAMUPIN_OK)
        status = kamupin_card_cms(card, options, pin, &cms);
    kamupin_card_error(card, &error);
    printf("%s record=%s tries=%d made=%d\n", kamupin_status_name(status),
           kamupin_status_name(error.status), error.tries_left, cms != NULL);
    if (cms != NULL)
        write_file(out, cms);
    kamupin_cms_free(&cms);
    kamupin_secret_free(&pin);
}

/* A list of the certificates in these files. */
static kamupin_certificate_list *between_of(kamupin_context *context, int count, char **paths)
{
    kamupin_certificate_list *list = NULL;
    if (kamupin_certificate_list_new(context, &list, NULL) != KAMUPIN_OK)
        exit(3);
    for (int i = 0; i < count; i++)
        if (kamupin_certificate_list_add_file(list, paths[i]) != KAMUPIN_OK)
            exit(3);
    return list;
}

int main(int argc, char **argv)
{
    kamupin_context *context = NULL;
    kamupin_card *card = NULL;
    kamupin_certificate_list *between = NULL;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_cms_options wish = KAMUPIN_CMS_OPTIONS_INIT;
    unsigned char *content = malloc(CONTENT_MAX);

    if (argc < 9 || content == NULL)
        return 2;
    int64_t days = strtol(argv[6], NULL, 10);
    options.state_folder = getenv("KAMUPIN_STATE_DIR");
    options.calendar = calendar;
    options.calendar_user = &days;
    wish.hash = (kamupin_hash)atoi(argv[2]);
    wish.certificate = (size_t)strtol(argv[3], NULL, 10);
    wish.risk = (unsigned int)atoi(argv[4]);
    wish.detached = atoi(argv[5]) != 0;
    wish.content = content;
    wish.length = read_file(argv[7], content);
    kamupin_status status = kamupin_context_new(&options, &context, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_card_open(context, argv[1], NULL, &card, NULL);
    if (status == KAMUPIN_OK && argc > 9)
        wish.between = between = between_of(context, argc - 9, argv + 9);
    if (status == KAMUPIN_OK)
        sign(context, card, &wish, argv[8]);
    else
        printf("%s\n", kamupin_status_name(status));
    kamupin_certificate_list_free(&between);
    kamupin_card_free(&card);
    kamupin_context_free(&context);
    free(content);
    return 0;
}
