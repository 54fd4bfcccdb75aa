/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   trust.h: whether a certificate is genuine and in force: its chain to a root that the caller
   trusts, its dates, and its revocation state by OCSP (RFC 6960) or, where that cannot be had, by
   CRL (RFC 5280). Addresses come from the certificate itself. Works with real cards today: the
   services asked are public.

       kamupin_trust *trust = NULL;
       kamupin_check check = KAMUPIN_CHECK_INIT;
       if (kamupin_trust_new(context, "SertifikaDeposu.xml", &trust, &error) == KAMUPIN_OK &&
           kamupin_certificate_check(trust, certificate, NULL, &check, &error) == KAMUPIN_OK)
           puts("genuine and in force");
       kamupin_trust_free(&trust); */
#ifndef KAMUPIN_TRUST_H
#define KAMUPIN_TRUST_H

#include <kamupin/certificate_list.h>
#include <kamupin/lifecycle.h>

KAMUPIN_BEGIN

typedef struct kamupin_trust kamupin_trust;

/** Reads a trust store.
 *  @param path a folder (each *.pem, *.crt, *.cer and *.der in it; nothing below), a file of PEM or
 *         DER certificates, or a SertifikaDeposu.xml. Self-signed certificates (their own key verifies
 *         them) become roots. All others stand between and are trusted for nothing by
 *         themselves: those of subordinate authorities, and those whose issuer and subject are
 *         one name but whose signature is another key's; of the XML's, all that it does not call
 *         roots. A file has 8 MiB at most. NULL: an empty store
 *  @param trust receives the handle; freed with kamupin_trust_free before its context
 *  XML is read without entities, DTD and network, and bounded in size and depth.
 *  Threads: any; the handle by one at a time.
 *  Errors: trust-store (also when no certificate was found), no-memory, forked, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_trust_new(kamupin_context *context, const char *path,
                                             kamupin_trust **trust, kamupin_error *error);
/** Frees and nulls. NULL is fine. */
KAMUPIN_API void kamupin_trust_free(kamupin_trust **trust);
/** Adds a certificate; a self-signed one becomes a root. One that is there stays there once.
 *  Threads: the trust store's. Errors: no-memory, forked, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_trust_add(kamupin_trust *trust,
                                             const kamupin_certificate *certificate,
                                             kamupin_error *error);
/** How many roots it has; kamupin_trust_between: how many certificates stand between. 0 for NULL. */
KAMUPIN_API size_t kamupin_trust_roots(const kamupin_trust *trust);
/** As kamupin_trust_roots. */
KAMUPIN_API size_t kamupin_trust_between(const kamupin_trust *trust);

/** What is known of a certificate's revocation. Each is something else; only GOOD is good. */
typedef enum kamupin_revocation_state {
    KAMUPIN_REVOCATION_NOT_ASKED =
        0, /**< the chain did not hold, it was not wanted, or it is a root:
                                           nobody vouches for it but whoever trusts it */
    KAMUPIN_REVOCATION_GOOD = 1,
    KAMUPIN_REVOCATION_SUSPENDED = 2,   /**< certificateHold */
    KAMUPIN_REVOCATION_REVOKED = 3,     /**< with reason and time */
    KAMUPIN_REVOCATION_UNKNOWN = 4,     /**< the responder does not know it */
    KAMUPIN_REVOCATION_UNREACHABLE = 5, /**< nobody could be asked, or nobody could be believed */
    KAMUPIN_REVOCATION_NO_ADDRESS = 6   /**< the certificate names nobody to ask */
} kamupin_revocation_state;

/** A state's stable word: "not-asked", "good", "suspended", "revoked", "unknown", "unreachable",
 *  "no-address".
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_revocation_state_name(kamupin_revocation_state state);

/** Who told it. */
typedef enum kamupin_revocation_source {
    KAMUPIN_FROM_NOBODY = 0,
    KAMUPIN_FROM_OCSP = 1,
    KAMUPIN_FROM_CRL = 2,      /**< fetched for this check */
    KAMUPIN_FROM_CRL_CACHE = 3 /**< fetched before, and current */
} kamupin_revocation_source;

/** A source's stable word: "nobody", "ocsp", "crl", "crl-cache".
 *  Ownership: static text; "nobody" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_revocation_source_name(kamupin_revocation_source source);

/** What came of the nonce. */
typedef enum kamupin_nonce {
    KAMUPIN_NONCE_NONE = 0,   /**< no OCSP answer was used */
    KAMUPIN_NONCE_ECHOED = 1, /**< the answer was made for this question */
    KAMUPIN_NONCE_MISSING = 2 /**< it has none, and was believed for its times alone */
} kamupin_nonce;

/** The revocation of one certificate of the chain. Times are seconds since 1970, 0 for none. */
typedef struct kamupin_revocation_answer {
    kamupin_revocation_state state;
    kamupin_revocation_source source;
    /** NONE unless revoked or suspended; UNSPECIFIED when unsaid */
    kamupin_revocation_reason reason;
    int64_t revoked_at;
    int64_t this_update, next_update; /**< of the answer or CRL that was used */
    kamupin_nonce nonce;
    kamupin_status ocsp; /**< ok, or why no OCSP answer was used */
    kamupin_status crl;  /**< ok, or why no CRL was used (ok as well when none was needed) */
    char address[256];   /**< who was believed; "" for nobody */
} kamupin_revocation_answer;

/** The most certificates of a chain, the first and the root among them. */
#define KAMUPIN_CHAIN_MAX 8

/** What a check has found. */
typedef struct kamupin_check {
    size_t size; /**< sizeof; set by KAMUPIN_CHECK_INIT */
    /** ok: genuine and in force. Else the first that is wrong, in this order: chain, dates,
     *  revocation of the certificate itself, revocation of those above it */
    kamupin_status verdict;
    kamupin_status chain; /**< ok, chain-incomplete, chain-untrusted, chain-broken */
    /** ok, certificate-not-yet-valid, certificate-expired: of the certificate itself; one above it
     *  that is over is chain-broken */
    kamupin_status dates;
    kamupin_revocation_answer revocation; /**< of the certificate itself */
    /** of the first one between it and its root that is not good; else of the last. Not asked when
     *  the certificate itself is not good */
    kamupin_revocation_answer between;
    /** kamupin_weakness bits of certificate and chain together, of the OCSP answers and CRLs that
     *  were believed (KAMUPIN_WEAK_HASH: what their own signature is over), and of the responders'
     *  certificates that those answers hang on */
    unsigned int weakness;
    size_t length; /**< certificates of the chain, the root among them; of a chain that
                                      does not hold, as many as were found */
    char root[KAMUPIN_NAME_MAX]; /**< the root's name; "" without a whole chain */
    char root_fingerprint[65];   /**< SHA-256, upper-case hex */
    bool root_known;             /**< it is one of Kamu SM's that this version knows */
} kamupin_check;

#define KAMUPIN_CHECK_INIT KAMUPIN_SIZED(kamupin_check)

/** How to check. */
typedef struct kamupin_check_options {
    size_t size;          /**< sizeof; set by KAMUPIN_CHECK_OPTIONS_INIT */
    bool offline;         /**< nobody is asked; a CRL in the cache that is current still counts */
    bool no_ocsp, no_crl; /**< not that way; with both, a verdict says nothing of revocation */
    bool leaf_only;       /**< those above it are not asked about */
    /** The moment at which chain and dates are judged, seconds since 1970; 0: the calendar's now.
     *  Revocation is always as known now: revoked_at says since when */
    int64_t at;
    const kamupin_certificate_list *between; /**< further ones that may stand between */
    kamupin_cancel *cancel;                  /**< ends the check; may be NULL */
    /** A CRL in the cache that was fetched at most so many seconds ago is used without fetching it
     *  again; an older one only when fetching fails and it is still current. 0: any current one */
    long crl_age;
} kamupin_check_options;

#define KAMUPIN_CHECK_OPTIONS_INIT KAMUPIN_SIZED(kamupin_check_options)

/** Checks a certificate. One that stands between and is missing is not fetched. OCSP answers are not
 *  kept; CRLs are, in the context's state folder (`crl/`), each with an index, so that the next
 *  question neither fetches nor reads it again. Delta CRLs are not used. Of a certificate's
 *  responders four are asked at most, of its CRLs as well. All asking of one check ends ten of the
 *  context's request timeouts after the check began; and one address more is asked only while those
 *  of its kind, responders or CRLs, that gave nothing have taken less than two. What was not asked
 *  for that is network-timeout in `ocsp` or `crl`; a CRL that is kept and current counts even then.
 *  @param options NULL for all defaults
 *  @param check receives what was found, size set by the caller; also when the answer is not ok
 *  @param error receives why the verdict is not ok; may be NULL
 *  @return check->verdict, or cancelled, forked, no-memory, crypto, invalid-argument when there is
 *          none
 *  Threads: the trust store's.
 *  Errors: chain-*, certificate-not-yet-valid, certificate-expired, certificate-suspended,
 *  certificate-revoked, revocation-unknown, revocation-unreachable (also without an address), and in
 *  `ocsp` and `crl` of the answers ocsp-*, crl-*, network-*, state-folder. */
KAMUPIN_API kamupin_status kamupin_certificate_check(kamupin_trust *trust,
                                                     const kamupin_certificate *certificate,
                                                     const kamupin_check_options *options,
                                                     kamupin_check *check, kamupin_error *error);

KAMUPIN_END
#endif
