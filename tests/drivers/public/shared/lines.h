/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   lines.h: a program that obeys lines on a session with a service, for tests whose other end is a running
   one. lines.c has its main(); what the words mean is the program's own. */
#ifndef LINES_H
#define LINES_H

#include <kamupin/kamupin.h>

#define WORDS_MAX 6

typedef struct world {
    kamupin_context *context;
    kamupin_session *session;
    kamupin_order *order;
    kamupin_operation *operation;
    kamupin_revocation *revocation;
    kamupin_consent *consent;
    kamupin_authorised_list *list;
    kamupin_error error;
    int64_t ahead_ms;      /* of the clock */
    char *word[WORDS_MAX]; /* of the line; "" where it has no more */
    char value[65536];     /* of the answer */
    size_t used;
} world;

/* A word and what it does. */
typedef struct line {
    const char *word;
    kamupin_status (*obey)(world *self);
} line;

/* The program's: all its words. */
extern const line lines[];
extern const size_t line_count;

/* The program's: what an answer says that is no KAMUPIN_OK, into `value`. */
void refused(world *self);

kamupin_secret *secret(world *self, kamupin_secret_kind kind, const char *text);

#endif
