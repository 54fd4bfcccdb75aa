// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Command chaining (ISO/IEC 7816-4, 5.3.3): parts are kept until the last comes; any other command
// drops them. Offered for PERFORM SECURITY OPERATION alone: a PIN command in parts stays refused.
#include "card.h"

#include <openssl/crypto.h>
#include <string.h>

#define CHAINING           0x10
#define SECURITY_OPERATION 0x2A

static void drop(struct vc_chain *chain)
{
    OPENSSL_cleanse(chain, sizeof *chain);
}

static bool append(struct vc_chain *chain, const struct vc_apdu *apdu)
{
    if (apdu->lc > sizeof chain->data - chain->len)
        return false;
    if (apdu->lc > 0)
        memcpy(chain->data + chain->len, apdu->data, apdu->lc);
    chain->len += apdu->lc;
    return true;
}

uint16_t vc_chain_take(struct vc_card *card, struct vc_apdu *apdu, bool *done)
{
    struct vc_chain *chain = &card->session.chain;
    const uint8_t head[4] = {(uint8_t)(apdu->cla & ~CHAINING), apdu->ins, apdu->p1, apdu->p2};
    bool part = (apdu->cla & 0xE0) == 0 && (apdu->cla & CHAINING) != 0;
    *done = false;
    if (apdu->ins != SECURITY_OPERATION || (chain->len > 0 && memcmp(chain->head, head, 4) != 0))
        drop(chain);
    if (apdu->ins != SECURITY_OPERATION || (!part && chain->len == 0))
        return 0x9000;
    *done = true;
    if (apdu->lc == 0 || apdu->lc > card->state.limit || !append(chain, apdu)) {
        drop(chain);
        return 0x6700;
    }
    memcpy(chain->head, head, sizeof head);
    if (part)
        return 0x9000;
    *done = false;
    apdu->data = chain->data;
    apdu->lc = chain->len;
    apdu->chained = true;
    chain->len = 0; // what is run now is no open chain any more; its bytes stay until the next
    return 0x9000;
}
