/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_names.c: the stable words of certificates' lives, and numbers that are none. */
#include "provoke.h"

#include <kamupin/lifecycle.h>

static void states_have_the_words_of_the_profile(void **state)
{
    (void)state;
    assert_string_equal(kamupin_certificate_state_name(KAMUPIN_STATE_ISSUED), "issued");
    assert_string_equal(kamupin_certificate_state_name(KAMUPIN_STATE_NOT_YET_VALID),
                        "not-yet-valid");
    assert_string_equal(kamupin_certificate_state_name(KAMUPIN_STATE_EXPIRED), "expired");
    assert_string_equal(kamupin_certificate_state_name((kamupin_certificate_state)0), "unknown");
    assert_string_equal(kamupin_certificate_state_name((kamupin_certificate_state)7), "unknown");
    assert_string_equal(kamupin_actor_name(KAMUPIN_BY_INSTITUTION), "institution");
    assert_string_equal(kamupin_actor_name((kamupin_actor)4), "nobody");
    assert_string_equal(kamupin_suspend_reason_name(KAMUPIN_SUSPEND_LEFT_BEHIND), "left-behind");
    assert_string_equal(kamupin_suspend_reason_name((kamupin_suspend_reason)5), "unsaid");
}

/* RFC 5280, 5.3.1, where 7 is not used. */
static void reasons_have_the_words_of_rfc_5280(void **state)
{
    static const char *const words[] = {
        "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
        "superseded",    "cessationOfOperation", "certificateHold", "none",
        "removeFromCRL", "privilegeWithdrawn",   "aACompromise",    "none"};

    (void)state;
    for (int i = 0; i < (int)(sizeof words / sizeof *words); i++)
        assert_string_equal(kamupin_revocation_reason_name((kamupin_revocation_reason)i), words[i]);
    assert_string_equal(kamupin_revocation_reason_name(KAMUPIN_REASON_NONE), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_have_the_words_of_the_profile),
        cmocka_unit_test(reasons_have_the_words_of_rfc_5280),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
