package dev.leaderelection.reconciler;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeadershipTransfer;
import dev.leaderelection.kubernetes.Election;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.util.List;
import java.util.Optional;

/** What the watches have told so far. It may lag behind the server, and never says so. */
interface Caches {

    /** The pods that the selector matches, and those that bear the election's mark. */
    List<Pod> podsOf(Election election);

    /** A pod by its name. */
    Optional<Pod> pod(String namespace, String name);

    /** A Lease by its name. */
    Optional<Lease> lease(String namespace, String name);

    /** The transfers of an election that nothing has become of yet. */
    List<LeadershipTransfer> transfers(Election election);

    /** The elections of a namespace. */
    List<LeaderElection> elections(String namespace);
}
