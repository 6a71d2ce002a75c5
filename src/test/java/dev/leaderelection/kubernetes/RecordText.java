package dev.leaderelection.kubernetes;

import dev.leaderelection.election.LeaseRecord;

/** The record of a Lease as production writes it, for tests of other packages. */
public final class RecordText {

    private RecordText() {}

    public static String of(LeaseRecord lease) {
        return RecordCodec.encode(lease);
    }
}
