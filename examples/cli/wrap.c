/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   wrap.c: see wrap.h. Breaks between words only; pure but for the stream. */
#include "wrap.h"

#include "width.h"

#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BULLET "•"

int cli_columns(int fd)
{
    struct winsize size;
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 10)
        return size.ws_col;
    return 80;
}

int cli_lines(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

static bool begins_paragraph(const char *line)
{
    return *line == '\0' || *line == '\n' || strncmp(line, BULLET, strlen(BULLET)) == 0;
}

/* Bytes of the paragraph at `text`, without its last newline; `*fits` says whether each of its
 * lines takes at most `room` columns. */
static size_t paragraph(const char *text, int room, bool *fits)
{
    size_t end = 0;
    *fits = true;
    for (;;) {
        size_t length = strcspn(text + end, "\n");
        *fits = *fits && cli_width_of(text + end, length) <= room;
        end += length;
        if (text[end] == '\0' || length == 0 || begins_paragraph(text + end + 1))
            return end;
        end++;
    }
}

static void write_as_it_stands(FILE *stream, const char *text, size_t length, int margin)
{
    const char *end = text + length;
    for (;;) {
        size_t line = strcspn(text, "\n");
        if (line >= (size_t)(end - text)) {
            fwrite(text, 1, (size_t)(end - text), stream);
            return;
        }
        fwrite(text, 1, line, stream);
        fprintf(stream, "\n%*s", margin, "");
        text += line + 1;
    }
}

static void write_broken(FILE *stream, const char *text, size_t length, int margin, int room)
{
    const char *end = text + length;
    int indent = strncmp(text, BULLET, strlen(BULLET)) == 0 ? 2 : 0;
    int column = 0;
    while (text < end) {
        size_t word = strcspn(text, " \n");
        if (word > (size_t)(end - text))
            word = (size_t)(end - text);
        int wants = cli_width_of(text, word);
        if (word > 0 && column > indent && column + 1 + wants > room) {
            fprintf(stream, "\n%*s", margin + indent, "");
            column = indent;
        } else if (word > 0 && column > 0) {
            fputc(' ', stream);
            column++;
        }
        fwrite(text, 1, word, stream);
        column += wants;
        text += word < (size_t)(end - text) ? word + 1 : word;
    }
}

void cli_wrap(FILE *stream, const char *text, int margin, int columns)
{
    int room = columns - margin;
    if (room < 10)
        room = 10;
    while (*text != '\0') {
        bool fits = true;
        size_t length = paragraph(text, room, &fits);
        if (fits)
            write_as_it_stands(stream, text, length, margin);
        else
            write_broken(stream, text, length, margin, room);
        text += length;
        if (*text == '\n') {
            fprintf(stream, "\n%*s", margin, "");
            text++;
        }
    }
}

void cli_wrap_out(const char *text, int margin)
{
    if (isatty(STDOUT_FILENO) != 0)
        cli_wrap(stdout, text, margin, cli_columns(STDOUT_FILENO));
    else
        fputs(text, stdout);
    putchar('\n');
}
