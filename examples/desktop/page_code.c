/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   page_code.c: the first page, for the verification code of the web page; and the page that is shown
   while nothing is asked. */
#include "flow.h"

#include <string.h>

typedef struct code_page {
    kd_page base;
    GtkWidget *entry, *resumed, *notice;
} code_page;

static void next(GtkButton *button, gpointer user)
{
    code_page *page = user;
    kd_app *app = page->base.app;
    const char *typed = gtk_editable_get_text(GTK_EDITABLE(page->entry));
    kamupin_secret *code = NULL;
    (void)button;
    if (app->busy > 0 || app->service == NULL)
        return;
    kamupin_status status =
        kamupin_secret_new(app->context, KAMUPIN_SECRET_VERIFICATION_CODE, &code, &app->error);
    /* As it was typed or pasted: the library makes it clean. One that does not fit is none. */
    if (status == KAMUPIN_OK && strlen(typed) <= KAMUPIN_SECRET_MAX)
        kamupin_secret_append(code, typed, strlen(typed));
    if (status == KAMUPIN_OK)
        kd_flow_redeem(app, code);
    kd_refresh(app);
}

static void pasted(GObject *source, GAsyncResult *result, gpointer user)
{
    code_page *page = user;
    char *text = gdk_clipboard_read_text_finish(GDK_CLIPBOARD(source), result, NULL);
    if (text != NULL) {
        gtk_editable_set_text(GTK_EDITABLE(page->entry), g_strstrip(text));
        gtk_editable_set_position(GTK_EDITABLE(page->entry), -1);
        gtk_widget_grab_focus(page->entry);
        gtk_editable_select_region(GTK_EDITABLE(page->entry), -1, -1);
    }
    g_free(text);
}

static void paste(GtkButton *button, gpointer user)
{
    code_page *page = user;
    GdkClipboard *clipboard = gtk_widget_get_clipboard(page->entry);
    (void)button;
    gdk_clipboard_read_text_async(clipboard, NULL, pasted, page);
}

static void leave(kd_page *base)
{
    code_page *page = (code_page *)base;
    gtk_editable_set_text(GTK_EDITABLE(page->entry), "");
}

static void focus(kd_page *base)
{
    code_page *page = (code_page *)base;
    gtk_widget_grab_focus(page->entry); /* which selects what was typed */
}

static void refresh(kd_page *base)
{
    code_page *page = (code_page *)base;
    const kd_app *app = base->app;
    char *notice = kd_notice(KAMUPIN_NOTICE_CODE_IS_NO_PUK, app->language);
    kd_set(page->notice, notice);
    g_free(notice);
    gtk_widget_set_visible(page->resumed, app->resumed_done + app->resumed_not_done > 0);
    kd_set(page->resumed,
           kd_text_of(app->resumed_done > 0 ? T_RESUMED_DONE : T_RESUMED_NOT_DONE, app->language));
    if (app->service == NULL) {
        kd_set(base->problem, kd_text_of(T_NO_SERVICE, app->language));
        gtk_widget_set_visible(base->problem_row, TRUE);
        gtk_widget_set_sensitive(base->next, FALSE);
    }
    gtk_accessible_update_state(GTK_ACCESSIBLE(page->entry), GTK_ACCESSIBLE_STATE_INVALID,
                                app->error.status == KAMUPIN_OK ? GTK_ACCESSIBLE_INVALID_FALSE
                                                                : GTK_ACCESSIBLE_INVALID_TRUE,
                                -1);
}

void kd_page_code_new(kd_app *app)
{
    code_page *page = g_new0(code_page, 1);
    kd_page *base = &page->base;
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *button = kd_button(app, T_PASTE);
    kd_page_init(base, app, KD_PAGE_CODE, T_CODE);
    base->leave = leave;
    base->focus = focus;
    base->refresh = refresh;
    page->entry = gtk_entry_new();
    gtk_entry_set_activates_default(GTK_ENTRY(page->entry), TRUE);
    gtk_entry_set_input_purpose(GTK_ENTRY(page->entry), GTK_INPUT_PURPOSE_NUMBER);
    gtk_widget_set_hexpand(page->entry, TRUE);
    g_signal_connect(button, "clicked", G_CALLBACK(paste), page);
    gtk_box_append(GTK_BOX(row), page->entry);
    gtk_box_append(GTK_BOX(row), button);
    page->resumed = kd_changing_label();
    page->notice = kd_changing_label();
    gtk_box_append(GTK_BOX(base->body), page->resumed);
    gtk_box_append(GTK_BOX(base->body), kd_label(app, T_CODE_WHAT, NULL));
    gtk_box_append(GTK_BOX(base->body), page->notice);
    gtk_box_append(GTK_BOX(base->body), kd_label(app, T_CODE_FIELD, page->entry));
    gtk_box_append(GTK_BOX(base->body), row);
    kd_page_problem_here(base);
    gtk_accessible_update_relation(GTK_ACCESSIBLE(page->entry),
                                   GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, base->problem, NULL, -1);
    GtkWidget *button_next = kd_page_button(base, T_NEXT, true, G_CALLBACK(next));
    gtk_widget_set_hexpand(button_next, TRUE);
    gtk_widget_set_halign(button_next, GTK_ALIGN_END);
}

/* ---- waiting ---- */

typedef struct wait_page {
    kd_page base;
    GtkWidget *what;
} wait_page;

static void refresh_wait(kd_page *base)
{
    wait_page *page = (wait_page *)base;
    const kd_app *app = base->app;
    kd_set(page->what, kd_text_of(app->cancelling ? T_CANCELLING : T_LOOKING_BACK, app->language));
}

void kd_page_wait_new(kd_app *app)
{
    wait_page *page = g_new0(wait_page, 1);
    GtkWidget *spinner = gtk_spinner_new();
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    kd_page_init(&page->base, app, KD_PAGE_WAIT, T_WAIT);
    page->base.refresh = refresh_wait;
    page->base.tells = true;
    page->what = kd_changing_label();
    gtk_spinner_start(GTK_SPINNER(spinner));
    gtk_box_append(GTK_BOX(row), spinner);
    gtk_box_append(GTK_BOX(row), page->what);
    gtk_box_append(GTK_BOX(page->base.body), row);
}
