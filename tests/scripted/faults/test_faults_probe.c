/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faults_probe.c: a probe with its steps, and every fault at every call of it: no PIN command to
   another card than the one that was read, none sent again, the sacrifice no deeper than its
   commands explain, a service asked only for a card that is blocked. What happened is counted at the
   card. */
#include "rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define VERIFY 0x20
#define CHANGE 0x24
#define RESET  0x2C

typedef struct run {
    kp_stand stand;
    unsigned int steps;
    unsigned int blocked_asked; /* `unblock` was called */
    size_t listed;              /* the first position behind the list of readers */
    bool known;                 /* the fault comes behind it: the card that is meant is our card */
    char draft[KAMUPIN_PROBE_DRAFT_MAX];
} run;

static bool agree(void *user, kamupin_probe_step step, kamupin_secret *pin)
{
    (void)user;
    if (step == KAMUPIN_PROBE_VERIFY)
        assert_int_equal(kamupin_secret_append(pin, KP_PIN, strlen(KP_PIN)), KAMUPIN_OK);
    return true;
}

/* The service's part stands in for itself: it gives the card its first PIN back, wherever that is. */
static kamupin_status unblock(void *user, const char *card, kamupin_secret *new_pin,
                              kamupin_error *error)
{
    run *it = user;
    struct vc_state *ours = &it->stand.world.players[0].card.state;
    (void)card;
    (void)error;
    it->blocked_asked++;
    kp_rule(&it->stand, ours->pin.counter.tries == 0, "unblocked, and was not blocked");
    ours->pin.counter.tries = ours->pin.counter.max;
    return kamupin_secret_append(new_pin, KP_PIN, strlen(KP_PIN));
}

static kamupin_status probe(run *it)
{
    kamupin_probe_request request = KAMUPIN_PROBE_REQUEST_INIT;
    request.steps = it->steps;
    request.ask = agree;
    request.unblock = unblock;
    request.user = it;
    return kamupin_card_probe(it->stand.context, &request, it->draft, sizeof it->draft, NULL);
}

static void begin(run *it)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kp_world_restore(&it->stand.world);
    options.backend = &it->stand.world.backend;
    options.state_folder = it->stand.folder;
    assert_int_equal(kamupin_context_new(&options, &it->stand.context, NULL), KAMUPIN_OK);
    it->blocked_asked = 0;
    kp_world_start(&it->stand.world);
    it->stand.runs++;
}

static void end(run *it)
{
    kamupin_context_free(&it->stand.context);
    kp_rules_balance(&it->stand);
}

/* What a fault at a card or its daemon may be called, from whichever part of the probe it meets. */
static bool is_a_name(kamupin_status status)
{
    static const kamupin_status names[] = {KAMUPIN_E_CARD_RESET,     KAMUPIN_E_CARD_REMOVED,
                                           KAMUPIN_E_CARD_SWAPPED,   KAMUPIN_E_CARD_IN_USE,
                                           KAMUPIN_E_CARD_NOT_FOUND, KAMUPIN_E_NO_CARD,
                                           KAMUPIN_E_READER_FAILED,  KAMUPIN_E_READER_SERVICE_DOWN};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (status == names[i])
            return true;
    return false;
}

static unsigned int costly(const kp_player *player)
{
    return player->executed[VERIFY] + player->executed[CHANGE] + player->executed[RESET] +
           player->executed[0x82];
}

/* `most`: how many VERIFY a run without a fault takes, of which `wrong` are to be wrong. */
static void judge(run *it, kamupin_status status, unsigned int most, unsigned int wrong)
{
    kp_stand *stand = &it->stand;
    const kp_player *ours = &stand->world.players[0], *other = &stand->world.players[1];
    const unsigned int tries = ours->card.state.pin.counter.tries;
    const unsigned int sent = ours->executed[VERIFY];

    kp_rule(stand, !it->known || costly(other) == 0, "another card had a PIN command");
    kp_rule(stand, costly(ours) == 0 || costly(other) == 0, "two cards had PIN commands");
    kp_rule(stand, other->card.state.pin.counter.tries + 1 >= other->fresh.pin.counter.tries,
            "another card was blocked");
    kp_rule(stand, sent <= most, "a VERIFY came again");
    kp_rule(stand, ours->executed[CHANGE] <= 1, "CHANGE came again");
    kp_rule(stand, ours->executed[RESET] == 0, "a RESET RETRY COUNTER came");
    kp_rule(stand, kp_stand_pin_is(stand, KP_PIN), "the PIN has changed");
    kp_rule(stand, ours->card.state.puk.counter.tries == ours->fresh.puk.counter.tries,
            "the PUK's counter has moved");
    if (wrong == 0)
        kp_rule(stand, tries >= ours->fresh.pin.counter.tries, "a try is gone");
    else if (it->blocked_asked == 0)
        kp_rule(stand, tries + (sent == 0 ? 0 : sent - 1) >= ours->fresh.pin.counter.tries,
                "more tries are gone than wrong PINs came");
    if (status != KAMUPIN_OK && !is_a_name(status) &&
        !(status == KAMUPIN_E_PIN_WRONG && costly(other) == 1))
        fail_msg("%s: answers %s", stand->where, kamupin_status_name(status));
    if (status == KAMUPIN_OK && costly(other) == 0)
        kp_rule(stand, sent == most, "all is well, and a step is missing");
}

/* A list opens a worker for itself and one for the card; then the probe opens its own. */
static size_t behind_the_list(const kp_event *calls, size_t count)
{
    size_t at = 0;
    for (int opens = 0; at < count; at++) {
        opens += calls[at].call == KP_CALL_OPEN ? 1 : 0;
        if (opens == 3)
            break;
    }
    assert_true(at < count);
    return at;
}

static void try_all(unsigned int steps, unsigned int wrong)
{
    static const kp_act act = {.name = "probe", .personality = "akis2"};
    static run it; /* large */
    kp_event calls[KP_WORLD_CALLS];
    char *cards[2] = {kp_card_text("akis2", 0, NULL), kp_card_text("akis2", 1, NULL)};

    memset(&it, 0, sizeof it);
    it.stand.act = &act;
    it.steps = steps;
    snprintf(it.stand.where, sizeof it.stand.where, "probe %u", steps);
    snprintf(it.stand.folder, sizeof it.stand.folder, "/tmp/kamupin-test-XXXXXX");
    assert_non_null(mkdtemp(it.stand.folder));
    kp_world_make(&it.stand.world, cards, 1);
    free(cards[0]);
    free(cards[1]);
    begin(&it);
    assert_int_equal(probe(&it), KAMUPIN_OK);
    const size_t count = it.stand.world.count;
    const unsigned int most = kp_stand_executed(&it.stand, VERIFY);
    memcpy(calls, it.stand.world.calls, count * sizeof *calls);
    it.listed = behind_the_list(calls, count);
    judge(&it, KAMUPIN_OK, most, wrong);
    end(&it);
    for (size_t at = 0; at < count; at++)
        for (kp_fault fault = KP_FAULT_RESET; fault < KP_FAULTS; fault++) {
            if (!kp_world_applies(calls[at].call, fault))
                continue;
            snprintf(it.stand.where, sizeof it.stand.where, "probe %u, %s at call %zu (%s %02X)",
                     steps, kp_fault_name(fault), at, kp_call_name(calls[at].call), calls[at].ins);
            begin(&it);
            kp_world_plan(&it.stand.world, at, fault);
            it.known = at >= it.listed;
            judge(&it, probe(&it), most, wrong);
            end(&it);
        }
    printf("probe %u: %zu positions, %zu runs\n", steps, count, it.stand.runs);
    kp_world_free(&it.stand.world);
    kp_stand_remove_folder(it.stand.folder);
}

static void test_reading(void **state)
{
    (void)state;
    try_all(0, 0);
}

static void test_steps(void **state)
{
    (void)state;
    try_all(KAMUPIN_PROBE_VERIFY | KAMUPIN_PROBE_EMPTY_VERIFY | KAMUPIN_PROBE_CHANGE, 0);
}

static void test_sacrifice(void **state)
{
    (void)state;
    try_all(KAMUPIN_PROBE_VERIFY | KAMUPIN_PROBE_SACRIFICE | KAMUPIN_PROBE_UNBLOCK, 3);
}

static int teardown(void **state)
{
    (void)state;
    kp_cards_free();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_sacrifice),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
