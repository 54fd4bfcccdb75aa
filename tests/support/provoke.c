/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   provoke.c: writes the notes that scripts/status-table reads. One file a process, so that parallel
   runs do not collide. */
#include "provoke.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void kp_test_note_provoked(kamupin_status status, const char *test)
{
    const char *folder = getenv("KAMUPIN_PROVOKED");
    char path[512];

    if (folder == NULL)
        return;
    snprintf(path, sizeof path, "%s/%ld.txt", folder, (long)getpid());
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    assert_true(fprintf(file, "%s %s\n", kamupin_status_name(status), test) > 0);
    assert_int_equal(fclose(file), 0);
}
