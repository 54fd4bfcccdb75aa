/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_letters.c: Turkish letters in NFC. The pairs are those of Python's unicodedata, which is not
   ours: for each, normalize("NFC", letter + mark) is the one character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <core/letters.h>

static void expect(const char *text, size_t length, const char *composed)
{
    kp_buffer out = KP_BUFFER_INIT(512);
    const kp_bytes bytes = {(const unsigned char *)text, length};

    assert_int_equal(kp_letters_nfc(bytes, &out), composed != NULL);
    if (composed != NULL) {
        assert_false(out.failed);
        assert_int_equal(out.length, strlen(composed));
        if (out.length > 0)
            assert_memory_equal(out.data, composed, out.length);
    }
    kp_buffer_wipe(&out);
}

static void letters_and_marks_become_one(void **state)
{
    static const char *const pairs[][2] = {
        {"C\u0327", "Ç"}, {"c\u0327", "ç"}, {"S\u0327", "Ş"}, {"s\u0327", "ş"}, {"G\u0306", "Ğ"},
        {"g\u0306", "ğ"}, {"O\u0308", "Ö"}, {"o\u0308", "ö"}, {"U\u0308", "Ü"}, {"u\u0308", "ü"},
        {"I\u0307", "İ"}, {"A\u0302", "Â"}, {"a\u0302", "â"}, {"I\u0302", "Î"}, {"i\u0302", "î"},
        {"U\u0302", "Û"}, {"u\u0302", "û"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        expect(pairs[i][0], strlen(pairs[i][0]), pairs[i][1]);
        expect(pairs[i][1], strlen(pairs[i][1]), pairs[i][1]);
    }
    expect("S\u0327ifre C\u0327ok GI\u0307zli", strlen("S\u0327ifre C\u0327ok GI\u0307zli"),
           "Şifre Çok Gİzli");
}

static void all_else_stays(void **state)
{
    static const char *const texts[] = {"",        "parola 12", "ı", "i\u0307", "x\u0327",
                                        "\u0327c", "€uro",      "𝔸", "\"\\",    "\u00A0"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect(texts[i], strlen(texts[i]), texts[i]);
}

static void no_utf8_is_refused(void **state)
{
    static const char *const texts[] = {"\x80",         "a\xC3",    "\xC0\x80", "\xE0\x80\x80",
                                        "\xED\xA0\x80", "\xC5\x78", "\xFF",     "\xF4\x90\x80\x80",
                                        "\xF8\x88\x80", "a\tb",     "\x7F",     "\xE2\x82"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        expect(texts[i], strlen(texts[i]), NULL);
    expect("a\0b", 3, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_and_marks_become_one),
        cmocka_unit_test(all_else_stays),
        cmocka_unit_test(no_utf8_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
