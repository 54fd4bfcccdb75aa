/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sm_crypt.c: cipher and checksum of secure messaging, by libcrypto. Touches its arguments only;
   what libcrypto derives from a key is wiped when the call ends. */
#include <card/sm_inside.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdio.h>
#include <string.h>

#define DES_KEY   8
#define DES_BLOCK 8

size_t kp_sm_block(kp_sm_algorithm algorithm)
{
    return algorithm == KP_SM_AES ? 16 : DES_BLOCK;
}

/* A cipher that is ready to be fed with whole blocks; NULL when libcrypto refuses. Freeing it wipes
   the key schedule. */
static EVP_CIPHER_CTX *begin(const char *name, const uint8_t *key, const uint8_t *start,
                             bool encrypt)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    EVP_CIPHER_CTX *made = cipher != NULL ? EVP_CIPHER_CTX_new() : NULL;
    if (made != NULL && (EVP_CipherInit_ex2(made, cipher, key, start, encrypt ? 1 : 0, NULL) != 1 ||
                         EVP_CIPHER_CTX_set_padding(made, 0) != 1)) {
        EVP_CIPHER_CTX_free(made);
        made = NULL;
    }
    EVP_CIPHER_free(cipher);
    return made;
}

static bool feed(EVP_CIPHER_CTX *cipher, const uint8_t *in, size_t length, uint8_t *out)
{
    int written = 0;
    return cipher != NULL && length <= KP_APDU_REPLY_MAX &&
           EVP_CipherUpdate(cipher, out, &written, in, (int)length) == 1 &&
           (size_t)written == length;
}

static bool in_one_go(const char *name, const uint8_t *key, const uint8_t *start, bool encrypt,
                      uint8_t *bytes, size_t length)
{
    EVP_CIPHER_CTX *cipher = begin(name, key, start, encrypt);
    bool done = feed(cipher, bytes, length, bytes);
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

bool kp_sm_cipher(kp_sm_algorithm algorithm, const uint8_t *key, size_t key_length,
                  const uint8_t *counter, bool encrypt, uint8_t *bytes, size_t length)
{
    char name[16];
    uint8_t start[KP_SM_BLOCK_MAX] = {0};
    if (algorithm == KP_SM_3DES) /* ICAO 9303-11, 9.8.6.1: CBC from zero */
        return in_one_go("DES-EDE-CBC", key, start, encrypt, bytes, length);
    /* TR-03110-3, F.2.2: CBC from the counter's encryption */
    memcpy(start, counter, sizeof start);
    snprintf(name, sizeof name, "AES-%zu-ECB", key_length * 8);
    if (!in_one_go(name, key, NULL, true, start, sizeof start))
        return false;
    snprintf(name, sizeof name, "AES-%zu-CBC", key_length * 8);
    return in_one_go(name, key, start, encrypt, bytes, length);
}

/* MAC algorithm 3 of ISO/IEC 9797-1: DES-CBC with the first half of the key, and the last block once
   more through the second half and the first. OpenSSL 3 has single DES in its legacy provider only;
   two-key triple DES with both keys the same is it. */
static bool retail_mac(const uint8_t *key, const uint8_t *message, size_t length,
                       uint8_t checksum[KP_SM_CHECKSUM])
{
    uint8_t twice[2 * DES_KEY];
    uint8_t chain[DES_BLOCK] = {0};
    const size_t last = length - DES_BLOCK;
    memcpy(twice, key, DES_KEY);
    memcpy(twice + DES_KEY, key, DES_KEY);
    EVP_CIPHER_CTX *single = begin("DES-EDE-CBC", twice, chain, true);
    bool done = single != NULL;
    for (size_t at = 0; done && at < last; at += DES_BLOCK)
        done = feed(single, message + at, DES_BLOCK, chain);
    EVP_CIPHER_CTX_free(single);
    OPENSSL_cleanse(twice, sizeof twice);
    memcpy(checksum, message + last, DES_BLOCK);
    return done && in_one_go("DES-EDE-CBC", key, chain, true, checksum, DES_BLOCK);
}

static bool cmac(const uint8_t *key, size_t key_length, const uint8_t *message, size_t length,
                 uint8_t checksum[KP_SM_CHECKSUM])
{
    char name[16];
    uint8_t whole[KP_SM_BLOCK_MAX];
    size_t written = 0;
    snprintf(name, sizeof name, "AES-%zu-CBC", key_length * 8);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
    EVP_MAC_CTX *maker = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
    bool done = maker != NULL && EVP_MAC_init(maker, key, key_length, params) == 1 &&
                EVP_MAC_update(maker, message, length) == 1 &&
                EVP_MAC_final(maker, whole, &written, sizeof whole) == 1 && written == sizeof whole;
    EVP_MAC_CTX_free(maker);
    EVP_MAC_free(mac);
    if (done)
        memcpy(checksum, whole, KP_SM_CHECKSUM); /* TR-03110-3, F.2.3: cut to 8 bytes */
    return done;
}

bool kp_sm_checksum(kp_sm_algorithm algorithm, const uint8_t *key, size_t key_length,
                    const uint8_t *message, size_t length, uint8_t checksum[KP_SM_CHECKSUM])
{
    if (length == 0 || length % kp_sm_block(algorithm) != 0)
        return false;
    return algorithm == KP_SM_3DES ? retail_mac(key, message, length, checksum)
                                   : cmac(key, key_length, message, length, checksum);
}
