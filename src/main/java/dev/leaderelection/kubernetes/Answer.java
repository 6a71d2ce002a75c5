package dev.leaderelection.kubernetes;

import java.util.function.Function;

/**
 * What became of a request. Every outcome that can be expected is a value; none of them is thrown.
 *
 * @param <T> what a granted request brings
 */
public sealed interface Answer<T> {

    /**
     * It was done.
     *
     * @param value what it brought
     */
    record Done<T>(T value) implements Answer<T> {

        @Override
        public <U> Answer<U> map(Function<T, U> mapping) {
            return new Done<>(mapping.apply(value));
        }
    }

    /**
     * It was not done.
     *
     * @param cause why
     * @param explanation the server's words
     */
    record Refused<T>(Cause cause, String explanation) implements Answer<T> {

        /** The same refusal of something else. */
        public <U> Refused<U> recast() {
            return new Refused<>(cause, explanation);
        }

        @Override
        public <U> Answer<U> map(Function<T, U> mapping) {
            return recast();
        }
    }

    /** Why a request was not done. */
    enum Cause {
        /** The object has changed since, or exists already. */
        CONFLICT,
        /** The object does not exist: the server's own word, never that of something on the way to it. */
        GONE,
        /** The server will not have it: rights, validation or an admission policy. */
        DENIED,
        /** The server could not be asked, or could not answer. A write may have landed, or may land yet. */
        UNAVAILABLE,
        /** What is left of a list is not kept any more: it can only be read again from its beginning. No caller of a store sees it. */
        EXPIRED,
        /** The world has moved on: what was to be done is not wanted any more. */
        OVERTAKEN
    }

    /** The same answer, with something made of what it brought; the same refusal if it brought nothing. */
    <U> Answer<U> map(Function<T, U> mapping);

    /** What is shared by all answers that bring nothing. */
    Answer<Boolean> OK = new Done<>(true);

    /** A refusal. */
    static <T> Answer<T> refused(Cause cause, String explanation) {
        return new Refused<>(cause, explanation);
    }
}
