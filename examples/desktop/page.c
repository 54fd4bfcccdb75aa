/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   page.c: what every page is made of: heading, body, problem, time, buttons. */
#include "flow.h"

#define WIDTH 68 /* characters of a line of prose, at most */

static void said_free(gpointer data)
{
    g_free(data);
}

typedef struct said {
    GtkWidget *widget;
    kd_text text;
} said;

static void apply(const said *one, kamupin_language language)
{
    const char *text = kd_text_of(one->text, language);
    if (GTK_IS_LABEL(one->widget)) {
        gtk_label_set_text_with_mnemonic(GTK_LABEL(one->widget), text);
    } else if (GTK_IS_BUTTON(one->widget) && gtk_button_get_icon_name(GTK_BUTTON(one->widget))) {
        gtk_widget_set_tooltip_text(one->widget, text);
        gtk_accessible_update_property(GTK_ACCESSIBLE(one->widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       text, -1);
    } else if (GTK_IS_BUTTON(one->widget)) {
        char **parts = g_strsplit(text, "_", 2);
        char *plain = g_strjoinv("", parts);
        gtk_button_set_use_underline(GTK_BUTTON(one->widget), TRUE);
        gtk_button_set_label(GTK_BUTTON(one->widget), text);
        /* GTK 4.8 names it by the label with its underscore, and once more without. */
        gtk_accessible_reset_relation(GTK_ACCESSIBLE(one->widget),
                                      GTK_ACCESSIBLE_RELATION_LABELLED_BY);
        gtk_accessible_update_property(GTK_ACCESSIBLE(one->widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       plain, -1);
        g_free(plain);
        g_strfreev(parts);
    } else {
        gtk_accessible_update_property(GTK_ACCESSIBLE(one->widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       text, -1);
    }
}

void kd_say(kd_app *app, GtkWidget *widget, kd_text text)
{
    said *one = NULL;
    if (app->said == NULL)
        app->said = g_ptr_array_new_with_free_func(said_free);
    for (guint i = 0; i < app->said->len && one == NULL; i++) {
        said *old = g_ptr_array_index(app->said, i);
        one = old->widget == widget ? old : NULL;
    }
    if (one == NULL) {
        one = g_new(said, 1);
        g_ptr_array_add(app->said, one);
    } else if (one->text == text) {
        return;
    }
    *one = (said){widget, text};
    apply(one, app->language);
}

void kd_speak(kd_app *app, kamupin_language language)
{
    app->language = language;
    for (guint i = 0; i < app->said->len; i++)
        apply(g_ptr_array_index(app->said, i), language);
    gtk_window_set_title(GTK_WINDOW(app->window), kd_text_of(T_TITLE, language));
    kd_refresh(app);
}

void kd_set(GtkWidget *label, const char *text)
{
    if (g_strcmp0(gtk_label_get_text(GTK_LABEL(label)), text) != 0)
        gtk_label_set_text(GTK_LABEL(label), text);
}

GtkWidget *kd_changing_label(void)
{
    GtkWidget *label = gtk_label_new(NULL);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_max_width_chars(GTK_LABEL(label), WIDTH);
    return label;
}

GtkWidget *kd_label(kd_app *app, kd_text text, GtkWidget *field)
{
    GtkWidget *label = kd_changing_label();
    kd_say(app, label, text);
    if (field != NULL) {
        gtk_label_set_mnemonic_widget(GTK_LABEL(label), field);
        gtk_accessible_update_relation(GTK_ACCESSIBLE(field), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                       label, NULL, -1);
    }
    return label;
}

GtkWidget *kd_button(kd_app *app, kd_text text)
{
    GtkWidget *button = gtk_button_new_with_label("");
    kd_say(app, button, text);
    return button;
}

int kd_seconds_to(gint64 moment)
{
    const gint64 rest = moment - g_get_monotonic_time();
    return rest <= 0 ? 0 : (int)((rest + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

char *kd_time_left(const kd_app *app, gint64 moment)
{
    char time[KAMUPIN_DURATION_MAX];
    if (moment == 0)
        return g_strdup("");
    if (kd_seconds_to(moment) == 0)
        return g_strdup(kd_text_of(T_TIME_OVER, app->language));
    kamupin_duration_text(kd_seconds_to(moment), app->language, time, sizeof time);
    return kd_fill(T_TIME_LEFT, app->language, time);
}

static GtkWidget *problem_row(kd_page *page)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *icon = gtk_image_new_from_icon_name("dialog-warning-symbolic");
    gtk_widget_set_valign(icon, GTK_ALIGN_START);
    page->problem = g_object_new(GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT,
                                 "wrap", TRUE, "xalign", 0.0F, "max-width-chars", WIDTH,
                                 "selectable", TRUE, "focusable", FALSE, "hexpand", TRUE, NULL);
    gtk_box_append(GTK_BOX(row), icon);
    gtk_box_append(GTK_BOX(row), page->problem);
    gtk_widget_add_css_class(row, "problem");
    gtk_widget_add_css_class(row, "below");
    gtk_widget_set_visible(row, FALSE);
    return row;
}

/* The field that has the focus stays in sight when a problem, or a smaller window, takes room away. */
static gboolean keep_in_sight(gpointer user)
{
    const kd_page *page = user;
    GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(page->app->window));
    GtkAdjustment *scroll =
        gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(page->scrolled));
    GtkWidget *view = gtk_scrolled_window_get_child(GTK_SCROLLED_WINDOW(page->scrolled));
    graphene_rect_t place;
    if (focus == NULL || !gtk_widget_is_ancestor(focus, view) ||
        !gtk_widget_compute_bounds(focus, view, &place))
        return G_SOURCE_REMOVE;
    const double top = gtk_adjustment_get_value(scroll) + (double)place.origin.y;
    gtk_adjustment_clamp_page(scroll, top, top + (double)place.size.height);
    return G_SOURCE_REMOVE;
}

static void room_changed(GObject *adjustment, GParamSpec *what, gpointer user)
{
    (void)adjustment;
    (void)what;
    g_idle_add(keep_in_sight, user); /* when everything has its place */
}

void kd_page_init(kd_page *page, kd_app *app, kd_page_name name, kd_text heading)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    GtkWidget *whole = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    page->app = app;
    page->heading = kd_label(app, heading, NULL);
    gtk_widget_add_css_class(page->heading, "heading");
    gtk_widget_set_focusable(page->heading, TRUE);
    page->body = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    page->problem_row = problem_row(page);
    page->clock = kd_changing_label();
    page->actions = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    gtk_widget_add_css_class(page->clock, "clock");
    gtk_widget_add_css_class(page->actions, "actions");
    gtk_widget_add_css_class(box, "page");
    gtk_box_append(GTK_BOX(box), page->heading);
    gtk_box_append(GTK_BOX(box), page->body);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), box);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_box_append(GTK_BOX(whole), scrolled);
    gtk_box_append(GTK_BOX(whole), page->problem_row); /* in sight however long the page is */
    gtk_box_append(GTK_BOX(whole), page->clock);
    gtk_box_append(GTK_BOX(whole), page->actions);
    page->scrolled = scrolled;
    g_signal_connect(gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(scrolled)),
                     "notify::page-size", G_CALLBACK(room_changed), page);
    page->widget = g_object_ref_sink(whole); /* only the page that is shown is in the window */
    app->pages[name] = page;
}

void kd_page_problem_here(kd_page *page)
{
    g_object_ref(page->problem_row);
    gtk_box_remove(GTK_BOX(page->widget), page->problem_row);
    gtk_widget_remove_css_class(page->problem_row, "below");
    gtk_box_append(GTK_BOX(page->body), page->problem_row);
    g_object_unref(page->problem_row);
}

GtkWidget *kd_page_button(kd_page *page, kd_text text, bool next, GCallback clicked)
{
    GtkWidget *button = kd_button(page->app, text);
    g_signal_connect(button, "clicked", clicked, page);
    gtk_box_append(GTK_BOX(page->actions), button);
    if (next) {
        page->next = button;
        gtk_widget_add_css_class(button, "suggested-action");
    }
    return button;
}

static void cancel(GtkButton *button, gpointer user)
{
    const kd_page *page = user;
    (void)button;
    kd_flow_cancel(page->app);
}

void kd_page_cancel(kd_page *page)
{
    page->cancel = kd_page_button(page, T_CANCEL, false, G_CALLBACK(cancel));
    gtk_widget_set_hexpand(page->cancel, TRUE); /* to the left; what leads on is at the right */
    gtk_widget_set_halign(page->cancel, GTK_ALIGN_START);
}
