/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   guard.hpp: what leaves a callback's method by other ways than its return. No exception goes on into
   C; and a thread that wants the interpreter when the program is ending stays where it is. Python
   before 3.14 has such a thread exit there, and the unwinding ends in an abort at the first destructor
   that wants the interpreter as well, or in C. So it waits, as from 3.14 on, until the process is
   gone. */
#ifndef KAMUPIN_BINDINGS_GUARD_HPP
#define KAMUPIN_BINDINGS_GUARD_HPP

#include <cxxabi.h>
#include <unistd.h>

/** For `catch (abi::__forced_unwind &)`. */
[[noreturn]] inline void stay_until_the_end()
{
    for (;;)
        pause();
}

/** Calls a method; what to answer when it let an exception out is `otherwise`. */
template <class Answer, class Call> Answer guarded(Answer otherwise, Call call) noexcept
{
    try {
        return call();
    } catch (abi::__forced_unwind &) {
        stay_until_the_end();
    } catch (...) {
        return otherwise;
    }
}

/** … one that answers nothing. */
template <class Call> void guarded(Call call) noexcept
{
    try {
        call();
    } catch (abi::__forced_unwind &) {
        stay_until_the_end();
    } catch (...) {
        return;
    }
}

#endif
