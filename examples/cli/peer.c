/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   peer.c: whose process is at the other end of a loopback connection, as Linux lists it. The address of
   a login stands on the browser's command line, where everybody on the machine can read it: somebody
   else could log in with it and give this command their own callback. */
#include "listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How /proc/net/tcp6 writes the first 12 bytes of an IPv4 address. */
#define MAPPED "0000000000000000FFFF0000"

typedef enum found { UNREADABLE, MISSING, OURS, ANOTHERS } found;

/* The row of the other end's socket: `ends` is its two addresses. One that nobody has open any more is
 * listed without a number and as root's. */
static found look(const char *table, const char *ends)
{
    char line[512];
    unsigned int owner = 0;
    unsigned long number = 0;
    found result = MISSING;
    FILE *file = fopen(table, "re");
    if (file == NULL)
        return UNREADABLE;
    while (result == MISSING && fgets(line, sizeof line, file) != NULL) {
        const char *at = strstr(line, ends);
        if (at != NULL &&
            sscanf(at + strlen(ends), "%*x %*x:%*x %*x:%*x %*x %u %*u %lu", &owner, &number) == 2)
            result = number != 0 && (owner == getuid() || owner == 0) ? OURS : ANOTHERS;
    }
    fclose(file);
    return result;
}

bool cli_listener_same_person(int fd)
{
    struct sockaddr_in here, there;
    socklen_t here_length = sizeof here, there_length = sizeof there;
    char ends[100];
    if (getsockname(fd, (struct sockaddr *)&here, &here_length) != 0 ||
        getpeername(fd, (struct sockaddr *)&there, &there_length) != 0)
        return false;
    const unsigned int here_port = ntohs(here.sin_port), there_port = ntohs(there.sin_port);
    snprintf(ends, sizeof ends, ": %08X:%04X %08X:%04X ", there.sin_addr.s_addr, there_port,
             here.sin_addr.s_addr, here_port);
    found result = look("/proc/net/tcp", ends);
    if (result == MISSING) {
        snprintf(ends, sizeof ends, ": " MAPPED "%08X:%04X " MAPPED "%08X:%04X ",
                 there.sin_addr.s_addr, there_port, here.sin_addr.s_addr, here_port);
        result = look("/proc/net/tcp6", ends) == OURS ? OURS : ANOTHERS;
    }
    return result == OURS || result == UNREADABLE; /* another system's lists are not known */
}
