/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   name.c: see name.h. What is text is told by OpenSSL: it turns PrintableString, IA5String,
   TeletexString (as Latin-1, which is what people wrote into it), BMPString, UniversalString and
   UTF8String into UTF-8. */
#include <cert/name.h>

#include <core/identity.h>
#include <core/letters.h>

#include <openssl/objects.h>
#include <string.h>

#define OID_TEXT_MAX 256
#define DIGITS_SHOWN 2

/* ---- identity numbers ---- */

void kp_mask_number(unsigned char *text, size_t length)
{
    if (length > DIGITS_SHOWN)
        memset(text, '*', length - DIGITS_SHOWN);
}

void kp_mask_numbers(unsigned char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t run = 0;
        while (at + run < length && text[at + run] >= '0' && text[at + run] <= '9')
            run++;
        if (kp_is_tckn((const char *)text + at, run) || kp_is_vkn((const char *)text + at, run))
            kp_mask_number(text + at, run);
        at += run > 0 ? run : 1;
    }
}

static bool is_letter(unsigned char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* Bytes of the word that says of which kind a number is ("PASTR-", "EI:SE-"); 0 for none. A word has no
 * digits: what stands before any other "-" is part of the number. */
static size_t word_of(const unsigned char *text, size_t length)
{
    size_t word = 0;

    while (word < length && (is_letter(text[word]) || text[word] == ':'))
        word++;
    return word < length && text[word] == '-' ? word + 1 : 0;
}

/* An attribute that is there to hold a number of the holder is masked whatever it holds, behind the
 * word that says of which kind it is. */
static void mask_value(int nid, unsigned char *text, size_t length)
{
    const size_t word = word_of(text, length);

    if (nid == NID_serialNumber)
        kp_mask_number(text + word, length - word);
    else
        kp_mask_numbers(text, length);
}

/* ---- characters ---- */

static void append_escaped(const unsigned char *bytes, size_t length, kp_buffer *out)
{
    for (size_t i = 0; i < length; i++) {
        char hex[2 + 1];
        kp_hex(bytes + i, 1, true, hex);
        kp_buffer_text(out, "\\");
        kp_buffer_text(out, hex);
    }
}

/* Bytes of the character at `text` when it can be shown; else how many are to be escaped. */
static size_t next_shown(const unsigned char *text, size_t left, bool *shown)
{
    unsigned int character = 0;
    const size_t length = kp_letters_next(text, left, &character);

    *shown = length > 0 && character >= 0x20 && !(character >= 0x7F && character <= 0x9F) &&
             !kp_letters_hidden(character);
    return length > 0 ? length : 1;
}

/* `special`: characters that have a backslash put in front of them. */
static void append_text(const unsigned char *text, size_t length, const char *special,
                        kp_buffer *out)
{
    for (size_t at = 0; at < length;) {
        bool shown = false;
        const size_t step = next_shown(text + at, length - at, &shown);
        if (!shown) {
            append_escaped(text + at, step, out);
        } else {
            if (step == 1 && strchr(special, text[at]) != NULL)
                kp_buffer_text(out, "\\");
            kp_buffer_append(out, text + at, step);
        }
        at += step;
    }
}

void kp_text_append(const unsigned char *text, size_t length, kp_buffer *out)
{
    append_text(text, length, "\\", out);
}

/* RFC 4514, 2.4: also a blank or a number sign in front and a blank at the end. */
static void append_name_text(const unsigned char *text, size_t length, kp_buffer *out)
{
    size_t begin = 0, end = length;

    if (length > 0 && (text[0] == ' ' || text[0] == '#')) {
        kp_buffer_text(out, "\\");
        kp_buffer_append(out, text, 1);
        begin = 1;
    }
    if (end > begin && text[end - 1] == ' ')
        end--;
    append_text(text + begin, end - begin, "\"+,;<>\\", out);
    if (end < length)
        kp_buffer_text(out, "\\ ");
}

/* ---- values ---- */

unsigned char *kp_value_utf8(const ASN1_STRING *value, size_t *length)
{
    unsigned char *text = NULL;
    const int bytes = ASN1_STRING_to_UTF8(&text, value);

    *length = bytes > 0 ? (size_t)bytes : 0;
    return bytes >= 0 ? text : NULL;
}

bool kp_value_append(const ASN1_STRING *value, bool masked, kp_buffer *out)
{
    size_t length = 0;
    unsigned char *text = kp_value_utf8(value, &length);

    if (text == NULL)
        return false;
    if (masked)
        kp_mask_numbers(text, length);
    kp_text_append(text, length, out);
    OPENSSL_free(text);
    return true;
}

const ASN1_STRING *kp_name_find(const X509_NAME *name, int nid)
{
    for (int i = X509_NAME_entry_count(name); i-- > 0;) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
        if (OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) == nid && ASN1_STRING_length(value) > 0)
            return value;
    }
    return NULL;
}

static void append_der(const ASN1_STRING *value, kp_buffer *out)
{
    ASN1_TYPE any = {.type = ASN1_STRING_type(value)};
    unsigned char *der = NULL;

    any.value.asn1_string = (ASN1_STRING *)(uintptr_t)value; /* only read */
    const int length = i2d_ASN1_TYPE(&any, &der);
    kp_buffer_text(out, "#");
    for (int i = 0; i < length; i++) {
        char hex[2 + 1];
        kp_hex(der + i, 1, true, hex);
        kp_buffer_text(out, hex);
    }
    OPENSSL_free(der);
}

/* A value that is shown as its DER would show an identity number as well: masked, it is text. */
static void append_value(const X509_NAME_ENTRY *entry, int nid, bool masked, kp_buffer *out)
{
    const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
    size_t length = 0;
    unsigned char *text = kp_value_utf8(value, &length);

    if (text == NULL) {
        if (masked)
            kp_buffer_text(out, "***");
        else
            append_der(value, out);
        return;
    }
    if (masked)
        mask_value(nid, text, length);
    if (nid == NID_undef && !masked)
        append_der(value, out);
    else
        append_name_text(text, length, out);
    OPENSSL_free(text);
}

static void append_type(const X509_NAME_ENTRY *entry, int nid, kp_buffer *out)
{
    char oid[OID_TEXT_MAX] = "";

    if (nid == NID_undef)
        OBJ_obj2txt(oid, sizeof oid, X509_NAME_ENTRY_get_object(entry), 1);
    kp_buffer_text(out, nid == NID_undef ? oid : OBJ_nid2sn(nid));
    kp_buffer_text(out, "=");
}

void kp_name_append(const X509_NAME *name, bool masked, kp_buffer *out)
{
    int set = -1; /* attributes of one set belong to one relative name */

    for (int i = X509_NAME_entry_count(name); i-- > 0;) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        if (set >= 0)
            kp_buffer_text(out, X509_NAME_ENTRY_set(entry) == set ? "+" : ",");
        set = X509_NAME_ENTRY_set(entry);
        append_type(entry, nid, out);
        append_value(entry, nid, masked, out);
    }
}
