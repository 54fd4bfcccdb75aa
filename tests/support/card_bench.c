/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   card_bench.c: see card_bench.h. Touches memory only. */
#include "card_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

int kp_card_bench_setup(void **state)
{
    static kp_card_bench bench;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    memset(&bench, 0, sizeof bench);
    kp_script_init(&bench.script);
    options.backend = &bench.script.backend;
    assert_int_equal(kamupin_context_new(&options, &bench.context, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_cancel_new(bench.context, &bench.cancel, NULL), KAMUPIN_OK);
    kp_test_certificate_make(&kp_test_signature, bench.der, &bench.length);
    *state = &bench;
    return 0;
}

int kp_card_bench_setup_two(void **state)
{
    int made = kp_card_bench_setup(state);
    kp_card_bench *bench = *state;
    do
        kp_test_certificate_make(&kp_test_signature, bench->other, &bench->other_length);
    while (bench->other_length != bench->length);
    return made;
}

/* The context first: it waits for threads that were left behind, and these use the script. */
int kp_card_bench_teardown(void **state)
{
    kp_card_bench *bench = *state;
    kamupin_card_free(&bench->card);
    kamupin_reader_list_free(&bench->list);
    kamupin_cancel_free(&bench->cancel);
    kamupin_context_free(&bench->context);
    const char *problem = kp_script_problem(&bench->script);
    kp_script_free(&bench->script);
    return problem == NULL ? 0 : -1;
}

kamupin_status kp_card_bench_list(kp_card_bench *bench)
{
    return kamupin_reader_list_new(bench->context, bench->cancel, &bench->list, &bench->error);
}

kamupin_card_info kp_card_bench_info(const kp_card_bench *bench, size_t index)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    assert_int_equal(kamupin_reader_list_get(bench->list, index, &info), KAMUPIN_OK);
    return info;
}
