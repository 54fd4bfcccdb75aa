/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   page_info.c: what the code is for, as the service says it, and what has to be read before a PIN is
   typed. */
#include "flow.h"

typedef struct info_page {
    kd_page base;
    GtkWidget *facts, *kind, *product, *who, *notice;
    int rows;
} info_page;

static kd_text product_text(kamupin_product product)
{
    switch (product) {
    case KAMUPIN_PRODUCT_MALI_MUHUR:
        return T_PRODUCT_MALI_MUHUR;
    case KAMUPIN_PRODUCT_ELEKTRONIK_MUHUR:
        return T_PRODUCT_ELEKTRONIK_MUHUR;
    case KAMUPIN_PRODUCT_KURUMSAL_SIFRELEME:
        return T_PRODUCT_KURUMSAL_SIFRELEME;
    case KAMUPIN_PRODUCT_ANY:
    case KAMUPIN_PRODUCT_NES:
        break;
    }
    return T_PRODUCT_NES;
}

static void refresh(kd_page *base)
{
    info_page *page = (info_page *)base;
    const kd_app *app = base->app;
    const kamupin_result *result = &app->view.result;
    char *clock = kd_time_left(app, app->ends);
    char *notice = kd_notice(KAMUPIN_NOTICE_BEFORE_PIN, app->language);
    const bool create = result->kind == KAMUPIN_OPERATION_CREATE;
    const bool organisation = result->on_behalf_of_name[0] != '\0';
    kd_set(page->kind, kd_text_of(create ? T_KIND_CREATE : T_KIND_UNBLOCK, app->language));
    kd_set(page->product, kd_text_of(product_text(result->family), app->language));
    kd_set(page->who,
           organisation ? result->on_behalf_of_name : kd_text_of(T_WHO_SELF, app->language));
    kd_set(page->notice, notice);
    kd_set(base->clock, clock);
    g_free(notice);
    g_free(clock);
}

static void next(GtkButton *button, gpointer user)
{
    const kd_page *page = user;
    (void)button;
    kd_show(page->app, KD_PAGE_CARD);
}

static GtkWidget *fact(info_page *page, kd_text name, GtkWidget *value)
{
    GtkWidget *label = kd_label(page->base.app, name, NULL);
    gtk_widget_add_css_class(label, "name");
    gtk_widget_set_valign(label, GTK_ALIGN_START);
    gtk_grid_attach(GTK_GRID(page->facts), label, 0, page->rows, 1, 1);
    gtk_grid_attach(GTK_GRID(page->facts), value, 1, page->rows++, 1, 1);
    return value;
}

void kd_page_info_new(kd_app *app)
{
    info_page *page = g_new0(info_page, 1);
    kd_page *base = &page->base;
    kd_page_init(base, app, KD_PAGE_INFO, T_INFO);
    base->refresh = refresh;
    base->tells = true;
    page->facts = gtk_grid_new();
    gtk_widget_add_css_class(page->facts, "facts");
    gtk_grid_set_column_spacing(GTK_GRID(page->facts), 18);
    gtk_grid_set_row_spacing(GTK_GRID(page->facts), 6);
    page->kind = fact(page, T_INFO_KIND, kd_changing_label());
    page->product = fact(page, T_INFO_PRODUCT, kd_changing_label());
    page->who = fact(page, T_INFO_WHO, kd_changing_label());
    fact(page, T_INFO_CARDS, kd_label(app, T_CARDS_OF_SERVICE, NULL));
    page->notice = kd_changing_label();
    gtk_box_append(GTK_BOX(base->body), page->facts);
    gtk_box_append(GTK_BOX(base->body), gtk_separator_new(GTK_ORIENTATION_HORIZONTAL));
    gtk_box_append(GTK_BOX(base->body), page->notice);
    kd_page_cancel(base);
    kd_page_button(base, T_INFO_READ, true, G_CALLBACK(next));
}
