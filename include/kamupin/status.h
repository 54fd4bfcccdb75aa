/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   status.h: what a call answers. A number never changes its meaning and none is used twice. Every
   number fits in a process exit code, and the `kamupin` command exits with it (125 is that command's
   own, 126 to 165 are left to shells and signals). The sentences for each, Turkish and English, are
   in error.h's tables; one page each in docs/errors. */
#ifndef KAMUPIN_STATUS_H
#define KAMUPIN_STATUS_H

#include <kamupin/export.h>

KAMUPIN_BEGIN

/** What a call answers; 0 is success. */
typedef enum kamupin_status {
    KAMUPIN_OK = 0,

    /* 1..19: this machine, this call. */
    KAMUPIN_E_CRYPTO = 1, /**< OpenSSL could not do what it always can (no randomness, no memory) */
    KAMUPIN_E_INVALID_ARGUMENT = 2, /**< a parameter breaks the call's written contract */
    KAMUPIN_E_NO_MEMORY = 3,        /**< the system gave no memory */
    KAMUPIN_E_CANCELLED = 4,        /**< the person or the program cancelled */
    KAMUPIN_E_TIMED_OUT = 5,        /**< a wait that the caller bounded has ended */
    KAMUPIN_E_WRONG_STATE = 6,      /**< the call does not fit the operation's present phase */
    KAMUPIN_E_SECRET_KIND = 7,      /**< a secret of another kind was given (a code is not a PIN) */
    KAMUPIN_E_SECRET_FULL = 8, /**< the secret, or the arena that holds secrets, has no room left */
    KAMUPIN_E_LOCKED_MEMORY = 9,     /**< the system refused memory that is kept out of swap */
    KAMUPIN_E_STATE_FOLDER = 10,     /**< the state folder cannot be used safely */
    KAMUPIN_E_JOURNAL_DAMAGED = 11,  /**< a journal file is not what the library wrote */
    KAMUPIN_E_FORKED = 12,           /**< the handle belongs to the parent process */
    KAMUPIN_E_NOT_ACKNOWLEDGED = 13, /**< a warning that has to be read was not acknowledged */
    KAMUPIN_E_CHOICE_NEEDED = 14,    /**< more than one card fits and none was named */

    /* 20..59: readers and cards. */
    KAMUPIN_E_READER_SERVICE_DOWN = 20,  /**< the PC/SC daemon does not answer */
    KAMUPIN_E_READER_NOT_PERMITTED = 21, /**< the PC/SC daemon refuses this user */
    KAMUPIN_E_NO_READER = 22,            /**< no reader is attached */
    KAMUPIN_E_NO_CARD = 23,              /**< the reader is empty */
    KAMUPIN_E_CARD_MUTE = 24,            /**< a card is in the reader and does not answer */
    KAMUPIN_E_CARD_IN_USE = 25,          /**< another program holds the card exclusively */
    KAMUPIN_E_CARD_UNSUPPORTED = 26,     /**< no card profile knows this card */
    KAMUPIN_E_CARD_REMOVED = 27,         /**< the card was pulled while it was needed */
    KAMUPIN_E_CARD_RESET = 28,     /**< another program reset the card; nothing was sent after it */
    KAMUPIN_E_CARD_SWAPPED = 29,   /**< another card is in the reader now */
    KAMUPIN_E_CARD_NOT_YOURS = 30, /**< the service does not allow this card for this code */
    KAMUPIN_E_CARD_IDENTITY_CARD = 31,   /**< a Turkish identity card: its PIN is never touched */
    KAMUPIN_E_CARD_NO_CERTIFICATE = 32,  /**< no certificate on it, so it cannot be recognised */
    KAMUPIN_E_CARD_UNRECOGNISED = 33,    /**< not clearly an e-signature card: fails closed */
    KAMUPIN_E_CARD_BUSY = 34,            /**< another program of this library works on the card */
    KAMUPIN_E_CARD_REPLY_MALFORMED = 35, /**< the card's answer is not what the standard allows */
    KAMUPIN_E_CARD_REFUSED = 36,         /**< the card refused a command; see the status word */
    KAMUPIN_E_CARD_DEAD = 37,            /**< the PUK is used up: the card has to be replaced */
    KAMUPIN_E_PUK_LAST_TRY = 38,         /**< one PUK try is left: nothing may be risked any more */
    KAMUPIN_E_READER_FAILED = 39,        /**< the reader or its driver failed; see platform_code */
    KAMUPIN_E_COMMAND_FORBIDDEN = 40, /**< a command on the never-send list was about to be sent */
    KAMUPIN_E_COMMAND_UNPROVEN = 41,  /**< only a candidate is known; nobody accepted the risk */
    KAMUPIN_E_COMMAND_UNKNOWN = 42,   /**< the card profile does not know how to do this */
    KAMUPIN_E_CARD_NOT_FOUND = 43,    /**< the card that was named is in no reader */
    KAMUPIN_E_AUTHENTICATION_REFUSED = 44, /**< the card refused the service's cryptogram */
    KAMUPIN_E_PROFILE_MALFORMED = 45, /**< a line of a card profile file is not in its format */
    KAMUPIN_E_CARD_ADDRESS = 46,      /**< a kamupin: URI that is none */
    KAMUPIN_E_RELAY_REFUSED = 47, /**< the service wanted to relay a command that is not allowed */
    KAMUPIN_E_SEALED_PUK_REFUSED = 48,  /**< the service wanted the card's PUK used; not allowed */
    KAMUPIN_E_SECURE_MESSAGING = 49,    /**< the card's answer is not protected as it has to be */
    KAMUPIN_E_PIN_PAD_UNSUPPORTED = 50, /**< not at this reader's keypad; nothing was sent */
    KAMUPIN_E_KEY_UNSUITABLE = 51, /**< no key of the card fits the signature that was asked for */
    KAMUPIN_E_CERTIFICATE_NOT_VALID = 52, /**< the certificate is not in force today */
    KAMUPIN_E_PROFILE_FILE = 53,          /**< a card profile file cannot be read */
    KAMUPIN_E_PIN_PAD_FAILED = 54, /**< the keypad failed under way; the card may have had a PIN */
    KAMUPIN_E_PIN_PAD_LENGTH = 55, /**< too few or too many digits typed; nothing was sent */

    /* 60..79: the PIN. */
    KAMUPIN_E_PIN_TOO_SHORT = 60,
    KAMUPIN_E_PIN_TOO_LONG = 61,
    KAMUPIN_E_PIN_NOT_DIGITS = 62,
    KAMUPIN_E_PIN_MISMATCH = 63,
    KAMUPIN_E_PIN_WRONG = 64,         /**< the card refused the PIN; one try is spent */
    KAMUPIN_E_PIN_BLOCKED = 65,       /**< no try is left */
    KAMUPIN_E_PIN_NOT_SET = 66,       /**< the card never had a PIN */
    KAMUPIN_E_PIN_LAST_TRY = 67,      /**< one try is left, and nobody allowed it to be risked */
    KAMUPIN_E_PIN_TRIES_UNKNOWN = 68, /**< the tries left are not known, so none is risked */

    /* 80..99: network and TLS. */
    KAMUPIN_E_NETWORK_NAME = 80,        /**< the service's name does not resolve */
    KAMUPIN_E_NETWORK_UNREACHABLE = 81, /**< no connection */
    KAMUPIN_E_NETWORK_TIMEOUT = 82,     /**< the service did not answer in time */
    KAMUPIN_E_NETWORK_INTERRUPTED = 83, /**< the connection broke in the middle of an exchange */
    KAMUPIN_E_TLS_CERTIFICATE = 84, /**< the service's certificate is not trusted for its name */
    KAMUPIN_E_TLS_FAILED = 85,      /**< no TLS 1.2 or newer connection could be made */
    KAMUPIN_E_HTTP_REDIRECTED = 86, /**< the service tried to send us elsewhere; never followed */
    KAMUPIN_E_REPLY_TOO_LARGE = 87, /**< the answer exceeds the bound */
    KAMUPIN_E_CA_FILE = 88,         /**< the CA file cannot be read */
    KAMUPIN_E_URL_REFUSED = 89,     /**< the service's address is not a plain https URL */
    KAMUPIN_E_NETWORK_LIBRARY = 90, /**< libcurl, loaded when needed, is missing or too old */
    KAMUPIN_E_NETWORK_PROXY = 91,   /**< the proxy refused, or wants other credentials */
    KAMUPIN_E_TLS_EXPIRED = 92,     /**< the service's certificate is out of its dates */
    KAMUPIN_E_TLS_SELF_SIGNED = 93, /**< the service's certificate vouches for itself alone */
    KAMUPIN_E_TLS_NAME = 94,        /**< the service's certificate is for another name */
    KAMUPIN_E_TLS_PURPOSE = 95,     /**< the service's certificate is not one for servers */
    KAMUPIN_E_TLS_VERSION = 96,     /**< the service speaks no TLS that is new enough */
    KAMUPIN_E_TLS_PIN = 97, /**< the service's public key is not one of those that were fixed */
    KAMUPIN_E_HTTP_INTERCEPTED = 98, /**< a web page came where the service should have answered */

    /* 100..125: the service and its operation. */
    KAMUPIN_E_SERVICE_UNAVAILABLE = 100,
    KAMUPIN_E_SERVICE_REPLY_MALFORMED = 101, /**< the answer does not follow the service profile */
    KAMUPIN_E_SERVICE_REFUSED = 102,         /**< a refusal that has no status of its own */
    KAMUPIN_E_CLIENT_TOO_OLD = 103,
    KAMUPIN_E_RATE_LIMITED = 104,
    KAMUPIN_E_SESSION_REFUSED = 105, /**< operation token or its key not accepted */
    KAMUPIN_E_CODE_MALFORMED = 106,  /**< nothing was sent */
    KAMUPIN_E_CODE_UNKNOWN = 107,    /**< never issued */
    KAMUPIN_E_CODE_EXPIRED = 108,
    KAMUPIN_E_CODE_USED = 109,
    KAMUPIN_E_CODE_REPLACED = 110, /**< a newer code was issued */
    KAMUPIN_E_PAGE_CLOSED = 111,   /**< the web page that issued the code was closed */
    KAMUPIN_E_OPERATION_EXPIRED = 112,
    KAMUPIN_E_OPERATION_CANCELLED = 113, /**< cancelled on the web page */
    KAMUPIN_E_OPERATION_PHASE = 114,     /**< the service is at another step */
    KAMUPIN_E_OPERATION_UNKNOWN = 115,
    KAMUPIN_E_PRODUCT_MISMATCH = 116,    /**< the card is of another product than the code */
    KAMUPIN_E_AUTHORITY_EXHAUSTED = 117, /**< the service's ledger allows the card no attempt */
    KAMUPIN_E_AUTHORITY_LIMIT = 118,     /**< this operation has used its attempts */
    KAMUPIN_E_CHALLENGE_USED = 119,
    KAMUPIN_E_TICKET_REFUSED = 120,
    KAMUPIN_E_OUTCOME_CONFLICT = 121,
    KAMUPIN_E_RESULT_NOT_REPORTED = 122, /**< the card is done; the service has not heard yet */
    KAMUPIN_E_OUTCOME_UNKNOWN = 123, /**< whether the card took the new PIN has to be found out */

    /* 166..179: the second factor. */
    KAMUPIN_E_SMS_CODE_MALFORMED = 166, /**< nothing was sent */
    KAMUPIN_E_SMS_CODE_WRONG = 167,
    KAMUPIN_E_SMS_CODE_EXHAUSTED = 168,
    KAMUPIN_E_SMS_CODE_EXPIRED = 169,
    KAMUPIN_E_SMS_RESEND_TOO_SOON = 170,
    KAMUPIN_E_PHONE_OUT_OF_DATE = 171,
    KAMUPIN_E_FACTOR_UNSUPPORTED = 172, /**< the service asks for a factor this version cannot do */
    KAMUPIN_E_WEB_PASSWORD_WRONG = 173,
    KAMUPIN_E_WEB_PASSWORD_EXHAUSTED = 174,
    KAMUPIN_E_FACTOR_MISMATCH = 175, /**< another second factor was begun */

    /* 180..219: logging in, orders, records. */
    KAMUPIN_E_LOGIN_NOT_OFFERED = 180,       /**< the service does not offer this way to log in */
    KAMUPIN_E_LOGIN_REQUIRED = 181,          /**< the call needs a session, and there is none */
    KAMUPIN_E_LOGIN_CANCELLED = 182,         /**< the person cancelled at the login page */
    KAMUPIN_E_LOGIN_REFUSED = 183,           /**< the authorization server refuses the login */
    KAMUPIN_E_LOGIN_STATE_MISMATCH = 184,    /**< the callback is of another login */
    KAMUPIN_E_LOGIN_ISSUER_MISMATCH = 185,   /**< the callback names another authorization server */
    KAMUPIN_E_LOGIN_REDIRECT_MISMATCH = 186, /**< the callback is at another address */
    KAMUPIN_E_LOGIN_GRANT_REFUSED = 187,     /**< the authorization code is used or too old */
    KAMUPIN_E_SESSION_EXPIRED = 188,     /**< the session's time is over and it cannot be renewed */
    KAMUPIN_E_SESSION_ENDED = 189,       /**< the session was ended, here or on the web page */
    KAMUPIN_E_LOGIN_CARD_REFUSED = 190,  /**< the card's certificate is not accepted for a login */
    KAMUPIN_E_CAPTCHA_WRONG = 191,       /**< the characters of the picture are not right */
    KAMUPIN_E_CAPTCHA_EXPIRED = 192,     /**< the picture's time is over */
    KAMUPIN_E_SECURITY_WORD_WRONG = 193, /**< identity number or security word is not right */
    KAMUPIN_E_IDENTITY_MALFORMED = 194,  /**< no such number can be; nothing was sent */
    KAMUPIN_E_NOT_REPRESENTED = 195,     /**< the person may not act for this organisation */
    KAMUPIN_E_PRODUCT_NOT_OFFERED = 196, /**< the service does not do this for that product */
    KAMUPIN_E_ORDER_UNKNOWN = 197,       /**< the service knows no such order of this person */
    KAMUPIN_E_ORDER_ENDED = 198,  /**< the order was cancelled, completed, or its time is over */
    KAMUPIN_E_ORDER_IN_USE = 199, /**< a code of this order is in use at a desk */
    KAMUPIN_E_ISSUED_PIN_UNKNOWN = 200, /**< there is no such record of an issued PIN */
    KAMUPIN_E_ISSUED_PIN_SHOWN = 201,   /**< the issued PIN was shown before; it is shown once */
    KAMUPIN_E_INQUIRY_UNKNOWN = 202,    /**< nothing is on file under this number */
    KAMUPIN_E_CALLBACK_MALFORMED = 203, /**< what was pasted is not the login's callback address */
    KAMUPIN_E_CERTIFICATE_FILE = 204,   /**< a file of certificates cannot be read or holds none */
    KAMUPIN_E_CERTIFICATE_MALFORMED = 205, /**< these bytes are not one X.509 certificate */
    KAMUPIN_E_TRUST_STORE = 206,           /**< the trust store cannot be read, or is empty */
    KAMUPIN_E_CHAIN_INCOMPLETE = 207,      /**< an issuer of the certificate was not found */
    KAMUPIN_E_CHAIN_UNTRUSTED = 208,       /**< the chain ends at a root that is not trusted */
    KAMUPIN_E_CHAIN_BROKEN = 209,          /**< a signature or a rule of the chain does not hold */
    KAMUPIN_E_CERTIFICATE_NOT_YET_VALID = 210, /**< its first moment has not come */
    KAMUPIN_E_CERTIFICATE_EXPIRED = 211,       /**< its last moment is over */
    KAMUPIN_E_CERTIFICATE_SUSPENDED = 212,     /**< suspended (certificateHold); it can come back */
    KAMUPIN_E_CERTIFICATE_REVOKED = 213,       /**< revoked for good */
    KAMUPIN_E_CERTIFICATE_NOT_ACTIVATED = 214, /**< issued, and not yet opened for use */
    KAMUPIN_E_CERTIFICATE_SUSPENDED_BY_OTHERS = 215, /**< suspended, and not by its holder */
    KAMUPIN_E_CERTIFICATE_NOT_SUSPENDED = 216,       /**< there is no suspension to end */
    KAMUPIN_E_CERTIFICATE_ACTIVE = 217,              /**< it was opened for use before */
    KAMUPIN_E_CERTIFICATE_UNKNOWN = 218,             /**< this person has no such certificate */
    KAMUPIN_E_OCSP_REFUSED = 219,                    /**< the OCSP responder refuses to answer */
    KAMUPIN_E_OCSP_MALFORMED = 220,                  /**< what it sent is no OCSP answer */
    KAMUPIN_E_OCSP_UNSIGNED = 221, /**< its answer is signed by nobody, or not soundly */
    KAMUPIN_E_OCSP_SIGNER = 222,   /**< whose key signed it may not answer for this CA */
    KAMUPIN_E_OCSP_OTHER = 223,    /**< its answer is about another certificate */
    KAMUPIN_E_OCSP_NONCE = 224,    /**< its answer belongs to another question */
    KAMUPIN_E_OCSP_STALE = 225,    /**< its answer's times are over, or have not come */
    KAMUPIN_E_CRL_MALFORMED = 226, /**< what was fetched is no CRL */
    KAMUPIN_E_CRL_SIGNATURE = 227, /**< the CRL is not signed by the certificate's issuer */
    KAMUPIN_E_CRL_OTHER = 228,     /**< the CRL does not speak for this certificate */
    KAMUPIN_E_CRL_STALE = 229,     /**< the CRL's next one is overdue */
    KAMUPIN_E_REVOCATION_UNREACHABLE = 230, /**< neither responder nor CRL could be asked */
    KAMUPIN_E_REVOCATION_UNKNOWN = 231,     /**< the responder does not know the certificate */
    KAMUPIN_E_REVOCATION_EXPIRED = 232,     /**< what was prepared is too old; nothing was done */
    KAMUPIN_E_ROLE_REFUSED = 233,           /**< only for who is an authorised person */
    KAMUPIN_E_CONSENT_EXPIRED = 234,        /**< the consent's text is too old to be signed */
    KAMUPIN_E_CONSENT_GIVEN = 235,          /**< the consent was given before */
    KAMUPIN_E_SIGNATURE_REFUSED = 236,      /**< the service does not accept the signature */
    KAMUPIN_E_APPLICATION_UNKNOWN = 237,    /**< there is no such application of this person */
    KAMUPIN_E_APPLICATION_STATE = 238,      /**< the application cannot be submitted any more */
    KAMUPIN_E_DOCUMENT_REFUSED = 239,       /**< the application's form is not filled in rightly */
    KAMUPIN_E_LIST_UNKNOWN = 240,           /**< there is no such list to be signed */
    KAMUPIN_E_LIST_SIGNED = 241,            /**< the list was signed before, or withdrawn */
    KAMUPIN_E_LIST_CHANGED = 242,           /**< the list is not what was shown any more */
    KAMUPIN_E_CERTIFICATE_ENDS_SOON = 243,  /**< a certificate ends within the days asked about */
    KAMUPIN_E_CLOCK_WRONG = 244,            /**< this computer's date is not the world's */
    KAMUPIN_E_REVOCATION_UNSETTLED = 245    /**< confirmed, and not known whether it was done */
} kamupin_status;

/** The stable name of a status, such as "code-expired"; "unknown-status" for a number that is none.
 *  Ownership: static text. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_status_name(kamupin_status status);

/** Walks over all statuses: the one after `status` in numeric order, KAMUPIN_OK after the last.
 *  Begin with KAMUPIN_OK. For tables, tests and bindings.
 *  Threads: any. Errors: none. */
KAMUPIN_API kamupin_status kamupin_status_next(kamupin_status status);

KAMUPIN_END
#endif
