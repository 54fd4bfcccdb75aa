/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   xml.c: the scanner. One pass, no recursion; depth, names and values are bounded. It holds no state
   but its place and the names of the elements that are open. */
#include <cert/xml.h>

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX        32
#define ELEMENT_NAME_MAX 64
#define VALUE_MAX        65536 /* characters of base64, without blanks */

#define ROOT_NAME  "koksertifika"
#define VALUE_NAME "mValue"

typedef struct name {
    const char *at;
    size_t length;
} name;

typedef struct scanner {
    const char *next, *end;
    name open[DEPTH_MAX];
    size_t depth;
    bool begun; /* the outermost element was met */
    char *value;
    size_t length; /* of the value so far */
    kp_xml_take *take;
    void *user;
} scanner;

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

static bool is_named(const name *at, const char *text)
{
    return at->length == strlen(text) && memcmp(at->at, text, at->length) == 0;
}

static bool starts(const scanner *in, const char *text)
{
    const size_t length = strlen(text);

    return (size_t)(in->end - in->next) >= length && memcmp(in->next, text, length) == 0;
}

/* Where `text` is found from here on; NULL when it is not. */
static const char *find(const scanner *in, const char *text)
{
    const size_t length = strlen(text);

    for (const char *at = in->next; (size_t)(in->end - at) >= length; at++) {
        at = memchr(at, text[0], (size_t)(in->end - at) - length + 1);
        if (at == NULL)
            return NULL;
        if (memcmp(at, text, length) == 0)
            return at;
    }
    return NULL;
}

static bool in_value(const scanner *in)
{
    return in->depth > 0 && is_named(&in->open[in->depth - 1], VALUE_NAME);
}

/* Text up to `end`: kept in a value, of no meaning elsewhere. */
static const char *take_text(scanner *in, const char *end)
{
    const bool kept = in_value(in);

    for (; in->next < end; in->next++) {
        const char character = *in->next;
        if (character == '\0')
            return "a NUL in the text";
        if (character == '&')
            return "an entity, which is never looked up";
        if (is_blank(character))
            continue;
        if (in->depth == 0)
            return "text outside of all elements";
        if (!kept)
            continue;
        if (in->length == VALUE_MAX)
            return "a value that is too long";
        in->value[in->length++] = character;
    }
    return NULL;
}

static bool is_root(const scanner *in)
{
    for (size_t i = 0; i < in->depth; i++)
        if (is_named(&in->open[i], ROOT_NAME))
            return true;
    return false;
}

/* The value is whole: decoded and given away. */
static const char *end_value(scanner *in)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t digits = 0, fill = 0;
    const char *wrong = NULL;

    in->value[in->length] = '\0';
    digits = strspn(in->value, DIGITS);
    fill = strspn(in->value + digits, "=");
    if (in->length == 0 || in->length % 4 != 0 || fill > 2 || digits + fill != in->length)
        return "a value that is not base64";
    const size_t room = in->length / 4 * 3;
    unsigned char *der = malloc(room);
    if (der == NULL)
        return "no memory";
    if (EVP_DecodeBlock(der, (const unsigned char *)in->value, (int)in->length) < 0)
        wrong = "a value that is not base64";
    else if (!in->take(in->user, is_root(in), der, room - fill))
        wrong = "a root that is not a certificate";
    free(der);
    in->length = 0;
    return wrong;
}

/* Steps over blanks and a name; its local part is what counts. */
static bool take_name(scanner *in, name *out)
{
    out->at = in->next;
    while (in->next < in->end && !is_blank(*in->next) && strchr("/><=\"'&", *in->next) == NULL) {
        if (*in->next == ':')
            out->at = in->next + 1;
        in->next++;
    }
    out->length = (size_t)(in->next - out->at);
    return out->length > 0 && out->length <= ELEMENT_NAME_MAX;
}

/* Steps over attributes to the end of a tag: `alone` when it ends with "/>". */
static const char *skip_attributes(scanner *in, bool *alone)
{
    char quote = '\0';

    *alone = false;
    for (; in->next < in->end; in->next++) {
        const char character = *in->next;
        if (character == '<' || character == '\0')
            return "a tag within a tag";
        if (quote == '\0' && character == '>') {
            *alone = in->next[-1] == '/';
            in->next++;
            return NULL;
        }
        if (quote == '\0' && (character == '"' || character == '\''))
            quote = character;
        else if (character == quote)
            quote = '\0';
    }
    return "a tag without an end";
}

static const char *open_element(scanner *in)
{
    name found;
    bool alone = false;

    in->next++;
    if (!take_name(in, &found))
        return "a tag without a name";
    if (in->depth == DEPTH_MAX)
        return "too many elements within each other";
    if (in->begun && in->depth == 0)
        return "a second outermost element";
    if (in_value(in))
        return "an element within a value";
    const char *wrong = skip_attributes(in, &alone);
    in->begun = true;
    in->length = 0;
    if (wrong == NULL && !alone)
        in->open[in->depth++] = found;
    return wrong;
}

static const char *close_element(scanner *in)
{
    name found;
    bool alone = false;
    const char *wrong = NULL;

    in->next += 2;
    if (!take_name(in, &found) || in->depth == 0 ||
        in->open[in->depth - 1].length != found.length ||
        memcmp(in->open[in->depth - 1].at, found.at, found.length) != 0)
        return "an element that ends without having begun";
    wrong = skip_attributes(in, &alone);
    if (wrong == NULL && in_value(in))
        wrong = end_value(in);
    in->depth--;
    return wrong;
}

/* Steps over what ends with `end`, and has nothing to say. */
static const char *skip_to(scanner *in, const char *end)
{
    const char *at = find(in, end);

    if (at == NULL)
        return "a comment or instruction without an end";
    in->next = at + strlen(end);
    return NULL;
}

static const char *take_cdata(scanner *in)
{
    static const char BEGIN[] = "<![CDATA[";

    in->next += sizeof BEGIN - 1;
    const char *end = find(in, "]]>");
    if (end == NULL)
        return "CDATA without an end";
    const char *wrong = take_text(in, end);
    in->next = end + 3;
    return wrong;
}

/* One step: up to the next markup, and over it. */
static const char *step(scanner *in)
{
    if (*in->next != '<') {
        const char *markup = memchr(in->next, '<', (size_t)(in->end - in->next));
        return take_text(in, markup == NULL ? in->end : markup);
    }
    if (starts(in, "<?"))
        return skip_to(in, "?>");
    if (starts(in, "<!--")) {
        in->next += 4;
        return skip_to(in, "-->");
    }
    if (starts(in, "<![CDATA["))
        return take_cdata(in);
    if (starts(in, "<!"))
        return "a document type (DTD), which is never read";
    return starts(in, "</") ? close_element(in) : open_element(in);
}

bool kp_xml_is(const unsigned char *bytes, size_t length)
{
    size_t at = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    while (at < length && is_blank((char)bytes[at]))
        at++;
    return at < length && bytes[at] == '<';
}

const char *kp_xml_certificates(const char *text, size_t length, kp_xml_take *take, void *user)
{
    static const char MARK[] = "\xEF\xBB\xBF";
    scanner in = {.next = text, .end = text + length, .take = take, .user = user};
    const char *wrong = NULL;

    if (length > KP_STORE_MAX)
        return "larger than 8 MiB";
    in.value = malloc(VALUE_MAX + 1);
    if (in.value == NULL)
        return "no memory";
    if (starts(&in, MARK))
        in.next += sizeof MARK - 1;
    while (wrong == NULL && in.next < in.end)
        wrong = step(&in);
    if (wrong == NULL && (in.depth > 0 || !in.begun))
        wrong = "it ends too early";
    free(in.value);
    return wrong;
}
