/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   table.h: lists of equal things in columns, for people. Rows are kept until they are written, because
   the widest decides; a row that memory is lacking for is left out. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "text.h"

#include <stdio.h>

#define CLI_CELLS 7

typedef struct cli_table {
    size_t columns;
    size_t right; /* the column of amounts, counted from 1: those end below one another; 0: none */
    bool header;  /* the first row says what the columns are */
    size_t
        lead; /* how many columns stand above the others where a row is too wide; 0 counts as 1 */
    size_t vary; /* the column, counted from 1, that is left out unless its cells differ; 0: none */
    size_t count;
    char *(*rows)[CLI_CELLS];
} cli_table;

/** Takes over copies of `columns` texts, cleaned of control characters; NULL counts as "". */
void cli_table_row(cli_table *table, const char *const *cells);

/** Writes the rows, columns two blanks apart, each row after `indent` blanks. A column with nothing below its
 * header is left out, and so is one that says the same everywhere where `vary` names it. Where a row would be wider than `width`, the first column has a line of its own, and so
 * has each further one of the lead that does not fit beside it. */
void cli_table_write(const cli_table *table, FILE *stream, int indent, int width);

/** Frees the rows; the table is empty then. */
void cli_table_free(cli_table *table);

#endif
