package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.HashMap;
import java.util.Map;

/**
 * An operator that a Deployment in the cluster describes, as a process instead of a pod.
 *
 * @param namespace where the Deployment is
 * @param name its name, which is that of its service account, too
 */
public record DeployedOperator(String namespace, String name) {

    /** Who its pods are to the API server. */
    public Identity identity() {
        return Identity.serviceAccount(namespace, name);
    }

    /**
     * Starts one replica under the account and with the variables of the Deployment, and waits until it is ready.
     *
     * @param further variables beside those of the Deployment
     * @throws IllegalStateException when the Deployment names another account
     */
    public OperatorProcess start(ControlPlane controlPlane, Map<String, String> further) {
        PodSpec pod = controlPlane
                .admin()
                .apps()
                .deployments()
                .inNamespace(namespace)
                .withName(name)
                .require()
                .getSpec()
                .getTemplate()
                .getSpec();
        if (!pod.getServiceAccountName().equals(name)) {
            throw new IllegalStateException(
                    "Deployment " + name + " runs as " + pod.getServiceAccountName() + ", not as " + name);
        }
        Map<String, String> environment = new HashMap<>(further);
        environment.put("KUBECONFIG", controlPlane.kubeconfig(identity()).toString());
        environment.putAll(PodVariables.of(pod, namespace, name + "-0"));
        return OperatorProcess.start(controlPlane, environment, Map.of());
    }
}
