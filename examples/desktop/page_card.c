/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   page_card.c: which card, and its new PIN, typed twice. The list follows the readers; a card that
   this operation may not use is grey and says why. */
#include "flow.h"
#include "secret_field.h"

typedef struct card_page {
    kd_page base;
    GtkWidget *list, *state; /* of the readers */
    KdSecretField *pin, *again;
    GtkWidget *length_icon, *length, *same_icon, *same;
    kamupin_card_info *cards; /* that are shown */
    size_t count;
    kamupin_error listing; /* why they could not be listed */
    char chosen[KAMUPIN_READER_NAME_MAX];
    kamupin_language shown_in;
    bool listed;
} card_page;

/* ---- cards ---- */

static kd_text state_text(const kamupin_card_info *card)
{
    switch (card->pin_state) {
    case KAMUPIN_PIN_NOT_SET:
        return T_STATE_NOT_SET;
    case KAMUPIN_PIN_USABLE:
        return T_STATE_USABLE;
    case KAMUPIN_PIN_BLOCKED:
        return T_STATE_BLOCKED;
    case KAMUPIN_PIN_DEAD:
        return T_STATE_DEAD;
    case KAMUPIN_PIN_UNKNOWN:
        break;
    }
    return T_STATE_UNKNOWN;
}

static void chosen(GtkCheckButton *button, gpointer user)
{
    card_page *page = user;
    const char *reader = g_object_get_data(G_OBJECT(button), "reader");
    if (gtk_check_button_get_active(button))
        g_strlcpy(page->chosen, reader, sizeof page->chosen);
}

/* A reader's line: a card to choose, or why its card cannot be. The reason is not grey: it is to be
 * read. */
static GtkWidget *add_row(card_page *page, const kamupin_card_info *card, GtkWidget *group)
{
    const kamupin_language language = page->base.app->language;
    const bool usable = card->usable == KAMUPIN_OK;
    GtkWidget *button =
        g_object_new(GTK_TYPE_CHECK_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_RADIO, NULL);
    GtkWidget *label = kd_changing_label();
    GtkWidget *state = kd_changing_label();
    const char *why = usable ? kd_text_of(state_text(card), language)
                             : kamupin_status_cause(card->usable, language);
    char *name = card->product[0] == '\0' ? g_strdup(card->reader)
                                          : g_strdup_printf("%s, %s", card->product, card->reader);
    char *whole = g_strdup_printf("%s: %s", name, why);
    kd_set(label, name);
    kd_set(state, why);
    gtk_widget_add_css_class(state, "reason");
    gtk_check_button_set_child(GTK_CHECK_BUTTON(button), label);
    gtk_check_button_set_group(GTK_CHECK_BUTTON(button),
                               group == NULL ? NULL : GTK_CHECK_BUTTON(group));
    gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, whole,
                                   -1);
    gtk_widget_set_sensitive(button, usable);
    g_object_set_data_full(G_OBJECT(button), "reader", g_strdup(card->reader), g_free);
    g_signal_connect(button, "toggled", G_CALLBACK(chosen), page);
    if (usable && g_str_equal(page->chosen, card->reader))
        gtk_check_button_set_active(GTK_CHECK_BUTTON(button), TRUE);
    gtk_box_append(GTK_BOX(page->list), button);
    gtk_box_append(GTK_BOX(page->list), state);
    g_free(whole);
    g_free(name);
    return button;
}

/* What was chosen stays chosen; the only card that fits is chosen by itself, one of several not. */
static void choose(card_page *page)
{
    const char *only = "";
    size_t usable = 0;
    bool there = false;
    for (size_t i = 0; i < page->count; i++) {
        if (page->cards[i].usable != KAMUPIN_OK)
            continue;
        usable++;
        only = page->cards[i].reader;
        there = there || g_str_equal(only, page->chosen);
    }
    if (!there)
        g_strlcpy(page->chosen, usable == 1 ? only : "", sizeof page->chosen);
}

static void show_cards(card_page *page)
{
    GtkWidget *group = NULL;
    GtkWidget *row;
    const bool focused = gtk_widget_get_focus_child(page->list) != NULL;
    choose(page);
    while ((row = gtk_widget_get_first_child(page->list)) != NULL)
        gtk_box_remove(GTK_BOX(page->list), row);
    for (size_t i = 0; i < page->count; i++)
        group = add_row(page, &page->cards[i], group);
    page->shown_in = page->base.app->language;
    if (focused && !gtk_widget_child_focus(page->list, GTK_DIR_TAB_FORWARD))
        gtk_widget_grab_focus(GTK_WIDGET(page->pin));
}

/* Whether the readers are as they are shown, so that a row under the person's hand stays. */
static bool same_cards(const card_page *page, const kamupin_card_info *cards, size_t count)
{
    bool same = page->listed && page->count == count;
    for (size_t i = 0; same && i < count; i++)
        same = g_str_equal(cards[i].reader, page->cards[i].reader) &&
               g_str_equal(cards[i].card_id, page->cards[i].card_id) &&
               cards[i].usable == page->cards[i].usable &&
               cards[i].pin_state == page->cards[i].pin_state;
    return same;
}

void kd_page_card_take(kd_app *app, kamupin_card_info *cards, size_t count,
                       const kamupin_error *error)
{
    card_page *page = (card_page *)app->pages[KD_PAGE_CARD];
    const bool same = same_cards(page, cards, count);
    g_free(page->cards);
    page->cards = cards;
    page->count = count;
    page->listing = *error;
    page->listed = true;
    if (!same)
        show_cards(page);
}

/* ---- the new PIN ---- */

static void show_rule(kd_app *app, GtkWidget *icon, GtkWidget *label, kd_text rule, bool met)
{
    char *text = g_strdup_printf("%s: %s", kd_text_of(rule, app->language),
                                 kd_text_of(met ? T_RULE_MET : T_RULE_NOT_MET, app->language));
    gtk_image_set_from_icon_name(GTK_IMAGE(icon),
                                 met ? "checkbox-checked-symbolic" : "checkbox-symbolic");
    kd_set(label, text);
    g_free(text);
}

static void show_rules(card_page *page)
{
    kd_app *app = page->base.app;
    const kamupin_secret *pin = kd_secret_field_secret(page->pin);
    const kamupin_secret *again = kd_secret_field_secret(page->again);
    const bool good = kamupin_pin_check(NULL, pin, NULL, NULL) == KAMUPIN_OK;
    const bool same = good && kamupin_pin_check(NULL, pin, again, NULL) == KAMUPIN_OK;
    show_rule(app, page->length_icon, page->length, T_RULE_LENGTH, good);
    show_rule(app, page->same_icon, page->same, T_RULE_SAME, same);
}

static void typed(KdSecretField *field, gpointer user)
{
    (void)field;
    show_rules(user);
}

/* Why no card is chosen: several could be; else what is the matter with the one that is there. */
static kamupin_status why_none(const card_page *page)
{
    kamupin_status why = page->count == 0 ? KAMUPIN_E_NO_READER : KAMUPIN_E_NO_CARD;
    if (page->count == 0 && page->listing.status != KAMUPIN_OK)
        return page->listing.status;
    for (size_t i = 0; i < page->count; i++) {
        if (page->cards[i].usable == KAMUPIN_OK)
            return KAMUPIN_E_CHOICE_NEEDED;
        if (why == KAMUPIN_E_NO_CARD)
            why = page->cards[i].usable;
    }
    return why;
}

static void next(GtkButton *button, gpointer user)
{
    card_page *page = user;
    kd_app *app = page->base.app;
    const kamupin_error none = KAMUPIN_ERROR_INIT;
    (void)button;
    if (app->busy > 0 || !page->listed)
        return;
    for (size_t i = 0; i < page->count; i++) {
        const kamupin_card_info *card = &page->cards[i];
        if (!g_str_equal(page->chosen, card->reader))
            continue;
        /* By its own name: another card may be in the reader by now. */
        kd_flow_new_pin(app, card->card_id[0] != '\0' ? card->card_id : card->reader,
                        kd_secret_field_secret(page->pin), kd_secret_field_secret(page->again));
        return;
    }
    app->error = none;
    app->error.status = why_none(page);
    kd_refresh(app);
}

/* ---- the page ---- */

static void leave(kd_page *base)
{
    card_page *page = (card_page *)base;
    kd_secret_field_clear(page->pin);
    kd_secret_field_clear(page->again);
}

static void enter(kd_page *base)
{
    card_page *page = (card_page *)base;
    page->count = 0;
    page->listed = false;
    page->chosen[0] = '\0';
    show_cards(page);
    kd_flow_list(base->app);
}

/* What was typed twice and refused is typed anew. */
static void focus(kd_page *base)
{
    card_page *page = (card_page *)base;
    const bool failed = base->app->error.status != KAMUPIN_OK;
    if (failed && base->app->error.status == KAMUPIN_E_PIN_MISMATCH)
        kd_secret_field_clear(page->again);
    gtk_widget_grab_focus(GTK_WIDGET(
        failed && base->app->error.status == KAMUPIN_E_PIN_MISMATCH ? page->again : page->pin));
}

static void refresh(kd_page *base)
{
    card_page *page = (card_page *)base;
    kd_app *app = base->app;
    char text[KAMUPIN_TEXT_MAX];
    char *clock = kd_time_left(app, app->ends);
    kamupin_error none = KAMUPIN_ERROR_INIT;
    if (page->shown_in != app->language)
        show_cards(page);
    none.status = KAMUPIN_E_NO_READER;
    if (!page->listed)
        kd_set(page->state, kd_text_of(T_CARD_LOOKING, app->language));
    else if (page->count == 0)
        kd_set(page->state,
               kamupin_error_text(page->listing.status == KAMUPIN_OK ? &none : &page->listing,
                                  app->language, text, sizeof text));
    if (app->error.status == KAMUPIN_E_CHOICE_NEEDED) /* the library speaks to the command, too */
        kd_set(base->problem, kd_text_of(T_CARD_WHICH, app->language));
    gtk_widget_set_visible(page->state, !page->listed || page->count == 0);
    kd_secret_field_refresh(page->pin);
    kd_secret_field_refresh(page->again);
    if (app->busy == 0) /* else the worker reads the PIN: one secret, one thread */
        show_rules(page);
    kd_set(base->clock, clock);
    g_free(clock);
}

static GtkWidget *rule(GtkWidget *box, GtkWidget **icon)
{
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *label = gtk_label_new(NULL);
    *icon = gtk_image_new();
    gtk_box_append(GTK_BOX(row), *icon);
    gtk_box_append(GTK_BOX(row), label);
    gtk_box_append(GTK_BOX(box), row);
    return label;
}

/* Fields and rules, and the keypad: beside each other, or below where letters are large. */
static GtkWidget *pin_row(card_page *page)
{
    kd_app *app = page->base.app;
    GtkWidget *row = gtk_flow_box_new();
    GtkWidget *fields = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    page->pin = kd_secret_field_new(app, KAMUPIN_SECRET_PIN);
    page->again = kd_secret_field_new(app, KAMUPIN_SECRET_PIN);
    GtkWidget *keypad = kd_keypad_new(app, page->pin, page->again);
    g_signal_connect(page->pin, "changed", G_CALLBACK(typed), page);
    g_signal_connect(page->again, "changed", G_CALLBACK(typed), page);
    gtk_box_append(GTK_BOX(fields), kd_label(app, T_PIN_FIELD, GTK_WIDGET(page->pin)));
    gtk_box_append(GTK_BOX(fields), GTK_WIDGET(page->pin));
    gtk_box_append(GTK_BOX(fields), kd_label(app, T_PIN_AGAIN, GTK_WIDGET(page->again)));
    gtk_box_append(GTK_BOX(fields), GTK_WIDGET(page->again));
    page->length = rule(fields, &page->length_icon);
    page->same = rule(fields, &page->same_icon);
    gtk_widget_set_valign(keypad, GTK_ALIGN_CENTER);
    gtk_flow_box_set_selection_mode(GTK_FLOW_BOX(row), GTK_SELECTION_NONE);
    gtk_flow_box_set_max_children_per_line(GTK_FLOW_BOX(row), 2);
    gtk_flow_box_set_column_spacing(GTK_FLOW_BOX(row), 24);
    gtk_flow_box_set_row_spacing(GTK_FLOW_BOX(row), 12);
    gtk_flow_box_append(GTK_FLOW_BOX(row), fields);
    gtk_flow_box_append(GTK_FLOW_BOX(row), keypad);
    for (int i = 0; i < 2; i++) /* the fields are what is gone to, not their places */
        gtk_widget_set_focusable(GTK_WIDGET(gtk_flow_box_get_child_at_index(GTK_FLOW_BOX(row), i)),
                                 FALSE);
    return row;
}

void kd_page_card_new(kd_app *app)
{
    card_page *page = g_new0(card_page, 1);
    kd_page *base = &page->base;
    kd_page_init(base, app, KD_PAGE_CARD, T_CARD);
    base->enter = enter;
    base->leave = leave;
    base->focus = focus;
    base->refresh = refresh;
    page->list = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
    page->state = kd_changing_label();
    page->shown_in = app->language;
    gtk_box_append(GTK_BOX(base->body), kd_label(app, T_CARD_CHOOSE, page->list));
    gtk_box_append(GTK_BOX(base->body), page->state);
    gtk_box_append(GTK_BOX(base->body), page->list);
    gtk_box_append(GTK_BOX(base->body), pin_row(page));
    kd_page_cancel(base);
    kd_page_button(base, T_CHANGE_PIN, true, G_CALLBACK(next));
}
