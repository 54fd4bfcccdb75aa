/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   kamupin.h: all of libkamupin's public headers, each with its comments and an example:

       card.h       readers and their cards, what can be known of them without spending a try
       watch.h      cards and readers as they come and go; a callback, or a descriptor for poll()
       pin.h        the PIN: verify, change, and whether they would be refused; pinpad.h the same
                    at the reader's keypad
       sign.h       signatures by the card; cms.h signed documents
       operation.h  a new PIN for a blocked or new card, with an online service
       session.h    a login at the service: in a browser, with the card; password.h as older portals
                    have it
       order.h      with a session: a new PIN for which nobody types a code; issued.h the PIN that a
                    card was issued with
       lifecycle.h  what the authority says of a person's certificates, and changing it: suspend,
                    reopen, open for use, revoke
       consent.h    the e-consent, signed with the card; application.h applications for
                    certificates, and lists that an authorised person signs
       inquiry.h    what may be asked without a login; info.h whom to call and where to look
       certificate.h  what a certificate says: holder, kind, dates, key, addresses;
                    certificate_list.h those of cards, files and the service, each once
       profile.h    cards that are not built in, from a file; probe.h drafts such a file
       secret.h     PINs and codes, in locked memory; code.h cleans a pasted code
       error.h      what went wrong and what to do next, in Turkish and English; status.h,
                    notice.h
       context.h    what everything is made from: log, state folder, reader backend (reader.h);
                    cancel.h ends a call from another thread
       network.h    a proxy's login; which hosts were contacted
       diagnose.h   what is the matter here, and what to do

   Every call that can fail answers a kamupin_status. A record is set to its _INIT before it is
   given to a call; a handle is freed by the _free of its family, which takes its address.

       kamupin_context *context = NULL;
       kamupin_card *card = NULL;
       kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
       kamupin_error error = KAMUPIN_ERROR_INIT;
       char text[KAMUPIN_TEXT_MAX];
       kamupin_status status = kamupin_context_new(NULL, &context, &error);
       if (status == KAMUPIN_OK) // NULL: the only card there is
           status = kamupin_card_open(context, NULL, NULL, &card, &error);
       if (status == KAMUPIN_OK && kamupin_card_read(card, &info) == KAMUPIN_OK)
           printf("%s: PIN %s\n", info.card_id, kamupin_pin_state_name(info.pin_state));
       if (status != KAMUPIN_OK)
           fputs(kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text), stderr);
       kamupin_card_free(&card);
       kamupin_context_free(&context); */
#ifndef KAMUPIN_KAMUPIN_H
#define KAMUPIN_KAMUPIN_H

#include <kamupin/application.h>
#include <kamupin/cancel.h>
#include <kamupin/card.h>
#include <kamupin/certificate.h>
#include <kamupin/certificate_list.h>
#include <kamupin/cms.h>
#include <kamupin/code.h>
#include <kamupin/consent.h>
#include <kamupin/context.h>
#include <kamupin/diagnose.h>
#include <kamupin/error.h>
#include <kamupin/export.h>
#include <kamupin/info.h>
#include <kamupin/inquiry.h>
#include <kamupin/issued.h>
#include <kamupin/lifecycle.h>
#include <kamupin/network.h>
#include <kamupin/notice.h>
#include <kamupin/operation.h>
#include <kamupin/order.h>
#include <kamupin/password.h>
#include <kamupin/pin.h>
#include <kamupin/pinpad.h>
#include <kamupin/probe.h>
#include <kamupin/profile.h>
#include <kamupin/reader.h>
#include <kamupin/secret.h>
#include <kamupin/session.h>
#include <kamupin/sign.h>
#include <kamupin/status.h>
#include <kamupin/trust.h>
#include <kamupin/watch.h>

#endif
