// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.kamupin.internal.Native;
import org.kamupin.internal.card_info;
import org.kamupin.internal.error;

/** Every reader and what is known of its card, as it was when the list was made. */
public final class Cards extends Handle implements Iterable<CardInfo> {
    private final List<CardInfo> all;

    Cards(Context context) throws KamupinException {
        this(make(context), context);
    }

    Cards(long[] slot, Object... keeps) throws KamupinException {
        super(slot, Native::reader_list_free, keeps);
        all = read();
    }

    private static long[] make(Context context) throws KamupinException {
        long owner = context.raw();
        return made((slot, error) -> Native.reader_list_new(owner, 0, slot, error));
    }

    private List<CardInfo> read() throws KamupinException {
        List<CardInfo> found = new ArrayList<>();
        card_info raw = new card_info();
        try {
            for (long index = 0; index < Native.reader_list_count(raw()); index++) {
                Native.reader_list_get(raw(), index, raw);
                found.add(new CardInfo(raw));
            }
        } finally {
            raw.delete();
        }
        return Collections.unmodifiableList(found);
    }

    /** All of them. */
    public List<CardInfo> list() {
        return all;
    }

    @Override
    public Iterator<CardInfo> iterator() {
        return all.iterator();
    }

    /** Waits until a card or reader comes or goes; timed-out after the time. Null: for ever. */
    public void await(Duration timeout) throws KamupinException {
        error error = new error();
        if (Native.reader_list_wait(raw(), Slots.milliseconds(timeout), 0, error) != Status.OK.value()) {
            throw new KamupinException(error);
        }
    }
}
