/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   check-certificate.c: a whole program that says whether the certificates of files are genuine and
   in force. Uses only the public headers; needs neither card nor service.

       check-certificate SertifikaDeposu.xml CERTIFICATE…

   Exits with the number of the first status that is not ok (0: all are). */
#include <kamupin/kamupin.h>

#include <stdio.h>

static kamupin_status fail(const kamupin_error *error)
{
    char text[KAMUPIN_TEXT_MAX];

    fprintf(stderr, "%s\n", kamupin_error_text(error, KAMUPIN_TURKISH, text, sizeof text));
    fprintf(stderr, "%s\n", kamupin_error_text(error, KAMUPIN_ENGLISH, text, sizeof text));
    return error->status;
}

static kamupin_status check(kamupin_trust *trust, const kamupin_certificate *certificate)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_check found = KAMUPIN_CHECK_INIT;
    const char *holder = kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_HOLDER, 0);

    kamupin_certificate_check(trust, certificate, NULL, &found, &error);
    printf("%s: %s; root %s; revocation %s by %s%s\n", holder == NULL ? "?" : holder,
           kamupin_status_name(found.verdict), found.root[0] == '\0' ? "?" : found.root,
           kamupin_revocation_state_name(found.revocation.state),
           kamupin_revocation_source_name(found.revocation.source),
           found.weakness == 0 ? "" : "; weak");
    return found.verdict == KAMUPIN_OK ? KAMUPIN_OK : fail(&error);
}

int main(int argc, char **argv)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    kamupin_trust *trust = NULL;
    kamupin_certificate_list *list = NULL;
    kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;

    if (argc < 3) {
        fprintf(stderr, "%s STORE CERTIFICATE...\n", argv[0]);
        return KAMUPIN_E_INVALID_ARGUMENT;
    }
    kamupin_status status = kamupin_context_new(NULL, &context, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_trust_new(context, argv[1], &trust, &error);
    if (status == KAMUPIN_OK)
        status = kamupin_certificate_list_new(context, &list, &error);
    for (int i = 2; i < argc && status == KAMUPIN_OK; i++) {
        status = kamupin_certificate_list_add_file(list, argv[i]);
        kamupin_certificate_list_error(list, &error);
    }
    if (status != KAMUPIN_OK)
        fail(&error);
    for (size_t i = 0; kamupin_certificate_list_get(list, i, &entry) == KAMUPIN_OK; i++) {
        const kamupin_status one = check(trust, entry.certificate);
        if (status == KAMUPIN_OK)
            status = one;
    }
    kamupin_certificate_list_free(&list);
    kamupin_trust_free(&trust);
    kamupin_context_free(&context);
    return (int)status;
}
