/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   policy.c: what a PIN may look like (row C15). Touches no card: it only looks at secrets, and in a
   time that does not depend on their digits. */
#include <core/fail.h>
#include <core/look.h>
#include <core/secret.h>
#include <kamupin/pin.h>
#include <pin/work.h>

#define MIN_DIGITS 6
#define MAX_DIGITS 12

/* The policy that holds: the caller's or the service's can only narrow Kamu SM's own. */
static kamupin_status narrow(const kamupin_pin_policy *policy, unsigned int *least,
                             unsigned int *most, kamupin_error *error)
{
    *least = MIN_DIGITS;
    *most = MAX_DIGITS;
    if (policy == NULL)
        return KAMUPIN_OK;
    if (policy->size != sizeof *policy)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "policy size");
    if (policy->min_length > *least)
        *least = policy->min_length;
    if (policy->max_length < *most)
        *most = policy->max_length;
    if (*least > *most)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "no length fits the policy");
    return KAMUPIN_OK;
}

/* Looks at every byte whatever it finds. */
static bool all_digits(kp_bytes bytes)
{
    unsigned int other = 0;
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned int digit = (unsigned int)bytes.data[i] - '0';
        other |= digit > 9u ? 1u : 0u;
    }
    return other == 0;
}

static kamupin_status judge(unsigned int least, unsigned int most, const kamupin_secret *pin,
                            const kamupin_secret *again, kamupin_error *error)
{
    kp_bytes typed, repeated;
    kamupin_status status = kp_secret_read(pin, KAMUPIN_SECRET_PIN, &typed, error);
    if (status == KAMUPIN_OK && again != NULL)
        status = kp_secret_read(again, KAMUPIN_SECRET_PIN, &repeated, error);
    if (status != KAMUPIN_OK)
        return status;
    if (!all_digits(typed)) /* first: a byte is only then what people count */
        return kp_fail_local(error, KAMUPIN_E_PIN_NOT_DIGITS);
    if (typed.length < least)
        return kp_fail_local(error, KAMUPIN_E_PIN_TOO_SHORT);
    if (typed.length > most)
        return kp_fail_local(error, KAMUPIN_E_PIN_TOO_LONG);
    if (again != NULL && !kp_secret_equal(pin, again))
        return kp_fail_local(error, KAMUPIN_E_PIN_MISMATCH);
    return KAMUPIN_OK;
}

/* … and what a PIN that can be none looks like instead. */
static kamupin_status check(unsigned int least, unsigned int most, const kamupin_secret *pin,
                            const kamupin_secret *again, kamupin_error *error)
{
    kamupin_status status = judge(least, most, pin, again, error);

    if (status == KAMUPIN_E_PIN_TOO_SHORT || status == KAMUPIN_E_PIN_TOO_LONG ||
        status == KAMUPIN_E_PIN_NOT_DIGITS)
        kp_look_note(pin, KAMUPIN_SECRET_PIN, error);
    return status;
}

kamupin_status kamupin_pin_check(const kamupin_pin_policy *policy, const kamupin_secret *pin,
                                 const kamupin_secret *again, kamupin_error *error)
{
    unsigned int least, most;

    kp_error_clear(error);
    kamupin_status status = narrow(policy, &least, &most, error);
    return status == KAMUPIN_OK ? check(least, most, pin, again, error) : status;
}

kamupin_status kp_pin_check(const kp_profile *profile, const kamupin_secret *pin,
                            const kamupin_secret *again, kamupin_error *error)
{
    const bool own = profile != NULL && profile->pin_max != 0;

    kp_error_clear(error);
    return check(own ? profile->pin_min : MIN_DIGITS, own ? profile->pin_max : MAX_DIGITS, pin,
                 again, error);
}
