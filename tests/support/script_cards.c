/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   script_cards.c: the steps of script_cards.h. The bytes are written out here by hand, from
   docs/cards.md, and not taken from the library. */
#include "script_cards.h"

#include <stdio.h>

#define BLOCK 244

static void file(kp_script *script, size_t reader, unsigned int id, size_t size)
{
    char command[32], reply[64];
    snprintf(command, sizeof command, "00A4020002%04X00", id);
    snprintf(reply, sizeof reply, "6F0B8002%04X8201018302%04X9000", (unsigned int)size, id);
    kp_script_expect(script, reader, command, size == 0 ? "6A82" : reply);
}

static void certificate(kp_script *script, size_t reader, const unsigned char *der, size_t length)
{
    file(script, reader, 0x2F10, length);
    if (length > 0)
        kp_script_expect_read(script, reader, 0, der, length);
    unsigned int last = length > 0 ? 0x2F13 : 0x2F12; /* three misses in all */
    for (unsigned int miss = 0x2F11; miss <= last; miss++)
        file(script, reader, miss, 0);
}

static void akis2_application(kp_script *script, size_t reader)
{
    kp_script_expect(script, reader, "00A4040007 504B43532D3135 00",
                     "6F108201388302 3D00 8407504B43532D3135 9000");
}

void kp_script_akis2_counter(kp_script *script, size_t reader, int object, int left, int max)
{
    char command[64], reply[64];
    snprintf(command, sizeof command, "00CB3FFF0A 4D087006BF81%02X02A080 00", (unsigned int)object);
    snprintf(reply, sizeof reply, "700CBF81%02X08A0069A01%02X9B01%02X9000", (unsigned int)object,
             (unsigned int)max, (unsigned int)left);
    kp_script_expect(script, reader, command, left < 0 ? "6A88" : reply);
}

void kp_script_akis2_identify(kp_script *script, size_t reader, const unsigned char *der,
                              size_t length, int pin_left, int puk_left)
{
    kp_script_expect(script, reader, "00A40000023F0000", "9000");
    kp_script_expect(script, reader, "00A40100023D1000", "6A82");
    kp_script_expect(script, reader, "00A40800023D1000", "6A82");
    akis2_application(script, reader);
    certificate(script, reader, der, length);
    if (length > 0) {
        kp_script_akis2_counter(script, reader, 1, pin_left, 3);
        kp_script_akis2_counter(script, reader, 2, puk_left, 3);
    }
}

void kp_script_akis2_probe(kp_script *script, size_t reader, const unsigned char *der,
                           size_t length, int pin_left, int puk_left)
{
    kp_script_expect(script, reader, "00A40000023F0000", "9000");
    kp_script_expect(script, reader, "00A40100023D1000", "6A82");
    kp_script_expect(script, reader, "00A40000023D1000", "6A82");
    kp_script_expect(script, reader, "00A40800023D1000", "6A82");
    akis2_application(script, reader);
    file(script, reader, 0x2F10, length);
    certificate(script, reader, der, length);
    akis2_application(script, reader);
    kp_script_akis2_counter(script, reader, 1, pin_left, 3);
    kp_script_akis2_counter(script, reader, 2, puk_left, 3);
}

void kp_script_akis2_confirm(kp_script *script, size_t reader, const unsigned char *der,
                             size_t length)
{
    size_t first = length < BLOCK ? length : BLOCK;
    akis2_application(script, reader);
    file(script, reader, 0x2F10, length);
    kp_script_expect_read(script, reader, 0, der, first);
    if (length > BLOCK)
        kp_script_expect_read(script, reader, length - BLOCK, der + length - BLOCK, BLOCK);
}

void kp_script_akis2_logout(kp_script *script, size_t reader)
{
    kp_script_expect(script, reader, "00A40000023F0000", "9000");
    akis2_application(script, reader);
}

static void akis1_mf(kp_script *script, size_t reader)
{
    kp_script_expect(script, reader, "00A40000023F0000", "6F0E800201008201388302 3F00 900112 9000");
}

static void akis1_under_mf(kp_script *script, size_t reader, const char *tag_90)
{
    char reply[64];
    snprintf(reply, sizeof reply, "6F0E8002010082013883023D009001%s9000", tag_90);
    kp_script_expect(script, reader, "00A40000023D0000", reply);
}

static void akis1_application(kp_script *script, size_t reader, const char *tag_90)
{
    akis1_mf(script, reader);
    akis1_under_mf(script, reader, tag_90);
}

static void akis1_serial(kp_script *script, size_t reader, const char *serial)
{
    char reply[2 * 77 + 5];
    snprintf(reply, sizeof reply, "%0110d%s%020d9000", 0, serial, 0);
    kp_script_expect(script, reader, "00CA01064D", reply);
}

void kp_script_akis1_identify(kp_script *script, size_t reader, const unsigned char *der,
                              size_t length, const char *serial, const char *tag_90)
{
    kp_script_expect(script, reader, "00A40000023F0000", "9000");
    kp_script_expect(script, reader, "00A40000023D1000", "6A82");
    kp_script_expect(script, reader, "00A40800023D1000", "6A82");
    akis1_application(script, reader, tag_90);
    certificate(script, reader, der, length);
    akis1_serial(script, reader, serial);
    if (length > 0)
        akis1_application(script, reader, tag_90);
}

void kp_script_akis1_confirm(kp_script *script, size_t reader, const char *serial,
                             const char *tag_90)
{
    akis1_mf(script, reader);
    akis1_serial(script, reader, serial);
    if (tag_90 != NULL)
        akis1_under_mf(script, reader, tag_90);
}

void kp_script_akis1_logout(kp_script *script, size_t reader)
{
    kp_script_expect(script, reader, "801A0000", "9000");
}

void kp_script_akis2_again(kp_script *script, size_t reader, const unsigned char *der,
                           size_t length, int pin_left, int puk_left)
{
    kp_script_akis2_confirm(script, reader, der, length);
    kp_script_akis2_counter(script, reader, 1, pin_left, 3);
    kp_script_akis2_counter(script, reader, 2, puk_left, 3);
}

void kp_script_akis1_again(kp_script *script, size_t reader, const char *serial, const char *tag_90)
{
    kp_script_akis1_confirm(script, reader, serial, tag_90);
}
