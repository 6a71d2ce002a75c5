package dev.leaderelection.detection;

import java.util.regex.Pattern;

/**
 * A pod that is probed for an election.
 *
 * @param election for which
 * @param pod the pod's UID
 * @param ip the pod's address, as observed: never a name that would have to be resolved
 * @param probe how it is asked
 */
public record Target(ElectionKey election, String pod, String ip, Probe probe) {

    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    /** Refuses what is no address. */
    public Target {
        if (!V4.matcher(ip).matches() && !V6.matcher(ip).matches()) {
            throw new IllegalArgumentException("not an address: '" + ip + "'");
        }
    }
}
