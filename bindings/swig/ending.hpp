/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   ending.hpp: what becomes of a thread that wants the interpreter when the program is ending. Python
   before 3.14 has it exit where it is, and the unwinding ends in an abort at the first destructor
   that wants the interpreter as well, or in C. So it stays, as from 3.14 on, until the process is
   gone. */
#ifndef KAMUPIN_BINDINGS_ENDING_HPP
#define KAMUPIN_BINDINGS_ENDING_HPP

#include <cxxabi.h>
#include <unistd.h>

/** For `catch (abi::__forced_unwind &)`. */
[[noreturn]] inline void stay_until_the_end()
{
    for (;;)
        pause();
}

#endif
