// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// kamupin-vcard: a virtual smart card for a PC/SC daemon with the vpcd driver. Options, the loop,
// the end. A counterpart for tests and for developers without a card: it shares no code with the
// library.
#include "control.h"
#include "machine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum exit_code { EXIT_GOOD = 0, EXIT_RUN = 1, EXIT_USAGE = 2, EXIT_STATE = 3 };

struct options {
    const char *port, *host, *state, *log, *control;
    bool unmask, help;
};

static int complain(enum vc_text text, const char *about, enum exit_code code)
{
    fprintf(stderr, "kamupin-vcard: %s%s%s\n", about, *about ? ": " : "", vc_text(text));
    return (int)code;
}

static int complain_state(const struct vc_problem *problem, const char *path)
{
    fprintf(stderr, "kamupin-vcard: %s:", path);
    if (problem->line)
        fprintf(stderr, "%u:", problem->line);
    if (problem->key[0])
        fprintf(stderr, " %s:", problem->key);
    fprintf(stderr, " %s\n", vc_text(problem->text));
    return EXIT_STATE;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"port", required_argument, NULL, 'p'},    {"host", required_argument, NULL, 'h'},
        {"state", required_argument, NULL, 's'},   {"log", required_argument, NULL, 'l'},
        {"control", required_argument, NULL, 'c'}, {"unmask", no_argument, NULL, 'u'},
        {"help", no_argument, NULL, '?' + 256},    {NULL, 0, NULL, 0},
    };
    for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        switch (name) {
        case 'p':
            options->port = optarg;
            break;
        case 'h':
            options->host = optarg;
            break;
        case 's':
            options->state = optarg;
            break;
        case 'l':
            options->log = optarg;
            break;
        case 'c':
            options->control = optarg;
            break;
        case 'u':
            options->unmask = true;
            break;
        case '?' + 256:
            options->help = true;
            break;
        default:
            return false;
        }
    }
    return options->help || (optind == argc && options->port && options->state);
}

static bool read_port(const char *text, in_port_t *port)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno != 0 || *end || text[0] < '0' || text[0] > '9' || number < 1 || number > 65535)
        return false;
    *port = htons((uint16_t)number);
    return true;
}

// Signals that end the card come through a descriptor, so that they never interrupt a command.
static int open_signals(void)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0)
        return -1;
    return signalfd(-1, &ends, SFD_CLOEXEC);
}

static int loop(struct vc_machine *machine, struct vc_control *control, int signals)
{
    struct pollfd fds[2 + VC_CLIENTS + 1];
    for (;;) {
        int timeout = vc_machine_tick(machine);
        // While an answer is held back the reader is not listened to.
        int reader = machine->hold == VC_HOLD_NONE ? machine->wire.fd : -1;
        fds[0] = (struct pollfd){.fd = signals, .events = POLLIN};
        fds[1] = (struct pollfd){.fd = reader, .events = POLLIN};
        vc_control_poll(control, fds + 2);
        if (poll(fds, sizeof fds / sizeof fds[0], timeout) < 0 && errno != EINTR)
            return EXIT_RUN;
        if (fds[0].revents)
            return EXIT_GOOD;
        if (fds[1].revents)
            vc_machine_readable(machine);
        vc_control_serve(control, fds + 2, machine);
    }
}

static int run(struct vc_machine *machine, const struct options *options)
{
    struct vc_control control;
    int code = EXIT_RUN;
    if (!vc_control_open(&control, options->control))
        return complain(VC_TEXT_CONTROL_OPEN, options->control, EXIT_RUN);
    int signals = open_signals();
    if (signals >= 0) {
        machine->present = true;
        code = loop(machine, &control, signals);
        close(signals);
    }
    vc_wire_close(&machine->wire);
    vc_control_close(&control);
    return code == EXIT_RUN ? complain(VC_TEXT_START, "", EXIT_RUN) : code;
}

int main(int argc, char **argv)
{
    struct options options = {.host = "127.0.0.1"};
    struct vc_problem problem;
    int code;
    if (!read_options(argc, argv, &options))
        return complain(VC_TEXT_OPTION, "", EXIT_USAGE);
    if (options.help) {
        fputs(vc_text(VC_TEXT_HELP), stdout);
        return EXIT_GOOD;
    }
    struct vc_machine *machine = calloc(1, sizeof *machine);
    if (!machine)
        return complain(VC_TEXT_MEMORY, "", EXIT_RUN);
    machine->wire.fd = -1;
    machine->log.fd = -1;
    machine->wire.address.sin_family = AF_INET;
    machine->card.state_path = options.state;
    if (!read_port(options.port, &machine->wire.address.sin_port))
        code = complain(VC_TEXT_PORT, options.port, EXIT_USAGE);
    else if (inet_pton(AF_INET, options.host, &machine->wire.address.sin_addr) != 1)
        code = complain(VC_TEXT_HOST, options.host, EXIT_USAGE);
    else if (!vc_state_load(&machine->card.state, options.state, &problem))
        code = complain_state(&problem, options.state);
    else if (!vc_log_open(&machine->log, options.log, options.unmask))
        code = complain(VC_TEXT_LOG_OPEN, options.log, EXIT_RUN);
    else
        code = run(machine, &options);
    vc_log_close(&machine->log);
    vc_state_clear(&machine->card.state);
    free(machine);
    return code;
}
