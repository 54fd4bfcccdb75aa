/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   revocation.c: revoking a certificate, for ever and so in two steps: what will be lost is told
   first, and a second factor confirms it. Lives beside the factor that it is made of: rooms of one
   floor do not look at each other. */
#include <factor/factor.h>
#include <kamupin/lifecycle.h>
#include <service/certificates.h>

#include <core/fail.h>

#include <stdlib.h>
#include <string.h>

#define ID_ROOM    64
#define GIVE_UP_MS 2000
#define LOOK_MS    5000

struct kamupin_revocation {
    kamupin_session *session;
    kamupin_error error;
    kp_revoking prepared;
    kp_factor factor;
    bool sent; /* a confirmation went out that was not answered: it may have been taken */
    bool confirmed;
    bool given_up; /* for sure: it cannot be confirmed any more */
};

/* ---- preparing it ---- */

static bool is_holders(kamupin_revocation_reason reason)
{
    switch ((int)reason) {
    case KAMUPIN_REASON_UNSPECIFIED:
    case KAMUPIN_REASON_KEY_COMPROMISE:
    case KAMUPIN_REASON_AFFILIATION_CHANGED:
    case KAMUPIN_REASON_SUPERSEDED:
    case KAMUPIN_REASON_CESSATION_OF_OPERATION:
    case KAMUPIN_REASON_PRIVILEGE_WITHDRAWN:
        return true;
    default:
        return false;
    }
}

static kamupin_status prepare(kamupin_revocation *made, const char *which,
                              kamupin_revocation_reason reason, kamupin_error *error)
{
    char id[ID_ROOM];

    if (which == NULL || !is_holders(reason))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "a revocation names its certificate, and a reason that a holder may give");
    kamupin_status status =
        kp_certificate_find(made->session, which, KAMUPIN_MAY_REVOKE, id, error);
    if (status == KAMUPIN_OK)
        status = kp_revocation_prepare(made->session, id, reason, &made->prepared, error);
    made->factor.offered = made->prepared.factors;
    return status;
}

kamupin_status kamupin_revocation_new(kamupin_session *session, const char *which,
                                      kamupin_revocation_reason reason,
                                      kamupin_revocation **revocation, kamupin_error *error)
{
    kamupin_error own = KAMUPIN_ERROR_INIT;

    if (revocation == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *revocation = NULL;
    kamupin_status status = kp_session_check(session, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_revocation *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->session = session;
    kp_error_clear(&made->error);
    status = prepare(made, which, reason, &own);
    if (status != KAMUPIN_OK)
        kamupin_revocation_free(&made);
    *revocation = made;
    kp_error_copy(&own, error);
    return status;
}

void kamupin_revocation_free(kamupin_revocation **revocation)
{
    if (revocation == NULL || *revocation == NULL)
        return;
    kamupin_revocation *self = *revocation;
    if (!self->confirmed && !self->given_up && self->prepared.confirmation != NULL &&
        kp_context_check(self->session->context, NULL) == KAMUPIN_OK)
        kp_revocation_give_up(self->session, &self->prepared, GIVE_UP_MS, NULL);
    kamupin_secret_free(&self->prepared.confirmation);
    free(self);
    *revocation = NULL;
}

/* ---- showing it ---- */

void kamupin_revocation_error(const kamupin_revocation *revocation, kamupin_error *error)
{
    if (revocation == NULL)
        kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    else
        kp_error_copy(&revocation->error, error);
}

kamupin_status kamupin_revocation_read(const kamupin_revocation *revocation,
                                       kamupin_revocation_info *info)
{
    const kamupin_revocation_info empty = KAMUPIN_REVOCATION_INFO_INIT;

    if (revocation == NULL || info == NULL || info->size != sizeof *info)
        return KAMUPIN_E_INVALID_ARGUMENT;
    const kp_revoking *prepared = &revocation->prepared;
    const size_t *losses = prepared->losses;
    *info = empty;
    info->record = prepared->record;
    info->reason = prepared->reason;
    info->seconds_left = kp_seconds_until(revocation->session->context, prepared->deadline_ms);
    info->losses = losses[0] > losses[1] ? losses[0] : losses[1];
    info->price_kurus = prepared->price_kurus;
    info->confirmed = revocation->confirmed;
    return KAMUPIN_OK;
}

const char *kamupin_revocation_loss(const kamupin_revocation *revocation, size_t index,
                                    kamupin_language language)
{
    const size_t at = language == KAMUPIN_ENGLISH ? 1 : 0;

    if (revocation == NULL || index >= revocation->prepared.losses[at])
        return NULL;
    return revocation->prepared.loss[at][index];
}

/* ---- its second factor ---- */

static kamupin_status enter(kamupin_revocation *revocation)
{
    if (revocation == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kp_error_clear(&revocation->error);
    return kp_context_check(revocation->session->context, &revocation->error);
}

static kp_factor_use use_of(const kamupin_revocation *revocation)
{
    return (kp_factor_use){.session = revocation->session, .revoking = &revocation->prepared};
}

kamupin_status kamupin_revocation_begin_factor(kamupin_revocation *revocation,
                                               kamupin_factor_type type, kamupin_factor *factor)
{
    kamupin_status status = enter(revocation);

    if (status != KAMUPIN_OK)
        return status;
    if (factor != NULL && factor->size != sizeof *factor)
        return kp_fail_local(&revocation->error, KAMUPIN_E_INVALID_ARGUMENT);
    if (revocation->confirmed)
        return kp_fail_local(&revocation->error, KAMUPIN_E_CERTIFICATE_REVOKED);
    if (revocation->given_up)
        return kp_fail_local(&revocation->error, KAMUPIN_E_REVOCATION_EXPIRED);
    const kp_factor_use use = use_of(revocation);
    status = kp_factor_begin(revocation->session->context, &use, type, &revocation->factor,
                             &revocation->error);
    if (factor != NULL)
        kp_factor_show(revocation->session->context, &revocation->factor, factor);
    return status;
}

kamupin_status kamupin_revocation_factor(const kamupin_revocation *revocation,
                                         kamupin_factor *factor)
{
    if (revocation == NULL || factor == NULL || factor->size != sizeof *factor)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kp_factor_show(revocation->session->context, &revocation->factor, factor);
    return KAMUPIN_OK;
}

kamupin_status kamupin_revocation_confirm(kamupin_revocation *revocation,
                                          const kamupin_secret *secret,
                                          kamupin_certificate_record *record)
{
    kamupin_status status = enter(revocation);
    kp_factor_given given = {.ticket = NULL};

    if (status != KAMUPIN_OK)
        return status;
    if (record != NULL && record->size != sizeof *record)
        return kp_fail_local(&revocation->error, KAMUPIN_E_INVALID_ARGUMENT);
    if (revocation->given_up)
        return kp_fail_local(&revocation->error, KAMUPIN_E_REVOCATION_EXPIRED);
    if (!revocation->confirmed) {
        const kp_factor_use use = use_of(revocation);
        status = kp_factor_verify(revocation->session->context, &use, secret, &revocation->factor,
                                  &given, &revocation->error);
        revocation->sent = revocation->sent || revocation->factor.unanswered;
        if (status == KAMUPIN_OK) {
            revocation->confirmed = true;
            revocation->prepared.record = given.record;
        }
    }
    if (status == KAMUPIN_OK && record != NULL)
        *record = revocation->prepared.record;
    return status;
}

/* ---- giving it up ---- */

/* Asks how the certificate stands, after the service was told, or could not be told, to give the
 * revocation up. A preparation that is over cannot be confirmed any more, so that what is seen then
 * stays; else a confirmation may still be under way. */
static kamupin_status look(kamupin_revocation *revocation, kamupin_status told,
                           kamupin_error *error)
{
    kamupin_certificate_record now = KAMUPIN_CERTIFICATE_RECORD_INIT;
    kp_revoking *prepared = &revocation->prepared;

    kamupin_status status = kp_revocation_look(revocation->session, prepared, LOOK_MS, &now, error);
    if (status != KAMUPIN_OK && told == KAMUPIN_E_CERTIFICATE_REVOKED) {
        now = prepared->record; /* the service has said so, and when is not known */
        now.state = KAMUPIN_STATE_REVOKED;
        now.reason = prepared->reason;
        now.may = 0;
        status = KAMUPIN_OK;
    }
    if (status == KAMUPIN_OK && now.state == KAMUPIN_STATE_REVOKED) {
        revocation->confirmed = true;
        prepared->record = now;
        return KAMUPIN_E_CERTIFICATE_REVOKED;
    }
    revocation->given_up = status == KAMUPIN_OK && told == KAMUPIN_E_REVOCATION_EXPIRED;
    return revocation->given_up ? KAMUPIN_OK : KAMUPIN_E_REVOCATION_UNSETTLED;
}

kamupin_status kamupin_revocation_cancel(kamupin_revocation *revocation)
{
    kamupin_error own = KAMUPIN_ERROR_INIT;
    kamupin_status status = enter(revocation);

    if (status != KAMUPIN_OK || revocation->given_up)
        return status;
    if (revocation->confirmed)
        return kp_fail_local(&revocation->error, KAMUPIN_E_CERTIFICATE_REVOKED);
    status = kp_revocation_give_up(revocation->session, &revocation->prepared, GIVE_UP_MS, &own);
    if (status == KAMUPIN_OK || (!revocation->sent && status != KAMUPIN_E_CERTIFICATE_REVOKED)) {
        revocation->given_up = true; /* what nobody has confirmed, nobody will */
        return KAMUPIN_OK;
    }
    status = look(revocation, status, &own);
    if (status == KAMUPIN_OK)
        return status;
    own.status = status; /* the rest says why the service could not be asked */
    kp_error_copy(&own, &revocation->error);
    return status;
}
