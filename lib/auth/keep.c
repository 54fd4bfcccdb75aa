/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   keep.c: a session as bytes, for the application to keep or to lend, and back. The bytes are
   "KPSE", a version, five fields (two bytes of length before each: service, key, access token,
   refresh token, deadline) and the SHA-256 of all before it. They are written to wiped memory and
   handed to the application's function; the library writes them nowhere. */
#include <auth/login.h>

#include <core/fail.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#define MAGIC     "KPSE\x01"
#define MAGIC_LEN (sizeof MAGIC - 1)
#define DIGEST    32
#define KEEP_MAX  16384
#define FIELDS    5
#define LIFE_MAX  (86400 * INT64_C(1000)) /* no token is trusted for longer */

enum { SERVICE, KEY, ACCESS, REFRESH, DEADLINE };

/* ---- out ---- */

static void put_field(kp_buffer *out, const void *bytes, size_t length)
{
    const unsigned char size[2] = {(unsigned char)(length >> 8), (unsigned char)length};

    if (length > 0xFFFF)
        out->failed = true;
    kp_buffer_append(out, size, sizeof size);
    kp_buffer_append(out, bytes, length);
}

static void put_key(kp_buffer *out, EVP_PKEY *key)
{
    unsigned char *der = NULL;
    const int length = i2d_PrivateKey(key, &der);

    if (length > 0)
        put_field(out, der, (size_t)length);
    else
        out->failed = true;
    OPENSSL_clear_free(der, length > 0 ? (size_t)length : 0);
}

static void put_secret(kp_buffer *out, const kamupin_secret *secret)
{
    kp_bytes bytes = {(const unsigned char *)"", 0};

    if (secret != NULL &&
        kp_secret_read(secret, kp_secret_kind_of(secret), &bytes, NULL) != KAMUPIN_OK)
        out->failed = true;
    put_field(out, bytes.data, bytes.length);
}

static void put_deadline(kp_buffer *out, int64_t deadline_ms)
{
    unsigned char bytes[8];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)((uint64_t)deadline_ms >> (56 - 8 * i));
    put_field(out, bytes, sizeof bytes);
}

static void put_digest(kp_buffer *out)
{
    unsigned char digest[DIGEST];

    if (EVP_Digest(out->data, out->length, digest, NULL, EVP_sha256(), NULL) != 1)
        out->failed = true;
    kp_buffer_append(out, digest, sizeof digest);
}

kamupin_status kp_login_keep(kamupin_session *session, bool refresh, kamupin_session_keep_fn keep,
                             void *user, kamupin_error *error)
{
    kp_buffer out = KP_BUFFER_INIT(KEEP_MAX);
    const kp_login *login = session->login;
    kamupin_status status = KAMUPIN_OK;

    if (keep == NULL)
        return KAMUPIN_OK;
    kp_buffer_append(&out, MAGIC, MAGIC_LEN);
    put_field(&out, session->service->base, strlen(session->service->base));
    put_key(&out, session->service->key);
    put_secret(&out, session->service->token);
    put_secret(&out, refresh && login != NULL ? login->refresh : NULL);
    put_deadline(&out, session->deadline_ms);
    if (!out.failed)
        put_digest(&out);
    if (out.failed)
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    else
        keep(user, out.data, out.length);
    kp_buffer_wipe(&out);
    return status;
}

kamupin_status kamupin_session_lend(kamupin_session *session, int seconds,
                                    kamupin_session_keep_fn take, void *user)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (take == NULL || seconds < 0)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    if (session->service->token == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_LOGIN_REQUIRED);
    const int64_t left = session->deadline_ms - kp_now_ms(session->context);
    if (session->renew != NULL && left < (int64_t)seconds * 1000)
        status = session->renew(session, &session->error);
    else if (left <= 0)
        status = kp_fail_local(&session->error, KAMUPIN_E_SESSION_EXPIRED);
    if (status == KAMUPIN_OK)
        status = kp_login_keep(session, false, take, user, &session->error);
    return status;
}

/* ---- in ---- */

/* Whether the bytes are such bytes, undamaged; their fields, as views. */
static bool split(const unsigned char *bytes, size_t length, kp_bytes *fields)
{
    unsigned char digest[DIGEST];
    size_t at = MAGIC_LEN;

    if (length < MAGIC_LEN + DIGEST || length > KEEP_MAX || memcmp(bytes, MAGIC, MAGIC_LEN) != 0)
        return false;
    const size_t end = length - DIGEST;
    if (EVP_Digest(bytes, end, digest, NULL, EVP_sha256(), NULL) != 1 ||
        CRYPTO_memcmp(digest, bytes + end, DIGEST) != 0)
        return false;
    for (size_t i = 0; i < FIELDS; i++) {
        if (end - at < 2)
            return false;
        const size_t size = (size_t)bytes[at] << 8 | bytes[at + 1];
        at += 2;
        if (end - at < size)
            return false;
        fields[i] = (kp_bytes){bytes + at, size};
        at += size;
    }
    return at == end;
}

/* Nothing that would end the header that it stands in (RFC 6750, 2.1), or is of no token. */
static bool is_token(kp_bytes bytes)
{
    static const char ALLOWED[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";

    for (size_t i = 0; i < bytes.length; i++)
        if (bytes.data[i] == '\0' || strchr(ALLOWED, bytes.data[i]) == NULL)
            return false;
    return bytes.length <= KP_SECRET_LONG_MAX;
}

static EVP_PKEY *read_key(kp_bytes der)
{
    const unsigned char *at = der.data;
    char group[32] = "";

    ERR_set_mark();
    EVP_PKEY *key = d2i_PrivateKey(EVP_PKEY_EC, NULL, &at, (long)der.length);
    ERR_pop_to_mark();
    if (key != NULL && at == der.data + der.length &&
        EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                       NULL) == 1 &&
        strcmp(group, "prime256v1") == 0)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

/* A deadline of an earlier start of the machine says nothing: the token is renewed before it is used. */
static int64_t read_deadline(const kamupin_session *session, kp_bytes bytes)
{
    const int64_t now = kp_now_ms(session->context);
    uint64_t deadline = 0;

    for (size_t i = 0; i < bytes.length; i++)
        deadline = deadline << 8 | bytes.data[i];
    return deadline > (uint64_t)(now + LIFE_MAX) ? now : (int64_t)deadline;
}

static kamupin_status read_secret(kamupin_session *session, kamupin_secret_kind kind,
                                  kp_bytes bytes, kamupin_secret **secret)
{
    *secret = NULL;
    if (bytes.length == 0)
        return KAMUPIN_OK;
    kamupin_status status =
        kp_secret_room(session->context, kind, bytes.length, secret, &session->error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_append(*secret, (const char *)bytes.data, bytes.length);
    if (status != KAMUPIN_OK)
        kp_fail_local(&session->error, status);
    return status;
}

static kamupin_status refuse(kamupin_session *session, const char *why)
{
    return kp_fail(&session->error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "%s", why);
}

static kamupin_status restore(kamupin_session *session, const kp_bytes *fields)
{
    kp_tokens tokens = {.deadline_ms = read_deadline(session, fields[DEADLINE])};
    EVP_PKEY *key = read_key(fields[KEY]);
    kp_login *login = NULL;
    kamupin_status status = key == NULL ? refuse(session, "no key in it")
                                        : kp_login_of(session, &login, &session->error);

    if (status == KAMUPIN_OK)
        status = read_secret(session, KAMUPIN_SECRET_ACCESS_TOKEN, fields[ACCESS], &tokens.access);
    if (status == KAMUPIN_OK)
        status =
            read_secret(session, KAMUPIN_SECRET_REFRESH_TOKEN, fields[REFRESH], &tokens.refresh);
    if (status == KAMUPIN_OK) {
        EVP_PKEY_free(session->service->key);
        session->service->key = key;
        login->server.key = key;
        key = NULL;
        kp_session_drop_lists(session); /* they may be another person's */
        kp_login_restored(session, &tokens);
    }
    kp_tokens_wipe(&tokens);
    EVP_PKEY_free(key);
    return status;
}

kamupin_status kamupin_session_restore(kamupin_session *session, const unsigned char *bytes,
                                       size_t length)
{
    kp_bytes fields[FIELDS];
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (bytes == NULL || !split(bytes, length, fields) || fields[DEADLINE].length != 8 ||
        fields[ACCESS].length == 0 || !is_token(fields[ACCESS]) || !is_token(fields[REFRESH]))
        return refuse(session, "not what a session gave to be kept");
    if (fields[SERVICE].length != strlen(session->service->base) ||
        memcmp(fields[SERVICE].data, session->service->base, fields[SERVICE].length) != 0)
        return refuse(session, "kept of a session with another service");
    return restore(session, fields);
}
