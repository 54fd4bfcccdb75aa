# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Certificates that are on no card: what people and organisations have besides, so that lists of certificates look as real ones do. Their keys
# are thrown away. Touches the registry and the issuer's folder beside it.
"""Certificates on no card."""
from __future__ import annotations

import datetime
from dataclasses import dataclass

from . import registry as reg
from .ca import DAY, CardIssuer, make_card_key

YEARS = 1095.0  # days that a certificate is good for


@dataclass(frozen=True)
class _Paper:
    """A certificate: whose, of which kind, begun how many days from now, in which state; name: the holder's, where it was another one."""

    owner: str
    product: str = "nes"
    kind: str = "signature"
    begins: float = -1
    state: str = "active"
    by: str = "authority"
    reason: str = ""
    name: str = ""


_PAPERS = (
    _Paper(reg.DEFAULT_USER, begins=-YEARS - 40, name="DENEME ÇIĞIRÖĞÜŞ İNCİ"),  # expired; another surname then
    _Paper(reg.DEFAULT_USER, begins=15),  # a renewal
    _Paper(reg.DEFAULT_USER, state="issued"),
    _Paper(reg.DEFAULT_USER, begins=-200, state="suspended", by="holder", reason="left-behind"),
    _Paper(reg.DEFAULT_USER, begins=-400, state="revoked", by="holder", reason="superseded"),
    _Paper(reg.DEFAULT_ORGANISATION, "mali-muhur", "mali-muhur", begins=-300),
    _Paper(reg.DEFAULT_ORGANISATION, "elektronik-muhur", "qualified-seal", begins=-300, state="suspended", by="authority"),
    _Paper(reg.PUBLIC_BODY, "kurumsal-sifreleme", "encryption", begins=-100, state="suspended", by="institution"),
    _Paper(reg.OTHER_USER, begins=-500),
    _Paper(reg.OTHER_ORGANISATION, "mali-muhur", "mali-muhur", begins=-10),
)


def issue_further(registry: reg.Registry) -> None:
    """Issues and records them all."""
    issuer = CardIssuer(registry.path.parent / "card-issuer")
    now = datetime.datetime.utcnow().replace(microsecond=0)
    for paper in _PAPERS:
        user, organisation = registry.user(paper.owner), registry.organisation(paper.owner)
        whose = (user.name, user.identity) if user else (organisation.name, organisation.number) if organisation else None
        assert whose is not None
        der = issuer.issue(paper.name or whose[0], whose[1], paper.kind, YEARS, make_card_key("p384" if organisation else "p256"),
                           now + paper.begins * DAY, organisation=organisation is not None)
        record = registry.certificates.add(der, paper.owner, paper.product, None, "issued" if paper.state == "issued" else "active")
        if paper.state not in ("active", "issued"):
            registry.certificates.put(record.certificate_id, paper.state, paper.by, paper.reason)
