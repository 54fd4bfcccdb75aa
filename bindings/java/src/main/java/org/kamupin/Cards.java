// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.kamupin.internal.Native;
import org.kamupin.internal.card_info;

/** Every reader and what is known of its card, as it was when the list was made. */
public final class Cards extends Handle implements Iterable<CardInfo> {
    private final List<CardInfo> all;

    Cards(Context context, Cancel cancel) throws KamupinException {
        this(context, (slot, error) ->
                context.call(owner -> callOn(cancel, by -> Native.reader_list_new(owner, by, slot, error))));
    }

    Cards(Context context, Making making) throws KamupinException {
        super(new ReentrantLock(), making, Native::reader_list_free, context);
        all = get(Cards::read);
    }

    /** The entries of a list at that address. */
    static List<CardInfo> read(long list) throws KamupinException {
        List<CardInfo> found = new ArrayList<>();
        card_info raw = new card_info();
        try {
            for (long index = 0; index < Native.reader_list_count(list); index++) {
                check(Native.reader_list_get(list, index, raw));
                found.add(new CardInfo(raw));
            }
        } finally {
            raw.delete();
        }
        return Collections.unmodifiableList(found);
    }

    /**
     * All of them.
     *
     * @return one for each reader, in the readers' order; unmodifiable
     */
    public List<CardInfo> list() {
        return all;
    }

    @Override
    public Iterator<CardInfo> iterator() {
        return all.iterator();
    }

    /**
     * Whether an entry is of the card that an address means: a card's id, a serial number, a reader's name, an
     * ATR in hex, or a URI {@code kamupin:serial=…;reader=…;card-id=…;atr=…}. Nothing is sent.
     *
     * @param card an entry
     * @param which the address
     * @return false when it is another card
     * @throws KamupinException when the address is a URI that is none (card-address)
     */
    public static boolean matches(CardInfo card, String which) throws KamupinException {
        card_info raw = new card_info();
        try {
            raw.setReader(card.reader());
            raw.setCardId(card.cardId());
            raw.setSerial(card.serial());
            raw.setAtr(card.atr());
            raw.setAtrLength(card.atr().length);
            int status = Native.card_matches(raw, which);
            if (status == Status.CARD_NOT_FOUND.value()) {
                return false;
            }
            check(status);
            return true;
        } finally {
            raw.delete();
        }
    }

    /**
     * Waits until a card or reader comes, goes or changes against what this list saw. A second thread begins to wait
     * when the first has ended.
     *
     * @param timeout null: for ever; zero, and less: looks once; more than 24 days is as much
     * @throws KamupinException timed-out after that time; what is the matter with the readers
     */
    public void await(Duration timeout) throws KamupinException {
        await(timeout, null);
    }

    /**
     * The same, to be ended from elsewhere.
     *
     * @param timeout as for {@link #await(Duration)}
     * @param cancel ends the wait; null: nothing does
     * @throws KamupinException timed-out after that time; cancelled; what is the matter with the readers
     */
    public void await(Duration timeout, Cancel cancel) throws KamupinException {
        checked(error -> call(raw -> callOn(cancel,
                by -> Native.reader_list_wait(raw, Slots.milliseconds(timeout), by, error))));
    }
}
