/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   padquirks.c: readers whose keypad is not what they say, by USB vendor and product id, and how
   that takes effect. Data and look-up only. A row needs a public source; a reader without a row is
   taken at its word. */
#include <card/pinpad.h>

static const kp_pad_row rows[] = {
    /* Gemalto GemPC Pinpad: takes 4 to 8 digits and refuses the whole order otherwise (L. Rousseau,
       blog.apdu.fr, May 2010: How to know the PIN sizes supported by a pinpad reader); made for
       PINs of one length, which it has to be told (wiki.gnupg.org, CardReader/GemaltoPC). */
    {0x08E6, 0x3478, KAMUPIN_PAD_FIXED_LENGTH, 4, 8},
    /* bit4id miniLector-EVO, C3PO LTC31 v2, Chicony HP Skylab keyboard: firmware that declares a
       keypad where there is none (libccid's change log, June 2021, January 2018, February 2020;
       libccid hides it, other drivers may not). */
    {0x25DD, 0x3111, KAMUPIN_PAD_UNUSABLE, 0, 0},
    {0x0783, 0x0006, KAMUPIN_PAD_UNUSABLE, 0, 0},
    {0x04F2, 0x1469, KAMUPIN_PAD_UNUSABLE, 0, 0},
    /* Dell smart card keyboard: fails with PINs that are not padded, and AKİS' are not (OpenSC,
       issue 205; not mended by a stated length: pull request 1315). */
    {0x413C, 0x2101, KAMUPIN_PAD_UNUSABLE, 0, 0},
};

const kp_pad_row *kp_pad_row_of(unsigned int vendor, unsigned int product)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].vendor == vendor && rows[i].product == product)
            return &rows[i];
    return NULL;
}

void kp_pad_bend(kp_pad *pad, const kamupin_pad_quirks *own)
{
    const kp_pad_row *row = kp_pad_row_of(pad->vendor, pad->product);
    kp_pad_row chosen = row != NULL ? *row : (kp_pad_row){0};
    if (own != NULL)
        chosen =
            (kp_pad_row){pad->vendor, pad->product, own->flags, own->min_digits, own->max_digits};
    pad->quirks = chosen.flags;
    if (chosen.min_digits != 0)
        pad->min_digits = chosen.min_digits;
    if (chosen.max_digits != 0)
        pad->max_digits = chosen.max_digits;
}
