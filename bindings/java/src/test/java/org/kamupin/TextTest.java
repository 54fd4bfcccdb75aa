// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TextTest {
    @Test
    void theJarAndTheLibraryAreOfOneVersion() {
        assertEquals(System.getProperty("kamupin.version"), Kamupin.version());
    }

    @Test
    void amountsAreAsPeopleWriteThem() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(new Locale("tr", "TR")); // plays no part
            assertEquals("1.250,00 TL", Kamupin.amountText(125000, Language.TURKISH));
            assertEquals("TRY 1,250.00", Kamupin.amountText(125000, Language.ENGLISH));
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void timesAreToldInBothLanguages() {
        assertNotEquals(Kamupin.durationText(80, Language.TURKISH), Kamupin.durationText(80, Language.ENGLISH));
    }

    @ParameterizedTest
    @CsvSource({"TCKN,10000000146,true", "TCKN,10000000147,false", "VKN,4540536920,true", "VKN,4540536921,false", "DETSIS,12345678,true",
        "DETSIS,1234567,false", "PASSPORT,U12345678,true"})
    void numbersAreCheckedHere(IdentityType type, String number, boolean right) throws Exception {
        Identity identity = new Identity(type, number);
        if (right) {
            Kamupin.checkIdentity(identity);
        } else {
            KamupinException error = Machine.refused(Status.IDENTITY_MALFORMED, () -> Kamupin.checkIdentity(identity));
            assertFalse(error.getMessage().contains(number) || error.detail().contains(number), "a number is nobody else's business");
        }
    }

    @ParameterizedTest
    @EnumSource(InfoItem.class)
    void whomToCall(InfoItem item) {
        assertFalse(Kamupin.info(item, Language.TURKISH).isEmpty());
        assertFalse(Kamupin.infoLabel(item, Language.TURKISH).isEmpty());
        assertEquals(item.name().toLowerCase(Locale.ROOT).replace('_', '-'), item.word());
    }

    @Test
    void wordsAreThoseOfTheCommandsJson() {
        assertEquals("mali-muhur", Product.MALI_MUHUR.word());
        assertEquals("keyCompromise", RevocationReason.KEY_COMPROMISE.word());
        assertEquals("in-use", OrderState.IN_USE.word());
        assertEquals("on-the-way", ShipmentState.ON_THE_WAY.word());
    }
}
