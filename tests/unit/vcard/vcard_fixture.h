// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// What the virtual card's tests share: a card made from the text of a state file in a folder of its
// own, and a way to say "to this command, that answer" in hex. Touches that folder under /tmp.
#ifndef VCARD_FIXTURE_H
#define VCARD_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bytes.h"
#include "card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AKIS1_ATR "3BBA11008131FE4D55454B41452056312E30AE"
#define AKIS2_ATR "3B9F978131FE4580655443D3228231C073F621808105D3"
#define AKIS1_STATE                                                                                \
    "kamupin-vcard 1\npersonality akis1\natr " AKIS1_ATR "\nserial 0102030405060708090A0B0C\n"     \
    "pin.value 313233343536\npuk.value 3837363534333231\n"
// The key and, in a test, the challenge are those of the AES-256 examples of NIST SP 800-38B.
#define AKIS2_STATE                                                                                \
    "kamupin-vcard 1\npersonality akis2\natr " AKIS2_ATR "\n"                                      \
    "pin.value 313233343536\npuk.value 3837363534333231\n"                                         \
    "auth.key 603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4\n"
#define SELECT_APPLICATION "00A4040007504B43532D3135"
#define RIGHT_PIN          "0020008106313233343536"
#define WRONG_PIN          "0020008106393939393939"

struct fixture {
    char folder[32];
    char path[48];
    struct vc_card card;
};

static inline struct fixture *fixture_new(const char *state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct vc_problem problem = {.text = VC_TEXT_NONE};
    assert_non_null(f);
    strcpy(f->folder, "/tmp/kamupin-vcard-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/state", f->folder);
    FILE *stream = fopen(f->path, "w");
    assert_non_null(stream);
    assert_true(fputs(state, stream) >= 0 && fclose(stream) == 0);
    if (!vc_state_load(&f->card.state, f->path, &problem))
        fail_msg("line %u, %s: %s", problem.line, problem.key, vc_text(problem.text));
    f->card.state_path = f->path;
    vc_card_reset(&f->card);
    return f;
}

static inline void fixture_free(struct fixture *f)
{
    vc_state_clear(&f->card.state);
    unlink(f->path);
    assert_int_equal(rmdir(f->folder), 0); // and no half-written file is left beside it
    free(f);
}

// Sends COMMAND and writes the card's answer as hex to ANSWER (room for the longest).
static inline void transmit(struct fixture *f, const char *command, char *answer)
{
    uint8_t in[600];
    uint8_t out[VC_REPLY_MAX + 2];
    size_t len;
    assert_true(vc_hex_decode(command, in, sizeof in, &len));
    size_t n = vc_card_transmit(&f->card, in, len, out);
    vc_hex_encode(out, n, answer);
}

static inline void expect(struct fixture *f, const char *command, const char *answer)
{
    char got[2 * (VC_REPLY_MAX + 2) + 1];
    transmit(f, command, got);
    if (strcmp(got, answer) != 0)
        fail_msg("to %s the card says %s instead of %s", command, got, answer);
}

// The state as it is on disk, which is what a card that was killed comes back with.
static inline void from_disk(const struct fixture *f, struct vc_state *state)
{
    struct vc_problem problem;
    assert_true(vc_state_load(state, f->path, &problem));
}

#endif
