/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   machine.c: the state folder, and operations in it that are not at their end. Reads the folder alone.
   That memory can be locked is known already: without it there is no context. */
#include <diag/diag.h>

#include <core/journal.h>

static bool count_one(void *user, const char *name)
{
    int64_t *count = user;

    (void)name;
    (*count)++;
    return true;
}

void kp_diag_machine(kp_diag *diag)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    bool there = false;
    int64_t unfinished = 0;

    kamupin_status status = kp_state_folder_look(diag->context, &there, &error);
    if (status == KAMUPIN_OK && there)
        status = kp_journal_each(diag->context, count_one, &unfinished, &error);
    if (status != KAMUPIN_OK) {
        kp_diag_fault(diag, KAMUPIN_ABOUT_MACHINE, &error, diag->context->state_folder, 0);
        return;
    }
    kp_diag_say(diag, KAMUPIN_ABOUT_MACHINE, KAMUPIN_FINE, NULL, diag->context->state_folder, 0);
    if (unfinished > 0)
        kp_diag_say(diag, KAMUPIN_ABOUT_MACHINE, KAMUPIN_NOTE, NULL, "", unfinished);
}
