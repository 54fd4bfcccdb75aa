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
    /* other: of the same form and length, with another key; see kp_card_bench_make_other */
    unsigned char der[KP_TEST_CERTIFICATE_MAX], other[KP_TEST_CERTIFICATE_MAX];
    size_t length, other_length;
} kp_card_bench;

/** No reader yet. */
void kp_card_bench_open(kp_card_bench *bench);
void kp_card_bench_make_other(kp_card_bench *bench);
/** Frees; answers 0, or -1 when the script was not followed to its end: what a teardown answers. */
int kp_card_bench_close(kp_card_bench *bench);

/** Lists the readers into bench->list. */
kamupin_status kp_card_bench_list(kp_card_bench *bench);
/** An entry of the list. */
kamupin_card_info kp_card_bench_info(const kp_card_bench *bench, size_t index);

#endif
