/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   call.c: what a call of the library costs that does next to nothing, for what a binding adds to it.
   Touches nothing.

       bench-call CALLS

   For each line of standard input it makes so many calls and answers the nanoseconds of one. */
#include <kamupin/kamupin.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

int main(int count, char **words)
{
    const long calls = count > 1 ? strtol(words[1], NULL, 10) : 0;
    kamupin_context *context = NULL;
    kamupin_secret *secret = NULL;
    size_t sum = 0;

    if (calls < 1 || kamupin_context_new(NULL, &context, NULL) != KAMUPIN_OK ||
        kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &secret, NULL) != KAMUPIN_OK ||
        kamupin_secret_append(secret, "1", 1) != KAMUPIN_OK)
        return 1;
    for (int key = getchar(); key != EOF; key = getchar()) {
        if (key != '\n')
            continue;
        const double began = now();
        for (long i = 0; i < calls; i++)
            sum += kamupin_secret_length(secret);
        printf("%.3f\n", (now() - began) / (double)calls);
        fflush(stdout);
    }
    kamupin_secret_free(&secret);
    kamupin_context_free(&context);
    return sum % (size_t)calls == 0 ? 0 : 1;
}
