# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sandbox's portal: what a person sees in the browser, from "Giriş" to "İşleminiz Tamamlanmıştır", in the words of the
# screens that the guides show. A client of the authorization server; it shares the service's store and rules and has none
# of its own. Arrows go down: site → certificate_pages, revocation_pages, consent_pages, application_pages, authorised_pages → life;
# site, life → order_pages, inquiries, mailboxes, word → frame → sessions, relying_party → texts → texts_life.
"""The portal's web pages."""
