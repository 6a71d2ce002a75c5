package dev.leaderelection.reconciler;

import java.util.Set;

/**
 * Which label keys elections may use, by the operator's configuration.
 *
 * @param prefixes the DNS prefixes; empty for all
 */
public record AllowedPrefixes(Set<String> prefixes) {

    /** Copies. */
    public AllowedPrefixes {
        prefixes = Set.copyOf(prefixes);
    }
}
