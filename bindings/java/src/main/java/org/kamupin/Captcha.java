// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

/** A picture whose characters a person reads. */
public final class Captcha {
    private final byte[] image;
    private final String mediaType;
    private final int secondsLeft;

    Captcha(byte[] image, String mediaType, int secondsLeft) {
        this.image = image;
        this.mediaType = mediaType;
        this.secondsLeft = secondsLeft;
    }

    /**
     * The picture.
     *
     * @return a copy of its bytes
     */
    public byte[] image() {
        return image.clone();
    }

    /**
     * What the bytes are.
     *
     * @return "image/png"
     */
    public String mediaType() {
        return mediaType;
    }

    /**
     * Until it is of no use.
     *
     * @return seconds
     */
    public int secondsLeft() {
        return secondsLeft;
    }
}
