/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   page_end.c: what came out: for the card, for the service, and what is left to do. */
#include "flow.h"

typedef struct end_page {
    kd_page base;
    GtkWidget *what, *card, *service, *tries, *left, *notice, *again;
} end_page;

static void close_window(GtkButton *button, gpointer user)
{
    const kd_page *page = user;
    (void)button;
    kd_flow_close(page->app);
}

static void again(GtkButton *button, gpointer user)
{
    const kd_page *page = user;
    (void)button;
    if (page->app->busy == 0)
        kd_flow_restart(page->app);
}

static kd_text heading_of(kamupin_phase phase)
{
    switch ((int)phase) {
    case KAMUPIN_PHASE_DONE:
        return T_END_DONE;
    case KAMUPIN_PHASE_CANCELLED:
        return T_END_CANCELLED;
    case KAMUPIN_PHASE_FAILED:
        return T_END_FAILED;
    default:
        return T_END_OPEN;
    }
}

static void show(GtkWidget *label, char *text)
{
    gtk_widget_set_visible(label, text != NULL);
    if (text != NULL)
        kd_set(label, text);
    g_free(text);
}

static char *what_happened(const kd_app *app)
{
    const kamupin_result *result = &app->view.result;
    if (result->outcome == KAMUPIN_OUTCOME_DONE)
        return g_strdup(
            kd_text_of(result->kind == KAMUPIN_OPERATION_CREATE ? T_END_CREATED : T_END_UNBLOCKED,
                       app->language));
    if (app->view.phase == KAMUPIN_PHASE_CANCELLED)
        return g_strdup(kd_text_of(T_END_NOTHING, app->language));
    if (app->view.phase == KAMUPIN_PHASE_FAILED)
        return g_strdup(kd_text_of(T_END_NOT_TAKEN, app->language));
    return NULL;
}

static void refresh(kd_page *base)
{
    end_page *page = (end_page *)base;
    kd_app *app = base->app;
    const kamupin_result *result = &app->view.result;
    const bool done = result->outcome == KAMUPIN_OUTCOME_DONE;
    const bool open = app->view.phase == KAMUPIN_PHASE_REPORT;
    char tries[16];
    g_snprintf(tries, sizeof tries, "%d", app->view.card.pin_tries_left);
    kd_say(app, base->heading, done && open ? T_END_UNREPORTED : heading_of(app->view.phase));
    show(page->what, what_happened(app));
    show(page->card, done ? kd_fill(T_END_CARD, app->language, result->product) : NULL);
    show(page->service,
         result->reported ? g_strdup(kd_text_of(T_END_REPORTED, app->language)) : NULL);
    show(page->tries, done && app->view.card.pin_tries == KAMUPIN_TRIES_KNOWN
                          ? kd_fill(T_END_TRIES, app->language, tries)
                          : NULL);
    show(page->left, open ? g_strdup(kd_text_of(T_END_LEFT_OPEN, app->language)) : NULL);
    show(page->notice, done ? kd_notice(KAMUPIN_NOTICE_AFTER_PIN, app->language) : NULL);
    gtk_widget_set_visible(page->again, !done && !open);
    if (app->error.status == KAMUPIN_E_CANCELLED)
        gtk_widget_set_visible(base->problem_row, FALSE); /* no problem: it was wished */
}

void kd_page_end_new(kd_app *app)
{
    end_page *page = g_new0(end_page, 1);
    kd_page *base = &page->base;
    kd_page_init(base, app, KD_PAGE_END, T_END_DONE);
    base->refresh = refresh;
    base->tells = true;
    GtkWidget **const labels[] = {&page->what,  &page->card, &page->service,
                                  &page->tries, &page->left, &page->notice};
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
        *labels[i] = kd_changing_label();
        gtk_box_append(GTK_BOX(base->body), *labels[i]);
        if (labels[i] == &page->left)
            kd_page_problem_here(base);
    }
    page->again = kd_page_button(base, T_END_AGAIN, false, G_CALLBACK(again));
    GtkWidget *close = kd_page_button(base, T_CLOSE, true, G_CALLBACK(close_window));
    gtk_widget_set_hexpand(page->again, TRUE);
    gtk_widget_set_halign(page->again, GTK_ALIGN_START);
    gtk_widget_set_hexpand(close, TRUE);
    gtk_widget_set_halign(close, GTK_ALIGN_END);
}
