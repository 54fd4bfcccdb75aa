/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   page_factor.c: the second factor, the code that came by SMS or the web password. */
#include "flow.h"
#include "secret_field.h"

#include <string.h>

typedef struct factor_page {
    kd_page base;
    GtkWidget *what, *sms_label, *sms, *password_label;
    KdSecretField *password;
    GtkWidget *tries, *resend, *resend_when, *other, *centre;
} factor_page;

static bool is_offered(const kd_app *app, kamupin_factor_type type)
{
    return (app->view.factor.offered & 1U << type) != 0;
}

static kamupin_factor_type other_than(kamupin_factor_type type)
{
    return type == KAMUPIN_FACTOR_WEB_PASSWORD ? KAMUPIN_FACTOR_SMS : KAMUPIN_FACTOR_WEB_PASSWORD;
}

static bool is_password(const kd_app *app)
{
    return app->view.factor.type == KAMUPIN_FACTOR_WEB_PASSWORD;
}

static void verify(GtkButton *button, gpointer user)
{
    factor_page *page = user;
    kd_app *app = page->base.app;
    kamupin_secret *answer = NULL;
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(page->sms));
    (void)button;
    if (app->busy > 0)
        return;
    if (is_password(app)) {
        answer = kd_secret_field_take(page->password);
    } else if (kamupin_secret_new(app->context, KAMUPIN_SECRET_SMS_CODE, &answer, &app->error) ==
               KAMUPIN_OK) {
        char *clean = g_strstrip(g_strdup(typed)); /* pasted ones come with blanks */
        if (strlen(clean) <= KAMUPIN_SECRET_MAX)
            kamupin_secret_append(answer, clean, strlen(clean));
        g_free(clean);
    }
    if (answer != NULL)
        kd_flow_verify(app, answer);
    kd_refresh(app);
}

static void resend(GtkButton *button, gpointer user)
{
    const factor_page *page = user;
    (void)button;
    kd_flow_begin_factor(page->base.app, KAMUPIN_FACTOR_SMS);
}

static void change_over(GtkButton *button, gpointer user)
{
    const factor_page *page = user;
    (void)button;
    kd_flow_begin_factor(page->base.app, other_than(page->base.app->view.factor.type));
}

static void back(GtkButton *button, gpointer user)
{
    const kd_page *page = user;
    (void)button;
    kd_flow_back(page->app);
}

static void leave(kd_page *base)
{
    factor_page *page = (factor_page *)base;
    gtk_editable_set_text(GTK_EDITABLE(page->sms), "");
    kd_secret_field_clear(page->password);
}

static void focus(kd_page *base)
{
    factor_page *page = (factor_page *)base;
    gtk_widget_grab_focus(is_password(base->app) ? GTK_WIDGET(page->password) : page->sms);
}

static void refresh_texts(factor_page *page)
{
    kd_app *app = page->base.app;
    const kamupin_factor *factor = &app->view.factor;
    const bool password = is_password(app);
    char *notice = kd_notice(KAMUPIN_NOTICE_CALL_CENTRE, app->language);
    char *what = password ? g_strdup(kd_text_of(T_PASSWORD_WHAT, app->language))
                 : factor->type == KAMUPIN_FACTOR_SMS
                     ? kd_fill(T_FACTOR_SENT, app->language, factor->destination)
                     : g_strdup(kd_text_of(T_FACTOR_NOT_SENT, app->language));
    char number[16];
    g_snprintf(number, sizeof number, "%d", factor->tries_left);
    char *tries = kd_fill(T_FACTOR_TRIES, app->language, number);
    kd_say(app, page->base.heading, password ? T_PASSWORD : T_FACTOR);
    kd_say(app, page->other, password ? T_FACTOR_TO_SMS : T_FACTOR_TO_PASSWORD);
    kd_set(page->what, what);
    kd_set(page->tries, tries);
    kd_set(page->centre, notice);
    gtk_widget_set_visible(page->tries, factor->tries_left >= 0);
    gtk_widget_set_visible(page->centre, !password);
    g_free(tries);
    g_free(what);
    g_free(notice);
}

static void refresh_resend(factor_page *page)
{
    const kd_app *app = page->base.app;
    const int wait = app->resend_from == 0 ? 0 : kd_seconds_to(app->resend_from);
    char time[KAMUPIN_DURATION_MAX];
    kamupin_duration_text(wait, app->language, time, sizeof time);
    char *when = kd_fill(T_FACTOR_RESEND_IN, app->language, time);
    kd_set(page->resend_when, when);
    gtk_widget_set_visible(page->resend_when, wait > 0 && !is_password(app));
    gtk_widget_set_sensitive(page->resend, wait == 0);
    gtk_widget_set_visible(page->resend, !is_password(app));
    g_free(when);
}

static void refresh(kd_page *base)
{
    factor_page *page = (factor_page *)base;
    const kd_app *app = base->app;
    const bool password = is_password(app);
    char *clock = kd_time_left(app, app->factor_ends != 0 ? app->factor_ends : app->ends);
    refresh_texts(page);
    refresh_resend(page);
    gtk_widget_set_visible(page->sms_label, !password);
    gtk_widget_set_visible(page->sms, !password);
    gtk_widget_set_visible(page->password_label, password);
    gtk_widget_set_visible(GTK_WIDGET(page->password), password);
    gtk_widget_set_visible(page->other, is_offered(app, other_than(app->view.factor.type)));
    if (app->view.factor.type == KAMUPIN_FACTOR_ANY) /* none could be begun: there is no answer */
        gtk_widget_set_sensitive(base->next, FALSE);
    kd_secret_field_refresh(page->password);
    kd_set(base->clock, clock);
    g_free(clock);
}

static GtkWidget *aside(factor_page *page, kd_text text, GCallback clicked)
{
    GtkWidget *button = kd_button(page->base.app, text);
    gtk_widget_set_halign(button, GTK_ALIGN_START);
    g_signal_connect(button, "clicked", clicked, page);
    return button;
}

void kd_page_factor_new(kd_app *app)
{
    factor_page *page = g_new0(factor_page, 1);
    kd_page *base = &page->base;
    kd_page_init(base, app, KD_PAGE_FACTOR, T_FACTOR);
    base->leave = leave;
    base->focus = focus;
    base->refresh = refresh;
    page->what = kd_changing_label();
    page->sms = gtk_entry_new();
    page->password = kd_secret_field_new(app, KAMUPIN_SECRET_WEB_PASSWORD);
    gtk_entry_set_activates_default(GTK_ENTRY(page->sms), TRUE);
    gtk_entry_set_input_purpose(GTK_ENTRY(page->sms), GTK_INPUT_PURPOSE_NUMBER);
    page->sms_label = kd_label(app, T_FACTOR_FIELD, page->sms);
    page->password_label = kd_label(app, T_PASSWORD_FIELD, GTK_WIDGET(page->password));
    page->tries = kd_changing_label();
    page->resend = aside(page, T_FACTOR_RESEND, G_CALLBACK(resend));
    page->resend_when = kd_changing_label();
    page->other = aside(page, T_FACTOR_TO_PASSWORD, G_CALLBACK(change_over));
    page->centre = kd_changing_label();
    GtkWidget *const parts[] = {page->what,
                                page->sms_label,
                                page->sms,
                                page->password_label,
                                GTK_WIDGET(page->password),
                                page->tries,
                                page->resend,
                                page->resend_when,
                                page->other,
                                page->centre};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        gtk_box_append(GTK_BOX(base->body), parts[i]);
        if (parts[i] == GTK_WIDGET(page->password))
            kd_page_problem_here(base);
    }
    gtk_accessible_update_relation(GTK_ACCESSIBLE(page->sms), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY,
                                   base->problem, NULL, -1);
    kd_page_cancel(base);
    kd_page_button(base, T_BACK, false, G_CALLBACK(back));
    kd_page_button(base, T_FACTOR_VERIFY, true, G_CALLBACK(verify));
}
