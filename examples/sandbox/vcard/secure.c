// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The card's side of secure messaging: commands in, answers out, by libcrypto. Touches nothing but
// the session it is given.
#include "secure.h"

#include "card.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define MESSAGE_MAX (VC_SECURE_BLOCK + VC_SECURE_BLOCK + 256 + VC_SECURE_BLOCK)

static bool is_aes(enum vc_secure_kind kind)
{
    return kind == VC_SECURE_AES128 || kind == VC_SECURE_AES256;
}

static size_t block_of(enum vc_secure_kind kind)
{
    return is_aes(kind) ? 16 : 8;
}

size_t vc_secure_key_len(enum vc_secure_kind kind)
{
    return kind == VC_SECURE_AES256 ? 32 : 16;
}

static const char *name_of(enum vc_secure_kind kind, bool chained)
{
    if (kind == VC_SECURE_AES256)
        return chained ? "AES-256-CBC" : "AES-256-ECB";
    return chained ? "AES-128-CBC" : "AES-128-ECB";
}

static bool transform(const char *name, const uint8_t *key, const uint8_t *start, bool encrypt,
                      const uint8_t *in, size_t len, uint8_t *out)
{
    int now = 0;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good = cipher && context &&
                EVP_CipherInit_ex2(context, cipher, key, start, encrypt, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_CipherUpdate(context, out, &now, in, (int)len) == 1 && (size_t)now == len;
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return good;
}

bool vc_secure_cbc(enum vc_secure_kind kind, const uint8_t *key, const uint8_t *start, bool encrypt,
                   const uint8_t *in, size_t len, uint8_t *out)
{
    uint8_t three[24];
    if (is_aes(kind))
        return transform(name_of(kind, true), key, start, encrypt, in, len, out);
    memcpy(three, key, 16); // K1 K2, and K1 is the third
    memcpy(three + 16, key, 8);
    bool good = transform("DES-EDE3-CBC", three, start, encrypt, in, len, out);
    OPENSSL_cleanse(three, sizeof three);
    return good;
}

// One DES key, as triple DES with three that are the same.
static bool single_des(const uint8_t *key, bool chained, bool encrypt, const uint8_t *in,
                       size_t len, uint8_t *out)
{
    static const uint8_t zero[8];
    uint8_t three[24];
    for (size_t i = 0; i < sizeof three; i++)
        three[i] = key[i % 8];
    bool good = transform(chained ? "DES-EDE3-CBC" : "DES-EDE3-ECB", three, chained ? zero : NULL,
                          encrypt, in, len, out);
    OPENSSL_cleanse(three, sizeof three);
    return good;
}

// 80 and zeros up to a whole block; the new length.
static size_t fill(uint8_t *bytes, size_t len, size_t block)
{
    size_t whole = (len / block + 1) * block;
    memset(bytes + len, 0, whole - len);
    bytes[len] = 0x80;
    return whole;
}

static bool sum_of_blocks(enum vc_secure_kind kind, const uint8_t *key, const uint8_t *message,
                          size_t len, uint8_t sum[VC_SECURE_MAC])
{
    uint8_t chain[MESSAGE_MAX];
    uint8_t full[16];
    size_t written = 0;
    if (is_aes(kind)) {
        bool good =
            EVP_Q_mac(NULL, "CMAC", NULL, name_of(kind, true), NULL, key, vc_secure_key_len(kind),
                      message, len, full, sizeof full, &written) != NULL;
        memcpy(sum, full, VC_SECURE_MAC);
        return good && written == sizeof full;
    }
    // ISO/IEC 9797-1 algorithm 3: encrypt along, then decrypt with the other key, encrypt again
    bool good = single_des(key, true, true, message, len, chain) &&
                single_des(key + 8, false, false, chain + len - 8, 8, full) &&
                single_des(key, false, true, full, 8, sum);
    OPENSSL_cleanse(chain, sizeof chain);
    return good;
}

bool vc_secure_sum(enum vc_secure_kind kind, const uint8_t *key, const uint8_t *message, size_t len,
                   uint8_t sum[VC_SECURE_MAC])
{
    uint8_t padded[MESSAGE_MAX];
    if (len > sizeof padded - VC_SECURE_BLOCK)
        return false;
    memcpy(padded, message, len);
    return sum_of_blocks(kind, key, padded, fill(padded, len, block_of(kind)), sum);
}

// The checksum of a command (with its HEAD) or an answer (HEAD is NULL) under the counter.
static bool sum_now(const struct vc_secure *secure, const uint8_t *head, const uint8_t *objects,
                    size_t len, uint8_t sum[VC_SECURE_MAC])
{
    uint8_t message[MESSAGE_MAX];
    size_t block = block_of(secure->kind);
    size_t at = block;
    memcpy(message, secure->counter, block);
    if (head) {
        memcpy(message + at, head, 4);
        at += fill(message + at, 4, block);
    }
    if (len > 0) {
        memcpy(message + at, objects, len);
        at += fill(message + at, len, block);
    }
    return sum_of_blocks(secure->kind, secure->mac, message, at, sum);
}

static void count(struct vc_secure *secure)
{
    unsigned carry = 1;
    for (size_t i = block_of(secure->kind); i-- > 0;) {
        carry += secure->counter[i];
        secure->counter[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

// Data of a message under the counter, in place.
static bool crypt_now(const struct vc_secure *secure, bool encrypt, uint8_t *bytes, size_t len)
{
    uint8_t start[VC_SECURE_BLOCK] = {0};
    if (is_aes(secure->kind) && !transform(name_of(secure->kind, false), secure->enc, NULL, true,
                                           secure->counter, 16, start))
        return false;
    return vc_secure_cbc(secure->kind, secure->enc, start, encrypt, bytes, len, bytes);
}

bool vc_secure_class(uint8_t cla)
{
    return (cla & 0x7C) == 0x0C;
}

// The object at *AT, if it has TAG; *AT moves behind it. 9000 there, 6A88 another, 6988 broken.
static uint16_t take(const uint8_t *bytes, size_t len, size_t *at, uint8_t tag,
                     const uint8_t **value, size_t *size)
{
    size_t head = 2;
    if (*at >= len || bytes[*at] != tag)
        return 0x6A88;
    if (len - *at < 2)
        return 0x6988;
    *size = bytes[*at + 1];
    if (*size == 0x81 && len - *at >= 3) {
        *size = bytes[*at + 2];
        head = 3;
    } else if (*size > 0x7F) {
        return 0x6988;
    }
    if (len - *at - head < *size)
        return 0x6988;
    *value = bytes + *at + head;
    *at += head + *size;
    return 0x9000;
}

static uint16_t open_data(const struct vc_secure *secure, const uint8_t *value, size_t size,
                          struct vc_apdu *plain, uint8_t *data)
{
    size_t block = block_of(secure->kind);
    if (!(plain->ins & 1)) {
        if (size == 0 || value[0] != 0x01)
            return 0x6988;
        value++;
        size--;
    }
    if (size == 0 || size % block)
        return 0x6988;
    memcpy(data, value, size);
    if (!crypt_now(secure, false, data, size))
        return 0x6F00;
    size_t end = size;
    while (end > size - block && data[end - 1] == 0)
        end--;
    if (end == size - block || data[end - 1] != 0x80)
        return 0x6988;
    plain->data = data;
    plain->lc = end - 1;
    return 0x9000;
}

uint16_t vc_secure_open(struct vc_secure *secure, const struct vc_apdu *apdu, struct vc_apdu *plain,
                        uint8_t *data)
{
    const uint8_t head[4] = {apdu->cla, apdu->ins, apdu->p1, apdu->p2};
    const uint8_t *cryptogram = NULL, *le = NULL, *sum = NULL;
    size_t cryptogram_len = 0, le_len = 0, sum_len = 0, at = 0;
    uint8_t expected[VC_SECURE_MAC];
    *plain =
        (struct vc_apdu){.cla = apdu->cla & 0xF3, .ins = apdu->ins, .p1 = apdu->p1, .p2 = apdu->p2};
    if (apdu->le == 0)
        return 0x6700;
    uint16_t sw =
        take(apdu->data, apdu->lc, &at, apdu->ins & 1 ? 0x85 : 0x87, &cryptogram, &cryptogram_len);
    if (sw != 0x6988)
        sw = take(apdu->data, apdu->lc, &at, 0x97, &le, &le_len);
    if (sw == 0x6988 || (le && le_len != 1))
        return 0x6988;
    size_t covered = at;
    sw = take(apdu->data, apdu->lc, &at, 0x8E, &sum, &sum_len);
    if (sw != 0x9000)
        return sw == 0x6988 ? sw : 0x6987;
    if (sum_len != VC_SECURE_MAC || at != apdu->lc)
        return 0x6988;
    count(secure);
    if (!sum_now(secure, head, apdu->data, covered, expected))
        return 0x6F00;
    if (CRYPTO_memcmp(expected, sum, sizeof expected) != 0)
        return 0x6988;
    if (le)
        plain->le = le[0] ? le[0] : 256;
    return cryptogram ? open_data(secure, cryptogram, cryptogram_len, plain, data) : 0x9000;
}

bool vc_secure_seal(struct vc_secure *secure, uint8_t ins, const struct vc_reply *reply,
                    uint16_t sw, struct vc_reply *out)
{
    uint8_t data[VC_REPLY_MAX + VC_SECURE_BLOCK];
    size_t len =
        reply->len ? (reply->len / block_of(secure->kind) + 1) * block_of(secure->kind) : 0;
    size_t value = len + !(ins & 1);
    out->len = 0;
    if (len && value + (value > 0x7F ? 3 : 2) + 4 + 2 + VC_SECURE_MAC > VC_REPLY_MAX)
        return false;
    count(secure);
    if (len) {
        memcpy(data, reply->data, reply->len);
        fill(data, reply->len, block_of(secure->kind));
        if (!crypt_now(secure, true, data, len))
            return false;
        out->data[out->len++] = ins & 1 ? 0x85 : 0x87;
        if (value > 0x7F)
            out->data[out->len++] = 0x81;
        out->data[out->len++] = (uint8_t)value;
        if (!(ins & 1))
            out->data[out->len++] = 0x01;
        memcpy(out->data + out->len, data, len);
        out->len += len;
    }
    const uint8_t status[] = {0x99, 0x02, (uint8_t)(sw >> 8), (uint8_t)sw};
    memcpy(out->data + out->len, status, sizeof status);
    out->len += sizeof status;
    if (!sum_now(secure, NULL, out->data, out->len, out->data + out->len + 2))
        return false;
    out->data[out->len] = 0x8E;
    out->data[out->len + 1] = VC_SECURE_MAC;
    out->len += 2 + VC_SECURE_MAC;
    return true;
}
