/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   doctor.c: doctor: what is the matter here, the first thing to mend first. Changes nothing. */
#include "cli.h"

#include <stdio.h>

static const cli_message SUBJECTS[] = {
    [KAMUPIN_ABOUT_DAEMON] = M_ABOUT_DAEMON,
    [KAMUPIN_ABOUT_READER] = M_READER,
    [KAMUPIN_ABOUT_CARD] = M_CARD,
    [KAMUPIN_ABOUT_PIN] = M_PIN,
    [KAMUPIN_ABOUT_CERTIFICATE] = M_ABOUT_CERTIFICATE,
    [KAMUPIN_ABOUT_CLOCK] = M_ABOUT_CLOCK,
    [KAMUPIN_ABOUT_NETWORK] = M_ABOUT_NETWORK,
    [KAMUPIN_ABOUT_SERVICE] = M_SERVICE,
    [KAMUPIN_ABOUT_MACHINE] = M_ABOUT_MACHINE,
};

/* ---- for people ---- */

static void say(const cli *program, const kamupin_finding *finding)
{
    char text[KAMUPIN_TEXT_MAX];
    cli_show_row(program, SUBJECTS[finding->subject],
                 kamupin_finding_text(finding, program->args.language, text, sizeof text));
}

/* The findings of one severity, from the one at `first` on, under a head of theirs. */
static void say_all(const cli *program, const kamupin_diagnosis *diagnosis,
                    kamupin_severity severity, size_t first, cli_message head)
{
    kamupin_finding finding = KAMUPIN_FINDING_INIT;
    size_t said = 0;
    for (size_t i = first; kamupin_diagnosis_get(diagnosis, i, &finding) == KAMUPIN_OK; i++) {
        if (finding.severity != severity)
            continue;
        if (said++ == 0)
            printf("%s%s\n", head == M_NOTHING_IN_THE_WAY ? "" : "\n", cli_say(program, head));
        say(program, &finding);
    }
}

static void say_hosts(const cli *program)
{
    kamupin_host host = KAMUPIN_HOST_INIT;
    for (size_t i = 0; kamupin_context_host(program->context, i, &host, NULL) == KAMUPIN_OK; i++) {
        if (i == 0)
            printf("\n%s\n", cli_say(program, M_HOSTS));
        printf("  %s:%u (%s%s%s)\n", host.name, host.port,
               host.address[0] != '\0' ? host.address : cli_say(program, M_HOST_NOT_REACHED),
               host.proxied ? ", " : "", host.proxied ? cli_say(program, M_HOST_PROXIED) : "");
    }
}

static void tell(const cli *program, const kamupin_diagnosis *diagnosis)
{
    kamupin_finding first = KAMUPIN_FINDING_INIT;
    kamupin_diagnosis_get(diagnosis, 0, &first);
    if (first.severity == KAMUPIN_FAULT) {
        cli_tell(program, CLI_ERROR, M_MEND_FIRST);
        say(program, &first);
        say_all(program, diagnosis, KAMUPIN_FAULT, 1, M_MEND_THEN);
    } else if (first.severity != KAMUPIN_TROUBLE) {
        cli_tell(program, CLI_GOOD, M_ALL_WELL);
    }
    say_all(program, diagnosis, KAMUPIN_TROUBLE, 0,
            first.severity == KAMUPIN_FAULT ? M_LOOK_AFTER : M_NOTHING_IN_THE_WAY);
    say_all(program, diagnosis, KAMUPIN_NOTE, 0, M_FOR_INFORMATION);
    if (program->args.verbose)
        say_all(program, diagnosis, KAMUPIN_FINE, 0, M_AS_IT_SHOULD_BE);
    say_hosts(program);
}

/* ---- for programs ---- */

static json_t *json_of_hosts(const cli *program)
{
    kamupin_host host = KAMUPIN_HOST_INIT;
    json_t *hosts = json_array();
    for (size_t i = 0; kamupin_context_host(program->context, i, &host, NULL) == KAMUPIN_OK; i++)
        json_array_append_new(hosts, cli_json_host(&host));
    return hosts;
}

static json_t *json_of_all(const cli *program, const kamupin_diagnosis *diagnosis)
{
    kamupin_finding finding = KAMUPIN_FINDING_INIT;
    json_t *all = json_array();
    for (size_t i = 0; kamupin_diagnosis_get(diagnosis, i, &finding) == KAMUPIN_OK; i++)
        json_array_append_new(all, cli_json_finding(&finding, program->args.language));
    return all;
}

/* ---- the command ---- */

/* The first fault is the command's status; everything was said already. */
static kamupin_status conclude(cli *program, const kamupin_diagnosis *diagnosis,
                               kamupin_error *error)
{
    kamupin_finding first = KAMUPIN_FINDING_INIT;
    if (kamupin_diagnosis_get(diagnosis, 0, &first) != KAMUPIN_OK ||
        first.severity != KAMUPIN_FAULT)
        return KAMUPIN_OK;
    *error = first.error;
    program->said = true;
    return error->status;
}

kamupin_status cli_doctor(cli *program, kamupin_error *error)
{
    kamupin_diagnose_options options = KAMUPIN_DIAGNOSE_OPTIONS_INIT;
    kamupin_diagnosis *diagnosis = NULL;
    options.service = program->args.service;
    options.offline = program->args.offline;
    options.days = (unsigned int)program->args.days;
    options.cancel = program->cancel;
    kamupin_status status = KAMUPIN_OK;
    if (program->args.trust != NULL)
        status = kamupin_trust_new(program->context, program->args.trust, &options.trust, error);
    if (status == KAMUPIN_OK)
        status = kamupin_diagnose(program->context, &options, &diagnosis, error);
    if (status == KAMUPIN_OK) {
        if (!program->args.json)
            tell(program, diagnosis);
        cli_json_add(program, "diagnosis", json_of_all(program, diagnosis));
        cli_json_add(program, "hosts", json_of_hosts(program));
        status = conclude(program, diagnosis, error);
    }
    kamupin_diagnosis_free(&diagnosis);
    kamupin_trust_free(&options.trust);
    return status;
}
