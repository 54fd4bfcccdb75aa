/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   service.h: the authority's side of a new PIN, for the acts of acts_reset.c: a cryptogram, a sealed
   PUK, a relay in clear, and one in a session of secure messaging whose keys it hands over. */
#ifndef KP_TEST_FAULTS_SERVICE_H
#define KP_TEST_FAULTS_SERVICE_H

#include "stand.h"

#include <card/sm.h>

#define KP_AUTHENTICATE  0x82
#define KP_GET_CHALLENGE 0x84
#define KP_GET_DATA      0xCB

/** With KP_FORM_RELAY in an act's `detail`: the right lives in a session. */
#define KP_IN_SESSION 0x100

/** A card's lines with keys for sessions; their length says of which kind: 3DES, AES-256. */
#define KP_SESSION_3DES                                                                            \
    "sm.enc 0123456789ABCDEFFEDCBA9876543210\nsm.mac 89ABCDEF0123456776543210FEDCBA98\n"
#define KP_SESSION_AES                                                                             \
    "sm.enc 000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F\n"                    \
    "sm.mac 202122232425262728292A2B2C2D2E2F303132333435363738393A3B3C3D3E3F\n"

/** One operation's service. */
typedef struct kp_service {
    kp_stand *stand;
    struct vc_secure session; /* once it is agreed on; its counter is the last one used */
    kp_sm *speaker;           /* of the session, while the service itself speaks */
} kp_service;

/** What it gives to kp_pin_reset, without a mark. `service` has to live as long. */
kp_authority kp_service_authority(kp_service *service, kp_stand *stand);
/** Frees what a relay that was cut off has left. */
void kp_service_end(kp_service *service);

/** The row that the act's form needs, in place of the card's own. */
void kp_service_change_row(kp_stand *stand);

#endif
