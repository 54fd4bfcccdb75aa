// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The two libraries that this server is made with, from the folder that `npm ci` filled (KAMUPIN_IDP_MODULES): it lies outside the
// source tree, where Node would look. The lock file pins their versions, so their inner paths are known.
import { pathToFileURL } from 'node:url';

const modules = pathToFileURL(`${process.env.KAMUPIN_IDP_MODULES}/`);

export const { default: Provider, errors, interactionPolicy } = await import(new URL('oidc-provider/lib/index.js', modules));
export const { jwtVerify, decodeProtectedHeader, SignJWT } = await import(new URL('jose/dist/node/esm/index.js', modules));
/** Inside of oidc-provider what its own grants use to check a proof; it offers no other way to a grant of one's own. */
export const { default: validateProof } = await import(new URL('oidc-provider/lib/helpers/validate_dpop.js', modules));
