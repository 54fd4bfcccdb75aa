/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sign.c: a program on the library's public face alone that has a card sign a hash: the ready call,
   and only when that is ok the call itself. Touches the reader that is named and KAMUPIN_STATE_DIR.

       driver-sign READER FORM HASH CERTIFICATE RISK DAYS     (numbers; CERTIFICATE -1: any)

   DAYS moves the context's calendar. Standard input: the PIN, and the digest in hex, a line each.
   Answers two lines: the ready call's status and the certificate, the call's status, tries left,
   status word, certificate, form and signature in hex; one line when it was not ready. */
#include <kamupin/kamupin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t calendar(void *user)
{
    return (int64_t)time(NULL) + *(const int64_t *)user * 86400;
}

static void read_line(char *line, int size)
{
    line[0] = '\0';
    if (fgets(line, size, stdin) != NULL)
        line[strcspn(line, "\n")] = '\0';
}

static void read_digest(kamupin_sign_request *request)
{
    char line[2 * KAMUPIN_DIGEST_MAX + 2];
    read_line(line, sizeof line);
    for (size_t i = 0; i < strlen(line) / 2; i++) {
        const char pair[3] = {line[2 * i], line[2 * i + 1], '\0'};
        request->digest[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    request->digest_length = strlen(line) / 2;
}

static void say(kamupin_card *card, kamupin_status status)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_card_error(card, &error);
    printf("%s record=%s tries=%d sw=%04X", kamupin_status_name(status),
           kamupin_status_name(error.status), error.tries_left, error.status_word);
}

static void sign(kamupin_context *context, kamupin_card *card, kamupin_sign_request *request)
{
    char line[100];
    kamupin_secret *pin = NULL;
    kamupin_signature signature = KAMUPIN_SIGNATURE_INIT;
    size_t certificate = 0;

    kamupin_status status = kamupin_card_sign_ready(card, request, &certificate);
    say(card, status);
    printf(" certificate=%zu\n", certificate);
    if (status != KAMUPIN_OK)
        return;
    read_line(line, sizeof line);
    read_digest(request);
    status = kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &pin, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_append(pin, line, strlen(line));
    if (status == KAMUPIN_OK)
        status = kamupin_card_sign(card, request, pin, &signature);
    say(card, status);
    printf(" certificate=%zu form=%d signature=", signature.certificate, (int)signature.form);
    for (size_t i = 0; i < signature.length; i++)
        printf("%02x", signature.bytes[i]);
    printf("\n");
    kamupin_secret_free(&pin);
}

int main(int argc, char **argv)
{
    kamupin_context *context = NULL;
    kamupin_card *card = NULL;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_sign_request request = KAMUPIN_SIGN_REQUEST_INIT;

    if (argc != 7)
        return 2;
    int64_t days = strtol(argv[6], NULL, 10);
    options.state_folder = getenv("KAMUPIN_STATE_DIR");
    options.calendar = calendar;
    options.calendar_user = &days;
    request.form = (kamupin_sign_form)atoi(argv[2]);
    request.hash = (kamupin_hash)atoi(argv[3]);
    request.certificate = (size_t)strtol(argv[4], NULL, 10);
    request.risk = (unsigned int)atoi(argv[5]);
    kamupin_status status = kamupin_context_new(&options, &context, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_card_open(context, argv[1], NULL, &card, NULL);
    if (status == KAMUPIN_OK)
        sign(context, card, &request);
    else
        printf("%s\n", kamupin_status_name(status));
    kamupin_card_free(&card);
    kamupin_context_free(&context);
    return 0;
}
