/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   table.c: see table.h. */
#include "table.h"

#include "screen.h"
#include "width.h"

#include <stdlib.h>
#include <string.h>

#define GAP 2

void cli_table_row(cli_table *table, const char *const *cells)
{
    void *more = realloc(table->rows, (table->count + 1) * sizeof *table->rows);
    if (more == NULL)
        return;
    table->rows = more;
    char **row = table->rows[table->count++];
    for (size_t i = 0; i < CLI_CELLS; i++) {
        const char *text = i < table->columns && cells[i] != NULL ? cells[i] : "";
        const size_t room = strlen(text) + 1;
        row[i] = malloc(room);
        if (row[i] != NULL)
            cli_clean(text, row[i], room);
    }
}

static const char *cell(const cli_table *table, size_t row, size_t column)
{
    const char *text = table->rows[row][column];
    return text != NULL ? text : "";
}

/* Whether a column has two different texts below its header; an empty cell is none. */
static bool differs(const cli_table *table, size_t column)
{
    const char *first = NULL;
    for (size_t row = table->header ? 1 : 0; row < table->count; row++) {
        const char *text = cell(table, row, column);
        if (first == NULL && text[0] != '\0')
            first = text;
        else if (text[0] != '\0' && strcmp(first, text) != 0)
            return true;
    }
    return false;
}

/* The widths of the columns into `widths`, and what a row of them takes. */
static int measure(const cli_table *table, int widths[CLI_CELLS])
{
    int whole = 0;
    for (size_t i = 0; i < table->columns; i++) {
        widths[i] = 0;
        if (i + 1 == table->vary && !differs(table, i))
            continue;
        for (size_t row = table->count; row-- > 0;) {
            int width = cli_width(cell(table, row, i));
            if (width > widths[i] && (row > 0 || !table->header || widths[i] > 0))
                widths[i] = width;
        }
        whole += widths[i] > 0 ? widths[i] + GAP : 0;
    }
    return whole - GAP;
}

static void blanks(FILE *stream, int count)
{
    fprintf(stream, "%*s", count > 0 ? count : 0, "");
}

/* The cells of a row from `first` on. Blanks are written before a cell and never at a line's end. */
static void write_row(const cli_table *table, FILE *stream, size_t row, size_t first, int indent,
                      const int widths[CLI_CELLS])
{
    int owed = indent;
    for (size_t i = first; i < table->columns; i++) {
        const char *text = cell(table, row, i);
        const int rest = widths[i] - cli_width(text);
        if (widths[i] == 0)
            continue;
        const bool ends = i + 1 == table->right;
        owed += ends ? rest : 0;
        if (text[0] != '\0') {
            blanks(stream, owed);
            fputs(text, stream);
            owed = 0;
        }
        owed += (ends ? 0 : rest) + GAP;
    }
    fputc('\n', stream);
}

/* The cells that stand above the others. */
static void write_lead(const cli_table *table, FILE *stream, size_t row, size_t lead, int indent,
                       int width, const int widths[CLI_CELLS])
{
    int used = 0;
    for (size_t i = 0; i < lead; i++) {
        const char *text = cell(table, row, i);
        if (text[0] == '\0' || widths[i] == 0)
            continue;
        if (used > 0 && used + GAP + cli_width(text) > width) {
            fputc('\n', stream);
            used = 0;
        }
        blanks(stream, used > 0 ? GAP : indent);
        fputs(text, stream);
        used += (used > 0 ? GAP : indent) + cli_width(text);
    }
    fputc('\n', stream);
}

void cli_table_write(const cli_table *table, FILE *stream, int indent, int width)
{
    int widths[CLI_CELLS] = {0};
    const size_t lead = table->lead > 0 ? table->lead : 1;
    const bool narrow = indent + measure(table, widths) > width && table->columns > lead;
    for (size_t row = 0; row < table->count; row++) {
        if (narrow)
            write_lead(table, stream, row, lead, indent, width, widths);
        write_row(table, stream, row, narrow ? lead : 0, narrow ? indent + GAP : indent, widths);
    }
}

void cli_table_free(cli_table *table)
{
    for (size_t row = 0; row < table->count; row++)
        for (size_t i = 0; i < CLI_CELLS; i++)
            free(table->rows[row][i]);
    free(table->rows);
    table->rows = NULL;
    table->count = 0;
}
