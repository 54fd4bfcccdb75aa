/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   keypad.c: the keypad on the screen, digits in their order as on a telephone. A digit that is
   pressed here is nowhere but in the secret. */
#include "secret_field.h"

typedef struct keypad {
    KdSecretField *field; /* that had the focus last */
} keypad;

static void digit(GtkButton *button, gpointer user)
{
    const keypad *self = user;
    const char *label = gtk_button_get_label(button);
    kd_secret_field_digit(self->field, label[0]);
}

static void back(GtkButton *button, gpointer user)
{
    const keypad *self = user;
    (void)button;
    kd_secret_field_back(self->field);
}

static void clear(GtkButton *button, gpointer user)
{
    const keypad *self = user;
    (void)button;
    kd_secret_field_clear(self->field);
}

static void focused(GtkEventControllerFocus *focus, gpointer user)
{
    keypad *self = user;
    self->field = KD_SECRET_FIELD(gtk_event_controller_get_widget(GTK_EVENT_CONTROLLER(focus)));
}

static void follow(keypad *self, KdSecretField *field)
{
    GtkEventController *focus = gtk_event_controller_focus_new();
    g_signal_connect(focus, "enter", G_CALLBACK(focused), self);
    gtk_widget_add_controller(GTK_WIDGET(field), focus);
}

static void place(GtkWidget *grid, GtkWidget *button, int column, int row, GCallback pressed,
                  keypad *self)
{
    gtk_widget_set_focusable(button, FALSE);
    gtk_widget_set_hexpand(button, TRUE);
    g_signal_connect(button, "clicked", pressed, self);
    gtk_grid_attach(GTK_GRID(grid), button, column, row, 1, 1);
}

GtkWidget *kd_keypad_new(kd_app *app, KdSecretField *first, KdSecretField *second)
{
    keypad *self = g_new0(keypad, 1);
    GtkWidget *grid = gtk_grid_new();
    gtk_widget_add_css_class(grid, "keypad");
    kd_say(app, grid, T_KEYPAD);
    gtk_grid_set_row_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_column_spacing(GTK_GRID(grid), 6);
    gtk_grid_set_column_homogeneous(GTK_GRID(grid), TRUE);
    for (int i = 1; i <= 10; i++) {
        const char label[] = {(char)('0' + i % 10), '\0'};
        place(grid, gtk_button_new_with_label(label), i == 10 ? 1 : (i - 1) % 3, (i - 1) / 3,
              G_CALLBACK(digit), self);
    }
    GtkWidget *erase = gtk_button_new_from_icon_name("edit-clear-symbolic");
    kd_say(app, erase, T_KEYPAD_BACK);
    place(grid, kd_button(app, T_KEYPAD_CLEAR), 0, 3, G_CALLBACK(clear), self);
    place(grid, erase, 2, 3, G_CALLBACK(back), self);
    self->field = first;
    follow(self, first);
    if (second != NULL)
        follow(self, second);
    g_object_set_data_full(G_OBJECT(grid), "keypad", self, g_free);
    return grid;
}
