/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   probe_draft.c: what a probe has found, as a profile file (docs/profiles.md). Pure. Only what the
   card itself has shown is called known; the rest is what the built-in row says, or unknown. */
#include <card/probe.h>

#include <card/profile_rows.h>
#include <core/buffer.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct writer {
    char *text;
    size_t size, length;
} writer;

static void put(writer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(writer *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(out->text + out->length, out->size - out->length, format, arguments);
    va_end(arguments);
    if (more > 0)
        out->length +=
            (size_t)more < out->size - out->length ? (size_t)more : out->size - out->length - 1;
}

static void put_recognition(writer *out, const kp_probe *probe)
{
    put(out, "historical =");
    for (size_t i = 0; i < probe->historical_length; i++)
        put(out, " %02X", probe->historical[i]);
    put(out, "%s\n", probe->historical_length == 0 ? " *" : "");
    if (probe->family != NULL)
        return; /* as strict as the row that it takes over */
    put(out, "recognition = %s\n",
        probe->kamu_sm > 0        ? "kamu-sm"
        : probe->certificates > 0 ? "certificate"
                                  : "application");
    put(out, "name-by = %s\n", probe->certificates > 0 ? "certificates" : "atr");
}

static void put_selection(writer *out, const kp_probe *probe)
{
    char hex[2 * KP_APPLICATION_MAX + 1] = "";
    const kp_profile *row = &probe->row;
    kp_hex(row->application, row->application_length, true, hex);
    if (!probe->application && probe->family == NULL)
        put(out, "application = mf\n");
    else if (probe->application)
        put(out, "application = %s %s\n",
            row->application_p1 == 0x04   ? "name"
            : row->application_p1 == 0x01 ? "child"
                                          : "file",
            hex);
    put(out, "select-answer = %s\n", row->select_p2 == 0x0C ? "none" : "fci");
    if (probe->certificates > 0)
        put(out, "certificates = files %04X\n", row->first_certificate);
    else if (probe->family == NULL)
        put(out, "certificates = none\n");
    if (probe->tries[0])
        put(out, "counters = get-data-object\npin-object = 01\n%s",
            probe->tries[1] ? "puk-object = 02\n" : "");
}

/* What goes protected is nothing that a probe can see: it is the word of the row that was used,
   repeated where `like` alone would lose it. */
static void put_session(writer *out, const kp_probe *probe)
{
    char words[KP_PROTECTED_WORDS_MAX];
    const kp_profile *row = &probe->row;
    if (row->secure_messaging == KP_SM_NONE &&
        (probe->family == NULL || probe->family->secure_messaging == KP_SM_NONE))
        return;
    put(out, "# as the row %s says; not probed\nsecure-messaging = %s\nprotected = %s\n", row->name,
        kp_session_words[row->secure_messaging], kp_protected_words(row, words));
}

static void put_shown(writer *out, const char *key, const kp_form *form, bool shown)
{
    if (shown)
        put(out, "# answered 9000 when it was probed\n%s = %02X %02X %02X %02X known\n", key,
            form->cla, form->ins, form->p1, form->p2);
}

void kp_probe_draft(const kp_probe *probe, char *draft, size_t size)
{
    writer out = {.text = draft, .size = size};
    const kp_profile *family = probe->family;
    draft[0] = '\0';
    if (probe->identity_card || (!probe->application && family != NULL))
        return;
    put(&out,
        "# Drafted by kamupin card probe %s from one card; look over every line before it is "
        "used.\n# Nothing in it names the card or its holder. Format: docs/profiles.md.\n"
        "kamupin-profile 1\n\nrow = draft\n",
        kamupin_version());
    if (family != NULL)
        put(&out, "like = %s\n", family->name);
    put(&out, "product = %s (draft)\n", family == NULL ? "Unknown card" : family->product);
    put_recognition(&out, probe);
    put_selection(&out, probe);
    put_session(&out, probe);
    put_shown(&out, "verify", &probe->row.verify, probe->verified);
    put_shown(&out, "change", &probe->row.change, probe->changed);
    if (probe->empty_verify != 0)
        put(&out, "# VERIFY without data answered %04X and %s.\n", probe->empty_verify,
            probe->empty_verify_spent ? "spent a try, or nobody could tell" : "spent no try");
}
