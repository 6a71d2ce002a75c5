package dev.leaderelection.cluster;

import java.util.List;

/**
 * Who calls the API server; what they may do is up to RBAC.
 *
 * @param user the user name that RBAC sees
 * @param groups the groups that RBAC sees; the API server adds {@code system:authenticated}
 */
public record Identity(String user, List<String> groups) {

    /** May do everything: {@code system:masters} passes by RBAC and by flow control. */
    public static final Identity ADMIN = new Identity("admin", List.of("system:masters"));

    /** The operator, bound to the rights that its manifests give to its service account. */
    public static final Identity OPERATOR = serviceAccount("leader-election-system", "leader-election-operator");

    /** A user without any rights but those that everybody has. */
    public static final Identity NOBODY = new Identity("nobody", List.of());

    public Identity {
        groups = List.copyOf(groups);
    }

    /** The identity that a pod with this service account has. */
    public static Identity serviceAccount(String namespace, String name) {
        return new Identity(
                "system:serviceaccount:" + namespace + ":" + name,
                List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace));
    }
}
