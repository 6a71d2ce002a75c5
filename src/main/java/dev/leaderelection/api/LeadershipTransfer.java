package dev.leaderelection.api;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Asks an election of its namespace, once, to give leadership to another pod. It stays as a record until somebody deletes it. */
@Group(LeaderElection.GROUP)
@Version(LeaderElection.VERSION)
@Kind("LeadershipTransfer")
@Plural("leadershiptransfers")
@ShortNames("lt")
@AdditionalPrinterColumn(name = "Election", jsonPath = ".spec.election")
@AdditionalPrinterColumn(name = "From", jsonPath = ".status.from")
@AdditionalPrinterColumn(name = "To", jsonPath = ".status.to")
@AdditionalPrinterColumn(name = "Term", jsonPath = ".status.term", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Completed", jsonPath = ".status.conditions[?(@.type==\"Completed\")].status")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Completed\")].reason")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class LeadershipTransfer extends CustomResource<LeadershipTransferSpec, LeadershipTransferStatus>
        implements Namespaced {

    private static final long serialVersionUID = 1L;
}
