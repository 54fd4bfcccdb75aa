/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   kamupin.i: the SWIG module for Python and Java alike. Enumerations, records and texts come from
   the public headers as they are; handles come from handles.hpp. What differs between the two
   languages is in typemaps.i. */
%module(directors="1") kamupin

%{
#include "handles.hpp"

#include <cstring>
#include <string>
%}

%include <stdint.i>

/* ---- names: kamupin_card_info -> CardInfo, KAMUPIN_E_NO_CARD -> E_NO_CARD ---- */
%rename("%(regex:/^KAMUPIN_(.*)/\\1/)s", %$isenumitem) "";
%rename(Status) kamupin_status;
%rename(Origin) kamupin_origin;
%rename(Language) kamupin_language;
%rename(LogLevel) kamupin_log_level;
%rename(SecretKind) kamupin_secret_kind;
%rename(Look) kamupin_look;
%rename(CardKind) kamupin_card_kind;
%rename(PinState) kamupin_pin_state;
%rename(Tries) kamupin_tries;
%rename(Notice) kamupin_notice;
%rename(InfoItem) kamupin_info_item;
%rename(OperationKind) kamupin_operation_kind;
%rename(Phase) kamupin_phase;
%rename(Outcome) kamupin_outcome;
%rename(EventKind) kamupin_event_kind;
%rename(CardInfo) kamupin_card_info;
%rename(Event) kamupin_event;
%rename(Factor) kamupin_factor;
%rename(FactorType) kamupin_factor_type;
%rename(Result) kamupin_result;

/* ---- what the classes stand for, and what only C needs (the last rule that fits counts) ---- */
#if defined(SWIGJAVA)
%rename("%(lowercamelcase)s", %$isfunction) "";
%rename("%(lowercamelcase)s", %$isvariable) "";
#endif
%rename("$ignore", regextarget=1, %$isfunction, %$isglobal) "^kamupin_";
%rename(version) kamupin_version;
#if defined(SWIGJAVA)
%rename(statusName) kamupin_status_name;
%rename(statusNext) kamupin_status_next;
%rename(statusCause) kamupin_status_cause;
%rename(statusRemedy) kamupin_status_remedy;
%rename(noticeText) kamupin_notice_text;
%rename(lookText) kamupin_look_text;
%rename(info) kamupin_info;
%rename(infoLabel) kamupin_info_label;
%rename(infoName) kamupin_info_name;
#else
%rename(status_name) kamupin_status_name;
%rename(status_next) kamupin_status_next;
%rename(status_cause) kamupin_status_cause;
%rename(status_remedy) kamupin_status_remedy;
%rename(notice_text) kamupin_notice_text;
%rename(look_text) kamupin_look_text;
%rename(info) kamupin_info;
%rename(info_label) kamupin_info_label;
%rename(info_name) kamupin_info_name;
#endif
%ignore CallbackFailed;
%ignore kamupin_reader_answer;
%ignore kamupin_reader_state;
%ignore kamupin_reader_backend;
%ignore kamupin_context_options;
%ignore kamupin_operation_options;
%ignore kamupin_question;
%ignore kamupin_prompts;
%ignore kamupin_ask;
%ignore kamupin_answer;
%ignore kamupin_pin_policy;
%ignore kamupin_pin_risk;
%ignore kamupin_log_fn;
%ignore kamupin_clock_fn;
%ignore kamupin_event_fn;
%ignore KAMUPIN_TEXT_MAX;
%ignore KAMUPIN_READER_NAME_MAX;
%ignore KAMUPIN_ATR_MAX;
%ignore KAMUPIN_REPLY_MAX;
%ignore KAMUPIN_CARD_ID_MAX;
%rename(SECRET_MAX) KAMUPIN_SECRET_MAX;
%rename("$ignore", regextarget=1, %$isvariable, %$ismember) "^(size|atr|atr_length)$";
%ignore SECRET_OWN;

/* Records are what the library says: read, not written, and made by no one else. */
%nodefaultctor kamupin_error;
%nodefaultctor kamupin_card_info;
%nodefaultctor kamupin_event;
%nodefaultctor kamupin_factor;
%nodefaultctor kamupin_result;
%immutable;

%feature("director") Listener;
%feature("director") Log;
%newobject Operation::cards;

%include "typemaps.i"

%include <kamupin/export.h>
%include <kamupin/status.h>
%include <kamupin/error.h>
%include <kamupin/reader.h>
%include <kamupin/context.h>
%include <kamupin/secret.h>
%include <kamupin/card.h>
%include <kamupin/pin.h>
%include <kamupin/info.h>
%include <kamupin/notice.h>
%include <kamupin/operation.h>

%extend kamupin_error {
    /* What happened and what to do next, for a person. */
    std::string text(kamupin_language language) const
    {
        char text[KAMUPIN_TEXT_MAX];
        return kamupin_error_text($self, language, text, sizeof text);
    }
}

%extend kamupin_card_info {
    /* The answer to reset, upper-case hex without separators. */
    std::string atr_hex() const
    {
        static const char digits[] = "0123456789ABCDEF";
        std::string text;
        for (size_t i = 0; i < $self->atr_length && i < sizeof $self->atr; i++) {
            text += digits[$self->atr[i] >> 4];
            text += digits[$self->atr[i] & 0x0F];
        }
        return text;
    }
}

%include "handles.hpp"
