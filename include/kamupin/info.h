/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   info.h: whom to call and where to look: Kamu SM's call centre, exchange, mail, and the public pages
   of its guides (rows A02, B06, B07, B09, H08). Constants for texts: no call of this library ever
   sends anything to one of these addresses.

       printf("%s: %s\n", kamupin_info_label(KAMUPIN_INFO_CALL_CENTRE, KAMUPIN_ENGLISH),
              kamupin_info(KAMUPIN_INFO_CALL_CENTRE, KAMUPIN_ENGLISH)); */
#ifndef KAMUPIN_INFO_H
#define KAMUPIN_INFO_H

#include <kamupin/error.h>

KAMUPIN_BEGIN

/** What can be told. */
typedef enum kamupin_info_item {
    KAMUPIN_INFO_CALL_CENTRE = 1,
    KAMUPIN_INFO_EXCHANGE = 2, /**< the telephone exchange */
    KAMUPIN_INFO_MAIL = 3,
    KAMUPIN_INFO_HOME_PAGE = 4,
    KAMUPIN_INFO_LANDING_PAGE = 5, /**< the entry of the online services */
    KAMUPIN_INFO_GUIDE_PAGE = 6,   /**< the guide to PIN creation and unblocking */
    KAMUPIN_INFO_FAQ_PAGE = 7,
    KAMUPIN_INFO_DRIVER_PAGE = 8,         /**< where readers' drivers are */
    KAMUPIN_INFO_SHIPMENT_PAGE = 9,       /**< where a card's delivery is asked about */
    KAMUPIN_INFO_SEAL_PAGE = 10,          /**< applying for a financial seal, without a login */
    KAMUPIN_INFO_PAYMENT_PAGE = 11,       /**< paying, without a login */
    KAMUPIN_INFO_SECURITY_WORD_PAGE = 12, /**< a forgotten security word */
    KAMUPIN_INFO_FIREWALL = 13,    /**< what to open where a firewall keeps people from the pages */
    KAMUPIN_INFO_READER_PAGE = 14, /**< applying for a card reader, without a login */
    KAMUPIN_INFO_TIME_STAMP_PAGE = 15,     /**< applying for time stamps, without a login */
    KAMUPIN_INFO_SEAL_AUTHORITY_PAGE = 16, /**< who may have an electronic seal, without a login */
    KAMUPIN_INFO_SHORT_HOME_PAGE = 17,     /**< the home page as older guides write it */
    KAMUPIN_INFO_OLDER_PORTAL_PAGE = 18    /**< the portal of the guides of 2019 */
} kamupin_info_item;

/** The item itself: a number, a mail address, an https address.
 *  Ownership: static UTF-8; "" for a number that is no item. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_info(kamupin_info_item item, kamupin_language language);

/** What the item is, for people.
 *  Ownership: static UTF-8; "" for a number that is no item. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_info_label(kamupin_info_item item, kamupin_language language);

/** The stable word of an item, such as "call-centre".
 *  Ownership: static text; "" for a number that is no item. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_info_name(kamupin_info_item item);

KAMUPIN_END
#endif
