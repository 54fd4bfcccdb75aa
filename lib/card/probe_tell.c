/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   probe_tell.c: how a probe says what it has found. What a card answers is told by tags, lengths and
   status words; values only where they cannot name anybody. Pure. */
#include <card/probe.h>

#include <card/tlv.h>
#include <core/buffer.h>

#include <stdio.h>
#include <string.h>

/* " (not there)", or nothing. */
static const char *meaning(uint16_t sw, kamupin_language language, char *room, size_t size)
{
    static const struct {
        uint16_t first, last;
        const char *words[2];
    } words[] = {
#define KP_PROBE_WORD(FIRST, LAST, TR, EN) {FIRST, LAST, {TR, EN}},
#include <card/probe_words.def>
    };
    room[0] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (sw >= words[i].first && sw <= words[i].last)
            snprintf(room, size, " (%s)", words[i].words[language == KAMUPIN_TURKISH ? 0 : 1]);
    return room;
}

void kp_probe_tell(const kp_probe *probe, kp_probe_text text, const kp_command *command,
                   uint16_t sw, const char *value)
{
    static const struct {
        const char *step, *texts[2];
    } said[KP_PROBE_TEXT_COUNT] = {
#define KP_PROBE_TEXT(NAME, STEP, TR, EN) {STEP, {TR, EN}},
#include <card/probe_texts.def>
    };
    kamupin_probe_finding finding = {.size = sizeof finding, .status_word = sw};
    const char *sentence = said[text].texts[probe->request->language == KAMUPIN_TURKISH ? 0 : 1];
    const char *place = strstr(sentence, "{}");
    uint8_t bytes[5 + KP_APDU_DATA_MAX + 1];
    char words[80];
    size_t length = 0;
    if (probe->request->told == NULL)
        return;
    snprintf(finding.step, sizeof finding.step, "%s", said[text].step);
    if (place == NULL)
        snprintf(finding.text, sizeof finding.text, "%s", sentence);
    else
        snprintf(finding.text, sizeof finding.text, "%.*s%s%s%s", (int)(place - sentence), sentence,
                 value, place + 2, meaning(sw, probe->request->language, words, sizeof words));
    if (command != NULL && kp_command_encode(command, bytes, sizeof bytes, &length)) {
        if (command->secret)
            length = 4;
        if (2 * length < sizeof finding.command)
            kp_hex(bytes, length, true, finding.command);
    }
    probe->request->told(probe->request->user, &finding);
}

/* Whether the value of an FCI's tag describes the file and nothing else: of these tags, and no longer
   than such a value is (ISO/IEC 7816-4, table 10; 90 is v1.0's own security byte). */
static bool is_plain(uint32_t tag, size_t length)
{
    static const struct {
        uint8_t tag, most;
    } plain[] = {{0x80, 4}, {0x81, 4}, {0x82, 6}, {0x83, 2}, {0x84, KP_APPLICATION_MAX},
                 {0x8A, 1}, {0x90, 1}};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (tag == plain[i].tag)
            return length <= plain[i].most;
    return false;
}

/* "9000 6F{82=38 83=3D00 85(12)}": the status word, and of an FCI tags with values that describe
   the file, or with their lengths. */
const char *kp_probe_describe(const kp_response *response, char *room, size_t size)
{
    int length = snprintf(room, size, "%04X", response->sw);
    kp_tlv at = kp_tlv_over(response->data, response->length);
    if (!kp_tlv_next(&at) || (at.tag != 0x6F && at.tag != 0x62))
        return room;
    kp_tlv in = kp_tlv_inside(&at);
    length += snprintf(room + length, size - (size_t)length, " %02X{", (unsigned int)at.tag);
    for (bool first = true; kp_tlv_next(&in) && (size_t)length + 60 < size; first = false) {
        length += snprintf(room + length, size - (size_t)length, "%s%02X", first ? "" : " ",
                           (unsigned int)in.tag);
        if (is_plain(in.tag, in.length)) {
            room[length++] = '=';
            kp_hex(in.value, in.length, true, room + length);
            length += (int)(2 * in.length);
        } else {
            length += snprintf(room + length, size - (size_t)length, "(%zu)", in.length);
        }
    }
    snprintf(room + length, size - (size_t)length, "}");
    return room;
}

/* One SELECT, told. */
