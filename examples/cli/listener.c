/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   listener.c: the HTTP server that a browser comes back to. It takes a GET of its one path, with its
   own name in Host (so that no page of another name can reach it), from a browser of the same person,
   and answers a page that says whether the window can be closed. */
#define _GNU_SOURCE 1 /* accept4 */
#include "listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATH          "/kamupin"
#define CONNECTION_MS 5000

kamupin_status cli_listener_open(cli_listener *listener, kamupin_error *error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    *listener =
        (cli_listener){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    for (size_t i = 0; i < CLI_CONNECTIONS_MAX; i++)
        listener->connections[i].fd = -1;
    if (listener->fd < 0 || bind(listener->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener->fd, CLI_CONNECTIONS_MAX) != 0 ||
        getsockname(listener->fd, (struct sockaddr *)&address, &length) != 0) {
        cli_listener_close(listener);
        return cli_error(error, KAMUPIN_E_NETWORK_UNREACHABLE);
    }
    listener->port = ntohs(address.sin_port);
    return KAMUPIN_OK;
}

static void drop(cli_connection *connection)
{
    if (connection->fd >= 0)
        close(connection->fd);
    OPENSSL_cleanse(connection, sizeof *connection);
    connection->fd = -1;
}

void cli_listener_close(cli_listener *listener)
{
    for (size_t i = 0; i < CLI_CONNECTIONS_MAX; i++)
        drop(&listener->connections[i]);
    if (listener->fd >= 0)
        close(listener->fd);
    listener->fd = -1;
}

const char *cli_listener_redirect(const cli_listener *listener, char *room, size_t size)
{
    snprintf(room, size, "http://127.0.0.1:%d" PATH, listener->port);
    return room;
}

/* ---- answers ---- */

static void send_page(cli_connection *connection, const char *status, const char *language,
                      const char *title, const char *text)
{
    char body[3000], head[600];
    int length = snprintf(body, sizeof body,
                          "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
                          "<title>KamuPIN</title><style>body{font:1.2em sans-serif;margin:3em auto;"
                          "max-width:34em;padding:0 1em}</style></head><body><main><h1>%s</h1>"
                          "<p>%s</p></main></body></html>\n",
                          language, title, text);
    snprintf(head, sizeof head,
             "HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n"
             "Connection: close\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
             "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'none'; "
             "style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\r\n",
             status, length);
    if (send(connection->fd, head, strlen(head), MSG_NOSIGNAL | MSG_MORE) > 0)
        send(connection->fd, body, strlen(body), MSG_NOSIGNAL);
    shutdown(connection->fd, SHUT_WR);
    drop(connection);
}

void cli_listener_answer(const cli *program, cli_connection *from, kamupin_status status)
{
    const bool turkish = program->args.language == KAMUPIN_TURKISH;
    if (from == NULL || from->fd < 0)
        return;
    send_page(from, status == KAMUPIN_OK ? "200 OK" : "400 Bad Request", turkish ? "tr" : "en",
              cli_say(program, status == KAMUPIN_OK ? M_PAGE_DONE : M_PAGE_FAILED),
              status == KAMUPIN_OK ? cli_say(program, M_PAGE_CLOSE)
                                   : kamupin_status_cause(status, program->args.language));
}

static void refuse(const cli *program, cli_connection *connection, const char *status)
{
    const bool turkish = program->args.language == KAMUPIN_TURKISH;
    send_page(connection, status, turkish ? "tr" : "en", status, "KamuPIN");
}

/* ---- requests ---- */

/* Whether the request names this listener as its host, exactly once. */
static bool is_ours(const cli_listener *listener, const char *head)
{
    char expected[40];
    size_t count = 0;
    bool same = false;
    int length = snprintf(expected, sizeof expected, "127.0.0.1:%d\r\n", listener->port);
    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n"))
        if (cli_begins(line + 2, "host:", 5)) {
            const char *value = line + 7 + strspn(line + 7, " \t");
            same = strncmp(value, expected, (size_t)length) == 0;
            count++;
        }
    return count == 1 && same;
}

/* A whole request head: true when it is the callback, whose address goes to `callback`. Anything else is
 * answered here. */
static bool take(const cli_listener *listener, const cli *program, cli_connection *connection,
                 char *callback, size_t size)
{
    const char *head = connection->bytes, *path = head + 4;
    if (strncmp(head, "GET ", 4) != 0) {
        refuse(program, connection, "405 Method Not Allowed");
        return false;
    }
    if (!is_ours(listener, head)) {
        refuse(program, connection, "400 Bad Request");
        return false;
    }
    const size_t length = strcspn(path, " \r\n");
    if (strncmp(path, PATH "?", sizeof PATH) != 0 || strncmp(path + length, " HTTP/1.", 8) != 0) {
        refuse(program, connection, "404 Not Found");
        return false;
    }
    if (!cli_listener_same_person(connection->fd)) {
        refuse(program, connection, "403 Forbidden");
        return false;
    }
    snprintf(callback, size, "http://127.0.0.1:%d%.*s", listener->port, (int)length, path);
    return true;
}

/* What has come on a connection; true when it was the callback. */
static bool hear(const cli_listener *listener, const cli *program, cli_connection *connection,
                 char *callback, size_t size)
{
    const size_t room = sizeof connection->bytes - 1 - connection->length;
    ssize_t got = read(connection->fd, connection->bytes + connection->length, room);
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR))
            drop(connection);
        return false;
    }
    connection->length += (size_t)got;
    connection->bytes[connection->length] = '\0';
    if (strlen(connection->bytes) < connection->length) { /* a NUL in it */
        refuse(program, connection, "400 Bad Request");
        return false;
    }
    if (strstr(connection->bytes, "\r\n\r\n") != NULL)
        return take(listener, program, connection, callback, size);
    if (connection->length == sizeof connection->bytes - 1)
        refuse(program, connection, "431 Request Header Fields Too Large");
    return false;
}

/* ---- waiting ---- */

static void welcome(cli_listener *listener)
{
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    cli_connection *place = &listener->connections[0];
    if (fd < 0)
        return;
    for (size_t i = 1; i < CLI_CONNECTIONS_MAX && place->fd >= 0; i++) {
        cli_connection *at = &listener->connections[i];
        if (at->fd < 0 || at->until < place->until)
            place = at;
    }
    drop(place); /* the oldest, when all places are taken */
    place->fd = fd;
    place->until = cli_now() + CONNECTION_MS;
}

/* A line that a person pasted, a byte at a time: the terminal gives whole lines. 1: there it is; 0: more is
 * to come; -1: no more will. */
static int read_pasted(int input, char *line, size_t size)
{
    size_t length = strlen(line);
    char byte = '\0';
    ssize_t got = read(input, &byte, 1);
    if (got < 0 && errno == EINTR)
        return 0;
    if (got <= 0)
        return length > 0 ? 1 : -1;
    if (byte == '\n')
        return length > 0;
    if (byte != '\0' && length + 1 < size) {
        line[length] = byte;
        line[length + 1] = '\0';
    }
    return 0;
}

/* Whether a read would not stop us: of a terminal's background processes it does. */
static bool may_read(int input)
{
    const pid_t front = input < 0 ? -1 : tcgetpgrp(input);
    return input >= 0 && (front < 0 || front == getpgrp());
}

static int wait_ms(const cli_listener *listener, int64_t end)
{
    for (size_t i = 0; i < CLI_CONNECTIONS_MAX; i++)
        if (listener->connections[i].fd >= 0 && listener->connections[i].until < end)
            end = listener->connections[i].until;
    const int64_t left = end - cli_now();
    return left <= 0 ? 0 : left < 60000 ? (int)left : 60000;
}

kamupin_status cli_listener_wait(cli_listener *listener, const cli *program, int input, int64_t end,
                                 char *callback, size_t size, cli_connection **from,
                                 kamupin_error *error)
{
    enum { WAKE, INPUT, LISTEN, FIRST };
    struct pollfd waits[FIRST + CLI_CONNECTIONS_MAX];
    callback[0] = '\0';
    *from = NULL;
    while (cli_now() < end) {
        waits[WAKE] = (struct pollfd){cli_signals_wake(program->signals), POLLIN, 0};
        waits[INPUT] = (struct pollfd){may_read(input) ? input : -1, POLLIN, 0};
        waits[LISTEN] = (struct pollfd){listener->fd, POLLIN, 0};
        for (size_t i = 0; i < CLI_CONNECTIONS_MAX; i++)
            waits[FIRST + i] = (struct pollfd){listener->connections[i].fd, POLLIN, 0};
        if (poll(waits, FIRST + CLI_CONNECTIONS_MAX, wait_ms(listener, end)) < 0)
            continue;
        if (waits[WAKE].revents != 0)
            return cli_error(error, KAMUPIN_E_CANCELLED);
        if (waits[INPUT].revents != 0) {
            int read_so_far = read_pasted(input, callback, size);
            if (read_so_far > 0)
                return KAMUPIN_OK;
            if (read_so_far < 0 && listener->fd < 0)
                return cli_error(error, KAMUPIN_E_CANCELLED); /* nothing else can come */
            if (read_so_far < 0)
                input = -1;
        }
        for (size_t i = 0; i < CLI_CONNECTIONS_MAX; i++) {
            cli_connection *connection = &listener->connections[i];
            if (waits[FIRST + i].revents != 0 &&
                hear(listener, program, connection, callback, size)) {
                *from = connection;
                return KAMUPIN_OK;
            }
            if (connection->fd >= 0 && cli_now() >= connection->until)
                drop(connection);
        }
        if (waits[LISTEN].revents != 0)
            welcome(listener);
    }
    return cli_error(error, KAMUPIN_E_TIMED_OUT);
}
