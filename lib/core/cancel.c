/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cancel.c: the cancel handle: a flag, and the hooks of those who wait. */
#include <core/cancel.h>

#include <core/context.h>
#include <core/fail.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct kamupin_cancel {
    atomic_bool pulled;
    pthread_mutex_t lock; /* guards hooks */
    kp_cancel_hook *hooks;
};

kamupin_status kamupin_cancel_new(kamupin_context *context, kamupin_cancel **cancel,
                                  kamupin_error *error)
{
    if (cancel == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *cancel = NULL;
    kamupin_status status = kp_context_check(context, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_cancel *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    atomic_init(&made->pulled, false);
    pthread_mutex_init(&made->lock, NULL);
    *cancel = made;
    return KAMUPIN_OK;
}

void kamupin_cancel_free(kamupin_cancel **cancel)
{
    if (cancel == NULL || *cancel == NULL)
        return;
    pthread_mutex_destroy(&(*cancel)->lock);
    free(*cancel);
    *cancel = NULL;
}

void kamupin_cancel_pull(kamupin_cancel *cancel)
{
    if (cancel == NULL)
        return;
    pthread_mutex_lock(&cancel->lock);
    atomic_store(&cancel->pulled, true);
    for (kp_cancel_hook *hook = cancel->hooks; hook != NULL; hook = hook->next)
        hook->wake(hook->object);
    pthread_mutex_unlock(&cancel->lock);
}

void kamupin_cancel_clear(kamupin_cancel *cancel)
{
    if (cancel != NULL)
        atomic_store(&cancel->pulled, false);
}

bool kamupin_cancel_pulled(const kamupin_cancel *cancel)
{
    return cancel != NULL && atomic_load(&cancel->pulled);
}

void kp_cancel_enter(kamupin_cancel *cancel, kp_cancel_hook *hook)
{
    if (cancel == NULL)
        return;
    pthread_mutex_lock(&cancel->lock);
    hook->next = cancel->hooks;
    cancel->hooks = hook;
    if (atomic_load(&cancel->pulled))
        hook->wake(hook->object);
    pthread_mutex_unlock(&cancel->lock);
}

void kp_cancel_leave(kamupin_cancel *cancel, kp_cancel_hook *hook)
{
    if (cancel == NULL)
        return;
    pthread_mutex_lock(&cancel->lock);
    kp_cancel_hook **link = &cancel->hooks;
    while (*link != NULL && *link != hook)
        link = &(*link)->next;
    if (*link == hook)
        *link = hook->next;
    pthread_mutex_unlock(&cancel->lock);
}

kamupin_status kp_cancel_check(const kamupin_cancel *cancel, kamupin_error *error)
{
    return kamupin_cancel_pulled(cancel) ? kp_fail_local(error, KAMUPIN_E_CANCELLED) : KAMUPIN_OK;
}
