// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

/** An organisation that a person may act for. */
public final class Organisation {
    private final Identity identity;
    private final String name;

    Organisation(Identity identity, String name) {
        this.identity = identity;
        this.name = name;
    }

    /**
     * Its number.
     *
     * @return a VKN or DETSİS number
     */
    public Identity identity() {
        return identity;
    }

    /**
     * Its name.
     *
     * @return "" when the service said none
     */
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return "Organisation{name=" + name + "}";
    }
}
