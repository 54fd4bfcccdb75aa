/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   json.c: what --json prints. docs/cli/schema.json describes it and the tests hold it to that;
   names and values here never change their meaning, new ones may be added. */
#include "cli.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* A reader's name comes from its driver and may be no UTF-8; JSON has to be. */
json_t *cli_json_text(const char *bytes)
{
    json_t *value = json_string(bytes);
    if (value == NULL) {
        char room[KAMUPIN_TEXT_MAX];
        snprintf(room, sizeof room, "%s", bytes);
        for (char *at = room; *at != '\0'; at++)
            if ((unsigned char)*at >= 0x80U)
                *at = '?';
        value = json_string(room);
    }
    return value;
}

json_t *cli_json_text_or_null(const char *bytes)
{
    return bytes != NULL && bytes[0] != '\0' ? cli_json_text(bytes) : json_null();
}

static json_t *count_or_null(int count)
{
    return count >= 0 ? json_integer(count) : json_null();
}

static json_t *hex(const unsigned char *bytes, size_t length)
{
    char digits[KAMUPIN_ATR_MAX * 2 + 1] = "";
    for (size_t i = 0; i < length && i < KAMUPIN_ATR_MAX; i++)
        snprintf(digits + 2 * i, 3, "%02X", bytes[i]);
    return cli_json_text_or_null(digits);
}

static const char *kind_name(kamupin_card_kind kind)
{
    switch (kind) {
    case KAMUPIN_CARD_NONE:
        return "none";
    case KAMUPIN_CARD_UNKNOWN:
        return "unknown";
    case KAMUPIN_CARD_SIGNATURE:
        return "signature";
    case KAMUPIN_CARD_IDENTITY:
        return "identity";
    case KAMUPIN_CARD_OTHER:
        return "other";
    }
    return "unknown";
}

static const char *tries_name(kamupin_tries tries)
{
    switch (tries) {
    case KAMUPIN_TRIES_UNKNOWN:
        return "unknown";
    case KAMUPIN_TRIES_KNOWN:
        return "known";
    case KAMUPIN_TRIES_VERIFIED:
        return "verified";
    }
    return "unknown";
}

static json_t *reference(kamupin_pin_state state, kamupin_tries tries, int left, int most)
{
    return json_pack("{s:s, s:s, s:o, s:o}", "state", kamupin_pin_state_name(state), "tries",
                     tries_name(tries), "tries_left",
                     count_or_null(tries == KAMUPIN_TRIES_KNOWN ? left : -1), "tries_max",
                     count_or_null(most));
}

json_t *cli_json_card(const kamupin_card_info *info)
{
    /* The product is that of the ATR's family: said only of a card that was recognised. */
    const char *product = cli_recognised(info) ? info->product : "";
    return json_pack(
        "{s:o, s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:{s:s, s:i}}", "reader",
        cli_json_text(info->reader), "pin_pad", (int)info->pin_pad, "kind", kind_name(info->kind),
        "card_id", cli_json_text_or_null(info->card_id), "serial",
        cli_json_text_or_null(info->serial), "profile", cli_json_text_or_null(info->profile),
        "product", cli_json_text_or_null(product), "atr", hex(info->atr, info->atr_length),
        "certificates", (json_int_t)info->certificates, "pin",
        reference(info->pin_state, info->pin_tries, info->pin_tries_left, info->pin_tries_max),
        "puk",
        reference(info->puk_state, info->puk_tries, info->puk_tries_left, info->puk_tries_max),
        "usable", "status", kamupin_status_name(info->usable), "number", (int)info->usable);
}

static const char *origin_name(kamupin_origin origin)
{
    static const char *const names[] = {"local", "card", "reader", "network",
                                        "tls",   "http", "service"};
    return (size_t)origin < sizeof names / sizeof names[0] ? names[origin] : "local";
}

json_t *cli_json_error(const kamupin_error *error, kamupin_language language, const char *detail)
{
    char sentence[KAMUPIN_TEXT_MAX];
    char word[8] = "";
    if (error->status_word != 0)
        snprintf(word, sizeof word, "%04X", error->status_word & 0xFFFFU);
    return json_pack("{s:s, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "status",
                     kamupin_status_name(error->status), "number", (int)error->status, "origin",
                     origin_name(error->origin), "tries_left", count_or_null(error->tries_left),
                     "wait_seconds", count_or_null(error->wait_seconds), "status_word",
                     cli_json_text_or_null(word), "problem_type",
                     cli_json_text_or_null(error->problem_type), "looks_like",
                     cli_json_text_or_null(kamupin_look_name(error->looks_like)), "detail",
                     cli_json_text_or_null(detail), "text",
                     kamupin_error_text(error, language, sentence, sizeof sentence));
}

json_t *cli_json_utc(int64_t seconds)
{
    char stamp[40] = "";
    time_t time = (time_t)seconds;
    struct tm parts;
    if (seconds != 0 && gmtime_r(&time, &parts) != NULL)
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return cli_json_text_or_null(stamp);
}

json_t *cli_json_result(const kamupin_result *result)
{
    return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:o}", "outcome",
                     kamupin_outcome_name(result->outcome), "reported", result->reported ? 1 : 0,
                     "operation_id", cli_json_text_or_null(result->operation_id), "card_id",
                     cli_json_text_or_null(result->card_id), "product",
                     cli_json_text_or_null(result->product), "recorded_at",
                     cli_json_text_or_null(result->recorded_at), "finished_at",
                     cli_json_utc(result->finished_at));
}

json_t *cli_json_finding(const kamupin_finding *finding, kamupin_language language)
{
    char sentence[KAMUPIN_TEXT_MAX];
    const bool good = finding->error.status == KAMUPIN_OK;
    return json_pack("{s:s, s:s, s:s, s:i, s:o, s:o, s:I, s:o, s:s}", "subject",
                     kamupin_subject_name(finding->subject), "severity",
                     kamupin_severity_name(finding->severity), "status",
                     kamupin_status_name(finding->error.status), "number",
                     (int)finding->error.status, "name", cli_json_text_or_null(finding->name),
                     "reader", cli_json_text_or_null(finding->reader), "count",
                     (json_int_t)finding->number, "error",
                     good ? json_null() : cli_json_error(&finding->error, language, NULL), "text",
                     kamupin_finding_text(finding, language, sentence, sizeof sentence));
}

json_t *cli_json_host(const kamupin_host *host)
{
    return json_pack("{s:s, s:i, s:o, s:b, s:i, s:s}", "host", host->name, "port", (int)host->port,
                     "address", cli_json_text_or_null(host->address), "proxied", (int)host->proxied,
                     "requests", (int)host->count, "status", kamupin_status_name(host->last));
}

json_t *cli_json_watch(const kamupin_watch_event *event, int64_t when)
{
    bool card_in = event->kind == KAMUPIN_WATCH_CARD_IN;
    return json_pack(
        "{s:s, s:o, s:o, s:s, s:i, s:o, s:o, s:o}", "event", kamupin_watch_kind_name(event->kind),
        "time", cli_json_utc(when), "reader", cli_json_text_or_null(event->reader), "status",
        kamupin_status_name(event->status), "number", (int)event->status, "atr",
        hex(event->atr, event->atr_length), "profile", cli_json_text_or_null(event->profile),
        "events", card_in ? json_integer((json_int_t)event->events) : json_null());
}

json_t *cli_json_login(const kamupin_login *to, kamupin_language language)
{
    const char *name = language == KAMUPIN_TURKISH ? to->application_tr : to->application_en;
    return json_pack("{s:{s:s?,s:s,s:s}}", "login", "application", name[0] != '\0' ? name : NULL,
                     "address", to->address, "url", to->url);
}

json_t *cli_json_session(const kamupin_session_info *info)
{
    static const char *const assurances[] = {"unknown",     "password",      "mobile-signature",
                                             "e-signature", "identity-card", "bank"};
    return json_pack("{s:{s:s,s:s,s:s,s:i,s:i}}", "session", "name", info->name, "identity",
                     info->identity, "assurance", assurances[info->assurance], "seconds_left",
                     info->seconds_left, "organisations", (int)info->organisation_count);
}

void cli_json_line(json_t *line)
{
    json_object_set_new(line, "format", json_integer(1));
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    json_decref(line);
}

void cli_json_lines(cli *program)
{
    json_decref(program->json);
    program->json = NULL;
}

kamupin_status cli_json_end(const cli *program, kamupin_status status, kamupin_error *error)
{
    if (status != KAMUPIN_OK && program->args.json) {
        error->status = status;
        cli_json_line(json_pack("{s:o}", "error",
                                cli_json_error(error, program->args.language, program->detail)));
    }
    return status;
}

json_t *cli_json_signature(const kamupin_signature *signature, const char *base64)
{
    static const char *const forms[] = {"", "pkcs1", "pss", "raw", "der"};
    static const char *const hashes[] = {"", "sha256", "sha384", "sha512"};
    return json_pack("{s:s, s:s, s:I, s:s}", "form", forms[signature->form], "hash",
                     hashes[signature->hash], "certificate", (json_int_t)signature->certificate + 1,
                     "base64", base64);
}

void cli_json_add(cli *program, const char *name, json_t *value)
{
    if (program->json != NULL)
        json_object_set_new(program->json, name, value);
    else
        json_decref(value);
}
