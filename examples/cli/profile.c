/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile.c: card profile files: card profile check, and the file that --profile-file names. They
   touch no card. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* What a check has told, as JSON; nothing of it is made without --json. */
typedef struct telling {
    cli *program;
    const char *path;
    bool on_screen; /* problems go to stderr, rows nowhere: the file was only to be used */
    json_t *rows, *problems;
} telling;

static void tell_problem(telling *it, const kamupin_profile_finding *finding)
{
    char line[900];
    char clean[900];
    snprintf(line, sizeof line, "%s:%u: %s", it->path, finding->line, finding->text);
    cli_clean(line, clean, sizeof clean);
    if (it->on_screen)
        cli_screen_line(it->program->screen, "", clean);
    else if (!it->program->args.json)
        printf("%s\n", clean);
    json_array_append_new(
        it->problems, json_pack("{s:i, s:s}", "line", (int)finding->line, "text", finding->text));
}

static void tell_row(telling *it, const kamupin_profile_finding *finding)
{
    json_array_append_new(it->rows,
                          json_pack("{s:i, s:s, s:s, s:s, s:s, s:s}", "line", (int)finding->line,
                                    "row", finding->row, "product", finding->product, "operations",
                                    finding->text, "secure_messaging", finding->secure_messaging,
                                    "protected", finding->protected_commands));
    if (it->program->args.json || it->on_screen)
        return;
    printf("%s\n", finding->row);
    cli_show_row(it->program, M_CARD, finding->product);
    cli_show_row(it->program, M_OPERATIONS, finding->text);
    cli_show_row(it->program, M_SESSION, finding->secure_messaging);
    cli_show_row(it->program, M_PROTECTED, finding->protected_commands);
}

static void tell(void *user, const kamupin_profile_finding *finding)
{
    if (finding->problem)
        tell_problem(user, finding);
    else
        tell_row(user, finding);
}

/* What keeps a file from being read, which the library's status names all at once. */
static cli_message obstacle(const char *path, long code)
{
    struct stat there;
    if (code == ENOENT || code == ENOTDIR)
        return M_PROFILE_MISSING;
    if (code == EACCES)
        return M_PROFILE_FORBIDDEN;
    if (code != 0 || stat(path, &there) != 0)
        return M_CANNOT_READ;
    if (!S_ISREG(there.st_mode))
        return M_PROFILE_NOT_PLAIN;
    return (there.st_mode & S_IWOTH) != 0 ? M_PROFILE_FOR_ALL : M_PROFILE_TOO_LARGE;
}

static void tell_obstacle(cli *program, const char *path, const kamupin_error *error)
{
    if (error->status == KAMUPIN_E_PROFILE_FILE)
        cli_screen_line(program->screen, "! ",
                        cli_detail(program, obstacle(path, error->platform_code), path));
}

kamupin_status cli_profile_check(cli *program, kamupin_error *error)
{
    telling it = {.program = program,
                  .path = program->args.file,
                  .rows = json_array(),
                  .problems = json_array()};
    kamupin_status status =
        kamupin_profile_check(program->args.file, program->args.language, tell, &it, error);
    tell_obstacle(program, it.path, error);
    cli_json_add(program, "rows", it.rows);
    cli_json_add(program, "problems", it.problems);
    return status;
}

kamupin_status cli_profile_load(cli *program, kamupin_error *error)
{
    const char *path = program->args.profile_file;
    telling it = {.program = program, .path = path, .on_screen = true};
    if (path == NULL)
        return KAMUPIN_OK;
    kamupin_status status = kamupin_profile_load(program->context, path, error);
    tell_obstacle(program, path, error);
    if (status == KAMUPIN_E_PROFILE_MALFORMED)
        kamupin_profile_check(path, program->args.language, tell, &it, NULL);
    return status;
}
