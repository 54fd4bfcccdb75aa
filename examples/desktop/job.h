/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   job.h: one job for the worker's thread, and the way back to the main loop. */
#ifndef KD_JOB_H
#define KD_JOB_H

#include "desktop.h"

typedef struct kd_job kd_job;

struct kd_job {
    kd_app *app;
    void (*work)(kd_job *job); /* on the worker's thread */
    void (*done)(kd_job *job); /* on the main thread, unless the person has cancelled meanwhile */
    bool step;                 /* the person waits for it */
    bool closes;               /* `done` is called in that case, too */
    kamupin_secret *secret;    /* freed with the job */
    const kamupin_secret *pin, *again;
    char which[KAMUPIN_READER_NAME_MAX];
    kamupin_factor_type factor;
    bool ask;
    kamupin_status status;
    kamupin_error error;
    kd_view view;             /* how the operation stands when the job has ended */
    kamupin_card_info *cards; /* freed with the job unless taken */
    size_t count;
};

/* Hands a copy of `job` to the worker. */
void kd_job_start(kd_app *app, const kd_job *job);
/* Remembers how a call on the operation came out. Worker's thread. */
void kd_job_note(kd_job *job, kamupin_status status);
/* Hands an event of the operation to the main loop. Worker's thread. */
void kd_job_event(kd_app *app, const kamupin_event *event);
/* kamupin_prompts.secret for kamupin_resume: waits until the person has typed. Worker's thread. */
kamupin_answer kd_job_ask_pin(void *user, const kamupin_question *question, kamupin_secret *into);
/* The worker's thread: one, jobs in their order. */
void kd_job_begin(kd_app *app);
void kd_job_end(kd_app *app);
/* flow.c: everything has come back after the person cancelled. */
void kd_flow_leave(kd_app *app);

#endif
