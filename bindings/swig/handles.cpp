/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   handles.cpp: the handles as classes; each method is one public call, and its error record becomes
   an exception. Knows neither Python nor Java. */
#include "handles.hpp"

namespace
{

/* Set when a callback of this thread's running call has thrown: the interpreter holds an exception
   and must not be entered again before the call has returned. */
thread_local bool callback_failed = false;

kamupin_error no_error()
{
    return KAMUPIN_ERROR_INIT;
}

void check(kamupin_status status, const kamupin_error &error)
{
    if (status != KAMUPIN_OK)
        throw kamupin_error(error);
}

/* For calls that answer a status and fill no record. */
void check(kamupin_status status)
{
    kamupin_error error = no_error();

    error.status = status;
    check(status, error);
}

void raise_callback_failure()
{
    if (callback_failed) {
        callback_failed = false;
        throw CallbackFailed();
    }
}

/* No C++ exception may pass through the library, which is C. */
extern "C" void pass_log(void *user, kamupin_log_level level, const char *room, const char *line)
{
    if (callback_failed)
        return;
    try {
        static_cast<Log *>(user)->log(level, room, line);
    } catch (...) {
        return; /* printed already; a log is never a reason to stop */
    }
}

extern "C" void pass_event(void *user, const kamupin_event *event)
{
    const auto *calls = static_cast<const Operation::Calls *>(user);

    if (calls->listener == nullptr || callback_failed)
        return;
    try {
        calls->listener->event(*event);
    } catch (...) {
        callback_failed = true;
        kamupin_cancel_pull(calls->cancel.get());
    }
}

std::shared_ptr<kamupin_cancel> new_cancel(const std::shared_ptr<kamupin_context> &context)
{
    kamupin_error error = no_error();
    kamupin_cancel *made = nullptr;

    check(kamupin_cancel_new(context.get(), &made, &error), error);
    return {made, [context](kamupin_cancel *cancel) { kamupin_cancel_free(&cancel); }};
}

std::unique_ptr<Operation::Calls> new_calls(const std::shared_ptr<kamupin_context> &context,
                                            const std::shared_ptr<Listener> *listener)
{
    auto calls = std::make_unique<Operation::Calls>();

    if (listener != nullptr)
        calls->listener = *listener;
    calls->cancel = new_cancel(context);
    return calls;
}

kamupin_operation_options options_for(Operation::Calls *calls)
{
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;

    options.event = pass_event;
    options.event_user = calls;
    options.cancel = calls->cancel.get();
    return options;
}

} // namespace

void Listener::event(kamupin_event)
{
}

void Log::log(kamupin_log_level, const char *, const char *)
{
}

Context::Context(const char *state_folder, const char *ca_file, const std::shared_ptr<Log> *log,
                 kamupin_log_level log_level)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_error error = no_error();
    kamupin_context *made = nullptr;
    std::shared_ptr<Log> sink = log == nullptr ? nullptr : *log;

    options.state_folder = state_folder;
    options.ca_file = ca_file;
    options.log_level = log_level;
    options.log = sink == nullptr ? nullptr : pass_log;
    options.log_user = sink.get();
    check(kamupin_context_new(&options, &made, &error), error);
    handle = {made, [sink](kamupin_context *context) { kamupin_context_free(&context); }};
}

void Context::close()
{
    handle.reset();
}

Secret::Secret(const Context &context, kamupin_secret_kind kind)
{
    kamupin_error error = no_error();
    kamupin_secret *made = nullptr;
    std::shared_ptr<kamupin_context> owner = context.handle;

    check(kamupin_secret_new(owner.get(), kind, &made, &error), error);
    handle = {made, [owner](kamupin_secret *secret) { kamupin_secret_free(&secret); }};
}

void Secret::append(const char *bytes, size_t length)
{
    check(kamupin_secret_append(handle.get(), bytes, length));
}

void Secret::backspace()
{
    kamupin_secret_backspace(handle.get());
}

void Secret::clear()
{
    kamupin_secret_clear(handle.get());
}

kamupin_look Secret::looks_like() const
{
    return kamupin_secret_looks_like(handle.get());
}

size_t Secret::length() const
{
    return kamupin_secret_length(handle.get());
}

void Secret::close()
{
    handle.reset();
}

ReaderList::ReaderList(const Context &context)
{
    kamupin_error error = no_error();
    kamupin_reader_list *made = nullptr;

    check(kamupin_reader_list_new(context.handle.get(), nullptr, &made, &error), error);
    *this = ReaderList(context.handle, made);
}

ReaderList::ReaderList(std::shared_ptr<kamupin_context> context, kamupin_reader_list *list)
    : handle(list, [context](kamupin_reader_list *freed) { kamupin_reader_list_free(&freed); })
{
}

size_t ReaderList::count() const
{
    return kamupin_reader_list_count(handle.get());
}

kamupin_card_info ReaderList::get(size_t index) const
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;

    check(kamupin_reader_list_get(handle.get(), index, &info));
    return info;
}

void ReaderList::wait_for_change(long timeout_ms)
{
    kamupin_error error = no_error();

    check(kamupin_reader_list_wait(handle.get(), timeout_ms, nullptr, &error), error);
}

void ReaderList::close()
{
    handle.reset();
}

Operation::Operation(const Context &context, const char *service, const char *card,
                     const std::shared_ptr<Listener> *listener, kamupin_operation_kind kind)
    : context_(context.handle), calls_(new_calls(context_, listener))
{
    kamupin_operation_options options = options_for(calls_.get());
    kamupin_error error = no_error();
    kamupin_operation *made = nullptr;

    options.service = service;
    options.card = card;
    options.kind = kind;
    check(kamupin_operation_new(context_.get(), &options, &made, &error), error);
    handle_ = {made, [](kamupin_operation *operation) { kamupin_operation_free(&operation); }};
}

void Operation::settle(kamupin_status status) const
{
    kamupin_error error = no_error();

    raise_callback_failure();
    if (status == KAMUPIN_OK)
        return;
    kamupin_operation_error(handle_.get(), &error);
    error.status = status;
    throw kamupin_error(error);
}

kamupin_phase Operation::phase() const
{
    return kamupin_operation_phase(handle_.get());
}

int Operation::seconds_left() const
{
    return kamupin_operation_seconds_left(handle_.get());
}

void Operation::redeem(const Secret &code)
{
    settle(kamupin_operation_redeem(handle_.get(), code.handle.get()));
}

ReaderList *Operation::cards()
{
    kamupin_reader_list *made = nullptr;

    kamupin_status status = kamupin_operation_cards(handle_.get(), &made);
    auto list = std::make_unique<ReaderList>(context_, made);
    settle(status);
    return list.release();
}

void Operation::choose(const char *which)
{
    settle(kamupin_operation_choose(handle_.get(), which));
}

void Operation::set_pin(const Secret &pin, const Secret &again)
{
    settle(kamupin_operation_set_pin(handle_.get(), pin.handle.get(), again.handle.get()));
}

kamupin_factor Operation::begin_factor(kamupin_factor_type type)
{
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;

    settle(kamupin_operation_begin_factor(handle_.get(), type, &factor));
    return factor;
}

kamupin_factor Operation::factor() const
{
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;

    check(kamupin_operation_factor(handle_.get(), &factor));
    return factor;
}

void Operation::verify_factor(const Secret &secret)
{
    settle(kamupin_operation_verify_factor(handle_.get(), secret.handle.get()));
}

void Operation::run()
{
    settle(kamupin_operation_run(handle_.get()));
}

kamupin_result Operation::result() const
{
    kamupin_result result = KAMUPIN_RESULT_INIT;

    check(kamupin_operation_result(handle_.get(), &result));
    return result;
}

void Operation::cancel()
{
    kamupin_cancel_pull(calls_->cancel.get());
}

void Operation::close()
{
    handle_.reset();
    calls_->listener.reset();
}

void resume(const Context &context, const std::shared_ptr<Listener> *listener)
{
    auto calls = new_calls(context.handle, listener);
    kamupin_operation_options options = options_for(calls.get());
    kamupin_error error = no_error();

    kamupin_status status =
        kamupin_resume(context.handle.get(), &options, nullptr, nullptr, &error);
    raise_callback_failure();
    check(status, error);
}

void pin_check(const Secret &pin, const Secret &again)
{
    kamupin_error error = no_error();

    check(kamupin_pin_check(nullptr, pin.handle.get(), again.handle.get(), &error), error);
}

void code_normalise(const Secret &code)
{
    kamupin_error error = no_error();

    check(kamupin_code_normalise(code.handle.get(), &error), error);
}
