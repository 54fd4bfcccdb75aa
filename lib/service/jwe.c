/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   jwe.c: opening a JWE on OpenSSL's own primitives (RFC 7516, 5.2). One key agreement, one content
   encryption; everything else in a header is refused. The plaintext goes from the cipher into the
   secret's own memory. Speaks to nobody. */
#include <service/jwe.h>

#include <core/fail.h>
#include <service/json.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <string.h>

#define HEADER_MAX 1024
#define COORDINATE 32 /* bytes of a P-256 coordinate, and of the shared secret */
#define KEY_BYTES  32
#define IV_BYTES   12
#define TAG_BYTES  16
#define INFO_MAX   256 /* of the key derivation: names of operation and card are shorter */
#define PARTS      5

static const char *const ALGORITHMS[] = {"ECDH-ES", NULL};
static const char *const ENCRYPTIONS[] = {"A256GCM", NULL};
static const char *const KEY_TYPES[] = {"EC", NULL};
static const char *const CURVES[] = {"P-256", NULL};
static const char *const REFUSED[] = {"crit", "zip"}; /* extensions, compression */

/* ---- the key ---- */

static bool agree(EVP_PKEY *own, EVP_PKEY *peer, unsigned char *shared)
{
    size_t length = COORDINATE;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
    bool good = context != NULL && EVP_PKEY_derive_init(context) == 1 &&
                EVP_PKEY_derive_set_peer(context, peer) == 1 &&
                EVP_PKEY_derive(context, shared, &length) == 1 && length == COORDINATE;

    EVP_PKEY_CTX_free(context);
    return good;
}

/* Appends a number of four bytes, or bytes behind their length (RFC 7518, 4.6.2). */
static void put_number(kp_buffer *info, size_t number)
{
    const unsigned char bytes[4] = {(unsigned char)(number >> 24), (unsigned char)(number >> 16),
                                    (unsigned char)(number >> 8), (unsigned char)number};

    kp_buffer_append(info, bytes, sizeof bytes);
}

static void put_bytes(kp_buffer *info, kp_bytes bytes)
{
    put_number(info, bytes.length);
    kp_buffer_append(info, bytes.data, bytes.length);
}

/* NIST SP 800-56A's concatenation KDF is what OpenSSL calls SSKDF. */
static bool stretch(unsigned char *shared, const kp_buffer *info, unsigned char *key, size_t length)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, shared, COORDINATE),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info->data, info->length),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SSKDF", NULL);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    bool good = context != NULL && EVP_KDF_derive(context, key, length, params) == 1;

    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return good;
}

bool kp_jwe_derive(EVP_PKEY *own, EVP_PKEY *peer, const char *algorithm, kp_bytes apu, kp_bytes apv,
                   unsigned char *key, size_t length)
{
    unsigned char shared[COORDINATE];
    kp_buffer info = KP_BUFFER_INIT(INFO_MAX);

    put_bytes(&info, (kp_bytes){(const unsigned char *)algorithm, strlen(algorithm)});
    put_bytes(&info, apu);
    put_bytes(&info, apv);
    put_number(&info, 8 * length);
    bool good = !info.failed && agree(own, peer, shared) && stretch(shared, &info, key, length);
    OPENSSL_cleanse(shared, sizeof shared);
    kp_buffer_wipe(&info);
    return good;
}

bool kp_jwe_decrypt(const unsigned char *key, kp_bytes iv, kp_bytes header, kp_bytes sealed,
                    kp_bytes tag, unsigned char *out)
{
    unsigned char expected[TAG_BYTES];
    int written = 0, rest = 0;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();

    if (tag.length != sizeof expected || iv.length != IV_BYTES || cipher == NULL) {
        EVP_CIPHER_CTX_free(cipher);
        return false;
    }
    memcpy(expected, tag.data, sizeof expected);
    bool good = EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, iv.data) == 1 &&
                EVP_DecryptUpdate(cipher, NULL, &written, header.data, (int)header.length) == 1 &&
                EVP_DecryptUpdate(cipher, out, &written, sealed.data, (int)sealed.length) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, expected) == 1 &&
                EVP_DecryptFinal_ex(cipher, out + written, &rest) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return good;
}

/* ---- the header ---- */

/* The sender's key of this one message. A point that is not on the curve is none (RFC 7518, 4.6.1.1
 * with NIST SP 800-56A: what is public is checked before it is used). */
static EVP_PKEY *ephemeral(kp_fields header)
{
    const kp_fields fields = kp_json_object(header, "epk");
    unsigned char point[1 + 2 * COORDINATE] = {0x04};
    size_t x = 0, y = 0;
    char group[] = "P-256";
    EVP_PKEY *key = NULL;

    kp_json_word(fields, "kty", KEY_TYPES);
    kp_json_word(fields, "crv", CURVES);
    kp_json_bytes(fields, "x", point + 1, COORDINATE, &x);
    kp_json_bytes(fields, "y", point + 1 + COORDINATE, COORDINATE, &y);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    bool good = x == COORDINATE && y == COORDINATE && context != NULL &&
                EVP_PKEY_fromdata_init(context) == 1 &&
                EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
    EVP_PKEY_CTX_free(context);
    context = good ? EVP_PKEY_CTX_new(key, NULL) : NULL;
    good = context != NULL && EVP_PKEY_public_check(context) == 1;
    EVP_PKEY_CTX_free(context);
    if (!good) {
        EVP_PKEY_free(key);
        key = NULL;
        kp_json_refuse(header, "epk");
    }
    return key;
}

/* A party's name, which has to be the one that is expected. */
static void check_party(kp_fields header, const char *name, const char *expected)
{
    unsigned char bytes[INFO_MAX];
    size_t length = 0;

    kp_json_bytes(header, name, bytes, sizeof bytes, &length);
    if (length != strlen(expected) || memcmp(bytes, expected, length) != 0)
        kp_json_refuse(header, name);
}

/* The content key that a protected header leads to. */
static kamupin_status key_of(EVP_PKEY *own, const kp_buffer *text, const kp_jwe_parties *parties,
                             unsigned char *key, kamupin_error *error)
{
    const kp_bytes apu = {(const unsigned char *)parties->operation_id,
                          strlen(parties->operation_id)};
    const kp_bytes apv = {(const unsigned char *)parties->card_id, strlen(parties->card_id)};
    const char *wrong = NULL;
    json_t *root = NULL;

    kamupin_status status = kp_json_parse(text, &root, error);
    if (status != KAMUPIN_OK)
        return status;
    const kp_fields header = {root, &wrong};
    kp_json_word(header, "alg", ALGORITHMS);
    kp_json_word(header, "enc", ENCRYPTIONS);
    for (size_t i = 0; i < sizeof REFUSED / sizeof REFUSED[0]; i++)
        if (json_object_get(root, REFUSED[i]) != NULL)
            kp_json_refuse(header, REFUSED[i]);
    check_party(header, "apu", parties->operation_id);
    check_party(header, "apv", parties->card_id);
    EVP_PKEY *peer = ephemeral(header);
    status = kp_json_done(header, error);
    if (status == KAMUPIN_OK && !kp_jwe_derive(own, peer, ENCRYPTIONS[0], apu, apv, key, KEY_BYTES))
        status = kp_fail(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, "ECDH-ES");
    EVP_PKEY_free(peer);
    kp_json_free(root);
    ERR_clear_error();
    return status;
}

/* ---- the whole ---- */

/* A JWE's parts: where they stand in the text, and decoded. */
typedef struct parts {
    const char *text[PARTS]; /* header, encrypted key, IV, ciphertext, tag */
    size_t length[PARTS];
    unsigned char key[KEY_BYTES], iv[IV_BYTES], tag[TAG_BYTES];
    unsigned char sealed[KAMUPIN_SECRET_MAX];
    size_t sealed_length;
} parts;

/* Five parts with a dot between them, the second empty (RFC 7518, 4.6: direct key agreement). */
static bool split(const char *text, parts *found)
{
    if (strlen(text) > KP_JWE_MAX)
        return false;
    for (size_t i = 0; i < PARTS; i++) {
        found->text[i] = text;
        found->length[i] = strcspn(text, ".");
        text += found->length[i];
        if ((*text == '.') != (i + 1 < PARTS))
            return false;
        text += *text == '.' ? 1 : 0;
    }
    return found->length[1] == 0;
}

static bool decode(parts *found, size_t most)
{
    size_t iv = 0, tag = 0;

    return kp_base64url_decode(found->text[2], found->length[2], found->iv, IV_BYTES, &iv) &&
           iv == IV_BYTES &&
           kp_base64url_decode(found->text[3], found->length[3], found->sealed,
                               most < sizeof found->sealed ? most : sizeof found->sealed,
                               &found->sealed_length) &&
           found->sealed_length > 0 &&
           kp_base64url_decode(found->text[4], found->length[4], found->tag, TAG_BYTES, &tag) &&
           tag == TAG_BYTES;
}

/* kp_secret_writer: deciphers into the secret's own memory. */
static size_t write_secret(void *user, unsigned char *room, size_t size)
{
    const parts *found = user;
    const kp_bytes iv = {found->iv, IV_BYTES}, tag = {found->tag, TAG_BYTES};
    const kp_bytes header = {(const unsigned char *)found->text[0], found->length[0]};
    const kp_bytes sealed = {found->sealed, found->sealed_length};

    if (sealed.length > size || !kp_jwe_decrypt(found->key, iv, header, sealed, tag, room))
        return 0;
    return sealed.length;
}

kamupin_status kp_jwe_open(kamupin_context *context, EVP_PKEY *key, const char *text,
                           const kp_jwe_parties *parties, kamupin_secret_kind kind, size_t most,
                           kamupin_secret **secret, kamupin_error *error)
{
    kp_buffer header = KP_BUFFER_INIT(HEADER_MAX);
    unsigned char bytes[HEADER_MAX];
    size_t length = 0;
    parts found;

    *secret = NULL;
    if (!split(text, &found) || !decode(&found, most) ||
        !kp_base64url_decode(found.text[0], found.length[0], bytes, sizeof bytes, &length))
        return kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_SERVICE, "no JWE");
    kp_buffer_append(&header, bytes, length);
    kamupin_status status = header.failed ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY)
                                          : key_of(key, &header, parties, found.key, error);
    if (status == KAMUPIN_OK)
        status = kp_secret_written(context, kind, write_secret, &found, secret, error);
    if (status == KAMUPIN_E_CRYPTO)
        status = kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_SERVICE,
                         "a JWE that the operation's key does not open");
    OPENSSL_cleanse(&found, sizeof found);
    kp_buffer_wipe(&header);
    return status;
}
