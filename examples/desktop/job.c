/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   job.c: see job.h. */
#include "job.h"

#include "flow.h"

void kd_job_note(kd_job *job, kamupin_status status)
{
    job->status = status;
    kamupin_operation_error(job->app->operation, &job->error);
    job->error.status = status;
}

/* Copies out how the operation stands, as long as it is the worker's. */
static void look(kd_job *job)
{
    const kamupin_operation *operation = job->app->operation;
    const kamupin_factor no_factor = KAMUPIN_FACTOR_INIT;
    const kamupin_result no_result = KAMUPIN_RESULT_INIT;
    job->view.factor = no_factor;
    job->view.result = no_result;
    job->view.phase = KAMUPIN_PHASE_CODE;
    job->view.seconds_left = -1;
    if (operation == NULL)
        return;
    job->view.phase = kamupin_operation_phase(operation);
    job->view.seconds_left = kamupin_operation_seconds_left(operation);
    kamupin_operation_factor(operation, &job->view.factor);
    kamupin_operation_result(operation, &job->view.result);
}

static gint64 from_now(int seconds)
{
    return seconds < 0 ? 0 : g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
}

static gboolean come_back(gpointer data)
{
    kd_job *job = data;
    kd_app *app = job->app;
    app->view = job->view;
    app->ends = from_now(app->view.seconds_left);
    app->factor_ends = from_now(app->view.factor.seconds_left);
    app->resend_from = from_now(app->view.factor.resend_after);
    if (job->step) {
        app->busy--;
        app->error = job->error;
        app->error.status = job->status;
    }
    if (!job->step || job->closes || !app->cancelling)
        job->done(job);
    else if (app->busy == 0)
        kd_flow_leave(app);
    kd_refresh(app);
    if (job->step)
        kd_focus(app); /* which a body that was insensitive has lost */
    g_free(job->cards);
    g_free(job);
    return G_SOURCE_REMOVE;
}

static void on_worker(gpointer data, gpointer user)
{
    kd_job *job = data;
    (void)user;
    job->work(job);
    kamupin_secret_free(&job->secret);
    look(job);
    g_idle_add(come_back, job);
}

void kd_job_start(kd_app *app, const kd_job *job)
{
    const kamupin_error none = KAMUPIN_ERROR_INIT;
    kd_job *copy = g_new(kd_job, 1);
    *copy = *job;
    copy->app = app;
    copy->error = none;
    if (copy->step) {
        app->busy++;
        app->error = none;
    }
    g_thread_pool_push(app->worker, copy, NULL);
    kd_refresh(app);
}

void kd_job_begin(kd_app *app)
{
    app->worker = g_thread_pool_new(on_worker, NULL, 1, TRUE, NULL);
}

void kd_job_end(kd_app *app)
{
    g_thread_pool_free(app->worker, FALSE, TRUE);
    app->worker = NULL;
}

/* ---- what the operation tells while it works ---- */

typedef struct told {
    kd_app *app;
    kamupin_event event;
} told;

static gboolean take_event(gpointer data)
{
    const told *self = data;
    kd_app *app = self->app;
    if (self->event.kind == KAMUPIN_EVENT_PHASE) {
        app->event_phase = self->event.phase;
        app->event_ends = from_now(self->event.seconds_left);
    } else if (self->event.kind == KAMUPIN_EVENT_RESUMED) {
        app->resumed_done += self->event.outcome == KAMUPIN_OUTCOME_DONE;
        app->resumed_not_done += self->event.outcome == KAMUPIN_OUTCOME_NOT_DONE;
    }
    kd_refresh(app);
    g_free(data);
    return G_SOURCE_REMOVE;
}

void kd_job_event(kd_app *app, const kamupin_event *event)
{
    told *copy = g_new(told, 1);
    copy->app = app;
    copy->event = *event;
    g_idle_add(take_event, copy);
}

/* ---- a question that the worker waits with ---- */

struct kd_question {
    GMutex lock;
    GCond answered;
    bool done, given;
    kd_app *app;
    kamupin_secret *into; /* the main thread's until it has answered */
};

static gboolean put_question(gpointer data)
{
    kd_question *question = data;
    question->app->question = question;
    if (question->app->cancelling)
        kd_flow_pin_answered(question->app, false);
    else
        kd_page_resume_ask(question->app, question->into);
    return G_SOURCE_REMOVE;
}

kamupin_answer kd_job_ask_pin(void *user, const kamupin_question *asked, kamupin_secret *into)
{
    kd_question question = {.app = user, .into = into};
    (void)asked; /* resuming asks for one thing */
    g_mutex_init(&question.lock);
    g_cond_init(&question.answered);
    g_mutex_lock(&question.lock);
    g_idle_add(put_question, &question);
    while (!question.done)
        g_cond_wait(&question.answered, &question.lock);
    g_mutex_unlock(&question.lock);
    g_cond_clear(&question.answered);
    g_mutex_clear(&question.lock);
    return question.given ? KAMUPIN_ANSWER_GIVEN : KAMUPIN_ANSWER_CANCEL;
}

void kd_flow_pin_answered(kd_app *app, bool given)
{
    kd_question *question = app->question;
    if (question == NULL)
        return;
    app->question = NULL;
    g_mutex_lock(&question->lock);
    question->given = given;
    question->done = true;
    g_cond_signal(&question->answered);
    g_mutex_unlock(&question->lock);
}
