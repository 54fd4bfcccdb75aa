/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   page_resume.c: an earlier run left something: to be brought to its end now, or later. Where only
   the new PIN can tell what became of the card, it is asked for here, once. */
#include "flow.h"
#include "secret_field.h"

typedef struct resume_page {
    kd_page base;
    GtkWidget *why, *ask, *later;
    KdSecretField *pin;
} resume_page;

static bool asks(const resume_page *page)
{
    return page->base.app->question != NULL;
}

static void next(GtkButton *button, gpointer user)
{
    resume_page *page = user;
    kd_app *app = page->base.app;
    (void)button;
    if (asks(page)) {
        kd_secret_field_lend(page->pin, NULL); /* what was typed is the worker's from here on */
        kd_flow_pin_answered(app, true);
    } else if (app->busy == 0) {
        kd_flow_resume(app, true);
    }
    kd_refresh(app);
}

static void later(GtkButton *button, gpointer user)
{
    resume_page *page = user;
    kd_app *app = page->base.app;
    const kamupin_error none = KAMUPIN_ERROR_INIT;
    (void)button;
    if (asks(page)) {
        kd_secret_field_lend(page->pin, NULL);
        kd_flow_pin_answered(app, false);
    } else if (app->busy == 0) {
        app->error = none;
        kd_show(app, KD_PAGE_CODE);
    }
}

void kd_page_resume_ask(kd_app *app, kamupin_secret *pin)
{
    resume_page *page = (resume_page *)app->pages[KD_PAGE_RESUME];
    kd_secret_field_lend(page->pin, pin);
    kd_refresh(app);
    kd_focus(app);
}

/* Also when the window closes over the question: what was lent is the worker's again. */
static void leave(kd_page *base)
{
    resume_page *page = (resume_page *)base;
    kd_secret_field_lend(page->pin, NULL);
}

static void focus(kd_page *base)
{
    resume_page *page = (resume_page *)base;
    gtk_widget_grab_focus(asks(page) ? GTK_WIDGET(page->pin) : base->next);
}

static void refresh(kd_page *base)
{
    resume_page *page = (resume_page *)base;
    kd_app *app = base->app;
    gtk_widget_set_visible(page->ask, asks(page));
    gtk_widget_set_visible(page->why, !asks(page));
    kd_say(app, base->next, asks(page) ? T_RESUME_CHECK : T_RESUME_NOW);
    kd_secret_field_refresh(page->pin);
    kd_set(base->clock, app->busy > 0 && !asks(page) ? kd_text_of(T_WORKING, app->language) : "");
}

void kd_page_resume_new(kd_app *app)
{
    resume_page *page = g_new0(resume_page, 1);
    kd_page *base = &page->base;
    kd_page_init(base, app, KD_PAGE_RESUME, T_RESUME);
    base->focus = focus;
    base->leave = leave;
    base->refresh = refresh;
    page->why = kd_label(app, T_RESUME_WHY, NULL);
    page->ask = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
    page->pin = kd_secret_field_new(app, KAMUPIN_SECRET_PIN);
    gtk_box_append(GTK_BOX(page->ask), kd_label(app, T_RESUME_PIN_WHY, NULL));
    gtk_box_append(GTK_BOX(page->ask), kd_label(app, T_RESUME_PIN, GTK_WIDGET(page->pin)));
    gtk_box_append(GTK_BOX(page->ask), GTK_WIDGET(page->pin));
    gtk_box_append(GTK_BOX(page->ask), kd_keypad_new(app, page->pin, NULL));
    gtk_box_append(GTK_BOX(base->body), page->why);
    kd_page_problem_here(base);
    gtk_box_append(GTK_BOX(base->body), page->ask);
    page->later = kd_page_button(base, T_RESUME_LATER, false, G_CALLBACK(later));
    gtk_widget_set_hexpand(page->later, TRUE);
    gtk_widget_set_halign(page->later, GTK_ALIGN_START);
    kd_page_button(base, T_RESUME_NOW, true, G_CALLBACK(next));
}
