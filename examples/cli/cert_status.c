/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_status.c: cert status: whether a certificate is genuine and in force, from the caller's own
   roots, by the public services that the certificate names. */
#include "cert.h"

#include <stdio.h>

static cli_message state_of(kamupin_revocation_state state)
{
    switch (state) {
    case KAMUPIN_REVOCATION_GOOD:
        return M_REVOCATION_GOOD;
    case KAMUPIN_REVOCATION_SUSPENDED:
        return M_REVOCATION_SUSPENDED;
    case KAMUPIN_REVOCATION_REVOKED:
        return M_REVOCATION_REVOKED;
    case KAMUPIN_REVOCATION_UNKNOWN:
        return M_REVOCATION_UNKNOWN;
    case KAMUPIN_REVOCATION_UNREACHABLE:
        return M_REVOCATION_UNREACHABLE;
    case KAMUPIN_REVOCATION_NO_ADDRESS:
        return M_REVOCATION_NO_ADDRESS;
    case KAMUPIN_REVOCATION_NOT_ASKED:
        break;
    }
    return M_REVOCATION_NOT_ASKED;
}

static cli_message source_of(kamupin_revocation_source source)
{
    switch (source) {
    case KAMUPIN_FROM_OCSP:
        return M_FROM_OCSP;
    case KAMUPIN_FROM_CRL:
        return M_FROM_CRL;
    case KAMUPIN_FROM_CRL_CACHE:
        return M_FROM_CRL_CACHE;
    case KAMUPIN_FROM_NOBODY:
        break;
    }
    return M_NOTHING;
}

static void show_part(const cli *program, cli_message label, kamupin_status part)
{
    cli_show_row(program, label,
                 part == KAMUPIN_OK ? cli_say(program, M_HOLDS)
                                    : kamupin_status_cause(part, program->args.language));
}

/* The statuses of the network speak of the service that is logged in to; here it is the issuer's server that
 * was asked. */
static const char *cause_of(const cli *program, kamupin_status way)
{
    switch ((int)way) {
    case KAMUPIN_E_NETWORK_NAME:
        return cli_say(program, M_ISSUER_NAME);
    case KAMUPIN_E_NETWORK_UNREACHABLE:
        return cli_say(program, M_ISSUER_UNREACHABLE);
    case KAMUPIN_E_NETWORK_TIMEOUT:
        return cli_say(program, M_ISSUER_TIMEOUT);
    case KAMUPIN_E_NETWORK_INTERRUPTED:
        return cli_say(program, M_ISSUER_INTERRUPTED);
    case KAMUPIN_E_HTTP_REDIRECTED:
        return cli_say(program, M_ISSUER_REDIRECTED);
    case KAMUPIN_E_REPLY_TOO_LARGE:
        return cli_say(program, M_ISSUER_REPLY);
    default:
        return kamupin_status_cause(way, program->args.language);
    }
}

/* Why a way to ask led to nothing, where there is more to say than that it did. */
static void show_way(const cli *program, cli_message label, kamupin_status way)
{
    if (way != KAMUPIN_OK && way != KAMUPIN_E_REVOCATION_UNREACHABLE)
        cli_show_row(program, label, cause_of(program, way));
}

static void show_revocation(const cli *program, cli_message label,
                            const kamupin_revocation_answer *answer)
{
    char line[500], stamp[64];
    cli_show_row(program, label, cli_say(program, state_of(answer->state)));
    if (answer->state == KAMUPIN_REVOCATION_REVOKED)
        cli_show_row(program, M_REASON, cli_cert_reason(program, answer->reason));
    if (answer->revoked_at != 0)
        cli_show_row(program, M_SINCE,
                     cli_moment(program, (time_t)answer->revoked_at, stamp, sizeof stamp));
    if (answer->source != KAMUPIN_FROM_NOBODY) {
        snprintf(line, sizeof line, "%s%s%s", cli_say(program, source_of(answer->source)),
                 answer->address[0] != '\0' ? ", " : "", answer->address);
        cli_show_row(program, M_TOLD_BY, line);
    }
    if (answer->this_update != 0)
        cli_show_row(program, M_THIS_UPDATE,
                     cli_moment(program, (time_t)answer->this_update, stamp, sizeof stamp));
    if (answer->nonce == KAMUPIN_NONCE_MISSING)
        cli_show_row(program, M_NOTE, cli_say(program, M_NONCE_MISSING));
    show_way(program, M_OCSP, answer->ocsp);
    show_way(program, M_CRL, answer->crl);
}

static const char *next_step(const cli *program, const kamupin_check *check)
{
    const bool unanswered = check->revocation.state == KAMUPIN_REVOCATION_UNREACHABLE ||
                            check->between.state == KAMUPIN_REVOCATION_UNREACHABLE;
    return unanswered && program->args.offline
               ? cli_say(program, M_WITHOUT_OFFLINE)
               : kamupin_status_remedy(check->verdict, program->args.language);
}

/* All of it on standard output, so that nothing is left for the sentence that ends a command. */
static void show(cli *program, const cli_certificate *found, const kamupin_check *check)
{
    char line[KAMUPIN_NAME_MAX + 100];
    const char *holder =
        kamupin_certificate_text(found->entry.certificate, KAMUPIN_CERTIFICATE_HOLDER, 0);
    cli_show_row(program, M_HOLDER, holder != NULL ? holder : "");
    cli_show_row(program, M_SERIAL, cli_cert_serial(&found->entry));
    show_part(program, M_CHAIN, check->chain);
    if (check->root[0] != '\0') {
        snprintf(line, sizeof line, "%s%s%s", check->root, check->root_known ? ", " : "",
                 check->root_known ? cli_say(program, M_ROOT_KNOWN) : "");
        cli_show_row(program, M_ROOT, line);
    }
    show_part(program, M_DATES, check->dates);
    show_revocation(program, M_REVOCATION, &check->revocation);
    if (check->between.state != KAMUPIN_REVOCATION_GOOD &&
        check->between.state != KAMUPIN_REVOCATION_NOT_ASKED)
        show_revocation(program, M_REVOCATION_BETWEEN, &check->between);
    cli_cert_show_weakness(program, check->weakness);
    cli_show_row(program, M_VERDICT,
                 check->verdict == KAMUPIN_OK
                     ? cli_say(program, M_GENUINE)
                     : kamupin_status_cause(check->verdict, program->args.language));
    if (check->verdict != KAMUPIN_OK)
        cli_show_row(program, M_NEXT_STEP, next_step(program, check));
    program->said = true;
}

/* ---- for programs ---- */

static json_t *json_status(kamupin_status status)
{
    return json_pack("{s:s, s:i}", "status", kamupin_status_name(status), "number", (int)status);
}

static json_t *json_answer(const kamupin_revocation_answer *answer)
{
    static const char *const states[] = {"not-asked", "good",        "suspended", "revoked",
                                         "unknown",   "unreachable", "no-address"};
    static const char *const from[] = {NULL, "ocsp", "crl", "crl-cache"};
    static const char *const nonces[] = {NULL, "echoed", "missing"};
    const char *source = from[answer->source], *nonce = nonces[answer->nonce];
    const bool reasoned = answer->reason != KAMUPIN_REASON_NONE;
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "state", states[answer->state],
        "source", source != NULL ? json_string(source) : json_null(), "reason",
        reasoned ? json_string(kamupin_revocation_reason_name(answer->reason)) : json_null(),
        "revoked_at", cli_json_utc(answer->revoked_at), "this_update",
        cli_json_utc(answer->this_update), "next_update", cli_json_utc(answer->next_update),
        "nonce", nonce != NULL ? json_string(nonce) : json_null(), "ocsp",
        json_status(answer->ocsp), "crl", json_status(answer->crl), "address",
        cli_json_text_or_null(answer->address));
}

static json_t *json_check(const kamupin_check *check)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:b}", "verdict",
        json_status(check->verdict), "chain", json_status(check->chain), "dates",
        json_status(check->dates), "revocation", json_answer(&check->revocation), "between",
        json_answer(&check->between), "weaknesses", cli_json_weakness(check->weakness), "length",
        (json_int_t)check->length, "root", cli_json_text_or_null(check->root), "root_fingerprint",
        cli_json_text_or_null(check->root_fingerprint), "root_known", check->root_known ? 1 : 0);
}

/* ---- the command ---- */

/* Without roots of one's own no chain can hold: said before anything is read. */
static kamupin_status open_trust(cli *program, kamupin_trust **trust, kamupin_error *error)
{
    if (program->args.trust != NULL)
        return kamupin_trust_new(program->context, program->args.trust, trust, error);
    cli_refuse(program, M_NEEDS_TRUST, "", error);
    return cli_error(error, KAMUPIN_E_TRUST_STORE);
}

kamupin_status cli_cert_status(cli *program, kamupin_error *error)
{
    cli_certificate found = {.fetched = NULL};
    kamupin_check check = KAMUPIN_CHECK_INIT;
    kamupin_check_options options = KAMUPIN_CHECK_OPTIONS_INIT;
    kamupin_trust *trust = NULL;
    kamupin_status status = open_trust(program, &trust, error);
    if (status == KAMUPIN_OK)
        status = cli_certificate_find(program, &found, error);
    if (status == KAMUPIN_OK) {
        options.offline = program->args.offline;
        options.cancel = program->cancel;
        options.between = found.from.list;
        status = kamupin_certificate_check(trust, found.entry.certificate, &options, &check, error);
    }
    if (found.entry.certificate != NULL && status == check.verdict) {
        if (!program->args.json)
            show(program, &found, &check);
        cli_json_add(program, "certificate", cli_json_certificate(&found.entry, false));
        cli_json_add(program, "check", json_check(&check));
    }
    cli_certificate_free(program, &found, status);
    kamupin_trust_free(&trust);
    return status;
}
