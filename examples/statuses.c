/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   statuses.c: a one-page program that prints every status with its number, name and sentences, one
   a line, fields separated by tabs. docs/errors is made from its output (scripts/gen-error-pages),
   and a program in another language can make its own table the same way. Touches no card and no
   network. */
#include <kamupin/error.h>

#include <stdio.h>

int main(void)
{
    kamupin_status status = KAMUPIN_OK;
    do {
        printf("%d\t%s", (int)status, kamupin_status_name(status));
        const kamupin_language languages[] = {KAMUPIN_TURKISH, KAMUPIN_ENGLISH};
        for (size_t i = 0; i < 2; i++)
            printf("\t%s\t%s", kamupin_status_cause(status, languages[i]),
                   kamupin_status_remedy(status, languages[i]));
        printf("\n");
        status = kamupin_status_next(status);
    } while (status != KAMUPIN_OK);
    return ferror(stdout) != 0 || fflush(stdout) != 0;
}
