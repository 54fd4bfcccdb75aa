/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   The scanner of SertifikaDeposu.xml on good and on hostile text. Inputs are copied to memory of
   exactly their length, so that a sanitizer sees a step too far. */
#include <cert/xml.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SEEN_MAX 256

typedef struct seen {
    char text[SEEN_MAX]; /* "R:" or "-:", the bytes, ";" */
    bool refuse;
} seen;

static bool take(void *user, bool root, const unsigned char *der, size_t length)
{
    seen *into = user;
    size_t at = strlen(into->text);

    assert_true(at + length + 4 < SEEN_MAX);
    memcpy(into->text + at, root ? "R:" : "-:", 2);
    memcpy(into->text + at + 2, der, length);
    memcpy(into->text + at + 2 + length, ";", 2);
    return !into->refuse;
}

static const char *scan(const char *text, size_t length, seen *into)
{
    char *copy = malloc(length > 0 ? length : 1);

    assert_non_null(copy);
    memcpy(copy, text, length);
    const char *wrong = kp_xml_certificates(copy, length, take, into);
    free(copy);
    return wrong;
}

static void test_values_are_found(void **state)
{
    static const struct {
        const char *text, *found;
    } rows[] = {
        {"<d><koksertifika><mValue>YWJj</mValue></koksertifika></d>", "R:abc;"},
        {"\xEF\xBB\xBF<?xml version='1.0'?>\n<d>\n<koksertifika>\n<mValue>\n YW\r\nJj\t</mValue>"
         "</koksertifika>\n</d>\n",
         "R:abc;"},
        {"<d><a><mValue>YWI=</mValue></a><koksertifika><b/><c><mValue>YQ==</mValue></c>"
         "</koksertifika></d>",
         "-:ab;R:a;"},
        {"<x:d xmlns:x='u'><x:koksertifika y='>' z=\"'/>\"><x:mValue>YWJj</x:mValue>"
         "</x:koksertifika></x:d>",
         "R:abc;"},
        {"<!-- <koksertifika> & --><d><koksertifika><mValue><!-- <x> -->YW<![CDATA[Jj]]></mValue>"
         "</koksertifika></d><!-- end -->",
         "R:abc;"},
        {"<d>text that is nobody's<koksertifika2><mValue>YWJj</mValue></koksertifika2></d>",
         "-:abc;"},
        {"<d/>", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        seen found = {"", false};
        assert_null(scan(rows[i].text, strlen(rows[i].text), &found));
        assert_string_equal(found.text, rows[i].found);
        /* Nothing of it may be missing but what stands behind the last element. */
        const char *last = strrchr(rows[i].text, '>');
        const size_t whole = (size_t)(last - rows[i].text);
        for (size_t cut = 0; cut < whole && strstr(rows[i].text, "end -->") == NULL; cut++)
            assert_non_null(scan(rows[i].text, cut, &(seen){"", false}));
    }
}

static void test_what_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "text",
        "<d>",
        "</d>",
        "<d></e>",
        "<d/><d/>",
        "<d/>text",
        "text<d/>",
        "<d a='<'/>",
        "<d a='>",
        "< d/>",
        "<d><!-- </d>",
        "<d><![CDATA[ </d>",
        "<?xml <d/>",
        "<d><mValue></mValue></d>",
        "<d><mValue>YWJ</mValue></d>",
        "<d><mValue>YW=j</mValue></d>",
        "<d><mValue>Y===</mValue></d>",
        "<d><mValue>====</mValue></d>",
        "<d><mValue>YW-_</mValue></d>",
        "<d><mValue>YW<b/>Jj</mValue></d>",
        "<d><mValue>YWJj&#10;</mValue></d>",
        "<d>&amp;</d>",
        "<!DOCTYPE d><d/>",
        "<!DOCTYPE d SYSTEM 'file:///etc/passwd'><d/>",
        "<!DOCTYPE d [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]><d>&b;</d>",
        "<d><!ENTITY x 'y'></d>",
        "<!doctype d><d/>",
        "\xFF\xFE<d/>",
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_non_null(scan(rows[i], strlen(rows[i]), &(seen){"", false}));
    assert_non_null(scan("<\0d\0/\0>\0", 8, &(seen){"", false})); /* UTF-16 */
    assert_non_null(scan("<d>\0</d>", 8, &(seen){"", false}));
    assert_non_null(
        scan("<d><koksertifika><mValue>YWJj</mValue></koksertifika></d>", 57, &(seen){"", true}));
}

/* `count` times `part`, between `head` and `tail`. */
static char *repeat(const char *head, const char *part, size_t count, const char *tail)
{
    const size_t size = strlen(part);
    char *text = malloc(strlen(head) + count * size + strlen(tail) + 1);

    assert_non_null(text);
    memcpy(text, head, strlen(head) + 1);
    char *at = text + strlen(head);
    for (size_t i = 0; i < count; i++, at += size)
        memcpy(at, part, size);
    memcpy(at, tail, strlen(tail) + 1);
    return text;
}

static void test_bounds(void **state)
{
    char *rows[] = {
        repeat("", "<d>", 33, ""),
        repeat("<", "d", 65, "/>"),
        repeat("<d><mValue>", "YWJj", 16385, "</mValue></d>"),
        repeat("<d>", " ", (8U << 20), "</d>"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_non_null(kp_xml_certificates(rows[i], strlen(rows[i]), take, &(seen){"", false}));
        free(rows[i]);
    }
    char *name = repeat("<", "d", 64, "/>");
    assert_null(kp_xml_certificates(name, strlen(name), take, &(seen){"", false}));
    free(name);
}

/* Every octet of a good text, changed in every bit: nothing is read beyond it. */
static void test_changed_octets(void **state)
{
    static const char good[] =
        "<?xml?><d a='b'><!--c--><koksertifika><mValue>YWJj</mValue><e/></koksertifika></d>";

    (void)state;
    for (size_t at = 0; at < sizeof good - 1; at++)
        for (unsigned int bit = 0; bit < 8; bit++) {
            char text[sizeof good];
            memcpy(text, good, sizeof good);
            text[at] = (char)((unsigned char)text[at] ^ (1U << bit));
            scan(text, sizeof good - 1, &(seen){"", false});
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_found),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_changed_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
