# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sandbox' two public-key infrastructures: one for the service's TLS name, one that issues the certificates on the virtual cards and
# vouches for them by OCSP and CRLs. Both say in their names that they are a test; no key leaves its folder.
"""Certificate authorities of the sandbox."""
from .identity import DAY, Identity, Key, key_der, make_authority, make_card_key, write_private
from .issuing import CardIssuer
from .profiles import KAMUSM_QUALIFIED_POLICY, KINDS
from .tls import TlsAuthority

__all__ = ["DAY", "KAMUSM_QUALIFIED_POLICY", "KINDS", "CardIssuer", "Identity", "Key", "TlsAuthority", "key_der", "make_authority",
           "make_card_key", "write_private"]
