package dev.leaderelection.cli;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Objects;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** What a person is told instead of a result: one line that names the object, the cause and the remedy. */
final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Failure(String message) {
        super(message);
    }

    /** What a refused request means to who asked for it. */
    static Failure of(KubernetesClientException refused, String url) {
        if (refused.getStatus() == null) {
            return new Failure("cannot reach the API server " + url + ": " + oneLine(refused)
                    + ". Name another cluster by --context or --kubeconfig");
        }
        String said = reason(refused);
        return switch (refused.getCode()) {
            case 401 -> new Failure("the API server does not know you: sign in again, or name another --context");
            case 403 ->
                new Failure(
                        said + ". Ask for that right: the ClusterRoles leader-election-view and leader-election-edit"
                                + " have what this command needs of elections");
            case 404 ->
                new Failure("the cluster has no such resource: is the operator installed? kubectl apply -k deploy/ does"
                        + " that (" + said + ")");
            default -> new Failure(said);
        };
    }

    /** Whether it is a right that is missing. */
    static boolean isForbidden(KubernetesClientException refused) {
        return refused.getCode() == HttpURLConnection.HTTP_FORBIDDEN;
    }

    /** What the server says, or what keeps it from saying anything. */
    static String reason(KubernetesClientException refused) {
        return refused.getStatus() == null
                ? oneLine(refused)
                : Objects.requireNonNullElse(refused.getStatus().getMessage(), String.valueOf(refused.getMessage()));
    }

    /** What is at the bottom of it. */
    static String oneLine(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof MarkedYamlEngineException marked
                && marked.getProblemMark().isPresent()) {
            Mark mark = marked.getProblemMark().get();
            return "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": " + marked.getProblem();
        }
        String message = cause.getMessage();
        if (cause instanceof NoSuchFileException) {
            return "there is no " + message;
        }
        if (cause instanceof CharacterCodingException) {
            return "it is no text";
        }
        return message == null
                ? cause.getClass().getSimpleName().toLowerCase(Locale.ROOT)
                : message.lines().findFirst().orElse("");
    }

    static Failure noElection(String name, String namespace) {
        return new Failure("there is no LeaderElection " + name + " in namespace " + namespace
                + ": kubectl election list -A shows all that there are");
    }
}
