/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Pad.java: PIN work at a reader's keypad.

       Pad DIGITS        verifies, changes, and has a listener throw while the keypad asks

   Says "typing" when the keypad asks, and what came of each. */

import org.kamupin.Card;
import org.kamupin.Context;
import org.kamupin.KamupinException;
import org.kamupin.PadInfo;
import org.kamupin.PadOptions;
import org.kamupin.PadQuirk;
import org.kamupin.PinRisk;

public final class Pad {
    private Pad() {
    }

    /** A PIN command. */
    private interface Work {
        void at(PadOptions how) throws KamupinException;
    }

    private static void tell(PadOptions how, Work work) {
        try {
            work.at(how);
            System.out.println("ok");
        } catch (KamupinException error) {
            System.out.println(error.name() + " " + error.triesLeft());
        } catch (IllegalStateException error) {
            System.out.println(error.getMessage());
        }
    }

    public static void main(String[] arguments) throws KamupinException {
        PadOptions how = new PadOptions().digits(Integer.parseInt(arguments[0])).timeout(20)
                .onTyping(() -> System.out.println("typing"));
        try (Context context = new Context(); Card card = context.open(null)) {
            PadInfo pad = card.pad(new PadOptions());
            System.out.println(pad.verify() + " " + pad.change() + " " + pad.wantsDigits());
            pad = card.pad(new PadOptions().reader(7, 9, PadQuirk.NO_CHANGE));
            System.out.println(pad.verify() + " " + pad.change() + " " + pad.minDigits() + " " + pad.maxDigits());
            tell(how, at -> card.verifyAtPad(at, PinRisk.UNPROVEN));
            tell(how, at -> card.verifyAtPad(at, PinRisk.UNPROVEN));
            tell(how, at -> card.changeAtPad(at, PinRisk.UNPROVEN));
            how.onTyping(() -> {
                System.out.println("typing");
                throw new IllegalStateException("the window is gone");
            });
            tell(how, at -> card.verifyAtPad(at, PinRisk.UNPROVEN));
        }
    }
}
