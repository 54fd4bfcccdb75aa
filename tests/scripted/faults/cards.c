/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cards.c: what is on the cards of stand.h: PIN, PUK, a key for the authority, and keys that sign,
   with certificates made while the test runs. Nobody's real data. */
#include "stand.h"
#include "test_certificate.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const unsigned char card_key[32] = {0x4B, 0x50, 1, 2, 3, 4, 5, 6, 7};

/* Made once in a test program: nothing here changes them. */
static struct evp_pkey_st *keys[3]; /* RSA, EC; of the other card */

struct evp_pkey_st *kp_card_key(size_t index)
{
    if (keys[index] == NULL)
        keys[index] = index == 0 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    assert_non_null(keys[index]);
    return keys[index];
}

int kp_cards_teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        EVP_PKEY_free(keys[i]);
        keys[i] = NULL;
    }
    return 0;
}

static void put_hex(FILE *text, const char *before, const unsigned char *bytes, size_t length)
{
    fputs(before, text);
    for (size_t i = 0; i < length; i++)
        fprintf(text, "%02X", bytes[i]);
    fputc('\n', text);
}

/* A certificate of Kamu SM's kind, and the key to it. */
static void put_signer(FILE *text, struct evp_pkey_st *key, unsigned int index)
{
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    unsigned char *private = NULL;
    kp_test_certificate wanted = kp_test_signature;
    size_t length = 0;
    char before[32];

    wanted.key = key;
    kp_test_certificate_make(&wanted, der, &length);
    snprintf(before, sizeof before, "file 3D00/2F1%u ", index);
    put_hex(text, before, der, length);
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
    assert_non_null(info);
    int size = i2d_PKCS8_PRIV_KEY_INFO(info, &private);
    assert_true(size > 0);
    snprintf(before, sizeof before, "sign.key %02X ", 0x84 + index);
    put_hex(text, before, private, (size_t)size);
    OPENSSL_free(private);
    PKCS8_PRIV_KEY_INFO_free(info);
}

char *kp_card_text(const char *personality, size_t which, const char *more)
{
    const bool ours = which == 0;
    char *made = NULL;
    size_t length = 0;
    FILE *text = open_memstream(&made, &length);
    const bool v1 = strcmp(personality, "akis1") == 0;

    assert_non_null(text);
    fprintf(text, "kamupin-vcard 1\npersonality %s\n", personality);
    fprintf(text, "atr %s\n",
            v1 ? "3BBA11008131FE4D55454B41452056312E30AE"
               : "3B9F978131FE4580655443D3228231C073F621808105D3");
    fprintf(text, "serial 0102030405060708090A0B%02X\n", 0x0Cu + (unsigned int)which);
    put_hex(text, "pin.value ", (const unsigned char *)(ours ? KP_PIN : KP_OTHER_PIN), 6);
    put_hex(text, "puk.value ", (const unsigned char *)KP_PUK, 8);
    put_hex(text, "auth.key ", card_key, sizeof card_key);
    put_signer(text, kp_card_key(ours ? 0 : 2), 0);
    if (ours && !v1)
        put_signer(text, kp_card_key(1), 1);
    if (ours && more != NULL)
        fputs(more, text);
    assert_int_equal(fclose(text), 0);
    return made;
}

void kp_card_cryptogram(const unsigned char *challenge, size_t length, unsigned char out[16])
{
    char cipher[] = "AES-256-CBC";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
                               OSSL_PARAM_construct_end()};
    size_t made = 0;
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);

    assert_non_null(context);
    assert_int_equal(EVP_MAC_init(context, card_key, sizeof card_key, parameters), 1);
    assert_int_equal(EVP_MAC_update(context, challenge, length), 1);
    assert_int_equal(EVP_MAC_final(context, out, &made, 16), 1);
    assert_int_equal(made, 16);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
}
