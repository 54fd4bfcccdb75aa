/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   callbacks.cpp: from the library's C callbacks to the classes of callbacks.hpp. */
#include "callbacks.hpp"
#include "guard.hpp"

#include <cstring>

namespace
{

const unsigned char *as_bytes(const char *text)
{
    return reinterpret_cast<const unsigned char *>(text);
}

kamupin_prompts as_prompts(Prompts *prompts, bool chooses, bool waits)
{
    kamupin_prompts made = KAMUPIN_PROMPTS_INIT;

    made.user = prompts;
    made.secret = pass_secret;
    made.card = chooses ? pass_card : nullptr;
    made.acknowledge = pass_acknowledge;
    made.wait_for_card = waits ? pass_wait_for_card : nullptr;
    return made;
}

} // namespace

kamupin_status kamupin_unblock_with(kamupin_context *context,
                                    const kamupin_operation_options *options, Prompts *prompts,
                                    bool chooses, bool waits, kamupin_result *result,
                                    kamupin_error *error)
{
    const kamupin_prompts passed = as_prompts(prompts, chooses, waits);

    return kamupin_unblock(context, options, prompts == nullptr ? nullptr : &passed, result, error);
}

kamupin_status kamupin_resume_with(kamupin_context *context,
                                   const kamupin_operation_options *options, Prompts *prompts,
                                   bool waits, size_t *left, kamupin_error *error)
{
    const kamupin_prompts passed = as_prompts(prompts, false, waits);

    return kamupin_resume(context, options, prompts == nullptr ? nullptr : &passed, left, error);
}

kamupin_status kamupin_password_captcha_image(kamupin_session *session, kamupin_captcha *captcha,
                                              const unsigned char **der, size_t *length)
{
    const kamupin_status status = kamupin_password_captcha(session, captcha);

    *der = captcha == nullptr ? nullptr : captcha->image;
    *length = captcha == nullptr ? 0 : captcha->length;
    return status;
}

kamupin_status kamupin_card_cms_of(kamupin_card *card, const unsigned char *bytes, size_t length,
                                   kamupin_cms_options *options, const kamupin_secret *pin,
                                   kamupin_cms **cms)
{
    if (options == nullptr)
        return kamupin_card_cms(card, nullptr, pin, cms);
    options->content = bytes;
    options->length = length;
    const kamupin_status status = kamupin_card_cms(card, options, pin, cms);
    options->content = nullptr;
    options->length = 0;
    return status;
}

void pass_log(void *user, kamupin_log_level level, const char *room, const char *line)
{
    guarded([&] { static_cast<LogSink *>(user)->log(level, room, line); });
}

int64_t pass_time(void *user)
{
    return guarded(int64_t{0}, [&]() -> int64_t { return static_cast<TimeSource *>(user)->now(); });
}

void pass_event(void *user, const kamupin_event *event)
{
    guarded([&] { static_cast<EventSink *>(user)->event(event); });
}

void pass_watch(void *user, const kamupin_watch_event *event)
{
    guarded([&] { static_cast<WatchSink *>(user)->event(event); });
}

void pass_document(void *user, const char *json, size_t length)
{
    guarded([&] { static_cast<BytesSink *>(user)->take(as_bytes(json), length); });
}

void pass_kept(void *user, const unsigned char *bytes, size_t length)
{
    guarded([&] { static_cast<BytesSink *>(user)->take(bytes, length); });
}

void pass_issued_pin(void *user, const kamupin_issued_pin_info *, const char *digits)
{
    guarded(
        [&] { static_cast<DigitsSink *>(user)->show(as_bytes(digits), std::strlen(digits), -1); });
}

void pass_order_code(void *user, const char *digits, int seconds_left)
{
    guarded([&] {
        static_cast<DigitsSink *>(user)->show(as_bytes(digits), std::strlen(digits), seconds_left);
    });
}

void pass_profile(void *user, const kamupin_profile_finding *finding)
{
    guarded([&] { static_cast<ProfileSink *>(user)->finding(finding); });
}

void pass_typing(void *user)
{
    guarded([&] { static_cast<TypingSink *>(user)->typing(); });
}

kamupin_answer pass_secret(void *user, const kamupin_question *question, kamupin_secret *into)
{
    return guarded(KAMUPIN_ANSWER_CANCEL,
                   [&] { return static_cast<Prompts *>(user)->secret(question, into); });
}

kamupin_answer pass_card(void *user, const kamupin_reader_list *list, size_t *index)
{
    const long long chosen =
        guarded(-1LL, [&] { return static_cast<Prompts *>(user)->card(list); });

    if (chosen < 0)
        return KAMUPIN_ANSWER_CANCEL;
    *index = static_cast<size_t>(chosen);
    return KAMUPIN_ANSWER_GIVEN;
}

bool pass_acknowledge(void *user, kamupin_notice notice)
{
    return guarded(false, [&] { return static_cast<Prompts *>(user)->acknowledge(notice); });
}

bool pass_wait_for_card(void *user, kamupin_status why)
{
    return guarded(false, [&] { return static_cast<Prompts *>(user)->wait_for_card(why); });
}

void pass_told(void *user, const kamupin_probe_finding *finding)
{
    guarded([&] { static_cast<ProbePrompts *>(user)->told(finding); });
}

bool pass_ask(void *user, kamupin_probe_step step, kamupin_secret *pin)
{
    return guarded(false, [&] { return static_cast<ProbePrompts *>(user)->ask(step, pin); });
}

kamupin_status pass_unblock(void *user, const char *card, kamupin_secret *new_pin,
                            kamupin_error *error)
{
    return guarded(KAMUPIN_E_CANCELLED, [&] {
        return static_cast<ProbePrompts *>(user)->unblock(card, new_pin, error);
    });
}
