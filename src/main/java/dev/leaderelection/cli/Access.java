package dev.leaderelection.cli;

import picocli.CommandLine.Option;

/** Which cluster and which namespace a command speaks of, with the words that kubectl has for it. */
final class Access {

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "The namespace; the context's own unless given.")
    private String namespace = "";

    @Option(names = "--context", paramLabel = "CONTEXT", description = "The context of the kubeconfig.")
    private String context = "";

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "The kubeconfig; KUBECONFIG unless given.")
    private String kubeconfig = "";

    /** For picocli, which fills it in. */
    Access() {}

    Access(String namespace, String context, String kubeconfig) {
        this.namespace = namespace;
        this.context = context;
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

    /** The kubeconfig's path; empty for what the environment says. */
    String kubeconfig() {
        return kubeconfig;
    }
}
