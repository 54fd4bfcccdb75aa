/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   consent.c: the e-consent as the profile has it: where it stands, its text, its signature. */
#include <service/consent.h>

#include <core/letters.h>

#include <stdio.h>
#include <string.h>

#define ID_MIN      8
#define CONTENT_MIN 3

static const char *const STATES[] = {"none", "pending", "accepted", "refused", NULL};

void kp_put_signature(kp_buffer *body, const unsigned char *der, size_t length)
{
    kp_buffer_text(body, "{\"signature\":\"");
    kp_buffer_base64url(body, der, length);
    kp_buffer_text(body, "\"}");
}

static void read_state(kp_answer *answer, void *into)
{
    const kamupin_consent_info empty = KAMUPIN_CONSENT_INFO_INIT;
    kamupin_consent_info *info = into;

    *info = empty;
    info->state = (kamupin_consent_state)(KAMUPIN_CONSENT_NONE +
                                          kp_json_word(answer->fields, "state", STATES));
    info->at = kp_call_moment_or_none(answer->fields, "at");
}

kamupin_status kp_consent_look(kamupin_session *session, kamupin_consent_info *info,
                               kamupin_error *error)
{
    return kp_session_call(session, "/consent", NULL, read_state, info, error);
}

/* Whether a character parts words or lines. A carriage return does so before a line feed alone: elsewhere
 * it takes a terminal back to where the line began, and what follows covers what was there. */
static bool is_between(unsigned int character, const kp_buffer *content, size_t after)
{
    if (character == '\r')
        return after < content->length && content->data[after] == '\n';
    return character == '\n' || character == '\t';
}

/* Whether bytes are text that can be shown as it will be signed: UTF-8 without control characters other
 * than those between lines, and without hidden ones, which can make it look like another. */
static bool is_text(const kp_buffer *content)
{
    size_t size = 0;

    for (size_t at = 0; at < content->length; at += size) {
        unsigned int character = 0;
        size = kp_letters_next(content->data + at, content->length - at, &character);
        if (size == 0 || (character < 0x20 && !is_between(character, content, at + size)) ||
            (character >= 0x7F && character <= 0x9F) || kp_letters_hidden(character))
            return false;
    }
    return true;
}

static void read_text(kp_answer *answer, void *into)
{
    static const char *const types[] = {"text/plain; charset=utf-8", NULL};
    static const char *const formats[] = {"cades-b-b", NULL};
    kp_consent_text *text = into;

    kp_buffer_wipe(&text->content);
    kp_json_id(answer->fields, "consent_id", text->consent_id, ID_MIN, sizeof text->consent_id);
    kp_json_word(answer->fields, "media_type", types);
    kp_json_word(answer->fields, "signature_format", formats);
    text->deadline_ms = kp_answer_deadline(answer, "seconds_left");
    answer->status = kp_json_blob(answer->fields, "content", CONTENT_MIN, KP_CONTENT_MAX,
                                  &text->content, answer->error);
    if (!is_text(&text->content))
        kp_json_refuse(answer->fields, "content");
}

kamupin_status kp_consent_begin(kamupin_session *session, kamupin_language language,
                                kp_consent_text *text, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    const kp_call how = {.path = "/consent/text",
                         .body = &body,
                         .repeat = true,
                         .language = language == KAMUPIN_ENGLISH ? "en" : "tr"};

    kp_buffer_text(&body, "{}");
    kamupin_status status = kp_session_make(session, &how, read_text, text, error);
    kp_buffer_wipe(&body);
    if (status != KAMUPIN_OK)
        kp_buffer_wipe(&text->content);
    return status;
}

kamupin_status kp_consent_submit(kamupin_session *session, const char *consent_id,
                                 const unsigned char *der, size_t length,
                                 kamupin_consent_info *info, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/consents/%s/submit", consent_id);
    kp_put_signature(&body, der, length);
    return kp_session_call(session, path, &body, read_state, info, error);
}
