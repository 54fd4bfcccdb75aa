/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   secret.c: typing into secrets, copying and comparing them. */
#include <core/arena.h>

#include <core/context.h>
#include <core/fail.h>
#include <core/look.h>

#include <openssl/crypto.h>
#include <string.h>

/* A slot of a forked child is zero (MADV_WIPEONFORK): its context is gone. */
static kamupin_status check(const kamupin_secret *secret, kamupin_error *error)
{
    if (secret == NULL)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "no secret");
    if (secret->context == NULL)
        return kp_fail_local(error, KAMUPIN_E_FORKED);
    return kp_context_check(secret->context, error);
}

/* An empty secret of any kind. */
static kamupin_status take(kamupin_context *context, kamupin_secret_kind kind, size_t room,
                           kamupin_secret **secret, kamupin_error *error)
{
    *secret = NULL;
    kamupin_status status = kp_context_check(context, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_secret *made = kp_arena_take(context->arena, room);
    if (made == NULL)
        return kp_fail(error, KAMUPIN_E_SECRET_FULL, KAMUPIN_FROM_LOCAL,
                       "every slot for %zu bytes is taken", room);
    made->context = context;
    made->kind = kind;
    *secret = made;
    return KAMUPIN_OK;
}

kamupin_status kp_secret_room(kamupin_context *context, kamupin_secret_kind kind, size_t room,
                              kamupin_secret **secret, kamupin_error *error)
{
    if (secret == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *secret = NULL;
    if (kind == KP_SECRET_PUK) /* only what a service sealed can become one */
        return kp_fail_local(error, KAMUPIN_E_SECRET_KIND);
    return take(context, kind, room, secret, error);
}

kamupin_status kp_secret_new(kamupin_context *context, kamupin_secret_kind kind,
                             kamupin_secret **secret, kamupin_error *error)
{
    return kp_secret_room(context, kind, KAMUPIN_SECRET_MAX, secret, error);
}

kamupin_status kp_secret_written(kamupin_context *context, kamupin_secret_kind kind,
                                 kp_secret_writer *write, void *user, kamupin_secret **secret,
                                 kamupin_error *error)
{
    kamupin_status status = take(context, kind, KAMUPIN_SECRET_MAX, secret, error);

    if (status != KAMUPIN_OK)
        return status;
    (*secret)->length = write(user, (*secret)->bytes, (*secret)->room);
    if ((*secret)->length > 0 && (*secret)->length <= (*secret)->room)
        return KAMUPIN_OK;
    kamupin_secret_free(secret);
    return kp_fail(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, "a secret could not be opened");
}

kamupin_status kamupin_secret_new(kamupin_context *context, kamupin_secret_kind kind,
                                  kamupin_secret **secret, kamupin_error *error)
{
    if (secret != NULL)
        *secret = NULL;
    if (kind < KAMUPIN_SECRET_PIN || kind > KAMUPIN_SECRET_PROXY_PASSWORD)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "a secret of this kind is made by the library alone");
    return kp_secret_new(context, kind, secret, error);
}

void kamupin_secret_free(kamupin_secret **secret)
{
    if (secret == NULL || *secret == NULL)
        return;
    if (check(*secret, NULL) == KAMUPIN_OK)
        kp_arena_give((*secret)->context->arena, *secret);
    *secret = NULL;
}

kamupin_status kamupin_secret_append(kamupin_secret *secret, const char *bytes, size_t length)
{
    kamupin_status status = check(secret, NULL);

    if (status != KAMUPIN_OK)
        return status;
    if (bytes == NULL)
        return length == 0 ? KAMUPIN_OK : KAMUPIN_E_INVALID_ARGUMENT;
    if (secret->kind == KP_SECRET_PUK)
        return KAMUPIN_E_SECRET_KIND;
    if (length > secret->room - secret->length)
        return KAMUPIN_E_SECRET_FULL;
    memcpy(secret->bytes + secret->length, bytes, length);
    secret->length += length;
    return KAMUPIN_OK;
}

void kamupin_secret_backspace(kamupin_secret *secret)
{
    if (check(secret, NULL) != KAMUPIN_OK)
        return;
    /* UTF-8: bytes 10xxxxxx continue a character (RFC 3629, 3). */
    bool continued = true;
    while (secret->length > 0 && continued) {
        unsigned char *last = &secret->bytes[--secret->length];
        continued = (*last & 0xC0) == 0x80;
        OPENSSL_cleanse(last, 1);
    }
}

void kamupin_secret_clear(kamupin_secret *secret)
{
    if (check(secret, NULL) != KAMUPIN_OK)
        return;
    OPENSSL_cleanse(secret->bytes, secret->room);
    secret->length = 0;
}

size_t kamupin_secret_length(const kamupin_secret *secret)
{
    return check(secret, NULL) == KAMUPIN_OK ? secret->length : 0;
}

kamupin_status kp_secret_read(const kamupin_secret *secret, kamupin_secret_kind kind,
                              kp_bytes *bytes, kamupin_error *error)
{
    kamupin_status status = check(secret, error);

    if (status != KAMUPIN_OK)
        return status;
    if (secret->kind != kind) {
        kp_fail_local(error, KAMUPIN_E_SECRET_KIND);
        kp_look_note(secret, kind, error);
        return KAMUPIN_E_SECRET_KIND;
    }
    bytes->data = secret->bytes;
    bytes->length = secret->length;
    return KAMUPIN_OK;
}

kamupin_status kp_secret_copy(const kamupin_secret *from, kamupin_secret **copy,
                              kamupin_error *error)
{
    *copy = NULL;
    kamupin_status status = check(from, error);
    if (status == KAMUPIN_OK)
        status = kp_secret_room(from->context, from->kind, from->room, copy, error);
    if (status == KAMUPIN_OK) {
        memcpy((*copy)->bytes, from->bytes, from->length);
        (*copy)->length = from->length;
    }
    return status;
}

bool kp_secret_equal(const kamupin_secret *a, const kamupin_secret *b)
{
    if (check(a, NULL) != KAMUPIN_OK || check(b, NULL) != KAMUPIN_OK || a->kind != b->kind)
        return false;
    /* The bytes behind the length are zero, so whole slots compare: no length leaks through time.
     * What does not fit into the smaller slot differs in length. */
    const size_t room = a->room < b->room ? a->room : b->room;
    return (CRYPTO_memcmp(a->bytes, b->bytes, room) | (a->length != b->length)) == 0;
}

kamupin_secret_kind kp_secret_kind_of(const kamupin_secret *secret)
{
    return check(secret, NULL) == KAMUPIN_OK ? secret->kind : (kamupin_secret_kind)0;
}
