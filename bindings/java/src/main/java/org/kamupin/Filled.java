// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Filled.java: calls that fill a record, which is copied out and freed; lists, which are told one by one.
package org.kamupin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Records of calls. */
final class Filled {
    private Filled() {
    }

    /** A call that fills a record. */
    @FunctionalInterface
    interface Call<R> {
        int of(long raw, R record) throws KamupinException;
    }

    /** A call that fills a record with the one of an index. */
    @FunctionalInterface
    interface Listed<R> {
        int of(long raw, long index, R record);
    }

    /** What a call fills. */
    static <R, T> T of(Telling from, R record, Consumer<R> delete, Function<R, T> copy, Call<R> call) throws KamupinException {
        try {
            from.doing(raw -> call.of(raw, record));
            return copy.apply(record);
        } finally {
            delete.accept(record);
        }
    }

    /** All that a list call has, of which it says how many. */
    static <R, T> List<T> all(Telling from, R record, Consumer<R> delete, Function<R, T> copy, Call<long[]> ask, Listed<R> listed)
            throws KamupinException {
        try {
            return from.get(all -> { // no other list between asking and telling
                from.doing(raw -> ask.of(raw, new long[1]));
                return each(from, record, copy, listed);
            });
        } finally {
            delete.accept(record);
        }
    }

    /** Index by index until there is none. */
    static <R, T> List<T> each(Handle from, R record, Function<R, T> copy, Listed<R> listed) throws KamupinException {
        return from.get(raw -> {
            List<T> found = new ArrayList<>();
            while (listed.of(raw, found.size(), record) == Status.OK.value()) {
                found.add(copy.apply(record));
            }
            return Collections.unmodifiableList(found);
        });
    }
}
