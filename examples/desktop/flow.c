/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   flow.c: see flow.h. What may wait (card, network) runs here, on the worker's thread; how it came
   out is taken over by the main loop, which alone touches widgets. While a job runs, the operation
   is the worker's; what pages show of it was copied out when the last job ended. */
#include "flow.h"
#include "job.h"

/* The pages of a step that has failed for good, or has just ended well. */
static void show_end(kd_app *app)
{
    kd_show(app, KD_PAGE_END);
}

static bool is_over(kamupin_phase phase)
{
    return phase >= KAMUPIN_PHASE_DONE;
}

/* ---- ending ---- */

static void free_operation(kd_job *job)
{
    kamupin_operation_free(&job->app->operation); /* the service hears that it was given up */
    kamupin_cancel_clear(job->app->cancel);
    job->status = KAMUPIN_OK;
}

static void said_cancelled(kd_job *job)
{
    kd_app *app = job->app;
    app->cancelling = false;
    if (app->closing) {
        g_application_quit(G_APPLICATION(app->gtk));
        return;
    }
    app->view.phase = KAMUPIN_PHASE_CANCELLED;
    show_end(app);
}

static void close_operation(kd_app *app)
{
    kd_job_start(
        app,
        &(kd_job){.work = free_operation, .done = said_cancelled, .step = true, .closes = true});
}

void kd_flow_leave(kd_app *app)
{
    if (app->view.phase == KAMUPIN_PHASE_DONE || app->view.phase == KAMUPIN_PHASE_REPORT) {
        app->cancelling = app->closing = false; /* the card came first: the person has to know */
        show_end(app);
        return;
    }
    close_operation(app);
}

void kd_flow_cancel(kd_app *app)
{
    if (app->cancelling)
        return;
    app->cancelling = true;
    kamupin_cancel_pull(app->cancel);
    kd_flow_pin_answered(app, false);
    if (app->busy == 0)
        kd_flow_leave(app);
    else if (app->page != KD_PAGE_WORK && app->page != KD_PAGE_CARD)
        kd_show(
            app,
            KD_PAGE_WAIT); /* the PINs that the worker may be reading are cleared with their page */
    kd_refresh(app);
}

void kd_flow_close(kd_app *app)
{
    const bool over = app->page == KD_PAGE_END;
    app->closing = true;
    if (over && app->busy == 0)
        close_operation(app);
    else
        kd_flow_cancel(app);
}

static void began_anew(kd_job *job)
{
    kd_show(job->app, KD_PAGE_CODE);
}

void kd_flow_restart(kd_app *app)
{
    kd_job_start(app, &(kd_job){.work = free_operation, .done = began_anew, .step = true});
}

/* ---- the code ---- */

static void told(void *user, const kamupin_event *event)
{
    kd_job_event(user, event);
}

static void redeem(kd_job *job)
{
    kd_app *app = job->app;
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    options.service = app->service;
    options.cancel = app->cancel;
    options.event = told;
    options.event_user = app;
    if (app->operation == NULL)
        job->status = kamupin_operation_new(app->context, &options, &app->operation, &job->error);
    if (job->status == KAMUPIN_OK)
        kd_job_note(job, kamupin_operation_redeem(app->operation, job->secret));
}

static void redeemed(kd_job *job)
{
    job->app->resumed_done = job->app->resumed_not_done = 0; /* was told with the page before */
    if (job->status == KAMUPIN_OK)
        kd_show(job->app, KD_PAGE_INFO);
    else if (is_over(job->app->view.phase))
        show_end(job->app);
}

void kd_flow_redeem(kd_app *app, kamupin_secret *code)
{
    kd_job_start(app, &(kd_job){.work = redeem, .done = redeemed, .step = true, .secret = code});
}

/* ---- card and PIN ---- */

static void list_cards(kd_job *job)
{
    kamupin_reader_list *list = NULL;
    kd_job_note(job, kamupin_operation_cards(job->app->operation, &list));
    job->count = kamupin_reader_list_count(list);
    job->cards = g_new0(kamupin_card_info, job->count + 1);
    for (size_t i = 0; i < job->count; i++) {
        job->cards[i].size = sizeof job->cards[i];
        kamupin_reader_list_get(list, i, &job->cards[i]);
    }
    kamupin_reader_list_free(&list);
}

static void listed(kd_job *job)
{
    kd_app *app = job->app;
    app->listing = false;
    if (app->cancelling)
        return;
    if (is_over(app->view.phase) && app->page != KD_PAGE_END) {
        app->error = job->error;
        show_end(app);
    } else if (app->page == KD_PAGE_CARD && app->view.phase == KAMUPIN_PHASE_CARD) {
        kd_page_card_take(app, g_steal_pointer(&job->cards), job->count, &job->error);
    }
    if (app->list_wanted)
        kd_flow_list(app);
}

void kd_flow_list(kd_app *app)
{
    app->list_wanted = app->listing;
    if (app->listing || app->view.phase != KAMUPIN_PHASE_CARD || app->busy > 0)
        return;
    app->listing = true;
    kd_job_start(app, &(kd_job){.work = list_cards, .done = listed});
}

/* A PIN that is refused brings the operation back to the card, so that another one may be chosen. */
static void new_pin(kd_job *job)
{
    kamupin_operation *operation = job->app->operation;
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;
    kd_job_note(job, kamupin_operation_choose(operation, job->which));
    if (job->status != KAMUPIN_OK)
        return;
    kd_job_note(job, kamupin_operation_set_pin(operation, job->pin, job->again));
    if (job->status == KAMUPIN_OK)
        kd_job_note(job, kamupin_operation_begin_factor(operation, KAMUPIN_FACTOR_ANY, &factor));
    else if (kamupin_operation_phase(operation) == KAMUPIN_PHASE_PIN)
        kamupin_operation_back(operation);
    /* No SMS can be sent, but there is another way: begin that one and say why. */
    if (job->status == KAMUPIN_E_PHONE_OUT_OF_DATE &&
        kamupin_operation_phase(operation) == KAMUPIN_PHASE_FACTOR)
        kamupin_operation_begin_factor(operation, KAMUPIN_FACTOR_WEB_PASSWORD, &factor);
}

static void has_new_pin(kd_job *job)
{
    kd_app *app = job->app;
    if (is_over(app->view.phase))
        show_end(app);
    else if (app->view.phase == KAMUPIN_PHASE_FACTOR)
        kd_show(app, KD_PAGE_FACTOR);
    else
        kd_flow_list(app);
}

void kd_flow_new_pin(kd_app *app, const char *which, const kamupin_secret *pin,
                     const kamupin_secret *again)
{
    kd_job job = {.work = new_pin, .done = has_new_pin, .step = true, .pin = pin, .again = again};
    g_strlcpy(job.which, which, sizeof job.which);
    kd_job_start(app, &job);
}

/* ---- the second factor ---- */

static void begin_factor(kd_job *job)
{
    kd_job_note(job, kamupin_operation_begin_factor(job->app->operation, job->factor, NULL));
}

static void factor_begun(kd_job *job)
{
    kd_app *app = job->app;
    if (is_over(app->view.phase))
        show_end(app);
    else
        kd_show(app, KD_PAGE_FACTOR);
}

void kd_flow_begin_factor(kd_app *app, kamupin_factor_type type)
{
    kd_job_start(
        app, &(kd_job){.work = begin_factor, .done = factor_begun, .step = true, .factor = type});
}

static void verify(kd_job *job)
{
    kd_job_note(job, kamupin_operation_verify_factor(job->app->operation, job->secret));
}

static void verified(kd_job *job)
{
    kd_app *app = job->app;
    if (is_over(app->view.phase))
        show_end(app);
    else if (job->status == KAMUPIN_OK)
        kd_flow_run(app);
    else
        kd_show(app, KD_PAGE_FACTOR);
}

void kd_flow_verify(kd_app *app, kamupin_secret *answer)
{
    kd_job_start(app, &(kd_job){.work = verify, .done = verified, .step = true, .secret = answer});
}

static void go_back(kd_job *job)
{
    kamupin_operation *operation = job->app->operation;
    kd_job_note(job, kamupin_operation_back(operation));
    if (job->status == KAMUPIN_OK)
        kd_job_note(job, kamupin_operation_back(operation));
}

static void went_back(kd_job *job)
{
    kd_app *app = job->app;
    if (is_over(app->view.phase))
        show_end(app);
    else
        kd_show(app, KD_PAGE_CARD);
}

void kd_flow_back(kd_app *app)
{
    if (app->busy > 0) /* a step that goes forward is not overtaken */
        return;
    kd_job_start(app, &(kd_job){.work = go_back, .done = went_back, .step = true});
}

/* ---- card work ---- */

/* What the card says after it: for the tries that are left. Only told, so that a failure is none. */
static void look_at_card(kd_job *job)
{
    const kamupin_card_info none = KAMUPIN_CARD_INFO_INIT;
    kamupin_reader_list *list = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_result result = KAMUPIN_RESULT_INIT;
    job->view.card = none;
    kamupin_operation_result(job->app->operation, &result);
    kamupin_reader_list_new(job->app->context, job->app->cancel, &list, NULL);
    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++)
        if (g_str_equal(info.card_id, result.card_id))
            job->view.card = info;
    kamupin_reader_list_free(&list);
}

static void run(kd_job *job)
{
    kd_job_note(job, kamupin_operation_run(job->app->operation));
    if (kamupin_operation_phase(job->app->operation) == KAMUPIN_PHASE_DONE)
        look_at_card(job);
}

static void has_run(kd_job *job)
{
    kd_app *app = job->app;
    if (is_over(app->view.phase))
        show_end(app);
    else
        kd_refresh(app); /* the card or the network is waited for */
}

void kd_flow_run(kd_app *app)
{
    if (app->page != KD_PAGE_WORK)
        kd_show(app, KD_PAGE_WORK);
    kd_job_start(app, &(kd_job){.work = run, .done = has_run, .step = true});
    kd_refresh(app);
}

/* ---- what an earlier run left ---- */

static void resume(kd_job *job)
{
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    kamupin_prompts prompts = KAMUPIN_PROMPTS_INIT;
    options.event = told;
    options.event_user = job->app;
    options.cancel = job->app->cancel;
    prompts.user = job->app;
    prompts.secret = kd_job_ask_pin;
    job->status = kamupin_resume(job->app->context, &options, job->ask ? &prompts : NULL,
                                 &job->view.left, &job->error);
}

static void resumed(kd_job *job)
{
    kd_app *app = job->app;
    kd_show(app, app->view.left > 0 ? KD_PAGE_RESUME : KD_PAGE_CODE);
}

void kd_flow_resume(kd_app *app, bool ask)
{
    kd_job_start(app, &(kd_job){.work = resume, .done = resumed, .step = true, .ask = ask});
}
