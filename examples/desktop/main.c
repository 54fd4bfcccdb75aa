/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   main.c: kamupin-desktop, a program with a window that gives an e-signature card a new PIN. It uses
   the public headers of libkamupin and GTK 4, nothing else. */
#include "desktop.h"

#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static kamupin_status prepare(kd_app *app, kamupin_error *error)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    options.ca_file = getenv("KAMUPIN_CA_FILE");
    options.state_folder = getenv("KAMUPIN_STATE_DIR");
    kamupin_status status = kamupin_context_new(&options, &app->context, error);
    if (status == KAMUPIN_OK)
        status = kamupin_cancel_new(app->context, &app->cancel, error);
    return status;
}

static void activate(GtkApplication *gtk, gpointer user)
{
    kd_app *app = user;
    (void)gtk;
    if (app->window == NULL)
        kd_app_open(app);
    else
        gtk_window_present(GTK_WINDOW(app->window));
}

/* Reads the options; -1 to go on, else the exit code. */
static int read_options(kd_app *app, int argc, char **argv)
{
    static const struct option options[] = {{"service", required_argument, NULL, 's'},
                                            {"lang", required_argument, NULL, 'l'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    bool help = false, version = false, wrong = false;
    const char *language = NULL;
    int option;
    app->service = getenv("KAMUPIN_SERVICE");
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 's')
            app->service = optarg;
        else if (option == 'l')
            language = optarg;
        help = help || option == 'h';
        version = version || option == 'v';
        wrong = wrong || option == '?';
    }
    if (app->service != NULL && app->service[0] == '\0')
        app->service = NULL;
    app->language = kd_language(language);
    wrong = wrong || optind < argc ||
            (language != NULL && !g_str_equal(language, "tr") && !g_str_equal(language, "en"));
    if (wrong)
        fprintf(stderr, "%s\n", kd_text_of(T_HINT, app->language));
    else if (help)
        fputs(kd_text_of(T_HELP, app->language), stdout);
    else if (version)
        printf("kamupin-desktop %s\n", kamupin_version());
    return wrong ? KAMUPIN_E_INVALID_ARGUMENT : help || version ? 0 : -1;
}

int main(int argc, char **argv)
{
    kd_app app = {.language = KAMUPIN_TURKISH};
    kamupin_error error = KAMUPIN_ERROR_INIT;
    char text[KAMUPIN_TEXT_MAX];
    setlocale(LC_ALL, "");
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core dump would hold what was typed */
    int code = read_options(&app, argc, argv);
    if (code >= 0)
        return code;
    if (prepare(&app, &error) != KAMUPIN_OK) {
        fprintf(stderr, "%s\n", kamupin_error_text(&error, app.language, text, sizeof text));
        return (int)error.status;
    }
    app.gtk = gtk_application_new("org.kamupin.Desktop", G_APPLICATION_DEFAULT_FLAGS);
    g_signal_connect(app.gtk, "activate", G_CALLBACK(activate), &app);
    code = g_application_run(G_APPLICATION(app.gtk), 1, argv);
    kd_app_shut(&app);
    g_object_unref(app.gtk);
    return code;
}
