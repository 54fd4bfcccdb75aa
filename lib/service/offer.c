/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   offer.c: what the metadata says of logging in: ways, authorization server, client, scopes, and the
   application that one logs in to. */
#include <service/client.h>

#include <stdio.h>
#include <string.h>

#define METHODS_MAX 8
#define SCOPES_MAX  8
#define SCOPE_MAX   61 /* with the NUL */

static const struct {
    const char *word;
    kamupin_login_method method;
} METHODS[] = {{"browser", KAMUPIN_LOGIN_BROWSER},
               {"card", KAMUPIN_LOGIN_CARD},
               {"password", KAMUPIN_LOGIN_PASSWORD}};

/* A way that this version does not know is an offer to somebody else. */
static unsigned int read_methods(kp_fields login)
{
    const size_t count = kp_json_array(login, "methods", METHODS_MAX);
    unsigned int methods = 0;
    char word[32];

    for (size_t i = 0; i < count; i++) {
        kp_json_item(login, "methods", i, word, sizeof word);
        for (size_t known = 0; known < sizeof METHODS / sizeof METHODS[0]; known++)
            if (strcmp(word, METHODS[known].word) == 0)
                methods |= METHODS[known].method;
    }
    return methods;
}

/* Characters of a scope (RFC 6749, 3.3), but for the separator that some gateways take. */
static bool is_scope(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || strchr("\"\\;", *at) != NULL)
            return false;
    return text[0] != '\0';
}

static void read_scopes(kp_fields login, char *scopes, size_t room)
{
    static const char *const SEPARATORS[] = {" ", ";", NULL};
    const size_t count = kp_json_array(login, "scopes", SCOPES_MAX);
    const size_t separator = kp_json_has(login, "scope_separator")
                                 ? kp_json_word(login, "scope_separator", SEPARATORS)
                                 : 0;
    char scope[SCOPE_MAX];
    size_t used = 0;

    if (count == 0)
        kp_json_refuse(login, "scopes");
    for (size_t i = 0; i < count; i++) {
        kp_json_item(login, "scopes", i, scope, sizeof scope);
        if (!is_scope(scope))
            kp_json_refuse(login, "scopes");
        used += (size_t)snprintf(scopes + used, room - used, "%s%s",
                                 i == 0 ? "" : SEPARATORS[separator], scope);
    }
}

/* Letters, digits and ".", "_", "~", "-": nothing that a URL or a form would write otherwise. */
static void read_client_id(kp_fields login, char *client_id, size_t room)
{
    static const char ALLOWED[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-";

    kp_json_text(login, "client_id", client_id, room);
    if (client_id[strspn(client_id, ALLOWED)] != '\0')
        kp_json_refuse(login, "client_id");
}

static void read_application(kp_fields fields, kp_login_offer *offer)
{
    const kp_fields application = kp_json_object(fields, "application");
    const kp_fields name = kp_json_object(application, "name");

    kp_json_shown(name, "tr", offer->application_tr, sizeof offer->application_tr);
    kp_json_shown(name, "en", offer->application_en, sizeof offer->application_en);
    kp_json_text(application, "url", offer->address, sizeof offer->address);
}

void kp_login_offer_read(kp_fields fields, kp_login_offer *offer)
{
    *offer = (kp_login_offer){.methods = 0};
    if (kp_json_has(fields, "application"))
        read_application(fields, offer);
    if (!kp_json_has(fields, "login"))
        return;
    const kp_fields login = kp_json_object(fields, "login");
    offer->methods = read_methods(login);
    if ((offer->methods & (KAMUPIN_LOGIN_BROWSER | KAMUPIN_LOGIN_CARD)) == 0)
        return;
    kp_json_text(login, "issuer", offer->issuer, sizeof offer->issuer);
    if (kp_url_check(offer->issuer, NULL) != KAMUPIN_OK)
        kp_json_refuse(login, "issuer");
    read_client_id(login, offer->client_id, sizeof offer->client_id);
    read_scopes(login, offer->scopes, sizeof offer->scopes);
}
