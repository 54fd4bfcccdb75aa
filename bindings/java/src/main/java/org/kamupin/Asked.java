// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Asked.java: the operation in one call, with prompts, and bringing an interrupted one to its end.
package org.kamupin;

import java.util.List;
import java.util.Objects;
import org.kamupin.internal.Native;
import org.kamupin.internal.operation_options;
import org.kamupin.internal.question;
import org.kamupin.internal.result;

/** Prompts on their way into the library. */
final class Asked extends org.kamupin.internal.Prompts {
    private final Prompts prompts;
    private final Watched watched;

    private Asked(Prompts prompts, Watched watched) {
        this.prompts = prompts;
        this.watched = watched;
    }

    @Override
    public int secret(question raw, long into) {
        return watched.guard(() -> {
            try (Secret secret = new Secret(into)) {
                Answer answer = prompts.secret(new Question(raw), secret);
                return Objects.requireNonNull(answer, "Prompts.secret has returned null: an Answer is needed").value();
            }
        }, Answer.CANCEL.value());
    }

    @Override
    public long card(long list) {
        return watched.guard(() -> {
            List<CardInfo> cards = Cards.read(list);
            return prompts.card(cards);
        }, -1);
    }

    @Override
    public boolean acknowledge(int notice) {
        return watched.guard(() -> prompts.acknowledge(Notice.of(notice)), false);
    }

    @Override
    public boolean wait_for_card(int why) {
        return watched.guard(() -> prompts.waitForCard(Status.of(why)), false);
    }

    /** Whether a program has a method of its own in the place of the interface's. */
    private static boolean has(Prompts prompts, String method, Class<?> parameter) {
        try {
            return prompts != null && prompts.getClass().getMethod(method, parameter).getDeclaringClass() != Prompts.class;
        } catch (NoSuchMethodException error) {
            throw new AssertionError(error);
        }
    }

    /** One of the library's two calls with prompts. */
    private interface With {
        void call(operation_options options, Asked prompts) throws KamupinException;
    }

    private static void with(String service, OperationOptions options, Prompts prompts, Cancel cancel, With with)
            throws KamupinException {
        Watched watched = new Watched(cancel);
        Asked asked = prompts == null ? null : new Asked(prompts, watched);
        OperationOptions.Events events = options.events(watched);
        try {
            cancel.call(by -> {
                operation_options raw = options.raw(service, by, events);
                try {
                    with.call(raw, asked);
                } catch (KamupinException error) {
                    watched.settle();
                    throw error;
                } finally {
                    raw.delete();
                }
                watched.settle();
                return 0;
            });
        } finally {
            if (asked != null) {
                asked.delete();
            }
            if (events != null) {
                events.delete();
            }
        }
    }

    static Result unblock(Context context, String service, Prompts prompts, OperationOptions options, Cancel cancel)
            throws KamupinException {
        boolean chooses = has(prompts, "card", List.class);
        boolean waits = has(prompts, "waitForCard", Status.class);
        result filled = new result();
        try {
            with(service, options, prompts, cancel, (raw, asked) -> Handle.checked(error ->
                    context.call(owner -> Native.unblock_with(owner, raw, asked, chooses, waits, filled, error))));
            return new Result(filled);
        } finally {
            filled.delete();
        }
    }

    static void resume(Context context, Prompts prompts, OperationOptions options, Cancel cancel) throws KamupinException {
        boolean waits = has(prompts, "waitForCard", Status.class);
        with(null, options, prompts, cancel, (raw, asked) -> Handle.checked(error ->
                context.call(owner -> Native.resume_with(owner, raw, asked, waits, new long[1], error))));
    }
}
