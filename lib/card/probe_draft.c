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
    kamupin_language language;
} writer;

typedef enum draft_text {
#define KP_DRAFT_TEXT(NAME, TR, EN) TEXT_##NAME,
#include <card/probe_draft_texts.def>
    TEXT_COUNT
} draft_text;

static const char *say(const writer *out, draft_text text)
{
    static const char *const texts[TEXT_COUNT][2] = {
#define KP_DRAFT_TEXT(NAME, TR, EN) {TR, EN},
#include <card/probe_draft_texts.def>
    };
    return texts[text][out->language == KAMUPIN_TURKISH ? 0 : 1];
}

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
    put(out, "# %s\nsecure-messaging = %s\nprotected = %s\n", say(out, TEXT_SESSION),
        kp_session_words[row->secure_messaging], kp_protected_words(row, words));
}

static void put_shown(writer *out, draft_text why, const char *key, const kp_form *form, bool shown)
{
    if (shown)
        put(out, "# %s\n%s = %02X %02X %02X %02X known\n", say(out, why), key, form->cla, form->ins,
            form->p1, form->p2);
}

/* What blocked looks like has no key: every row takes 6983, 6984 and 63C0 for it. */
static void put_sacrifice(writer *out, const kp_probe *probe)
{
    if (probe->refusal_count == 0)
        return;
    put(out, "# %s", say(out, TEXT_WRONG));
    for (size_t i = 0; i < probe->refusal_count; i++)
        put(out, " %04X", probe->refusals[i]);
    if (probe->blocked_answer != 0)
        put(out, "\n# %s %04X", say(out, TEXT_RIGHT), probe->blocked_answer);
    put(out, "\n# %s\n",
        say(out, probe->unblocked ? TEXT_UNBLOCKED
                 : probe->blocked ? TEXT_LEFT
                                  : TEXT_NOT_SEEN));
}

/* A service has unblocked the card: shown is what every way that the row knows has in common. */
static void put_unblocking(writer *out, const kp_probe *probe)
{
    const kp_profile *row = &probe->row;
    if (!probe->unblocked)
        return;
    const bool cryptogram = kp_profile_proof(row, KP_OP_RESET_BY_CRYPTOGRAM) != KP_UNKNOWN;
    const bool relay = kp_profile_proof(row, KP_OP_RESET_BY_RELAY) != KP_UNKNOWN;
    const bool sealed = kp_profile_proof(row, KP_OP_RESET_BY_SEALED_PUK) != KP_UNKNOWN &&
                        row->external_authenticate.proof == KP_UNKNOWN;
    put_shown(out, TEXT_SERVICE, "reset-after-authentication", &row->reset_after_authentication,
              (cryptogram || relay) && !sealed);
    put_shown(out, TEXT_SERVICE, "reset-with-puk", &row->reset_with_puk,
              sealed && !cryptogram && !relay);
}

void kp_probe_draft(const kp_probe *probe, char *draft, size_t size)
{
    writer out = {.text = draft, .size = size, .language = probe->request->language};
    const kp_profile *family = probe->family;
    draft[0] = '\0';
    if (probe->identity_card || (!probe->application && family != NULL))
        return;
    put(&out, "# libkamupin %s. %s\n# %s\nkamupin-profile 1\n\nrow = draft\n", kamupin_version(),
        say(&out, TEXT_HEAD), say(&out, TEXT_NOBODY));
    if (family != NULL)
        put(&out, "like = %s\n", family->name);
    put(&out, "product = %s (draft)\n", family == NULL ? "Unknown card" : family->product);
    put_recognition(&out, probe);
    put_selection(&out, probe);
    put_session(&out, probe);
    put_shown(&out, TEXT_SHOWN, "verify", &probe->row.verify, probe->verified);
    put_shown(&out, TEXT_SHOWN, "change", &probe->row.change, probe->changed);
    if (probe->empty_verify != 0)
        put(&out, "# %s %04X (%s)\n", say(&out, TEXT_EMPTY), probe->empty_verify,
            say(&out, probe->empty_verify_spent ? TEXT_SPENT : TEXT_SPENT_NONE));
    put_unblocking(&out, probe);
    put_sacrifice(&out, probe);
}
