package dev.leaderelection.reconciler;

import java.util.Set;

/**
 * What the operator is there for, by its configuration.
 *
 * @param allowedPrefixes the DNS prefixes of the label keys that elections may use; empty for all
 * @param releases whether every election is to be let go, for the operator is being uninstalled
 */
public record Remit(Set<String> allowedPrefixes, boolean releases) {

    /** Copies. */
    public Remit {
        allowedPrefixes = Set.copyOf(allowedPrefixes);
    }
}
