/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   signals.c: see signals.h. */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* Wakes the thread to its end. (pthread_cancel would load libgcc, at the end of every command.) */
#define STOP SIGRTMIN

struct cli_signals {
    pthread_t thread;
    atomic_bool stopped;
    kamupin_cancel *cancel;
    int pipe[2];
};

static void fill(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGQUIT);
    sigaddset(set, STOP);
}

void cli_signals_block(void)
{
    sigset_t set;
    fill(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void *wait_for_signals(void *user)
{
    cli_signals *signals = user;
    sigset_t set;
    fill(&set);
    while (!atomic_load(&signals->stopped)) {
        int number = 0;
        if (sigwait(&set, &number) != 0 || number == STOP)
            continue;
        kamupin_cancel_pull(signals->cancel);
        while (write(signals->pipe[1], "!", 1) < 0 && errno == EINTR)
            continue;
    }
    return NULL;
}

cli_signals *cli_signals_start(kamupin_cancel *cancel)
{
    cli_signals *signals = calloc(1, sizeof *signals);
    if (signals == NULL)
        return NULL;
    signals->cancel = cancel;
    if (pipe(signals->pipe) != 0) {
        free(signals);
        return NULL;
    }
    for (int i = 0; i < 2; i++)
        fcntl(signals->pipe[i], F_SETFD, FD_CLOEXEC);
    fcntl(signals->pipe[1], F_SETFL, O_NONBLOCK);
    if (pthread_create(&signals->thread, NULL, wait_for_signals, signals) != 0) {
        close(signals->pipe[0]);
        close(signals->pipe[1]);
        free(signals);
        signals = NULL;
    }
    return signals;
}

void cli_signals_stop(cli_signals **signals)
{
    if (*signals == NULL)
        return;
    atomic_store(&(*signals)->stopped, true);
    pthread_kill((*signals)->thread, STOP);
    pthread_join((*signals)->thread, NULL);
    close((*signals)->pipe[0]);
    close((*signals)->pipe[1]);
    free(*signals);
    *signals = NULL;
}

int cli_signals_wake(const cli_signals *signals)
{
    return signals->pipe[0];
}
