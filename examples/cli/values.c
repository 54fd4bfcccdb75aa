/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   values.c: what the word behind each option means, and where in cli_args it goes. Reads nothing but
   that word. */
#include "options.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How a kind of word is taken over: into the member at `into`; false when it is none of its kind. */
typedef bool take_fn(void *into, const char *value, unsigned int bits);

static bool take_text(void *into, const char *value, unsigned int bits)
{
    const char **text = into;
    (void)bits;
    *text = value;
    return true;
}

static bool take_proxy(void *into, const char *value, unsigned int bits)
{
    return take_text(into, strcmp(value, "none") == 0 ? "" : value, bits);
}

/* A colon is in no user's name (RFC 7617, 2): a password would stand behind it. */
static bool take_user(void *into, const char *value, unsigned int bits)
{
    return value[0] != '\0' && strchr(value, ':') == NULL && take_text(into, value, bits);
}

static bool take_flag(void *into, const char *value, unsigned int bits)
{
    bool *flag = into;
    (void)value;
    (void)bits;
    *flag = true;
    return true;
}

static bool take_bits(void *into, const char *value, unsigned int bits)
{
    unsigned int *all = into;
    (void)value;
    *all |= bits;
    return true;
}

static bool take_number(void *into, const char *value, unsigned int bits)
{
    int *taken = into;
    char *end = NULL;
    (void)bits;
    errno = 0;
    long number = strtol(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || value[0] == '-' || number > INT_MAX)
        return false;
    *taken = (int)number;
    return true;
}

/* People count from 1. */
static bool take_index(void *into, const char *value, unsigned int bits)
{
    size_t *index = into;
    int number = 0;
    bool good = take_number(&number, value, bits) && number > 0;
    if (good)
        *index = (size_t)number - 1;
    return good;
}

/* How many digits a PIN has: one or two figures, never a PIN. */
static bool take_digits(void *into, const char *value, unsigned int bits)
{
    unsigned int *digits = into;
    size_t length = strspn(value, "0123456789");
    (void)bits;
    if (length == 0 || length > 2 || value[length] != '\0')
        return false;
    *digits = (unsigned int)strtoul(value, NULL, 10);
    return *digits >= 1 && *digits <= 15;
}

static bool take_language(void *into, const char *value, unsigned int bits)
{
    kamupin_language *language = into;
    bool known = strcmp(value, "tr") == 0 || strcmp(value, "en") == 0;
    (void)bits;
    if (known)
        *language = cli_language(value);
    return known;
}

/* The words of an option of which each stands for its place, from 1. */
static const char *const LEVELS[] = {"error", "warning", "info", "debug", "trace", NULL};
static const char *const HASHES[] = {"sha256", "sha384", "sha512", NULL};
static const char *const FORMS[] = {"pkcs1", "pss", "raw", "der", NULL};
static const char *const FACTORS[] = {"sms", "web-password", NULL};
static const char *const ROLES[] = {"individual", "authorised", NULL};
static const char *const LANGUAGES[] = {"tr", "en", NULL};

const char *const cli_suspend_reasons[] = {"lost", "stolen", "left-behind", "other", NULL};

/* Which of the words it is, from 1; 0 for none of them. */
static unsigned int place_among(const char *const *words, const char *value)
{
    for (unsigned int i = 0; words[i] != NULL; i++)
        if (strcmp(value, words[i]) == 0)
            return i + 1;
    return 0;
}

static bool take_level(void *into, const char *value, unsigned int bits)
{
    kamupin_log_level *level = into;
    unsigned int place = place_among(LEVELS, value);
    (void)bits;
    if (place != 0)
        *level = (kamupin_log_level)place;
    return place != 0;
}

static bool take_hash(void *into, const char *value, unsigned int bits)
{
    kamupin_hash *hash = into;
    unsigned int place = place_among(HASHES, value);
    (void)bits;
    if (place != 0)
        *hash = (kamupin_hash)place;
    return place != 0;
}

static bool take_form(void *into, const char *value, unsigned int bits)
{
    kamupin_sign_form *form = into;
    unsigned int place = place_among(FORMS, value);
    (void)bits;
    if (place != 0)
        *form = (kamupin_sign_form)place;
    return place != 0;
}

static bool take_factor(void *into, const char *value, unsigned int bits)
{
    kamupin_factor_type *factor = into;
    unsigned int place = place_among(FACTORS, value);
    (void)bits;
    if (place != 0)
        *factor = (kamupin_factor_type)place;
    return place != 0;
}

static bool take_product(void *into, const char *value, unsigned int bits)
{
    kamupin_product *product = into;
    (void)bits;
    for (int i = KAMUPIN_PRODUCT_NES; i <= KAMUPIN_PRODUCT_KURUMSAL_SIFRELEME; i++)
        if (strcmp(value, kamupin_product_name((kamupin_product)i)) == 0)
            *product = (kamupin_product)i;
    return *product != KAMUPIN_PRODUCT_ANY;
}

static bool take_organisation(void *into, const char *value, unsigned int bits)
{
    const bool known = strncmp(value, "vkn:", 4) == 0 || strncmp(value, "detsis:", 7) == 0;
    return known && take_text(into, value, bits);
}

static bool take_role(void *into, const char *value, unsigned int bits)
{
    kamupin_role *role = into;
    unsigned int place = place_among(ROLES, value);
    (void)bits;
    if (place != 0)
        *role = (kamupin_role)place;
    return place != 0;
}

#define INTO(member) offsetof(cli_args, member)

static const struct {
    take_fn *take;
    size_t into;
    unsigned int bits;        /* of take_bits */
    const char *const *words; /* what it may be; NULL: not one of a few words */
} meanings[OPTION_COUNT] = {
    [OPTION_CARD] = {take_text, INTO(card), 0, NULL},
    [OPTION_SERVICE] = {take_text, INTO(service), 0, NULL},
    [OPTION_CA_FILE] = {take_text, INTO(ca_file), 0, NULL},
    [OPTION_SERVER_KEY] = {take_text, INTO(server_key), 0, NULL},
    [OPTION_PROXY] = {take_proxy, INTO(proxy), 0, NULL},
    [OPTION_PROXY_USER] = {take_user, INTO(proxy_user), 0, NULL},
    [OPTION_PROXY_PASSWORD_FD] = {take_number, INTO(proxy_password_fd), 0, NULL},
    [OPTION_PROFILE_FILE] = {take_text, INTO(profile_file), 0, NULL},
    [OPTION_STATE_DIR] = {take_text, INTO(state_dir), 0, NULL},
    [OPTION_DRAFT] = {take_text, INTO(draft), 0, NULL},
    [OPTION_IN] = {take_text, INTO(in), 0, NULL},
    [OPTION_OUT] = {take_text, INTO(out), 0, NULL},
    [OPTION_CERT_OUT] = {take_text, INTO(cert_out), 0, NULL},
    [OPTION_HASHED] = {take_flag, INTO(hashed), 0, NULL},
    [OPTION_PASSWORD] = {take_flag, INTO(password_login), 0, NULL},
    [OPTION_WORD_FD] = {take_number, INTO(word_fd), 0, NULL},
    [OPTION_PASTE] = {take_flag, INTO(paste), 0, NULL},
    [OPTION_NO_BROWSER] = {take_flag, INTO(no_browser), 0, NULL},
    [OPTION_ACKNOWLEDGE] = {take_flag, INTO(acknowledge), 0, NULL},
    [OPTION_PINPAD] = {take_flag, INTO(pinpad), 0, NULL},
    [OPTION_JSON] = {take_flag, INTO(json), 0, NULL},
    [OPTION_HELP] = {take_flag, INTO(help), 0, NULL},
    [OPTION_VERSION] = {take_flag, INTO(version), 0, NULL},
    [OPTION_TRY_VERIFY] = {take_bits, INTO(probe_steps), KAMUPIN_PROBE_VERIFY, NULL},
    [OPTION_TRY_EMPTY_VERIFY] = {take_bits, INTO(probe_steps), KAMUPIN_PROBE_EMPTY_VERIFY, NULL},
    [OPTION_TRY_CHANGE] = {take_bits, INTO(probe_steps), KAMUPIN_PROBE_CHANGE, NULL},
    [OPTION_SACRIFICE] = {take_bits, INTO(probe_steps), KAMUPIN_PROBE_SACRIFICE, NULL},
    [OPTION_TRY_UNBLOCK] = {take_bits, INTO(probe_steps), KAMUPIN_PROBE_UNBLOCK, NULL},
    [OPTION_LAST_TRY] = {take_bits, INTO(risk), KAMUPIN_RISK_LAST_TRY, NULL},
    [OPTION_UNKNOWN_TRIES] = {take_bits, INTO(risk), KAMUPIN_RISK_UNKNOWN_TRIES, NULL},
    [OPTION_UNPROVEN] = {take_bits, INTO(risk), KAMUPIN_RISK_UNPROVEN, NULL},
    [OPTION_SEALED] = {take_bits, INTO(risk), KAMUPIN_RISK_SEALED_PUK, NULL},
    [OPTION_PIN_FD] = {take_number, INTO(pin_fd), 0, NULL},
    [OPTION_CODE_FD] = {take_number, INTO(code_fd), 0, NULL},
    [OPTION_OLD_PIN_FD] = {take_number, INTO(old_pin_fd), 0, NULL},
    [OPTION_NEW_PIN_FD] = {take_number, INTO(new_pin_fd), 0, NULL},
    [OPTION_SMS_FD] = {take_number, INTO(sms_fd), 0, NULL},
    [OPTION_WEB_PASSWORD_FD] = {take_number, INTO(web_password_fd), 0, NULL},
    [OPTION_WITH_LOGIN] = {take_flag, INTO(with_login), 0, NULL},
    [OPTION_DAYS] = {take_number, INTO(days), 0, NULL},
    [OPTION_TRUST] = {take_text, INTO(trust), 0, NULL},
    [OPTION_OFFLINE] = {take_flag, INTO(offline), 0, NULL},
    [OPTION_QUIET] = {take_flag, INTO(quiet), 0, NULL},
    [OPTION_VERBOSE] = {take_flag, INTO(verbose), 0, NULL},
    [OPTION_CREATE] = {take_flag, INTO(create), 0, NULL},
    [OPTION_PRODUCT] = {take_product, INTO(product), 0, NULL},
    [OPTION_ON_BEHALF_OF] = {take_organisation, INTO(on_behalf_of), 0, NULL},
    [OPTION_FACTOR] = {take_factor, INTO(factor), 0, FACTORS},
    [OPTION_CHECK_PIN_FD] = {take_number, INTO(check_pin_fd), 0, NULL},
    [OPTION_PIN_DIGITS] = {take_digits, INTO(pin_digits), 0, NULL},
    [OPTION_CERTIFICATE] = {take_index, INTO(certificate), 0, NULL},
    [OPTION_HASH] = {take_hash, INTO(hash), 0, HASHES},
    [OPTION_FORM] = {take_form, INTO(form), 0, FORMS},
    [OPTION_ROLE] = {take_role, INTO(role), 0, ROLES},
    [OPTION_REASON] = {take_text, INTO(reason), 0, NULL},
    [OPTION_ALL] = {take_flag, INTO(all), 0, NULL},
    [OPTION_WHOLE_IDENTITY] = {take_flag, INTO(whole_identity), 0, NULL},
    [OPTION_LANG] = {take_language, INTO(language), 0, LANGUAGES},
    [OPTION_LOG] = {take_level, INTO(log), 0, LEVELS},
};

const char *const *cli_option_words(cli_option option)
{
    return option < OPTION_COUNT ? meanings[option].words : NULL;
}

bool cli_option_take(cli_args *args, cli_option option, const char *value)
{
    if (option >= OPTION_COUNT || meanings[option].take == NULL)
        return false;
    return meanings[option].take((char *)args + meanings[option].into, value,
                                 meanings[option].bits);
}

cli_message cli_option_wants(cli_option option, char *room, size_t size)
{
    const char *const *words = cli_option_words(option);
    size_t used = strlen(room);
    for (size_t i = 0; words != NULL && words[i] != NULL && used < size; i++)
        used += (size_t)snprintf(room + used, size - used, "%s%s", i == 0 ? " " : "|", words[i]);
    if (words != NULL)
        return M_BAD_WORD;
    return option < OPTION_COUNT && meanings[option].take == take_number ? M_BAD_NUMBER
                                                                         : M_BAD_VALUE;
}
