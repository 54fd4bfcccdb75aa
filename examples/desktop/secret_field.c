/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   secret_field.c: see secret_field.h. A key press itself passes through the toolkit's event, which
   holds one key at a time; nothing here puts two of them together outside the secret. */
#include "secret_field.h"

#include <string.h>

#define DOTS_MAX 64 /* as many are shown */

struct _KdSecretField {
    GtkWidget parent_instance;
    kd_app *app;
    kamupin_secret_kind kind;
    kamupin_secret *own, *lent;
    size_t typed; /* characters */
    char *told;   /* to assistive technology, last */
    GtkWidget *dots;
};

G_DEFINE_TYPE(KdSecretField, kd_secret_field, GTK_TYPE_WIDGET)

static guint changed_signal;

kamupin_secret *kd_secret_field_secret(const KdSecretField *self)
{
    return self->lent != NULL ? self->lent : self->own;
}

void kd_secret_field_refresh(KdSecretField *self)
{
    GString *dots = g_string_new(NULL);
    char number[24];
    for (size_t i = 0; i < self->typed && i < DOTS_MAX; i++)
        g_string_append(dots, "●");
    kd_set(self->dots, dots->str);
    g_string_free(dots, TRUE);
    g_snprintf(number, sizeof number, "%zu", self->typed);
    char *told = self->typed == 0 ? g_strdup(kd_text_of(T_PIN_EMPTY, self->app->language))
                 : self->kind == KAMUPIN_SECRET_PIN
                     ? kd_fill(T_PIN_DIGITS, self->app->language, number)
                     : kd_fill(T_PASSWORD_TYPED, self->app->language, number);
    if (g_strcmp0(told, self->told) != 0)
        gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       told, -1);
    g_free(self->told);
    self->told = told;
}

static void changed(KdSecretField *self)
{
    if (kamupin_secret_length(kd_secret_field_secret(self)) == 0)
        self->typed = 0;
    kd_secret_field_refresh(self);
    g_signal_emit(self, changed_signal, 0);
}

static void type(KdSecretField *self, const char *bytes, size_t length)
{
    if (kamupin_secret_append(kd_secret_field_secret(self), bytes, length) != KAMUPIN_OK) {
        gtk_widget_error_bell(GTK_WIDGET(self));
        return;
    }
    self->typed += (size_t)g_utf8_strlen(bytes, (gssize)length);
    changed(self);
}

void kd_secret_field_digit(KdSecretField *self, char digit)
{
    type(self, &digit, 1);
}

void kd_secret_field_back(KdSecretField *self)
{
    kamupin_secret_backspace(kd_secret_field_secret(self));
    self->typed -= self->typed > 0;
    changed(self);
}

void kd_secret_field_clear(KdSecretField *self)
{
    kamupin_secret_clear(kd_secret_field_secret(self));
    changed(self);
}

/* A letter of a password, also one that an accent key makes. */
static void committed(GtkIMContext *context, const char *text, gpointer user)
{
    (void)context;
    type(user, text, strlen(text));
}

static gboolean pressed(GtkEventControllerKey *keys, guint key, guint code, GdkModifierType with,
                        gpointer user)
{
    KdSecretField *self = user;
    const gunichar letter = gdk_keyval_to_unicode(key);
    (void)keys;
    (void)code;
    if (with & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK | GDK_META_MASK))
        return GDK_EVENT_PROPAGATE;
    if (key == GDK_KEY_BackSpace)
        kd_secret_field_back(self);
    else if (key == GDK_KEY_Delete)
        kd_secret_field_clear(self);
    else if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_ISO_Enter)
        gtk_widget_activate_default(GTK_WIDGET(self));
    else if (letter >= '0' && letter <= '9')
        kd_secret_field_digit(self, (char)letter);
    else if (letter > ' ')
        gtk_widget_error_bell(GTK_WIDGET(self)); /* in a PIN; letters of passwords are committed */
    else
        return GDK_EVENT_PROPAGATE;
    return GDK_EVENT_STOP;
}

static void clicked(GtkGestureClick *gesture, int presses, double x, double y, gpointer user)
{
    (void)gesture;
    (void)presses;
    (void)x;
    (void)y;
    gtk_widget_grab_focus(user);
}

static void dispose(GObject *object)
{
    KdSecretField *self = KD_SECRET_FIELD(object);
    kd_secret_field_shut(self);
    g_clear_pointer(&self->dots, gtk_widget_unparent);
    g_clear_pointer(&self->told, g_free);
    G_OBJECT_CLASS(kd_secret_field_parent_class)->dispose(object);
}

static void kd_secret_field_class_init(KdSecretFieldClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = dispose;
    gtk_widget_class_set_css_name(widget, "entry"); /* looks like the theme's fields */
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_TEXT_BOX);
    changed_signal = g_signal_new("changed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void kd_secret_field_init(KdSecretField *self)
{
    GtkGesture *click = gtk_gesture_click_new();
    self->dots = g_object_new(GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                              "xalign", 0.0F, NULL);
    gtk_label_set_ellipsize(GTK_LABEL(self->dots), PANGO_ELLIPSIZE_START);
    gtk_widget_set_hexpand(self->dots, TRUE);
    gtk_widget_set_parent(self->dots, GTK_WIDGET(self));
    gtk_widget_set_focusable(GTK_WIDGET(self), TRUE);
    g_signal_connect(click, "pressed", G_CALLBACK(clicked), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(click));
}

KdSecretField *kd_secret_field_new(kd_app *app, kamupin_secret_kind kind)
{
    KdSecretField *self = g_object_new(KD_TYPE_SECRET_FIELD, NULL);
    GtkEventController *keys = gtk_event_controller_key_new();
    self->app = app;
    self->kind = kind;
    kamupin_secret_new(app->context, kind, &self->own, NULL); /* NULL: every key sounds the bell */
    if (kind != KAMUPIN_SECRET_PIN) {
        GtkIMContext *letters = gtk_im_context_simple_new();
        g_signal_connect(letters, "commit", G_CALLBACK(committed), self);
        gtk_event_controller_key_set_im_context(GTK_EVENT_CONTROLLER_KEY(keys), letters);
        g_object_unref(letters);
    }
    g_signal_connect(keys, "key-pressed", G_CALLBACK(pressed), self);
    gtk_widget_add_controller(GTK_WIDGET(self), keys);
    kd_secret_field_refresh(self);
    return self;
}

void kd_secret_field_lend(KdSecretField *self, kamupin_secret *secret)
{
    self->lent = secret;
    self->typed = 0;
    kd_secret_field_refresh(self);
}

kamupin_secret *kd_secret_field_take(KdSecretField *self)
{
    kamupin_secret *taken = self->own;
    self->own = NULL;
    kamupin_secret_new(self->app->context, self->kind, &self->own, NULL);
    changed(self);
    return taken;
}

void kd_secret_field_shut(KdSecretField *self)
{
    self->lent = NULL;
    kamupin_secret_free(&self->own);
}
