/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faults_probe.c: a probe, with and without its steps with a PIN: every fault at every call. The
   card is exchanged for one of another kind: a draft is one card's, never a mixture of two. */
#include "stand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define VERIFY 0x20
#define CHANGE 0x24
#define STEPS                                                                                      \
    ((unsigned int)KAMUPIN_PROBE_VERIFY | (unsigned int)KAMUPIN_PROBE_EMPTY_VERIFY |               \
     (unsigned int)KAMUPIN_PROBE_CHANGE)

#define SACRIFICE                                                                                  \
    ((unsigned int)KAMUPIN_PROBE_VERIFY | (unsigned int)KAMUPIN_PROBE_SACRIFICE |                  \
     (unsigned int)KAMUPIN_PROBE_UNBLOCK)

static unsigned int unblocked; /* how often the authority was asked in a run */

/* What a probe in peace drafts of either card, what the last one has drafted, and our card's name: a
   PIN is for a card that is named. */
static struct {
    char card_id[KAMUPIN_CARD_ID_MAX];
    char of[2][KAMUPIN_PROBE_DRAFT_MAX], last[KAMUPIN_PROBE_DRAFT_MAX];
} drafts;

static bool give_pin(void *user, kamupin_probe_step step, kamupin_secret *pin)
{
    const kp_stand *stand = user;

    for (size_t i = 0; i < stand->world.readers; i++)
        assert_null(stand->world.slots[i].holder); /* not while a person is asked */
    if (step == KAMUPIN_PROBE_VERIFY)
        assert_int_equal(kamupin_secret_append(pin, KP_PIN, strlen(KP_PIN)), KAMUPIN_OK);
    return true;
}

/* The authority's part stands in for itself: it gives the card its tries back, wherever that is. */
static kamupin_status unblock(void *user, const char *card, kamupin_secret *new_pin,
                              kamupin_error *error)
{
    kp_stand *stand = user;
    struct vc_counter *counter = &stand->world.players[0].card.state.pin.counter;

    (void)error;
    unblocked++;
    kp_rule(stand, strcmp(card, drafts.card_id) == 0, "another card is to be unblocked");
    kp_rule(stand, counter->tries == 0, "unblocked, and was not blocked");
    counter->tries = counter->max;
    return kamupin_secret_append(new_pin, KP_PIN, strlen(KP_PIN));
}

static kamupin_status probe_into(kp_stand *stand, kamupin_context *context, unsigned int steps,
                                 char *draft)
{
    kamupin_probe_request request = KAMUPIN_PROBE_REQUEST_INIT;

    request.steps = steps;
    request.ask = give_pin;
    request.unblock = unblock;
    request.user = stand;
    request.card = steps != 0 ? drafts.card_id : NULL;
    return kamupin_card_probe(context, &request, draft, KAMUPIN_PROBE_DRAFT_MAX, NULL);
}

/* What there is to be drafted and named, seen by a context of its own: the operation's has not met any
   card before. */
static void look(kp_stand *stand)
{
    kp_world *world = &stand->world;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_context *context = NULL;
    kamupin_card *card = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;

    options.backend = &world->backend;
    assert_int_equal(kamupin_context_new(&options, &context, NULL), KAMUPIN_OK);
    kp_world_put(world, 0, &world->players[1]);
    assert_int_equal(probe_into(stand, context, 0, drafts.of[1]), KAMUPIN_OK);
    kp_world_put(world, 0, &world->players[0]);
    assert_int_equal(kamupin_card_open(context, NULL, NULL, &card, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_card_read(card, &info), KAMUPIN_OK);
    memcpy(drafts.card_id, info.card_id, sizeof drafts.card_id);
    kamupin_card_free(&card);
    kamupin_context_free(&context);
    kp_world_start(world);
}

static kamupin_status probe(kp_stand *stand)
{
    const bool peace = stand->world.plan[0].fault == KP_FAULT_NONE;

    if (peace)
        look(stand);
    unblocked = 0;
    drafts.last[0] = '\0';
    kamupin_status status =
        probe_into(stand, stand->context, (unsigned int)stand->act->detail, drafts.last);
    if (peace)
        memcpy(drafts.of[0], drafts.last, sizeof drafts.last);
    return status;
}

/* Whether a draft has a line that stands in one of the two drafts alone. */
static bool has_of(const char *draft, const char *one, const char *other)
{
    char line[200];

    for (const char *at = draft; *at != '\0';) {
        const size_t length = strcspn(at, "\n");
        assert_true(at[length] == '\n' && length + 2 < sizeof line);
        memcpy(line, at, length + 1);
        line[length + 1] = '\0';
        if (strstr(one, line) != NULL && strstr(other, line) == NULL)
            return true;
        at += length + 1;
    }
    return false;
}

static void judge_draft(kp_stand *stand, kamupin_status status)
{
    const bool ours = has_of(drafts.last, drafts.of[0], drafts.of[1]);
    const bool others = has_of(drafts.last, drafts.of[1], drafts.of[0]);

    kp_rule(stand, !ours || !others, "a draft of two cards");
    if (status == KAMUPIN_OK)
        kp_rule(stand, strcmp(drafts.last, drafts.of[others ? 1 : 0]) == 0, "a draft with holes");
}

/* Whether the answer to such a command was lost. */
static bool is_lost(const kp_world *world, uint8_t ins)
{
    return world->plan[0].fault >= KP_FAULT_MUTE &&
           world->calls[world->plan[0].position].ins == ins;
}

static void judge_steps(kp_stand *stand, kamupin_status status)
{
    const struct vc_counter *counter = &stand->world.players[0].card.state.pin.counter;

    judge_draft(stand, status);
    kp_rule(stand, kp_stand_pin_is(stand, KP_PIN), "the PIN has changed");
    kp_rule(stand, kp_stand_executed(stand, VERIFY) == 0 || counter->tries == counter->max,
            "a right PIN has cost a try");
    kp_rule(stand,
            status != KAMUPIN_OK ||
                (kp_stand_executed(stand, VERIFY) == 2 && kp_stand_executed(stand, CHANGE) == 1),
            "a step is missing");
    kp_rule(stand,
            status != KAMUPIN_OK ||
                (!is_lost(&stand->world, VERIFY) && !is_lost(&stand->world, CHANGE)),
            "a verdict without an answer");
}

/* The sacrifice goes no deeper than its commands explain, and somebody is asked to unblock the card only
   when it is blocked. What is left blocked by a fault is given its tries back, for what comes after. */
static void judge_sacrifice(kp_stand *stand, kamupin_status status)
{
    struct vc_counter *counter = &stand->world.players[0].card.state.pin.counter;
    const unsigned int before = stand->world.players[0].fresh.pin.counter.tries;
    const unsigned int sent = kp_stand_executed(stand, VERIFY);

    judge_draft(stand, status);
    kp_rule(stand, kp_stand_pin_is(stand, KP_PIN), "the PIN has changed");
    kp_rule(stand, unblocked > 0 || counter->tries + (sent > 0 ? sent - 1 : 0) >= before,
            "more tries are gone than wrong PINs came");
    kp_rule(stand, unblocked <= 1 && (status != KAMUPIN_OK || unblocked == 1),
            "not unblocked once");
    kp_rule(stand, status != KAMUPIN_OK || sent == stand->act->verifies, "a step is missing");
    if (counter->tries == 0)
        counter->tries = counter->max;
}

static void try_with(const char *name, const char *personality, const char *other,
                     unsigned int steps, unsigned int verifies)
{
    const kp_act act = {.name = name,
                        .personality = personality,
                        .other = other,
                        .more = "pin.tries 2\n",
                        .run = probe,
                        .judge = steps == 0       ? judge_draft
                                 : steps == STEPS ? judge_steps
                                                  : judge_sacrifice,
                        .gives_up = steps == SACRIFICE,
                        .right = KAMUPIN_OK,
                        .opens = true,
                        .joined = true,
                        .verifies = verifies,
                        .detail = (int)steps};
    kp_stand_try(&act);
}

static void test_reading(void **state)
{
    (void)state;
    try_with("probe, v2.x", "akis2", "akis1", 0, 0);
    try_with("probe, v1.0", "akis1", "akis2", 0, 0);
}

static void test_steps(void **state)
{
    (void)state;
    try_with("probe with a PIN", "akis2", NULL, STEPS, 2); /* one of them without data */
    try_with("probe with a PIN, another kind", "akis2", "akis1", STEPS, 2);
}

static void test_sacrifice(void **state)
{
    (void)state;
    try_with("probe that gives the card up", "akis2", NULL, SACRIFICE,
             6); /* a right one, wrong ones */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_sacrifice),
    };
    return cmocka_run_group_tests(tests, NULL, kp_cards_teardown);
}
