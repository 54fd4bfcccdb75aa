/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   card_bench.h: a context over scripted readers, a certificate for the cards in them, and what a test
   of lists and card handles opens. */
#ifndef KP_TEST_CARD_BENCH_H
#define KP_TEST_CARD_BENCH_H

#include "script_cards.h"
#include "test_certificate.h"

#include <kamupin/kamupin.h>

typedef struct kp_card_bench {
    kp_script script;
    kamupin_context *context;
    kamupin_cancel *cancel;
    /* the test's own, freed with the bench */
    kamupin_reader_list *list;
    kamupin_card *card;
    kamupin_error error;
    /* other: of the same form and length, with another key; by kp_card_bench_setup_two */
    unsigned char der[KP_TEST_CERTIFICATE_MAX], other[KP_TEST_CERTIFICATE_MAX];
    size_t length, other_length;
} kp_card_bench;

/** For cmocka: the test's state is a bench without a reader; with `other`. */
int kp_card_bench_setup(void **state);
int kp_card_bench_setup_two(void **state);
/** … frees it; fails the test when the script was not followed to its end. */
int kp_card_bench_teardown(void **state);

/** Lists the readers into bench->list. */
kamupin_status kp_card_bench_list(kp_card_bench *bench);
/** An entry of the list. */
kamupin_card_info kp_card_bench_info(const kp_card_bench *bench, size_t index);

#endif
