/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   info.c: info: whom to call, where to look, and what has to be read. Asks nobody. */
#include "cli.h"
#include "width.h"
#include "wrap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* At a terminal a long text is broken beside its label, and a long address stands below it, whole. */
static void tell(const char *label, const char *value)
{
    const int margin = cli_width(label) + 2;
    const bool whole = strchr(value, ' ') == NULL;
    const bool below = whole && isatty(STDOUT_FILENO) != 0 &&
                       margin + cli_width(value) > cli_columns(STDOUT_FILENO);
    printf("%s:%s", label, below ? "\n  " : " ");
    if (below)
        puts(value);
    else
        cli_wrap_out(value, margin);
}

static void tell_items(const cli *program, json_t *items)
{
    kamupin_language language = program->args.language;
    for (int i = KAMUPIN_INFO_CALL_CENTRE; i <= KAMUPIN_INFO_OLDER_PORTAL_PAGE; i++) {
        kamupin_info_item item = (kamupin_info_item)i;
        const char *label = kamupin_info_label(item, language);
        const char *value = kamupin_info(item, language);
        if (!program->args.json)
            tell(label, value);
        json_array_append_new(items, json_pack("{s:s, s:s, s:s}", "name", kamupin_info_name(item),
                                               "label", label, "value", value));
    }
}

kamupin_status cli_info(cli *program, kamupin_error *error)
{
    json_t *items = json_array();
    json_t *notices = json_array();
    (void)error;
    tell_items(program, items);
    for (int i = KAMUPIN_NOTICE_BEFORE_PIN; i <= KAMUPIN_NOTICE_ISSUED_PIN; i++) {
        const char *text = kamupin_notice_text((kamupin_notice)i, program->args.language);
        if (!program->args.json) {
            putchar('\n');
            cli_wrap_out(text, 0);
        }
        json_array_append_new(notices, json_string(text));
    }
    cli_json_add(program, "info", items);
    cli_json_add(program, "notices", notices);
    return KAMUPIN_OK;
}
