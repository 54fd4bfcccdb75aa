/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   world_inside.h: what the two halves of the world share: world.c, which the library sees, and
   world_cards.c, which tests see. */
#ifndef KP_TEST_FAULTS_WORLD_INSIDE_H
#define KP_TEST_FAULTS_WORLD_INSIDE_H

#include "world.h"

/** Fills the world's backend. */
void kp_world_backend(kp_world *world);

/** Changes the world, as far as a fault does that. */
void kp_world_happen(kp_world *world, kp_fault fault);

#endif
