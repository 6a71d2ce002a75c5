package dev.leaderelection.cli;

import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Which cluster and which namespace a command speaks of, and as whom, with the words that kubectl has for it. */
final class Access {

    @Option(
            names = {"-n", "--namespace"},
            scope = ScopeType.INHERIT,
            paramLabel = "NAMESPACE",
            description = "The namespace; the context's own unless given.")
    private String namespace = "";

    @Option(
            names = "--context",
            scope = ScopeType.INHERIT,
            paramLabel = "CONTEXT",
            description = "The context of the kubeconfig.")
    private String context = "";

    @Option(
            names = "--cluster",
            scope = ScopeType.INHERIT,
            paramLabel = "CLUSTER",
            description = "The cluster of the kubeconfig; the context's own unless given.")
    private String cluster = "";

    @Option(
            names = "--user",
            scope = ScopeType.INHERIT,
            paramLabel = "USER",
            description = "The user of the kubeconfig; the context's own unless given.")
    private String user = "";

    @Option(names = "--as", scope = ScopeType.INHERIT, paramLabel = "NAME", description = "Whom to impersonate.")
    private String impersonated = "";

    @Option(
            names = "--as-group",
            scope = ScopeType.INHERIT,
            paramLabel = "GROUP",
            description = "A group to impersonate, beside --as; may be repeated.")
    private List<String> impersonatedGroups = List.of();

    @Option(
            names = "--kubeconfig",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "The kubeconfig; KUBECONFIG unless given.")
    private String kubeconfig = "";

    /** For picocli, which fills it in. */
    Access() {}

    Access(String namespace, String context, String cluster, String user, String impersonated, String kubeconfig) {
        this.namespace = namespace;
        this.context = context;
        this.cluster = cluster;
        this.user = user;
        this.impersonated = impersonated;
        this.kubeconfig = kubeconfig;
    }

    /** The namespace; empty for the context's own. */
    String namespace() {
        return namespace;
    }

    /** The context; empty for the current one. */
    String context() {
        return context;
    }

    /** The cluster; empty for the context's own. */
    String cluster() {
        return cluster;
    }

    /** The user; empty for the context's own. */
    String user() {
        return user;
    }

    /** Whom to impersonate; empty for nobody but whom the kubeconfig names. */
    String impersonated() {
        return impersonated;
    }

    /** The groups to impersonate. */
    List<String> impersonatedGroups() {
        return impersonatedGroups;
    }

    /** The kubeconfig's path; empty for what the environment says. */
    String kubeconfig() {
        return kubeconfig;
    }
}
