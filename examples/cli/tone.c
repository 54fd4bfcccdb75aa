/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   tone.c: see tone.h. */
#include "tone.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool cli_tone_obeyed(void)
{
    const char *terminal = getenv("TERM");
    return terminal != NULL && terminal[0] != '\0' && strcmp(terminal, "dumb") != 0;
}

/* no-color.org: any value but the empty one. */
static bool wanted(int descriptor)
{
    const char *without = getenv("NO_COLOR");
    return (without == NULL || without[0] == '\0') && cli_tone_obeyed() && isatty(descriptor) != 0;
}

const char *cli_tone_on(int descriptor, cli_tone tone)
{
    static const char *const STARTS[] = {"", "\033[31m", "\033[33m", "\033[32m", "\033[2m"};
    return tone != CLI_PLAIN && wanted(descriptor) ? STARTS[tone] : "";
}

const char *cli_tone_off(int descriptor, cli_tone tone)
{
    return tone != CLI_PLAIN && wanted(descriptor) ? "\033[0m" : "";
}
