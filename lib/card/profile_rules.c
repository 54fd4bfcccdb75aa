/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile_rules.c: the rules that hold between the lines of a row from a profile file. Pure. */
#include <card/profile_rows.h>

static bool length_fits(const kp_profile *row)
{
    unsigned int least = row->pin_min == 0 ? 6 : row->pin_min;
    unsigned int most = row->pin_max == 0 ? 12 : row->pin_max;
    if (row->recognition == KP_RECOGNISE_KAMU_SM && (least < 6 || most > 12))
        return false; /* Kamu SM's policy is only ever narrowed */
    return row->pin_block == 0 || most <= row->pin_block;
}

static bool naming_fits(const kp_profile *row)
{
    switch (row->naming) {
    case KP_NAME_BY_SERIAL:
        return row->serial.proof != KP_UNKNOWN && row->serial_length > 0;
    case KP_NAME_BY_CERTIFICATES:
        return row->certificates != KP_CERTIFICATES_NOWHERE;
    case KP_NAME_BY_ATR:
        return row->recognition != KP_RECOGNISE_KAMU_SM;
    }
    return false;
}

static bool counters_fit(const kp_profile *row)
{
    switch (row->counters) {
    case KP_COUNTER_NONE:
        return true;
    case KP_COUNTER_FCP_TAG_90:
        return row->tries_max > 0 && row->select_p2 == 0x00;
    case KP_COUNTER_GET_DATA_OBJECT:
        return row->pin_object != 0;
    case KP_COUNTER_VERIFY_QUESTION:
        return row->tries_question.proof == KP_KNOWN;
    }
    return false;
}

static bool logout_fits(const kp_profile *row)
{
    return row->logout != KP_LOGOUT_COMMAND || row->logout_command.proof != KP_UNKNOWN;
}

kp_problem kp_profile_row_problem(const kp_profile *row, const char **word)
{
    const kp_profile *family = kp_profile_family(row);
    const bool wants_certificate = row->recognition != KP_RECOGNISE_APPLICATION;
    const struct {
        bool fits;
        const char *key;
    } rules[] = {
        {!wants_certificate || row->certificates != KP_CERTIFICATES_NOWHERE, "certificates"},
        {naming_fits(row), "name-by"},
        {length_fits(row), "pin-length"},
        {counters_fit(row), "counters"},
        {row->external_authenticate.proof == KP_UNKNOWN || row->challenge_length > 0,
         "challenge-length"},
        {logout_fits(row), "logout"},
        {row->protected_commands == 0 || row->secure_messaging != KP_SM_NONE, "protected"},
        {!row->relay_keys || row->secure_messaging != KP_SM_NONE, "relay-right"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (!rules[i].fits) {
            *word = rules[i].key;
            return KP_PROBLEM_DOES_NOT_FIT;
        }
    if (family != NULL && row->recognition != KP_RECOGNISE_KAMU_SM) {
        *word = family->name;
        return KP_PROBLEM_TOO_LAX;
    }
    return KP_PROBLEM_NONE;
}
