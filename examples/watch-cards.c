/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   watch-cards.c: a whole program that tells what happens at the readers, in an event loop of its
   own that also looks at its standard input. Uses only the public headers; touches no card. Each
   line is event, reader, status and ATR, with tabs between.

       watch-cards            until its input ends (Ctrl+D)

   Exits with the status' number (0: done) and says what happened in Turkish and English. */
#include <kamupin/kamupin.h>

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

static void print(const kamupin_watch_event *event)
{
    printf("%s\t%s\t%s\t", kamupin_watch_kind_name(event->kind), event->reader,
           kamupin_status_name(event->status));
    for (size_t i = 0; i < event->atr_length; i++)
        printf("%02X", event->atr[i]);
    putchar('\n');
    fflush(stdout);
}

/* Whether the input has ended; what is typed is thrown away. */
static bool input_ended(void)
{
    char typed[256];
    return read(STDIN_FILENO, typed, sizeof typed) <= 0;
}

int main(void)
{
    kamupin_context *context = NULL;
    kamupin_watch *watch = NULL;
    kamupin_watch_event event = KAMUPIN_WATCH_EVENT_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    char text[KAMUPIN_TEXT_MAX];

    kamupin_status status = kamupin_context_new(NULL, &context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_watch_new(context, NULL, NULL, &watch, &error);
    struct pollfd waits[] = {{.fd = kamupin_watch_fd(watch), .events = POLLIN},
                             {.fd = STDIN_FILENO, .events = POLLIN}};
    while (status == KAMUPIN_OK && poll(waits, 2, -1) >= 0) {
        if (waits[1].revents != 0 && input_ended())
            break;
        while ((status = kamupin_watch_next(watch, 0, NULL, &event, &error)) == KAMUPIN_OK)
            print(&event);
        if (status == KAMUPIN_E_TIMED_OUT) /* every event that has come was taken */
            status = KAMUPIN_OK;
    }
    if (status != KAMUPIN_OK) {
        fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text));
        fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text));
    }
    kamupin_watch_free(&watch);
    kamupin_context_free(&context);
    return (int)status;
}
