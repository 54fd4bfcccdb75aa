/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   handles.hpp: the opaque handles of the public headers as classes that own what they hold, so that
   Python and Java see constructors, methods, exceptions and garbage collection. SWIG reads this
   file, and the enumerations and records from include/kamupin itself. It uses public calls alone.

   Whatever order a garbage collector frees things in, a context outlives the secrets, lists and
   operations made from it, and a listener outlives what tells it: they share it. A listener that
   in turn holds its operation is a circle that no collector sees: close() the operation. close()
   lets go at once; a closed object refuses. */
#ifndef KAMUPIN_BINDINGS_HANDLES_HPP
#define KAMUPIN_BINDINGS_HANDLES_HPP

#include <kamupin/kamupin.h>

#include <memory>

/* What a method throws, for SWIG alone: C++17 has no dynamic exception specifications. A failed
   callback has left its exception in the interpreter, which raises it when the call returns. */
#ifdef SWIG
#define THROWS         throw(kamupin_error)
#define THROWS_CALLING throw(kamupin_error, CallbackFailed)
#else
#define THROWS
#define THROWS_CALLING
#endif

struct CallbackFailed {
};

/** Receives events: derive and override. An exception that leaves event() cancels the operation and
 * is raised by the call that was running. */
class Listener
{
  public:
    virtual ~Listener() = default;
    virtual void event(kamupin_event event);
};

/** Receives log lines: derive and override. An exception that leaves log() is printed and goes no
 * further. */
class Log
{
  public:
    virtual ~Log() = default;
    virtual void log(kamupin_log_level level, const char *room, const char *line);
};

/** kamupin_context: log, trusted CAs, state folder. May be used by several threads. */
class Context
{
  public:
    explicit Context(const char *state_folder = nullptr, const char *ca_file = nullptr,
                     const std::shared_ptr<Log> *log = nullptr,
                     kamupin_log_level log_level = KAMUPIN_LOG_WARNING) THROWS;
    void close();

#ifndef SWIG
    std::shared_ptr<kamupin_context> handle;
#endif
};

/** kamupin_secret: typed into, never read back. The caller wipes its own copy. */
class Secret
{
  public:
    Secret(const Context &context, kamupin_secret_kind kind) THROWS;
    void append(const char *bytes, size_t length) THROWS;
    void backspace();
    void clear();
    size_t length() const;
    kamupin_look looks_like() const;
    void close();

#ifndef SWIG
    std::shared_ptr<kamupin_secret> handle;
#endif
};

/** kamupin_reader_list: every reader and what is known of its card. */
class ReaderList
{
  public:
    explicit ReaderList(const Context &context) THROWS;
    size_t count() const;
    kamupin_card_info get(size_t index) const THROWS;
    void wait_for_change(long timeout_ms) THROWS;
    void close();

#ifndef SWIG
    ReaderList(std::shared_ptr<kamupin_context> context, kamupin_reader_list *list);
    std::shared_ptr<kamupin_reader_list> handle;
#endif
};

/** kamupin_operation, in steps. One thread at a time, except cancel(). */
class Operation
{
  public:
    Operation(const Context &context, const char *service, const char *card = nullptr,
              const std::shared_ptr<Listener> *listener = nullptr,
              kamupin_operation_kind kind = KAMUPIN_OPERATION_ANY) THROWS;
    kamupin_phase phase() const;
    int seconds_left() const;
    void redeem(const Secret &code) THROWS_CALLING;
    ReaderList *cards() THROWS_CALLING;
    void choose(const char *which = nullptr) THROWS_CALLING;
    void set_pin(const Secret &pin, const Secret &again) THROWS_CALLING;
    kamupin_factor begin_factor(kamupin_factor_type type = KAMUPIN_FACTOR_ANY) THROWS_CALLING;
    kamupin_factor factor() const THROWS;
    void verify_factor(const Secret &secret) THROWS_CALLING;
    void run() THROWS_CALLING;
    kamupin_result result() const THROWS;
    /** Cancels the call that runs and every later one. From any thread, also from a callback. */
    void cancel();
    void close();

#ifndef SWIG
    /* What the event callback needs; its address does not change while the operation lives. */
    struct Calls {
        std::shared_ptr<Listener> listener;
        std::shared_ptr<kamupin_cancel> cancel;
    };

  private:
    void settle(kamupin_status status) const;
    /* In the order of their making: the operation goes first, the context last. */
    std::shared_ptr<kamupin_context> context_;
    std::unique_ptr<Calls> calls_;
    std::shared_ptr<kamupin_operation> handle_;
#endif
};

/** kamupin_resume: ends what an earlier run left, and raises why when something stays unfinished.
 */
void resume(const Context &context,
            const std::shared_ptr<Listener> *listener = nullptr) THROWS_CALLING;

/** kamupin_pin_check against Kamu SM's own policy. */
void pin_check(const Secret &pin, const Secret &again) THROWS;

/** kamupin_code_normalise. */
void code_normalise(const Secret &code) THROWS;

#endif
