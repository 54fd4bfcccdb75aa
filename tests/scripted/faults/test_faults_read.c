/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faults_read.c: listing, opening and reading: every fault at every call. Reading may begin
   again where nothing is lost by it; what comes out is one card's, never a mixture of two. */
#include "stand.h"

#include <openssl/evp.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Whether the first certificate is that of one of the two cards. */
static bool is_of(const kp_stand *stand, size_t player, const unsigned char *der, size_t length)
{
    const struct vc_file *file = &stand->world.players[player].fresh.files[0];

    return file->size == length && memcmp(file->data, der, length) == 0;
}

/* The name that the list gives a card has to belong to the certificate that opening it finds. */
static kamupin_status open_card(kp_stand *stand)
{
    return kamupin_card_open(stand->context, NULL, NULL, &stand->card, NULL);
}

/* … and by the name that kp_card_text gives ours. */
static kamupin_status open_by_name(kp_stand *stand)
{
    return kamupin_card_open(stand->context, "serial:0102030405060708090A0B0C", NULL, &stand->card,
                             NULL);
}

static kamupin_status list(kp_stand *stand)
{
    kamupin_reader_list *made = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = kamupin_reader_list_new(stand->context, NULL, &made, NULL);

    if (status == KAMUPIN_OK) {
        kp_rule(stand, kamupin_reader_list_get(made, 0, &info) == KAMUPIN_OK, "the list is empty");
        status = info.usable;
    }
    if (status == KAMUPIN_OK)
        kp_rule(stand, info.kind == KAMUPIN_CARD_SIGNATURE && info.card_id[0] != '\0',
                "usable, and not recognised");
    kamupin_reader_list_free(&made);
    return status;
}

/* The name that a v2.x card has from its only certificate. */
static void name_card(const kp_player *player, char name[80])
{
    const struct vc_file *file = &player->fresh.files[0];
    unsigned char hash[32];

    assert_int_equal(EVP_Digest(file->data, file->size, hash, NULL, EVP_sha256(), NULL), 1);
    int length = snprintf(name, 80, "certs:");
    for (size_t i = 0; i < sizeof hash; i++)
        length += snprintf(name + length, 80 - (size_t)length, "%02x", hash[i]);
}

/* A card beside the one in trouble is listed with its name, as ever; a dead daemon is everybody's. */
static bool is_unharmed(const kp_stand *stand, size_t reader, const kamupin_card_info *info)
{
    char name[80];

    name_card(&stand->world.players[reader + 1], name);
    if (info->usable != KAMUPIN_OK)
        return stand->world.dead && info->usable == KAMUPIN_E_READER_SERVICE_DOWN;
    return info->kind == KAMUPIN_CARD_SIGNATURE && strcmp(info->card_id, name) == 0 &&
           strcmp(info->reader, stand->world.slots[reader].name) == 0;
}

/* A worker that cannot be opened may be any reader's: then it harms that one alone. */
static kamupin_status list_several(kp_stand *stand)
{
    kamupin_reader_list *made = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = kamupin_reader_list_new(stand->context, NULL, &made, NULL);
    kamupin_status first = KAMUPIN_OK;
    size_t harmed = 0;

    for (size_t i = 0; status == KAMUPIN_OK && i < stand->world.readers; i++) {
        kp_rule(stand, kamupin_reader_list_get(made, i, &info) == KAMUPIN_OK,
                "a reader is missing");
        if (i > 0 && (info.usable == KAMUPIN_OK || stand->world.scope == KP_SCOPE_READER) &&
            !is_unharmed(stand, i, &info))
            fail_msg("%s: %s is harmed: %s", stand->where, info.reader,
                     kamupin_status_name(info.usable));
        if (info.usable == KAMUPIN_OK)
            continue;
        if (harmed++ == 0)
            first = info.usable;
    }
    kp_rule(stand, harmed <= 1 || stand->world.dead, "more than one is harmed");
    kamupin_reader_list_free(&made);
    return status == KAMUPIN_OK && harmed > 0 ? first : status;
}

static kamupin_status read_card(kp_stand *stand)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = kamupin_card_read(stand->card, &info);

    kp_rule(stand, (status == KAMUPIN_OK) == (info.pin_tries_left == 2), "what was read is wrong");
    return status;
}

static void judge_reading(kp_stand *stand, kamupin_status status)
{
    const struct kp_player *players = stand->world.players;
    const unsigned char *der = NULL;
    size_t length = 0;

    for (size_t i = 0; i <= stand->world.readers; i++)
        kp_rule(stand,
                players[i].executed[0x20] + players[i].executed[0x24] + players[i].executed[0x2C] +
                        players[i].executed[0x82] ==
                    0,
                "reading has cost something");
    kp_rule(stand, status == KAMUPIN_OK || !stand->act->opens || stand->card == NULL,
            "a failure gives out a card");
    if (status != KAMUPIN_OK || stand->card == NULL)
        return;
    assert_int_equal(kamupin_card_certificate(stand->card, 0, &der, &length), KAMUPIN_OK);
    kp_rule(stand,
            is_of(stand, 0, der, length) || (stand->act->opens && is_of(stand, 1, der, length)),
            "a certificate of neither card");
}

#define OF_READING(NAME, PERSONALITY, RUN, ...)                                                    \
    {                                                                                              \
        .name = NAME, .personality = PERSONALITY, .more = "pin.tries 2\n", .run = RUN,             \
        .judge = judge_reading, .right = KAMUPIN_OK, __VA_ARGS__                                   \
    }

static const kp_act listing = OF_READING("list", "akis2", list, .opens = true);
static const kp_act listing_several = OF_READING("list of several readers", "akis2", list_several,
                                                 .opens = true, .beside = KP_WORLD_READERS - 1);
static const kp_act opening = OF_READING("open, v2.x", "akis2", open_card, .opens = true);
static const kp_act opening_v1 = OF_READING("open, v1.0", "akis1", open_card, .opens = true);
static const kp_act opening_by_name =
    OF_READING("open by name", "akis1", open_by_name, .opens = true, .joined = true);
static const kp_act reading = OF_READING("read", "akis2", read_card, .opens = false);

static void test_list(void **state)
{
    (void)state;
    kp_stand_try(&listing);
}

static void test_list_several(void **state)
{
    (void)state;
    kp_stand_try(&listing_several);
}

static void test_open(void **state)
{
    (void)state;
    kp_stand_try(&opening);
    kp_stand_try(&opening_v1);
    kp_stand_try(&opening_by_name);
}

static void test_read(void **state)
{
    (void)state;
    kp_stand_try(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_list_several),
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_read),
    };
    return cmocka_run_group_tests(tests, NULL, kp_cards_teardown);
}
