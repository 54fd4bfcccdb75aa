/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crowd.c: several threads list the cards of one context again and again, side by side. Takes the
   number of threads and of lists each; prints how many lists succeeded. */
#include <kamupin/kamupin.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS_MAX 64

typedef struct crowd {
    kamupin_context *context;
    int lists;
    atomic_int succeeded;
} crowd;

static void *list_again_and_again(void *object)
{
    crowd *all = object;
    for (int i = 0; i < all->lists; i++) {
        kamupin_reader_list *list = NULL;
        if (kamupin_reader_list_new(all->context, NULL, &list, NULL) == KAMUPIN_OK)
            atomic_fetch_add(&all->succeeded, 1);
        kamupin_reader_list_free(&list);
    }
    return NULL;
}

int main(int count, char **words)
{
    pthread_t threads[THREADS_MAX];
    int wanted = count == 3 ? atoi(words[1]) : 0, running = 0;
    crowd all = {.lists = count == 3 ? atoi(words[2]) : 0};
    if (wanted < 1 || wanted > THREADS_MAX ||
        kamupin_context_new(NULL, &all.context, NULL) != KAMUPIN_OK)
        return 1;
    while (running < wanted &&
           pthread_create(&threads[running], NULL, list_again_and_again, &all) == 0)
        running++;
    for (int i = 0; i < running; i++)
        pthread_join(threads[i], NULL);
    kamupin_context_free(&all.context);
    printf("%d\n", atomic_load(&all.succeeded));
    return 0;
}
