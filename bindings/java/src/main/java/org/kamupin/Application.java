// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

/** An application for a certificate, with its form as it stands. */
public final class Application {
    private final ApplicationInfo info;
    private final String form;

    Application(ApplicationInfo info, String form) {
        this.info = info;
        this.form = form;
    }

    /**
     * What it is for and where it stands.
     *
     * @return a copy
     */
    public ApplicationInfo info() {
        return info;
    }

    /**
     * The form.
     *
     * @return a JSON object; its fields are the service's own
     */
    public String form() {
        return form;
    }
}
