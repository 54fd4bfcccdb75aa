// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// PromptsTest.java: prompts that do what they should not, before anything is sent.
package org.kamupin;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PromptsTest {
    @TempDir
    Path folder;

    private <E extends Throwable> E thrown(Class<E> kind, Callable<Answer> secret) throws Exception {
        Prompts prompts = new Prompts() {
            @Override
            public Answer secret(Question question, Secret into) throws Exception {
                return secret.call();
            }

            @Override
            public boolean acknowledge(Notice notice) {
                return true;
            }
        };
        try (Context context = Machine.context(folder)) {
            return assertThrows(kind, () -> context.unblock(Machine.NOWHERE, prompts, new OperationOptions()));
        }
    }

    @Test
    void anAnswerThatIsNoneReachesTheCaller() throws Exception {
        NullPointerException error = thrown(NullPointerException.class, () -> null);
        assertTrue(error.getMessage().contains("Prompts.secret has returned null"), error.getMessage());
    }

    @Test
    void soDoesWhatOneThrows() throws Exception {
        IllegalStateException own = new IllegalStateException("the window is gone");
        assertSame(own, thrown(IllegalStateException.class, () -> {
            throw own;
        }));
    }
}
