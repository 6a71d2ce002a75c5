package dev.leaderelection.detection;

/**
 * Names an election.
 *
 * @param namespace its namespace
 * @param name its name
 */
public record ElectionKey(String namespace, String name) {

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
