/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   readers.cpp: the table of reader.h over an object's methods, and the built-in table as methods. */
#include "readers.hpp"
#include "guard.hpp"

#include <cstring>
#include <new>

void ByteRoom::put(const unsigned char *bytes, size_t length)
{
    if (length > 0 && fits() && length <= room_ - length_)
        std::memcpy(start_ + length_, bytes, length);
    length_ += length;
}

namespace
{

/* ---- an object's methods as the library's table ---- */

/* A worker or a connection: whose, and its number there. */
struct Numbered {
    ReaderBackend *backend;
    long long number;
};

ReaderBackend *backend_of(void *of)
{
    return static_cast<Numbered *>(of)->backend;
}

long long number_of(void *of)
{
    return static_cast<Numbered *>(of)->number;
}

/* Calls a method; an exception that it let out is reader-failed. */
template <class Call> kamupin_reader_answer answered(Call call) noexcept
{
    return guarded(kamupin_reader_answer{KAMUPIN_E_READER_FAILED, 0, false}, [&] {
        kamupin_reader_answer answer = {KAMUPIN_OK, 0, false};
        call(&answer);
        return answer;
    });
}

/* ... one that gives out a worker or a connection. */
template <class Call>
kamupin_reader_answer numbered(ReaderBackend *backend, void **into, Call call) noexcept
{
    Numbered *made = new (std::nothrow) Numbered{backend, 0};

    if (made == nullptr)
        return {KAMUPIN_E_NO_MEMORY, 0, false};
    const kamupin_reader_answer answer =
        answered([&](kamupin_reader_answer *said) { made->number = call(said); });
    if (answer.status == KAMUPIN_OK)
        *into = made;
    else
        delete made;
    return answer;
}

/* ... one that answers bytes, which have to fit. */
template <class Call>
kamupin_reader_answer replied(unsigned char *reply, size_t *length, Call call) noexcept
{
    ByteRoom room(reply, *length);
    kamupin_reader_answer answer =
        answered([&](kamupin_reader_answer *said) { call(&room, said); });

    if (answer.status == KAMUPIN_OK && !room.fits())
        answer.status = KAMUPIN_E_READER_FAILED;
    *length = answer.status == KAMUPIN_OK ? room.length() : 0;
    return answer;
}

extern "C" {

kamupin_reader_answer own_open(void *user, void **worker)
{
    auto *backend = static_cast<ReaderBackend *>(user);
    return numbered(backend, worker,
                    [&](kamupin_reader_answer *answer) { return backend->open_worker(answer); });
}

kamupin_reader_answer own_open_waiting(void *user, int stop, long patience_ms, void **worker)
{
    auto *backend = static_cast<ReaderBackend *>(user);
    return numbered(backend, worker, [&](kamupin_reader_answer *answer) {
        return backend->open_waiting(stop, patience_ms, answer);
    });
}

void own_close(void *worker)
{
    guarded([&] { backend_of(worker)->close(number_of(worker)); });
    delete static_cast<Numbered *>(worker);
}

kamupin_reader_answer own_list(void *worker, char *names, size_t *length)
{
    ByteRoom room(reinterpret_cast<unsigned char *>(names), *length);
    const kamupin_reader_answer answer = answered([&](kamupin_reader_answer *said) {
        backend_of(worker)->list_readers(number_of(worker), &room, said);
    });

    *length = room.length();
    return answer;
}

kamupin_reader_answer own_watch(void *worker, kamupin_reader_state *states, size_t count,
                                long timeout_ms)
{
    ReaderStates passed(states, count);
    return answered([&](kamupin_reader_answer *answer) {
        backend_of(worker)->watch(number_of(worker), &passed, timeout_ms, answer);
    });
}

void own_wake(void *worker)
{
    guarded([&] { backend_of(worker)->wake(number_of(worker)); });
}

kamupin_reader_answer own_connect(void *worker, const char *reader, void **connection)
{
    ReaderBackend *backend = backend_of(worker);
    return numbered(backend, connection, [&](kamupin_reader_answer *answer) {
        return backend->connect(number_of(worker), reader, answer);
    });
}

void own_disconnect(void *connection)
{
    guarded([&] { backend_of(connection)->disconnect(number_of(connection)); });
    delete static_cast<Numbered *>(connection);
}

kamupin_reader_answer own_reconnect(void *connection)
{
    return answered([&](kamupin_reader_answer *answer) {
        backend_of(connection)->reconnect(number_of(connection), answer);
    });
}

kamupin_reader_answer own_begin(void *connection)
{
    return answered([&](kamupin_reader_answer *answer) {
        backend_of(connection)->begin(number_of(connection), answer);
    });
}

kamupin_reader_answer own_end(void *connection)
{
    return answered([&](kamupin_reader_answer *answer) {
        backend_of(connection)->end(number_of(connection), answer);
    });
}

kamupin_reader_answer own_transmit(void *connection, const unsigned char *command,
                                   size_t command_length, unsigned char *reply,
                                   size_t *reply_length)
{
    return replied(reply, reply_length, [&](ByteRoom *room, kamupin_reader_answer *answer) {
        backend_of(connection)
            ->transmit(number_of(connection), command, command_length, room, answer);
    });
}

kamupin_reader_answer own_control(void *connection, unsigned long code, const unsigned char *in,
                                  size_t in_length, unsigned char *out, size_t *out_length)
{
    return replied(out, out_length, [&](ByteRoom *room, kamupin_reader_answer *answer) {
        backend_of(connection)
            ->control(number_of(connection), static_cast<long long>(code), in, in_length, room,
                      answer);
    });
}
}

/* ---- the built-in table as methods ---- */

/* A worker or a connection of the library's, and the bytes that its last call has answered. Its number
   is the address; 0 is one that was given up. */
struct BuiltIn {
    void *of;
    std::vector<unsigned char> bytes;
};

BuiltIn *built_in(long long number)
{
    return reinterpret_cast<BuiltIn *>(static_cast<intptr_t>(number));
}

kamupin_status told(kamupin_reader_answer *answer, const kamupin_reader_answer &said)
{
    *answer = said;
    return said.status;
}

kamupin_status given_up(kamupin_reader_answer *answer)
{
    return told(answer, {KAMUPIN_E_INVALID_ARGUMENT, 0, false});
}

kamupin_status given_out(BuiltIn *made, const kamupin_reader_answer &said,
                         kamupin_reader_answer *answer, long long *number)
{
    if (said.status != KAMUPIN_OK) {
        delete made;
        made = nullptr;
    }
    *number = static_cast<long long>(reinterpret_cast<intptr_t>(made));
    return told(answer, said);
}

} // namespace

ReaderBackend::ReaderBackend() : table_{}
{
    table_.size = sizeof table_;
    table_.name = "own";
    table_.user = this;
    table_.open = own_open;
    table_.close = own_close;
    table_.list = own_list;
    table_.watch = own_watch;
    table_.wake = own_wake;
    table_.connect = own_connect;
    table_.disconnect = own_disconnect;
    table_.reconnect = own_reconnect;
    table_.begin = own_begin;
    table_.end = own_end;
    table_.transmit = own_transmit;
}

void ReaderBackend::offer(bool open_waiting, bool control)
{
    table_.open_waiting = open_waiting ? own_open_waiting : nullptr;
    table_.control = control ? own_control : nullptr;
}

kamupin_status BuiltInReaders::open_worker(kamupin_reader_answer *answer, long long *number)
{
    auto *made = new BuiltIn{nullptr, {}};
    return given_out(made, kamupin_reader_backend_pcsc()->open(nullptr, &made->of), answer, number);
}

kamupin_status BuiltInReaders::open_waiting(int stop, long long patience_ms,
                                            kamupin_reader_answer *answer, long long *number)
{
    auto *made = new BuiltIn{nullptr, {}};
    return given_out(made,
                     kamupin_reader_backend_pcsc()->open_waiting(
                         nullptr, stop, static_cast<long>(patience_ms), &made->of),
                     answer, number);
}

void BuiltInReaders::close(long long worker)
{
    if (worker == 0)
        return;
    kamupin_reader_backend_pcsc()->close(built_in(worker)->of);
    delete built_in(worker);
}

kamupin_status BuiltInReaders::list_readers(long long worker, kamupin_reader_answer *answer,
                                            const unsigned char **content, size_t *length)
{
    if (worker == 0)
        return given_up(answer);
    std::vector<unsigned char> &bytes = built_in(worker)->bytes;
    size_t needed = 0;

    for (;;) {
        bytes.resize(needed);
        const kamupin_reader_answer said = kamupin_reader_backend_pcsc()->list(
            built_in(worker)->of, reinterpret_cast<char *>(bytes.data()), &needed);
        if (said.status != KAMUPIN_OK)
            return told(answer, said);
        if (needed <= bytes.size()) {
            *content = bytes.data();
            *length = needed;
            return told(answer, said);
        }
    }
}

kamupin_status BuiltInReaders::watch(long long worker, ReaderStates *states, long long timeout_ms,
                                     kamupin_reader_answer *answer)
{
    if (worker == 0)
        return given_up(answer);
    return told(answer, kamupin_reader_backend_pcsc()->watch(built_in(worker)->of, states->at(0),
                                                             states->count(),
                                                             static_cast<long>(timeout_ms)));
}

void BuiltInReaders::wake(long long worker)
{
    if (worker == 0)
        return;
    kamupin_reader_backend_pcsc()->wake(built_in(worker)->of);
}

kamupin_status BuiltInReaders::connect(long long worker, const char *reader,
                                       kamupin_reader_answer *answer, long long *number)
{
    if (worker == 0)
        return given_up(answer);
    auto *made = new BuiltIn{nullptr, {}};
    return given_out(
        made, kamupin_reader_backend_pcsc()->connect(built_in(worker)->of, reader, &made->of),
        answer, number);
}

void BuiltInReaders::disconnect(long long connection)
{
    if (connection == 0)
        return;
    kamupin_reader_backend_pcsc()->disconnect(built_in(connection)->of);
    delete built_in(connection);
}

kamupin_status BuiltInReaders::reconnect(long long connection, kamupin_reader_answer *answer)
{
    if (connection == 0)
        return given_up(answer);
    return told(answer, kamupin_reader_backend_pcsc()->reconnect(built_in(connection)->of));
}

kamupin_status BuiltInReaders::begin(long long connection, kamupin_reader_answer *answer)
{
    if (connection == 0)
        return given_up(answer);
    return told(answer, kamupin_reader_backend_pcsc()->begin(built_in(connection)->of));
}

kamupin_status BuiltInReaders::end(long long connection, kamupin_reader_answer *answer)
{
    if (connection == 0)
        return given_up(answer);
    return told(answer, kamupin_reader_backend_pcsc()->end(built_in(connection)->of));
}

kamupin_status BuiltInReaders::transmit(long long connection, const unsigned char *bytes,
                                        size_t length, kamupin_reader_answer *answer,
                                        const unsigned char **content, size_t *content_length)
{
    if (connection == 0)
        return given_up(answer);
    BuiltIn *at = built_in(connection);

    at->bytes.resize(KAMUPIN_REPLY_MAX);
    *content_length = at->bytes.size();
    *content = at->bytes.data();
    return told(answer, kamupin_reader_backend_pcsc()->transmit(at->of, bytes, length,
                                                                at->bytes.data(), content_length));
}

kamupin_status BuiltInReaders::control(long long connection, long long code,
                                       const unsigned char *bytes, size_t length,
                                       kamupin_reader_answer *answer, const unsigned char **content,
                                       size_t *content_length)
{
    if (connection == 0)
        return given_up(answer);
    BuiltIn *at = built_in(connection);

    at->bytes.resize(KAMUPIN_REPLY_MAX);
    *content_length = at->bytes.size();
    *content = at->bytes.data();
    return told(answer, kamupin_reader_backend_pcsc()->control(
                            at->of, static_cast<unsigned long>(code), bytes, length,
                            at->bytes.data(), content_length));
}
