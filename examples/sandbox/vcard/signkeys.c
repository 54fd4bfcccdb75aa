// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The signing keys in the state file. Read and written as they are: what they hold is looked at when
// one of them signs.
#include "signkeys.h"

#include "bytes.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES 4096 // PKCS #8 of RSA with 4096 bits has 2.4 kB

enum vc_text vc_sign_key_parse(struct vc_state *state, char *text)
{
    char *hex = strchr(text, ' ');
    struct vc_sign_key *key = &state->keys[state->key_count];
    uint8_t reference = 0;
    size_t len = 0;
    if (!hex)
        return VC_TEXT_STATE_VALUE;
    *hex++ = '\0';
    if (!vc_hex_decode(text, &reference, 1, &len) || len != 1 || state->key_count == VC_KEYS ||
        strlen(hex) == 0 || strlen(hex) > 2 * KEY_BYTES)
        return VC_TEXT_STATE_VALUE;
    for (size_t i = 0; i < state->key_count; i++)
        if (state->keys[i].reference == reference)
            return VC_TEXT_STATE_TWICE;
    key->data = malloc(strlen(hex) / 2 + 1);
    if (!key->data)
        return VC_TEXT_MEMORY;
    key->reference = reference;
    state->key_count++;
    return vc_hex_decode(hex, key->data, strlen(hex) / 2, &key->size) ? VC_TEXT_NONE
                                                                      : VC_TEXT_STATE_VALUE;
}

void vc_sign_keys_write(const struct vc_state *state, FILE *stream)
{
    char pair[3];
    for (size_t i = 0; i < state->key_count; i++) {
        const struct vc_sign_key *key = &state->keys[i];
        fprintf(stream, "sign.key %02X ", key->reference);
        for (size_t k = 0; k < key->size; k++) {
            vc_hex_encode(key->data + k, 1, pair);
            fputs(pair, stream);
        }
        fputc('\n', stream);
    }
}

void vc_sign_keys_clear(struct vc_state *state)
{
    for (size_t i = 0; i < state->key_count; i++) {
        OPENSSL_cleanse(state->keys[i].data, state->keys[i].size);
        free(state->keys[i].data);
    }
    state->key_count = 0;
}
