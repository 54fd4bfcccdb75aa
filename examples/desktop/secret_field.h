/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   secret_field.h: a field for a PIN or a password. What is typed goes byte by byte into a
   kamupin_secret; the widget itself holds no text, shows dots, takes nothing from the clipboard and
   gives nothing to it. Assistive technology is told how much was typed, not what. */
#ifndef KD_SECRET_FIELD_H
#define KD_SECRET_FIELD_H

#include "desktop.h"

#define KD_TYPE_SECRET_FIELD kd_secret_field_get_type()
G_DECLARE_FINAL_TYPE(KdSecretField, kd_secret_field, KD, SECRET_FIELD, GtkWidget)

/* A field with a secret of its own; `digits`: nothing else can be typed. Signals: "changed". */
KdSecretField *kd_secret_field_new(kd_app *app, kamupin_secret_kind kind);
/* Has the field type into another secret, which must live until it is lent NULL (its own). */
void kd_secret_field_lend(KdSecretField *self, kamupin_secret *secret);
/* The secret, to be read by calls of the library; NULL when there is no locked memory. */
kamupin_secret *kd_secret_field_secret(const KdSecretField *self);
/* Gives the secret away; the field gets a new, empty one. */
kamupin_secret *kd_secret_field_take(KdSecretField *self);
/* What keys do: types a digit, takes the last one away, empties. */
void kd_secret_field_digit(KdSecretField *self, char digit);
void kd_secret_field_back(KdSecretField *self);
void kd_secret_field_clear(KdSecretField *self);
/* Tells how much was typed, in the program's language. */
void kd_secret_field_refresh(KdSecretField *self);
/* Wipes and frees the secret: before the context goes. */
void kd_secret_field_shut(KdSecretField *self);

/* Buttons 0 to 9, "clear" and "back" that type into the field that had the focus last. They take no
   focus themselves: the keyboard has its own digits. */
GtkWidget *kd_keypad_new(kd_app *app, KdSecretField *first, KdSecretField *second);

#endif
