/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   export.h: what marks a symbol as public, and the library's version. Every public header includes
   it. */
#ifndef KAMUPIN_EXPORT_H
#define KAMUPIN_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define KAMUPIN_API __attribute__((visibility("default")))
#else
#define KAMUPIN_API
#endif

#ifdef __cplusplus
#define KAMUPIN_BEGIN extern "C" {
#define KAMUPIN_END   }
#else
#define KAMUPIN_BEGIN
#define KAMUPIN_END
#endif

/* A record whose size is set and whose every other field is zero, in C99 and later and in C++11 and
   later; the records' own macros (KAMUPIN_CARD_INFO_INIT, …) are made of it. */
#ifdef __cplusplus
extern "C++" {
template <class T> inline T kamupin_sized()
{
    T made = T();
    made.size = sizeof made;
    return made;
}
}
#define KAMUPIN_SIZED(type) kamupin_sized<type>()
#else
#define KAMUPIN_SIZED(type)                                                                        \
    {                                                                                              \
        .size = sizeof(type)                                                                       \
    }
#endif

KAMUPIN_BEGIN

/** The version of the library that is running, such as "0.1.0".
 *  Ownership: static text. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_version(void);

KAMUPIN_END
#endif
