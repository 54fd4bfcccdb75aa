/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   readers.hpp: readers of a program's own (reader.h) as a class with virtual methods, which SWIG lets
   Python and Java override, and the built-in PC/SC readers for a program that wants to see or change
   what passes. Workers and connections are numbers: the object's own in the first, the library's in
   the second. */
#ifndef KAMUPIN_BINDINGS_READERS_HPP
#define KAMUPIN_BINDINGS_READERS_HPP

#include <kamupin/kamupin.h>

#include <vector>

/** Where a method puts the bytes that it answers. */
class ByteRoom
{
  public:
#ifndef SWIG
    ByteRoom(unsigned char *start, size_t room) : start_(start), room_(room)
    {
    }
    /** All that were put, also when they did not fit and nothing was written. */
    size_t length() const
    {
        return length_;
    }
    bool fits() const
    {
        return length_ <= room_;
    }
#endif
    /** At the end of what is there. */
    void put(const unsigned char *bytes, size_t length);

  private:
    unsigned char *start_;
    size_t room_;
    size_t length_ = 0;
};

/** The readers that a watch is about; may be changed where they are. */
class ReaderStates
{
  public:
    /** For BuiltInReaders::watch: so many, empty. */
    explicit ReaderStates(size_t count) : own_(count), states_(own_.data()), count_(count)
    {
    }
#ifndef SWIG
    ReaderStates(kamupin_reader_state *states, size_t count) : states_(states), count_(count)
    {
    }
#endif
    ReaderStates(const ReaderStates &) = delete;
    ReaderStates &operator=(const ReaderStates &) = delete;
    size_t count() const
    {
        return count_;
    }
    /** NULL past the end. */
    kamupin_reader_state *at(size_t index)
    {
        return index < count_ ? &states_[index] : nullptr;
    }

  private:
    std::vector<kamupin_reader_state> own_;
    kamupin_reader_state *states_;
    size_t count_;
};

/** kamupin_reader_backend: its functions, `open` as open_worker and `list` as list_readers. `answer` is ok with code 0 at first; a
 *  method that lets an exception out has answered reader-failed. Called from several threads. */
class ReaderBackend
{
  public:
    ReaderBackend();
    ReaderBackend(const ReaderBackend &) = delete;
    ReaderBackend &operator=(const ReaderBackend &) = delete;
    virtual ~ReaderBackend() = default;

    /** Which of the optional functions there are; before the backend is used. */
    void offer(bool open_waiting, bool control);
#ifndef SWIG
    const kamupin_reader_backend *table() const
    {
        return &table_;
    }
#endif

    virtual long long open_worker(kamupin_reader_answer *answer) = 0;
    virtual long long open_waiting(int stop, long long patience_ms,
                                   kamupin_reader_answer *answer) = 0;
    virtual void close(long long worker) = 0;
    virtual void list_readers(long long worker, ByteRoom *names, kamupin_reader_answer *answer) = 0;
    virtual void watch(long long worker, ReaderStates *states, long long timeout_ms,
                       kamupin_reader_answer *answer) = 0;
    virtual void wake(long long worker) = 0;
    virtual long long connect(long long worker, const char *reader,
                              kamupin_reader_answer *answer) = 0;
    virtual void disconnect(long long connection) = 0;
    virtual void reconnect(long long connection, kamupin_reader_answer *answer) = 0;
    virtual void begin(long long connection, kamupin_reader_answer *answer) = 0;
    virtual void end(long long connection, kamupin_reader_answer *answer) = 0;
    virtual void transmit(long long connection, const unsigned char *bytes, size_t length,
                          ByteRoom *reply, kamupin_reader_answer *answer) = 0;
    virtual void control(long long connection, long long code, const unsigned char *bytes,
                         size_t length, ByteRoom *reply, kamupin_reader_answer *answer) = 0;

  private:
    kamupin_reader_backend table_;
};

/** kamupin_reader_backend_pcsc: each call fills `answer` and returns its status. `worker` and
 *  `connection` are what open and connect have given; 0 after a failure, and refused. A layer makes it
 *  0 when it closes one. */
class BuiltInReaders
{
  public:
    kamupin_status open_worker(kamupin_reader_answer *answer, long long *number);
    kamupin_status open_waiting(int stop, long long patience_ms, kamupin_reader_answer *answer,
                                long long *number);
    void close(long long worker);
    /** NUL-terminated names, an empty one last. */
    kamupin_status list_readers(long long worker, kamupin_reader_answer *answer,
                                const unsigned char **content, size_t *length);
    kamupin_status watch(long long worker, ReaderStates *states, long long timeout_ms,
                         kamupin_reader_answer *answer);
    void wake(long long worker);
    kamupin_status connect(long long worker, const char *reader, kamupin_reader_answer *answer,
                           long long *number);
    void disconnect(long long connection);
    kamupin_status reconnect(long long connection, kamupin_reader_answer *answer);
    kamupin_status begin(long long connection, kamupin_reader_answer *answer);
    kamupin_status end(long long connection, kamupin_reader_answer *answer);
    kamupin_status transmit(long long connection, const unsigned char *bytes, size_t length,
                            kamupin_reader_answer *answer, const unsigned char **content,
                            size_t *content_length);
    kamupin_status control(long long connection, long long code, const unsigned char *bytes,
                           size_t length, kamupin_reader_answer *answer,
                           const unsigned char **content, size_t *content_length);
};

#endif
