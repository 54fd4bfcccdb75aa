/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   flow.h: the operation's steps. Each call hands a job to the worker's thread and returns at once;
   when the job has ended, the main loop shows the page that comes next, or the problem on the page
   that is there. Called on the main thread. */
#ifndef KD_FLOW_H
#define KD_FLOW_H

#include "desktop.h"

/* Brings to their end what earlier runs left, quietly; asking where only a person can tell when
   `ask`. Then the page for the code, or the one that offers to go on. */
void kd_flow_resume(kd_app *app, bool ask);
/* The person has typed the PIN that was asked for, or has not. */
void kd_flow_pin_answered(kd_app *app, bool given);
/* Gives the verification code, which is freed, to the service. */
void kd_flow_redeem(kd_app *app, kamupin_secret *code);
/* Lists the cards; once more when it is already being done. */
void kd_flow_list(kd_app *app);
/* Chooses the card that `which` means (kamupin_card_open), sets the new PIN, begins the second factor. The secrets stay the
   caller's, who leaves them alone until the step has come back. */
void kd_flow_new_pin(kd_app *app, const char *which, const kamupin_secret *pin,
                     const kamupin_secret *again);
/* Sends another SMS, or changes over to the other factor. */
void kd_flow_begin_factor(kd_app *app, kamupin_factor_type type);
/* Gives the SMS code or password, which is freed, to the service; then the card work begins. */
void kd_flow_verify(kd_app *app, kamupin_secret *answer);
/* From the second factor back to card and PIN. */
void kd_flow_back(kd_app *app);
/* Card work and report; again when something was in the way. */
void kd_flow_run(kd_app *app);
/* Gives the operation up. */
void kd_flow_cancel(kd_app *app);
/* … and closes the window, after saying what is left open if something is. */
void kd_flow_close(kd_app *app);
/* Begins anew, with the page for the code. */
void kd_flow_restart(kd_app *app);

#endif
