/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Wipe.java: PINs on their way from standard input to a card, through direct buffers and secrets alone. It says
   where it has come and waits for a line there, so that a test can look into its memory.

       Wipe change READER      lines: the old PIN, the new one
       Wipe unblock            lines: the code, the new PIN, and after "sms" its code

   Says "typed" (in the buffers), "taken" (in secrets), "used" (the card has the PIN, the secrets are closed). */

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.kamupin.Card;
import org.kamupin.Context;
import org.kamupin.ContextOptions;
import org.kamupin.FactorType;
import org.kamupin.KamupinException;
import org.kamupin.Operation;
import org.kamupin.OperationOptions;
import org.kamupin.PinRisk;
import org.kamupin.Secret;
import org.kamupin.SecretKind;

public final class Wipe {
    private static final FileChannel IN = new FileInputStream(FileDescriptor.in).getChannel();

    private Wipe() {
    }

    /* One line, which nothing but the buffer holds. */
    private static ByteBuffer readLine() throws IOException {
        ByteBuffer line = ByteBuffer.allocateDirect(64);
        do {
            line.limit(line.position() + 1);
        } while (IN.read(line) == 1 && line.get(line.position() - 1) != '\n');
        return line.position(line.position() - 1).flip();
    }

    private static void at(String place) throws IOException {
        System.out.println(place);
        readLine();
    }

    private static void change(Context context, String reader) throws KamupinException, IOException {
        ByteBuffer was = readLine();
        ByteBuffer now = readLine();
        at("typed");
        try (Card card = context.open(reader);
                Secret old = Secret.of(context, SecretKind.PIN, was);
                Secret pin = Secret.of(context, SecretKind.PIN, now)) {
            at("taken");
            card.changePin(old, pin, pin, PinRisk.UNPROVEN);
        }
        at("used");
    }

    private static void unblock(Context context) throws KamupinException, IOException {
        try (Operation operation = context.operation(System.getenv("KAMUPIN_SERVICE"), new OperationOptions())) {
            try (Secret code = Secret.of(context, SecretKind.VERIFICATION_CODE, readLine())) {
                operation.redeem(code);
            }
            operation.choose(null);
            ByteBuffer typed = readLine();
            at("typed");
            try (Secret pin = Secret.of(context, SecretKind.PIN, typed)) {
                at("taken");
                operation.setPin(pin, pin);
            }
            operation.beginFactor(FactorType.SMS);
            System.out.println("sms");
            try (Secret sms = Secret.of(context, SecretKind.SMS_CODE, readLine())) {
                operation.verifyFactor(sms);
            }
            operation.run();
            at("used");
        }
    }

    public static void main(String[] arguments) throws Exception {
        ContextOptions options = new ContextOptions().stateFolder(Path.of(System.getenv("KAMUPIN_STATE_DIR")))
                .caFile(Path.of(System.getenv("KAMUPIN_CA_FILE")));
        try (Context context = new Context(options)) {
            if (arguments[0].equals("change")) {
                change(context, arguments[1]);
            } else {
                unblock(context);
            }
        }
    }
}
