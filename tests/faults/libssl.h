/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   libssl.h: the next function of that name behind a preload library that stands between libcurl and
   libssl: another preload library's, or libssl's own. That one came with libcurl, which the library
   loads for itself alone, where RTLD_NEXT does not look. */
#ifndef FAULTS_LIBSSL_H
#define FAULTS_LIBSSL_H

#include <dlfcn.h>
#include <stdlib.h>

static void *next_in_libssl(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    void *libssl = found == NULL ? dlopen("libssl.so.3", RTLD_LAZY | RTLD_NOLOAD) : NULL;

    if (libssl != NULL) {
        found = dlsym(libssl, name);
        dlclose(libssl);
    }
    if (found == NULL)
        abort();
    return found;
}

#endif
