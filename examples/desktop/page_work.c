/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   page_work.c: the card work, as it goes; and what is waited for when something is in the way. */
#include "flow.h"

typedef struct work_page {
    kd_page base;
    GtkWidget *spinner, *what, *put_back;
} work_page;

static kd_text phase_text(kamupin_phase phase)
{
    switch ((int)phase) {
    case KAMUPIN_PHASE_AUTHORITY:
        return T_WORK_AUTHORITY;
    case KAMUPIN_PHASE_CARD_WORK:
        return T_WORK_CARD;
    case KAMUPIN_PHASE_REPORT:
    case KAMUPIN_PHASE_DONE:
        return T_WORK_REPORT;
    default:
        return T_WORK_READY;
    }
}

static void retry(GtkButton *button, gpointer user)
{
    const kd_page *page = user;
    (void)button;
    if (page->app->busy == 0)
        kd_flow_run(page->app);
}

static void enter(kd_page *base)
{
    base->app->event_phase = KAMUPIN_PHASE_READY;
    base->app->event_ends = base->app->ends;
}

static void focus(kd_page *base)
{
    gtk_widget_grab_focus(base->app->busy > 0 ? base->heading : base->next);
}

static void refresh(kd_page *base)
{
    work_page *page = (work_page *)base;
    kd_app *app = base->app;
    const bool working = app->busy > 0;
    char *clock = kd_time_left(app, working ? app->event_ends : app->ends);
    kd_say(app, base->heading, working ? T_WORK : T_WORK_STOPPED);
    gtk_spinner_set_spinning(GTK_SPINNER(page->spinner), working);
    gtk_widget_set_visible(page->spinner, working);
    kd_set(page->what,
           kd_text_of(app->cancelling ? T_FINISHING : phase_text(app->event_phase), app->language));
    gtk_widget_set_visible(page->what, working);
    gtk_widget_set_visible(page->put_back, !working && kd_waits_for_card(app));
    gtk_widget_set_visible(base->next, !working);
    kd_set(base->clock, clock);
    g_free(clock);
}

void kd_page_work_new(kd_app *app)
{
    work_page *page = g_new0(work_page, 1);
    kd_page *base = &page->base;
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    kd_page_init(base, app, KD_PAGE_WORK, T_WORK);
    base->enter = enter;
    base->focus = focus;
    base->refresh = refresh;
    base->tells = true;
    page->spinner = gtk_spinner_new();
    page->what = kd_changing_label();
    page->put_back = kd_label(app, T_WORK_PUT_BACK, NULL);
    gtk_box_append(GTK_BOX(row), page->spinner);
    gtk_box_append(GTK_BOX(row), page->what);
    gtk_box_append(GTK_BOX(base->body), row);
    kd_page_problem_here(base);
    gtk_box_append(GTK_BOX(base->body), page->put_back);
    kd_page_cancel(base);
    kd_page_button(base, T_RETRY, true, G_CALLBACK(retry));
}
