/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   wait.c: lists readers, waits for a change, and pulls the wait's cancel handle when a line comes
   on standard input. Prints "waiting", then the name of the status that the wait ended with. */
#include <kamupin/kamupin.h>

#include <pthread.h>
#include <stdio.h>

static void *pull_on_a_line(void *object)
{
    int key;
    while ((key = getchar()) != EOF)
        if (key == '\n')
            kamupin_cancel_pull(object);
    return NULL;
}

int main(void)
{
    kamupin_context *context = NULL;
    kamupin_cancel *cancel = NULL;
    kamupin_reader_list *list = NULL;
    pthread_t puller;
    kamupin_status status = kamupin_context_new(NULL, &context, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_cancel_new(context, &cancel, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_reader_list_new(context, cancel, &list, NULL);
    if (status == KAMUPIN_OK && pthread_create(&puller, NULL, pull_on_a_line, cancel) == 0) {
        puts("waiting");
        fflush(stdout);
        status = kamupin_reader_list_wait(list, -1, cancel, NULL);
        puts(kamupin_status_name(status));
        fflush(stdout);
        pthread_join(puller, NULL); /* standard input is closed by the other side */
    }
    kamupin_reader_list_free(&list);
    kamupin_cancel_free(&cancel);
    kamupin_context_free(&context);
    return (int)status;
}
