/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   version.c: --version: which library this is, and what it and the command were built with, for reports of
   mistakes. The build names the versions. */
#include "cli.h"

static const struct {
    const char *name, *version;
} PARTS[] = {{"openssl", BUILT_OPENSSL},
             {"libcurl", BUILT_CURL},
             {"pcsc-lite", BUILT_PCSC},
             {"jansson", BUILT_JANSSON},
             {"compiler", BUILT_COMPILER}};

void cli_version(cli *program)
{
    json_t *parts = json_object();
    if (program->json == NULL)
        printf("kamupin %s\n", kamupin_version());
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        if (program->json == NULL)
            printf("  %-10s %s\n", PARTS[i].name, PARTS[i].version);
        json_object_set_new(parts, PARTS[i].name, json_string(PARTS[i].version));
    }
    cli_json_add(program, "version", json_string(kamupin_version()));
    cli_json_add(program, "built_with", parts);
}
