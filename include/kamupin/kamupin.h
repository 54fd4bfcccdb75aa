/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   kamupin.h: all of libkamupin's public headers. An application sees cards, moves an operation
   through its states until the card has its new PIN and the service knows; each header tells its
   part. */
#ifndef KAMUPIN_KAMUPIN_H
#define KAMUPIN_KAMUPIN_H

#include <kamupin/cancel.h>
#include <kamupin/card.h>
#include <kamupin/code.h>
#include <kamupin/context.h>
#include <kamupin/error.h>
#include <kamupin/export.h>
#include <kamupin/notice.h>
#include <kamupin/operation.h>
#include <kamupin/pin.h>
#include <kamupin/pinpad.h>
#include <kamupin/probe.h>
#include <kamupin/profile.h>
#include <kamupin/reader.h>
#include <kamupin/secret.h>
#include <kamupin/sign.h>
#include <kamupin/status.h>
#include <kamupin/watch.h>

#endif
