/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   callbacks.hpp: the library's callbacks as classes with virtual methods, which SWIG lets Python and
   Java override. Each has a pass function of the C shape, whose `user` is the object. The layers on
   top keep the object alive as long as the library may call it, and let no exception out of a method;
   one that comes all the same ends here, because the library is C. */
#ifndef KAMUPIN_BINDINGS_CALLBACKS_HPP
#define KAMUPIN_BINDINGS_CALLBACKS_HPP

#include <kamupin/kamupin.h>

/** kamupin_log_fn */
class LogSink
{
  public:
    virtual ~LogSink() = default;
    virtual void log(kamupin_log_level level, const char *room, const char *line) = 0;
};

/** kamupin_clock_fn and kamupin_calendar_fn */
class TimeSource
{
  public:
    virtual ~TimeSource() = default;
    virtual long long now() = 0;
};

/** kamupin_event_fn */
class EventSink
{
  public:
    virtual ~EventSink() = default;
    virtual void event(const kamupin_event *event) = 0;
};

/** kamupin_watch_fn */
class WatchSink
{
  public:
    virtual ~WatchSink() = default;
    virtual void event(const kamupin_watch_event *event) = 0;
};

/** kamupin_document_fn and kamupin_session_keep_fn: bytes that live during the call. */
class BytesSink
{
  public:
    virtual ~BytesSink() = default;
    virtual void take(const unsigned char *bytes, size_t length) = 0;
};

/** kamupin_issued_pin_fn (`record` is NULL for the next) and kamupin_order_code_fn: digits that are
 *  shown to a person; the copy that a method gets is wiped when it returns. */
class DigitsSink
{
  public:
    virtual ~DigitsSink() = default;
    virtual void show(const unsigned char *bytes, size_t length, int seconds_left) = 0;
};

/** kamupin_profile_finding_fn */
class ProfileSink
{
  public:
    virtual ~ProfileSink() = default;
    virtual void finding(const kamupin_profile_finding *finding) = 0;
};

/** kamupin_pad_options.typing */
class TypingSink
{
  public:
    virtual ~TypingSink() = default;
    virtual void typing() = 0;
};

/** kamupin_prompts. card() answers an index, or -1 to cancel. */
class Prompts
{
  public:
    virtual ~Prompts() = default;
    virtual kamupin_answer secret(const kamupin_question *question, kamupin_secret *into) = 0;
    virtual long long card(const kamupin_reader_list *list) = 0;
    virtual bool acknowledge(kamupin_notice notice) = 0;
    virtual bool wait_for_card(kamupin_status why) = 0;
};

/** kamupin_unblock and kamupin_resume with such prompts.
 *  @param chooses, waits whether card() and wait_for_card() are for use; else the library's own way
 *         without them */
kamupin_status kamupin_unblock_with(kamupin_context *context,
                                    const kamupin_operation_options *options, Prompts *prompts,
                                    bool chooses, bool waits, kamupin_result *result,
                                    kamupin_error *error);
kamupin_status kamupin_resume_with(kamupin_context *context,
                                   const kamupin_operation_options *options, Prompts *prompts,
                                   bool waits, size_t *left, kamupin_error *error);

/** kamupin_password_captcha with the picture's bytes. */
kamupin_status kamupin_password_captcha_image(kamupin_session *session, kamupin_captcha *captcha,
                                              const unsigned char **der, size_t *length);
/** kamupin_card_cms with the content's bytes. */
kamupin_status kamupin_card_cms_of(kamupin_card *card, const unsigned char *bytes, size_t length,
                                   kamupin_cms_options *options, const kamupin_secret *pin,
                                   kamupin_cms **cms);

/** The callbacks of kamupin_probe_request. */
class ProbePrompts
{
  public:
    virtual ~ProbePrompts() = default;
    virtual void told(const kamupin_probe_finding *finding) = 0;
    virtual bool ask(kamupin_probe_step step, kamupin_secret *pin) = 0;
    virtual kamupin_status unblock(const char *card, kamupin_secret *new_pin,
                                   kamupin_error *error) = 0;
};

#ifndef SWIG
extern "C" {
void pass_log(void *user, kamupin_log_level level, const char *room, const char *line);
int64_t pass_time(void *user);
void pass_event(void *user, const kamupin_event *event);
void pass_watch(void *user, const kamupin_watch_event *event);
void pass_document(void *user, const char *json, size_t length);
void pass_kept(void *user, const unsigned char *bytes, size_t length);
void pass_issued_pin(void *user, const kamupin_issued_pin_info *record, const char *digits);
void pass_order_code(void *user, const char *digits, int seconds_left);
void pass_profile(void *user, const kamupin_profile_finding *finding);
void pass_typing(void *user);
kamupin_answer pass_secret(void *user, const kamupin_question *question, kamupin_secret *into);
kamupin_answer pass_card(void *user, const kamupin_reader_list *list, size_t *index);
bool pass_acknowledge(void *user, kamupin_notice notice);
bool pass_wait_for_card(void *user, kamupin_status why);
void pass_told(void *user, const kamupin_probe_finding *finding);
bool pass_ask(void *user, kamupin_probe_step step, kamupin_secret *pin);
kamupin_status pass_unblock(void *user, const char *card, kamupin_secret *new_pin,
                            kamupin_error *error);
}
#endif

#endif
