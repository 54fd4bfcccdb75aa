// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.kamupin.internal.Native;
import org.kamupin.internal.error;
import org.kamupin.internal.probe_finding;
import org.kamupin.internal.probe_request;

/**
 * What a probe has found out of a card. No serial number, name, certificate or reader's name is in it: it may
 * be sent to whoever looks after the profiles.
 */
public final class ProbeReport {
    private final String draft;
    private final List<ProbeFinding> findings;
    private final KamupinException problem;

    private ProbeReport(String draft, List<ProbeFinding> findings, KamupinException problem) {
        this.draft = draft;
        this.findings = Collections.unmodifiableList(findings);
        this.problem = problem;
    }

    /**
     * A card profile, what was seen marked known.
     *
     * @return "" for a Turkish identity card, or when nothing could be read
     */
    public String draft() {
        return draft;
    }

    /**
     * What was found, in order.
     *
     * @return unmodifiable
     */
    public List<ProbeFinding> findings() {
        return findings;
    }

    /**
     * Why the probe did not come to its end. Findings and draft are good all the same as far as it came.
     *
     * @return null when it did
     */
    public KamupinException problem() {
        return problem;
    }

    /** A program's side on its way into the library. */
    private static final class Probing extends org.kamupin.internal.ProbePrompts {
        private final ProbePrompts prompts;
        private final Watched watched;
        private final List<ProbeFinding> findings = new ArrayList<>();

        Probing(ProbePrompts prompts, Watched watched) {
            this.prompts = prompts;
            this.watched = watched;
        }

        @Override
        public void told(probe_finding raw) {
            watched.guard(() -> {
                ProbeFinding finding = new ProbeFinding(raw);
                findings.add(finding);
                if (prompts != null) {
                    prompts.told(finding);
                }
                return null;
            }, null);
        }

        @Override
        public boolean ask(int step, long pin) {
            return watched.guard(() -> {
                ProbeStep which = ProbeStep.of(step).iterator().next();
                if (pin == 0) {
                    return prompts.ask(which, null);
                }
                try (Secret secret = new Secret(pin)) {
                    return prompts.ask(which, secret);
                }
            }, false);
        }

        @Override
        public int unblock(String card, long pin, error error) {
            return watched.guard(() -> {
                try (Secret secret = new Secret(pin)) {
                    prompts.unblock(card, secret);
                    return Status.OK.value();
                }
            }, Status.CANCELLED.value());
        }
    }

    /** prompts: may be null without steps. */
    static ProbeReport of(Context context, String card, Language language, ProbePrompts prompts, Cancel cancel,
            ProbeStep... steps) throws KamupinException {
        Watched watched = new Watched(cancel);
        Probing asked = new Probing(prompts, watched);
        probe_request request = new probe_request();
        String[] draft = {""};
        KamupinException problem = null;
        try {
            request.setCard(card);
            request.setLanguage(language.value());
            request.set_prompts(asked);
            long bits = 0;
            for (ProbeStep step : steps) {
                bits |= step.value();
            }
            request.setSteps(bits);
            Handle.checked(error -> context.call(owner -> cancel.call(by -> {
                request.setCancel(by);
                return Native.card_probe(owner, request, draft, error);
            })));
        } catch (KamupinException error) {
            problem = error;
        } finally {
            request.delete();
            asked.delete();
        }
        watched.settle();
        return new ProbeReport(draft[0], asked.findings, problem);
    }
}
