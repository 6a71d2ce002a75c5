package dev.leaderelection.cli;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine;

/** {@code kubectl election} as a program. Ends with 0 if it was done, with 1 if not, with 2 if the command makes no sense. */
public final class KubectlElection {

    /** What {@code kubectl_complete-election} asks. */
    static final String COMPLETE = "__complete";

    private KubectlElection() {}

    /** Runs one command, and ends the process: the client's threads would keep it alive. */
    public static void main(String[] arguments) {
        PrintWriter out = writer(System.out);
        PrintWriter err = writer(System.err);
        System.exit(run(List.of(arguments), out, err, InstantSource.system()));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    static int run(List<String> arguments, PrintWriter out, PrintWriter err, InstantSource clock) {
        if (!arguments.isEmpty() && arguments.get(0).equals(COMPLETE)) {
            complete(arguments.subList(1, arguments.size())).forEach(out::println);
            out.println(Completion.END);
            return 0;
        }
        CommandLine line = new CommandLine(new Commands(out, err, clock));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(out);
        line.setErr(err);
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof Failure told) {
                err.println("error: " + told.getMessage());
                return 1;
            }
            throw failure;
        });
        line.setParameterExceptionHandler((wrong, given) -> {
            err.println("error: " + wrong.getMessage() + ": "
                    + wrong.getCommandLine().getCommandSpec().qualifiedName(" ") + " --help tells what it takes");
            return 2;
        });
        return line.execute(arguments.toArray(String[]::new));
    }

    private static List<String> complete(List<String> words) {
        return new Completion(
                        access -> asked(
                                access,
                                session -> session.elections(false).stream()
                                        .map(election -> election.getMetadata().getName())
                                        .toList()),
                        (access, election) -> asked(
                                access,
                                session -> Snapshot.status(session.election(election)).members().stream()
                                        .map(member -> member.podName())
                                        .toList()),
                        access -> asked(access, Session::namespaces),
                        KubectlElection::kubeconfig)
                .of(words);
    }

    private static Optional<Kubeconfig> kubeconfig(Access access) {
        try {
            return Optional.of(Connection.ofThisProcess().kubeconfig(access));
        } catch (Failure e) {
            return Optional.empty();
        }
    }

    /** Whoever presses a key does not want to read of a failure. */
    private static List<String> asked(Access access, Function<Session, List<String>> question) {
        try (Session session = Session.open(access)) {
            return question.apply(session);
        } catch (KubernetesClientException | Failure e) {
            return List.of();
        }
    }
}
