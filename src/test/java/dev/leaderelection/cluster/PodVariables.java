package dev.leaderelection.cluster;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.HashMap;
import java.util.Map;

/** The environment that a kubelet would give the operator's container. */
final class PodVariables {

    private PodVariables() {}

    /**
     * What the first container of a pod finds set.
     *
     * @param name the pod's name
     * @throws IllegalStateException for what only a real kubelet could tell
     */
    static Map<String, String> of(PodSpec pod, String namespace, String name) {
        Map<String, String> variables = new HashMap<>();
        pod.getContainers()
                .get(0)
                .getEnv()
                .forEach(variable -> variables.put(variable.getName(), value(variable, namespace, name)));
        return variables;
    }

    private static String value(EnvVar variable, String namespace, String name) {
        if (variable.getValueFrom() == null) {
            return variable.getValue();
        }
        String path = variable.getValueFrom().getFieldRef().getFieldPath();
        return switch (path) {
            case "metadata.name" -> name;
            case "metadata.namespace" -> namespace;
            default -> throw new IllegalStateException(variable.getName() + " is taken from " + path);
        };
    }
}
