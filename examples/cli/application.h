/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   application.h: what applications and the lists of them are called alike. */
#ifndef CLI_APPLICATION_H
#define CLI_APPLICATION_H

#include "cli.h"

/** What an application is for. */
const char *cli_application_reason(const cli *program, kamupin_application_reason reason);

/** "vkn:…" or "detsis:…", as --on-behalf-of takes it, into `room`; returns it. "" for oneself. */
const char *cli_whom(const kamupin_identity *whom, char *room, size_t size);

/** The title in the language of the command line, else the other one. */
const char *cli_title(const cli *program, const char *turkish, const char *english);

/** Writes a form, indented, to standard output. */
void cli_show_form(const json_t *form);

#endif
