/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sm.c: a program around lib/card/sm*.c and the channel, for tests that hold secure messaging
   against another implementation. `driver-sm 3des|aes [READER]`; the first line on standard input
   is the session's keys in hex, each further one a wish, answered with one line:

       protect 00A4020C 011E -       the protected APDU, or a status' name ("-": no data, no Le)
       answer  990290008E08…9000     status word and data, or a status' name
       relay   0CA4020C15…00         an APDU that somebody else protected, through a transaction on
                                     READER without the session; the answer as it is
       send    00A4020C 011E -       the same, through a transaction on READER that begins with the
                                     first and ends with the program */
#include <card/channel.h>
#include <core/secret.h>

#include <openssl/crypto.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 9000

typedef struct session {
    kamupin_context *context;
    kp_channel channel;
    kp_sm *sm;
    const char *reader;
} session;

static size_t unhex(const char *text, uint8_t *out, size_t room)
{
    size_t length = 0;
    unsigned int byte = 0;
    while (length < room && sscanf(text + 2 * length, "%2x", &byte) == 1)
        out[length++] = (uint8_t)byte;
    return length;
}

static void say(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        printf("%02X", bytes[i]);
    putchar('\n');
}

static bool open_session(session *s, const char *algorithm, const char *line)
{
    uint8_t bytes[128];
    kamupin_secret *keys = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    size_t length = unhex(line, bytes, sizeof bytes);
    bool done =
        kp_secret_new(s->context, KAMUPIN_SECRET_CARD_SESSION, &keys, &error) == KAMUPIN_OK &&
        kamupin_secret_append(keys, (const char *)bytes, length) == KAMUPIN_OK &&
        kp_sm_open(s->context, strcmp(algorithm, "aes") == 0 ? KP_SM_AES : KP_SM_3DES, keys, &s->sm,
                   &error) == KAMUPIN_OK;
    kamupin_secret_free(&keys);
    OPENSSL_cleanse(bytes, sizeof bytes);
    if (!done)
        fprintf(stderr, "driver-sm: %s %s\n", kamupin_status_name(error.status), error.detail);
    return done;
}

static kamupin_status hold(session *s, kamupin_error *error)
{
    if (s->channel.held)
        return KAMUPIN_OK;
    kamupin_status status = kp_channel_open(s->context, s->reader, &s->channel, error);
    if (status == KAMUPIN_OK)
        status = kp_channel_begin(&s->channel, NULL, error);
    s->channel.stale = false;
    s->channel.sm = s->sm;
    return status;
}

static void tell(kamupin_status status, const kp_response *response, const kamupin_error *error)
{
    if (status != KAMUPIN_OK) {
        printf("%s %04X\n", kamupin_status_name(status), error->status_word);
        return;
    }
    printf("%04X ", response->sw);
    say(response->data, response->length);
}

/* As a relay passes it on: a short APDU with data and Le. */
static void relay(session *s, const char *hex)
{
    uint8_t apdu[300];
    kp_response response = {.length = 0};
    kamupin_error error = KAMUPIN_ERROR_INIT;
    size_t length = unhex(hex, apdu, sizeof apdu);
    const kp_command command = {.cla = apdu[0],
                                .ins = apdu[1],
                                .p1 = apdu[2],
                                .p2 = apdu[3],
                                .data = apdu + 5,
                                .length = length - 6,
                                .le = KP_LE_MAX};
    kamupin_status status = hold(s, &error);
    s->channel.sm = NULL;
    if (!kp_sm_is_protected(&command))
        puts("clear");
    else {
        if (status == KAMUPIN_OK)
            status = kp_channel_send(&s->channel, &command, &response, &error);
        tell(status, &response, &error);
    }
}

static void obey(session *s, const char *line)
{
    char word[16] = "", header[4000] = "", data[600] = "", le[8] = "";
    uint8_t head[4] = {0}, plain[300], apdu[300];
    kp_sm_command out;
    kp_response response = {.length = 0};
    kamupin_error error = KAMUPIN_ERROR_INIT;
    sscanf(line, "%15s %3999s %599s %7s", word, header, data, le);
    if (strcmp(word, "relay") == 0) {
        relay(s, header);
        return;
    }
    if (strcmp(word, "answer") == 0) {
        size_t length = unhex(header, response.data, sizeof response.data);
        response.length = length - 2;
        response.sw = (uint16_t)(response.data[length - 2] << 8 | response.data[length - 1]);
        kamupin_status status = kp_sm_unprotect(s->sm, &response, &error);
        tell(status, &response, &error);
        return;
    }
    unhex(header, head, sizeof head);
    const kp_command command = {.cla = head[0],
                                .ins = head[1],
                                .p1 = head[2],
                                .p2 = head[3],
                                .data = plain,
                                .length = unhex(data, plain, sizeof plain),
                                .le = strcmp(le, "-") == 0 ? KP_LE_NONE : atoi(le)};
    if (strcmp(word, "send") == 0) {
        kamupin_status status = hold(s, &error);
        if (status == KAMUPIN_OK)
            status = kp_channel_send(&s->channel, &command, &response, &error);
        tell(status, &response, &error);
        return;
    }
    kamupin_status status = kp_sm_protect(s->sm, &command, &out, &error);
    size_t length = 0;
    if (status == KAMUPIN_OK && kp_command_encode(&out.command, apdu, sizeof apdu, &length))
        say(apdu, length);
    else
        puts(kamupin_status_name(status));
}

int main(int argc, char **argv)
{
    char *line = malloc(LINE_MAX_BYTES);
    session s = {.reader = argc > 2 ? argv[2] : ""};
    int code = 2;
    if (argc < 2 || line == NULL || kamupin_context_new(NULL, &s.context, NULL) != KAMUPIN_OK)
        fputs("usage: driver-sm 3des|aes [READER]\n", stderr);
    else if (fgets(line, LINE_MAX_BYTES, stdin) != NULL && open_session(&s, argv[1], line)) {
        code = 0;
        while (fgets(line, LINE_MAX_BYTES, stdin) != NULL) {
            obey(&s, line);
            fflush(stdout);
        }
        if (s.channel.context != NULL)
            kp_channel_close(&s.channel);
    }
    kp_sm_close(&s.sm);
    kamupin_context_free(&s.context);
    free(line);
    return code;
}
