// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The keys of the state file: names, kinds, ranges, defaults. Data, shared by reader and writer.
#include "keys.h"

#include "state.h"

static const char *const personalities[] = {"akis1", "akis2", "idcard", NULL};
static const char *const life_cycles[] = {"operational", "creation", NULL};
static const char *const switches[] = {"off", "on", NULL};

#define AT(member) offsetof(struct vc_state, member)

const struct vc_key vc_keys[] = {
    {"personality", VC_WORDS, AT(personality), 0, 0, VC_ABSENT, personalities},
    {"atr", VC_BYTES, AT(atr), 2, 33, 0, NULL},
    {"serial", VC_BYTES, AT(serial), 1, 16, 0, NULL},
    {"life-cycle", VC_WORDS, AT(creation), 0, 0, 0, life_cycles},
    {"pin.value", VC_BYTES, AT(pin.value), 4, 16, 0, NULL},
    {"pin.tries", VC_DECIMAL, AT(pin.counter.tries), 0, 15, VC_ABSENT, NULL},
    {"pin.max", VC_DECIMAL, AT(pin.counter.max), 1, 15, 3, NULL},
    {"puk.value", VC_BYTES, AT(puk.value), 4, 16, 0, NULL},
    {"puk.tries", VC_DECIMAL, AT(puk.counter.tries), 0, 15, VC_ABSENT, NULL},
    {"puk.max", VC_DECIMAL, AT(puk.counter.max), 1, 15, 3, NULL},
    {"puk.uses", VC_DECIMAL, AT(puk_uses), 0, 1000, VC_ABSENT, NULL},
    {"auth.reference", VC_HEX8, AT(auth_reference), 1, 0xFF, 0x83, NULL},
    {"auth.key", VC_BYTES, AT(auth_key), 32, 32, 0, NULL},
    {"auth.tries", VC_DECIMAL, AT(auth.tries), 0, 15, VC_ABSENT, NULL},
    {"auth.max", VC_DECIMAL, AT(auth.max), 1, 15, 3, NULL},
    {"sm.reference", VC_HEX8, AT(sm_reference), 1, 0xFF, 0x84, NULL},
    {"sm.enc", VC_BYTES, AT(sm_enc), 16, 32, 0, NULL},
    {"sm.mac", VC_BYTES, AT(sm_mac), 16, 32, 0, NULL},
    {"strict", VC_WORDS, AT(strict), 0, 0, 1, switches},
    {"limit", VC_DECIMAL, AT(limit), 32, 255, 244, NULL},
    {"fcp.size", VC_WORDS, AT(fcp_size), 0, 0, 1, switches},
    {"reply 61xx", VC_WORDS, AT(reply_61xx), 0, 0, 0, switches},
    {"reply 6cxx", VC_WORDS, AT(reply_6cxx), 0, 0, 0, switches},
    {"wait", VC_DECIMAL, AT(wait), 0, 60000, 0, NULL},
    {"answer.3d10", VC_HEX16, AT(answer_3d10), 0x6000, 0x9FFF, VC_ABSENT, NULL},
};
const size_t vc_key_count = sizeof vc_keys / sizeof vc_keys[0];
