/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pcsc_load.c: PC/SC's functions in a build that is not linked with libpcsclite (KAMUPIN_PCSC=load):
   each under its own name, passing on to the library that is loaded when a context is first made.
   Who has no PC/SC installed then lacks the readers and nothing else: what is told is that there is
   no service. Loads a shared library, touches nothing else. */
#include <PCSC/winscard.h>

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The name of PC/SC-lite's stable ABI. */
#define LIBRARY "libpcsclite.so.1"

/* Name, parameters, arguments of each that passes on. */
#define PASSED_ON(X)                                                                               \
    X(SCardReleaseContext, (SCARDCONTEXT a), (a))                                                  \
    X(SCardListReaders, (SCARDCONTEXT a, LPCSTR b, LPSTR c, LPDWORD d), (a, b, c, d))              \
    X(SCardGetStatusChange, (SCARDCONTEXT a, DWORD b, SCARD_READERSTATE * c, DWORD d),             \
      (a, b, c, d))                                                                                \
    X(SCardCancel, (SCARDCONTEXT a), (a))                                                          \
    X(SCardConnect, (SCARDCONTEXT a, LPCSTR b, DWORD c, DWORD d, LPSCARDHANDLE e, LPDWORD f),      \
      (a, b, c, d, e, f))                                                                          \
    X(SCardReconnect, (SCARDHANDLE a, DWORD b, DWORD c, DWORD d, LPDWORD e), (a, b, c, d, e))      \
    X(SCardDisconnect, (SCARDHANDLE a, DWORD b), (a, b))                                           \
    X(SCardBeginTransaction, (SCARDHANDLE a), (a))                                                 \
    X(SCardEndTransaction, (SCARDHANDLE a, DWORD b), (a, b))                                       \
    X(SCardGetAttrib, (SCARDHANDLE a, DWORD b, LPBYTE c, LPDWORD d), (a, b, c, d))                 \
    X(SCardControl, (SCARDHANDLE a, DWORD b, LPCVOID c, DWORD d, LPVOID e, DWORD f, LPDWORD g),    \
      (a, b, c, d, e, f, g))                                                                       \
    X(SCardTransmit,                                                                               \
      (SCARDHANDLE a, const SCARD_IO_REQUEST *b, LPCBYTE c, DWORD d, SCARD_IO_REQUEST *e,          \
       LPBYTE f, LPDWORD g),                                                                       \
      (a, b, c, d, e, f, g))

/* Filled under the lock that contexts are made under (pcsc_order.c), the same for as long as the
   process lives. Every other call has a context, so it comes after. */
static struct {
    __typeof__(SCardEstablishContext) *establish;
#define MEMBER(name, parameters, arguments) __typeof__(name) *name;
    PASSED_ON(MEMBER)
#undef MEMBER
} loaded;

static const struct {
    const char *name;
    size_t offset;
} functions[] = {{"SCardEstablishContext", offsetof(__typeof__(loaded), establish)},
#define ENTRY(name, parameters, arguments) {#name, offsetof(__typeof__(loaded), name)},
                 PASSED_ON(ENTRY)
#undef ENTRY
};

/* What SCARD_PCI_T1 means. */
const SCARD_IO_REQUEST g_rgSCardT1Pci = {SCARD_PROTOCOL_T1, sizeof(SCARD_IO_REQUEST)};

/* Looked for again at each context until it is there: it may be installed while a program runs. */
static bool load(void)
{
    if (loaded.establish != NULL)
        return true;
    __typeof__(loaded) found;
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL)
        return false;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *function = dlsym(library, functions[i].name);
        if (function == NULL)
            return false;
        memcpy((unsigned char *)&found + functions[i].offset, &function, sizeof function);
    }
    loaded = found;
    return true;
}

LONG SCardEstablishContext(DWORD scope, LPCVOID first, LPCVOID second, LPSCARDCONTEXT context)
{
    return load() ? loaded.establish(scope, first, second, context) : SCARD_E_NO_SERVICE;
}

#define PASS_ON(name, parameters, arguments)                                                       \
    LONG name parameters                                                                           \
    {                                                                                              \
        return loaded.name arguments;                                                              \
    }
PASSED_ON(PASS_ON)
