/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   address.c: see address.h (RFC 5280, 4.2.2.1 and 4.2.1.13). */
#include <cert/address.h>

#include <openssl/x509v3.h>

static void visit_name(const GENERAL_NAME *name, kamupin_certificate_field field,
                       kp_address_fn visit, void *user)
{
    int type = 0;
    const ASN1_STRING *address = GENERAL_NAME_get0_value(name, &type);

    if (type == GEN_URI && address != NULL)
        visit(user, field, address);
}

static void each_access(X509 *x509, kp_address_fn visit, void *user)
{
    AUTHORITY_INFO_ACCESS *all = X509_get_ext_d2i(x509, NID_info_access, NULL, NULL);

    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(all); i++) {
        const ACCESS_DESCRIPTION *each = sk_ACCESS_DESCRIPTION_value(all, i);
        const int method = OBJ_obj2nid(each->method);
        if (method == NID_ad_OCSP)
            visit_name(each->location, KAMUPIN_CERTIFICATE_OCSP, visit, user);
        else if (method == NID_ad_ca_issuers)
            visit_name(each->location, KAMUPIN_CERTIFICATE_ISSUER_FILE, visit, user);
    }
    AUTHORITY_INFO_ACCESS_free(all);
}

static void each_list(X509 *x509, kp_address_fn visit, void *user)
{
    CRL_DIST_POINTS *all = X509_get_ext_d2i(x509, NID_crl_distribution_points, NULL, NULL);

    for (int i = 0; i < sk_DIST_POINT_num(all); i++) {
        const DIST_POINT_NAME *name = sk_DIST_POINT_value(all, i)->distpoint;
        if (name == NULL || name->type != 0) /* 0: a whole name, 1: a part of the issuer's */
            continue;
        for (int j = 0; j < sk_GENERAL_NAME_num(name->name.fullname); j++)
            visit_name(sk_GENERAL_NAME_value(name->name.fullname, j), KAMUPIN_CERTIFICATE_CRL,
                       visit, user);
    }
    CRL_DIST_POINTS_free(all);
}

void kp_addresses_each(X509 *x509, kp_address_fn visit, void *user)
{
    each_access(x509, visit, user);
    each_list(x509, visit, user);
}
