/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   app.c: the window, its language, which page it shows; and the readers, as they come and go. */
#include "flow.h"
#include "job.h"

#include <glib-unix.h>
#include <signal.h>

static const char STYLE[] =
    ".page { padding: 18px 24px; }"
    ".actions { padding: 12px 24px; }"
    ".heading { font-size: 150%; font-weight: bold; }"
    ".clock { margin: 6px 24px 0 24px; }"
    ".below { margin: 0 24px; }"
    ".problem { padding: 8px 12px; border-radius: 6px; border: 2px solid @error_color; }"
    ".keypad button { font-size: 120%; min-height: 34px; }"
    ".reason { margin-left: 24px; margin-bottom: 6px; }"
    ".facts label.name { font-weight: bold; }";

void kd_refresh(kd_app *app)
{
    kd_page *page = app->pages[app->page];
    char text[KAMUPIN_TEXT_MAX];
    const bool problem = app->error.status != KAMUPIN_OK && app->busy == 0;
    if (problem)
        kd_set(page->problem, kamupin_error_text(&app->error, app->language, text, sizeof text));
    gtk_widget_set_visible(page->problem_row, problem && page->problem != NULL);
    const bool may_go_on = app->busy == 0 || app->question != NULL;
    gtk_widget_set_sensitive(page->body, may_go_on || page->tells);
    if (page->next != NULL)
        gtk_widget_set_sensitive(page->next, may_go_on);
    if (page->cancel != NULL)
        gtk_widget_set_sensitive(page->cancel, !app->cancelling);
    if (page->refresh != NULL)
        page->refresh(page);
    gtk_widget_set_visible(page->clock, gtk_label_get_text(GTK_LABEL(page->clock))[0] != '\0');
}

void kd_show(kd_app *app, kd_page_name name)
{
    kd_page *page = app->pages[name];
    GtkWidget *shown = gtk_widget_get_first_child(app->place);
    kd_page *before = app->pages[app->page];
    if (before->leave != NULL)
        before->leave(before);
    app->page = name;
    if (shown != page->widget) {
        if (shown != NULL)
            gtk_box_remove(GTK_BOX(app->place), shown);
        gtk_box_append(GTK_BOX(app->place), page->widget);
    }
    gtk_window_set_default_widget(GTK_WINDOW(app->window), page->next);
    if (page->enter != NULL)
        page->enter(page);
    kd_refresh(app);
    kd_focus(app);
}

void kd_focus(kd_app *app)
{
    kd_page *page = app->pages[app->page];
    if (page->focus != NULL)
        page->focus(page);
    else
        gtk_widget_grab_focus(page->next != NULL ? page->next : page->heading);
}

/* ---- time and readers ---- */

static gboolean tick(gpointer user)
{
    kd_app *app = user;
    const bool asks = app->page == KD_PAGE_INFO || app->page == KD_PAGE_CARD;
    kd_refresh(app);
    if (app->busy > 0 || app->ends == 0 || kd_seconds_to(app->ends + G_USEC_PER_SEC) > 0)
        return G_SOURCE_CONTINUE;
    if (asks)
        kd_flow_list(app); /* which says that the time is over */
    else if (app->page == KD_PAGE_FACTOR)
        kd_flow_back(app);
    return G_SOURCE_CONTINUE;
}

static gboolean happened(gint fd, GIOCondition condition, gpointer user)
{
    kd_app *app = user;
    kamupin_watch_event event = KAMUPIN_WATCH_EVENT_INIT;
    kamupin_status status;
    bool card = false;
    (void)fd;
    (void)condition;
    while ((status = kamupin_watch_next(app->watch, 0, NULL, &event, NULL)) == KAMUPIN_OK)
        card = card || event.kind == KAMUPIN_WATCH_CARD_IN;
    if (app->page == KD_PAGE_CARD)
        kd_flow_list(app);
    else if (app->page == KD_PAGE_WORK && app->busy == 0 && card && kd_waits_for_card(app))
        kd_flow_run(app);
    if (status == KAMUPIN_E_TIMED_OUT)
        return G_SOURCE_CONTINUE;
    app->watching = 0; /* nothing will ever come any more */
    return G_SOURCE_REMOVE;
}

bool kd_waits_for_card(const kd_app *app)
{
    switch ((int)app->error.status) {
    case KAMUPIN_E_CARD_REMOVED:
    case KAMUPIN_E_CARD_NOT_FOUND:
    case KAMUPIN_E_CARD_RESET:
    case KAMUPIN_E_CARD_MUTE:
    case KAMUPIN_E_NO_CARD:
    case KAMUPIN_E_NO_READER:
    case KAMUPIN_E_OUTCOME_UNKNOWN:
        return true;
    default:
        return false;
    }
}

static void watch_readers(kd_app *app)
{
    if (kamupin_watch_new(app->context, NULL, NULL, &app->watch, NULL) == KAMUPIN_OK)
        app->watching = g_unix_fd_add(kamupin_watch_fd(app->watch), G_IO_IN, happened, app);
}

/* ---- the window ---- */

static void toggled(GtkToggleButton *button, gpointer user)
{
    kd_app *app = user;
    if (!gtk_toggle_button_get_active(button))
        return;
    kd_speak(app, GTK_WIDGET(button) == app->languages[KAMUPIN_TURKISH] ? KAMUPIN_TURKISH
                                                                        : KAMUPIN_ENGLISH);
}

static void about(GtkButton *button, gpointer user)
{
    const kd_app *app = user;
    (void)button;
    gtk_show_about_dialog(GTK_WINDOW(app->window), "program-name", "kamupin-desktop", "version",
                          kamupin_version(), "logo-icon-name", "dialog-password", "comments",
                          kd_text_of(T_ABOUT_TEXT, app->language), "license-type",
                          GTK_LICENSE_APACHE_2_0, NULL);
}

static GtkWidget *header(kd_app *app)
{
    static const char *const names[] = {"Türkçe", "English"};
    GtkWidget *bar = gtk_header_bar_new();
    GtkWidget *choice = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    GtkWidget *button = gtk_button_new_from_icon_name("help-about-symbolic");
    gtk_widget_add_css_class(choice, "linked");
    kd_say(app, choice, T_LANGUAGE);
    for (int i = 0; i < 2; i++) {
        app->languages[i] = gtk_toggle_button_new_with_label(names[i]);
        gtk_box_append(GTK_BOX(choice), app->languages[i]);
    }
    gtk_toggle_button_set_group(GTK_TOGGLE_BUTTON(app->languages[1]),
                                GTK_TOGGLE_BUTTON(app->languages[0]));
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(app->languages[app->language]), TRUE);
    for (int i = 0; i < 2; i++)
        g_signal_connect(app->languages[i], "toggled", G_CALLBACK(toggled), app);
    kd_say(app, button, T_ABOUT);
    g_signal_connect(button, "clicked", G_CALLBACK(about), app);
    gtk_header_bar_pack_start(GTK_HEADER_BAR(bar), choice);
    gtk_header_bar_pack_end(GTK_HEADER_BAR(bar), button);
    return bar;
}

static gboolean close_asked(GtkWindow *window, gpointer user)
{
    (void)window;
    kd_flow_close(user);
    return TRUE; /* it goes when everything has come back */
}

static gboolean end_asked(gpointer user)
{
    kd_flow_close(user);
    return G_SOURCE_CONTINUE;
}

static void dress(void)
{
    GtkCssProvider *style = gtk_css_provider_new();
    gtk_css_provider_load_from_data(style, STYLE, -1);
    gtk_style_context_add_provider_for_display(gdk_display_get_default(), GTK_STYLE_PROVIDER(style),
                                               GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
    g_object_unref(style);
}

void kd_app_open(kd_app *app)
{
    dress();
    app->window = gtk_application_window_new(app->gtk);
    gtk_window_set_default_size(GTK_WINDOW(app->window), 640, 680);
    gtk_window_set_icon_name(GTK_WINDOW(app->window), "dialog-password");
    app->place = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_window_set_titlebar(GTK_WINDOW(app->window), header(app));
    gtk_window_set_child(GTK_WINDOW(app->window), app->place);
    kd_page_wait_new(app);
    kd_page_resume_new(app);
    kd_page_code_new(app);
    kd_page_info_new(app);
    kd_page_card_new(app);
    kd_page_factor_new(app);
    kd_page_work_new(app);
    kd_page_end_new(app);
    g_signal_connect(app->window, "close-request", G_CALLBACK(close_asked), app);
    app->unix_signals[0] = g_unix_signal_add(SIGINT, end_asked, app);
    app->unix_signals[1] = g_unix_signal_add(SIGTERM, end_asked, app);
    app->ticking = g_timeout_add(500, tick, app);
    kd_job_begin(app);
    watch_readers(app);
    kd_speak(app, app->language);
    kd_show(app, KD_PAGE_WAIT);
    gtk_window_present(GTK_WINDOW(app->window));
    kd_flow_resume(app, false);
}

void kd_app_shut(kd_app *app)
{
    for (int i = 0; i < 2; i++)
        g_clear_handle_id(&app->unix_signals[i], g_source_remove);
    g_clear_handle_id(&app->ticking, g_source_remove);
    g_clear_handle_id(&app->watching, g_source_remove);
    if (app->worker != NULL)
        kd_job_end(app);
    kamupin_watch_free(&app->watch);
    kamupin_operation_free(&app->operation);
    if (app->window != NULL)
        gtk_window_destroy(GTK_WINDOW(app->window));
    app->window = NULL;
    for (int i = 0; i < KD_PAGES; i++) {
        if (app->pages[i] != NULL) /* and with it the secrets of its fields */
            g_object_unref(app->pages[i]->widget);
        g_clear_pointer(&app->pages[i], g_free);
    }
    g_clear_pointer(&app->said, g_ptr_array_unref);
    kamupin_cancel_free(&app->cancel);
    kamupin_context_free(&app->context);
}
