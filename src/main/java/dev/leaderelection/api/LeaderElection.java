package dev.leaderelection.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Asks for exactly one leader among the pods of its namespace that its selector matches. */
@Group(LeaderElection.GROUP)
@Version(LeaderElection.VERSION)
@Kind("LeaderElection")
@Plural("leaderelections")
@ShortNames("le")
@AdditionalPrinterColumn(name = "Strategy", jsonPath = ".spec.strategy.type")
@AdditionalPrinterColumn(name = "Leader", jsonPath = ".status.leader.podName")
@AdditionalPrinterColumn(name = "Term", jsonPath = ".status.leader.term", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Candidates", jsonPath = ".status.candidates.summary")
@AdditionalPrinterColumn(
        name = "Last-Switch",
        jsonPath = ".status.leader.since",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class LeaderElection extends CustomResource<LeaderElectionSpec, LeaderElectionStatus>
        implements Namespaced {

    /** The API group, which is also the prefix of the keys that the operator owns. */
    public static final String GROUP = "leaderelection.dev";

    /** The API version. */
    public static final String VERSION = "v1alpha1";

    /** Annotation of a pod: its priority, an integer, higher first. */
    public static final String PRIORITY_ANNOTATION = GROUP + "/priority";

    /** Annotation of a pod: {@code "false"} takes it out of every election. */
    public static final String CANDIDATE_ANNOTATION = GROUP + "/candidate";

    private static final long serialVersionUID = 1L;
}
