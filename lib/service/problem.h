/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   problem.h: problem documents (RFC 9457) and other refusals become one status each. For service/
   alone. */
#ifndef KP_SERVICE_PROBLEM_H
#define KP_SERVICE_PROBLEM_H

#include <net/http.h>

/** The status that a problem's name ("code-expired") stands for; service-refused for a name that
 * this version does not know. */
kamupin_status kp_problem_status(const char *name);

/** Fills `error` from an answer that is not 2xx: from its problem document, else from its HTTP
 * status. Never ok. */
kamupin_status kp_problem_fail(const kp_http_reply *reply, kamupin_error *error);

#endif
