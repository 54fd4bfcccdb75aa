/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   login.c: a whole program that logs somebody in, in their own browser, and says who it was. Uses
   only the public headers.

       login SERVICE [CA-FILE]

   Open the address that it prints. After the login the browser goes to a page that does not open:
   paste that page's address as a line. Enter logs out. Exits with the status' number (0: done) and
   says what happened in Turkish and English. */
#include <kamupin/kamupin.h>

#include <stdio.h>

/* Where the browser ends: a port of this machine at which this program does not listen. */
#define REDIRECT "http://127.0.0.1:49165/kamupin"

static const char *const PROOFS[] = {"?",           "password",      "mobile signature",
                                     "e-signature", "identity card", "bank"};

static kamupin_status log_in(kamupin_session *session)
{
    kamupin_login login = KAMUPIN_LOGIN_INIT;
    char callback[4096];

    kamupin_status status = kamupin_session_begin(session, NULL, &login);
    if (status != KAMUPIN_OK)
        return status;
    printf("%s / %s: %s\n%s\n", login.application_tr, login.application_en, login.address,
           login.url);
    fflush(stdout);
    do /* what is not this login's callback is refused, and the login still waits */
        status = fgets(callback, sizeof callback, stdin) == NULL
                     ? KAMUPIN_E_CANCELLED
                     : kamupin_session_complete(session, callback);
    while (status == KAMUPIN_E_CALLBACK_MALFORMED);
    return status;
}

static kamupin_status work(kamupin_session *session)
{
    kamupin_session_info info = KAMUPIN_SESSION_INFO_INIT;

    kamupin_status status = log_in(session);
    if (status == KAMUPIN_OK)
        status = kamupin_session_info_get(session, &info);
    if (status == KAMUPIN_OK) {
        size_t proof = (size_t)info.assurance; /* a later library may know more of them */
        printf("%s (%s), %s, %d s\n", info.name, info.identity,
               PROOFS[proof < sizeof PROOFS / sizeof PROOFS[0] ? proof : 0], info.seconds_left);
        fflush(stdout);
        getchar(); /* orders would be made here */
        status = kamupin_session_end(session);
    }
    return status;
}

int main(int argc, char **argv)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_session_options wanted = KAMUPIN_SESSION_OPTIONS_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    kamupin_session *session = NULL;
    char text[KAMUPIN_TEXT_MAX];

    if (argc < 2) {
        fprintf(stderr, "%s SERVICE [CA-FILE]\n", argv[0]);
        return KAMUPIN_E_INVALID_ARGUMENT;
    }
    options.ca_file = argc > 2 ? argv[2] : NULL; /* NULL: the system's */
    wanted.service = argv[1];
    wanted.redirect = REDIRECT;
    kamupin_status status = kamupin_context_new(&options, &context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_session_new(context, &wanted, &session, &error);
    if (status == KAMUPIN_OK) {
        status = work(session);
        kamupin_session_error(session, &error);
    }
    kamupin_session_free(&session);
    kamupin_context_free(&context);
    if (status != KAMUPIN_OK) {
        error.status = status;
        fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text));
        fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text));
    }
    return (int)status;
}
