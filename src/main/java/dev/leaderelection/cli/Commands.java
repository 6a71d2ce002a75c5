package dev.leaderelection.cli;

import dev.leaderelection.api.LeaderElection;
import dev.leaderelection.api.LeaderElectionSpec.Mode;
import dev.leaderelection.api.LeadershipTransfer;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The subcommands. Each ends with 0, or with a {@link Failure}. */
@Command(
        name = "kubectl election",
        description = "Shows elections, and asks the operator to move them.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class Commands {

    @Mixin
    private final Access access = new Access();

    private final PrintWriter out;
    private final PrintWriter err;
    private final InstantSource clock;

    Commands(PrintWriter out, PrintWriter err, InstantSource clock) {
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    private int with(Function<Session, String> command) {
        try (Session session = Session.open(access)) {
            try {
                out.print(command.apply(session));
                out.flush();
                return 0;
            } catch (KubernetesClientException e) {
                throw Failure.of(e, session.url());
            }
        }
    }

    @Command(name = "list", description = "Lists the elections of a namespace.", mixinStandardHelpOptions = true)
    int list(
            @Option(
                            names = {"-A", "--all-namespaces"},
                            description = "Those of all namespaces.")
                    boolean everywhere,
            @Mixin Output output) {
        return with(session -> {
            List<LeaderElection> elections = session.elections(everywhere);
            String none = everywhere ? "No elections found" : "No elections found in namespace " + session.namespace();
            return output.of(
                    session,
                    new TreeMap<>(Map.of("apiVersion", "v1", "kind", "List", "items", elections)),
                    elections.isEmpty()
                            ? none + System.lineSeparator()
                            : Listing.of(elections, everywhere, clock.instant()));
        });
    }

    @Command(
            name = "status",
            description = "Shows how an election stands, and warns where Lease, label, status and endpoints disagree.",
            mixinStandardHelpOptions = true)
    int status(@Mixin Subject election, @Mixin Output output) {
        return with(session -> {
            Snapshot seen = Survey.of(
                    session, election.name(), EnumSet.of(Part.PODS, Part.LEASE, Part.SERVICES, Part.ENDPOINTS));
            Now now = session.now(clock);
            StatusView view = StatusView.of(seen, now);
            return output.of(session, view, view.text(now));
        });
    }

    @Command(
            name = "history",
            description = "Shows the transitions that an election remembers, the newest first.",
            mixinStandardHelpOptions = true)
    int history(@Mixin Subject election, @Mixin Output output) {
        return with(session -> {
            var history = Snapshot.status(session.election(election.name())).history();
            return output.of(session, history, Listing.history(history, clock.instant()));
        });
    }

    @Command(
            name = "watch",
            description =
                    "Prints a line whenever leader, term or readiness of an election change, until it is stopped; with -o"
                            + " every revision of the election.",
            mixinStandardHelpOptions = true)
    int watch(@Mixin Subject election, @Mixin Output output) {
        try (Changes changes = new Changes(() -> Session.open(access), election.name(), err::println)) {
            WatchLine.Columns columns = new WatchLine.Columns(ZoneId.systemDefault());
            Optional<WatchLine> last = Optional.empty();
            for (Optional<LeaderElection> now = changes.next(); now.isPresent(); now = changes.next()) {
                Optional<WatchLine> line = Optional.of(WatchLine.of(Snapshot.status(now.get())));
                if (!output.isText()) {
                    out.print(output.of(changes.session(), now.get(), ""));
                } else if (!last.equals(line)) {
                    out.print(columns.text(line.get(), clock.instant()));
                }
                last = line;
                // Nobody reads on.
                if (out.checkError()) {
                    return 0;
                }
            }
        }
        (output.isText() ? out : err).println(election.name() + " was deleted");
        return 0;
    }

    @Command(
            name = "explain",
            description = "Tells why this pod leads, and why none of the others does.",
            mixinStandardHelpOptions = true)
    int explain(@Mixin Subject election, @Mixin Output output) {
        return with(session -> {
            Snapshot seen = Survey.of(session, election.name(), EnumSet.of(Part.PODS, Part.LEASE, Part.TRANSFERS));
            Explanation explanation = Explanation.of(seen, session.now(clock));
            return output.of(session, explanation, explanation.text());
        });
    }

    @Command(
            name = "pause",
            description = "Keeps leadership where it is, whatever happens, until it is resumed.",
            mixinStandardHelpOptions = true)
    int pause(@Mixin Subject election, @Mixin Output output) {
        return mode(election.name(), Mode.PAUSED, "paused: leadership does not move", output);
    }

    @Command(name = "resume", description = "Lets leadership move again.", mixinStandardHelpOptions = true)
    int resume(@Mixin Subject election, @Mixin Output output) {
        return mode(election.name(), Mode.ACTIVE, "active: leadership moves again", output);
    }

    private int mode(String name, Mode mode, String told, Output output) {
        return with(session -> {
            LeaderElection before = session.election(name);
            if (before.getSpec().mode() == Mode.OBSERVE) {
                throw new Failure(
                        "LeaderElection " + name + " only observes, and is neither paused nor resumed: set spec.mode"
                                + " with kubectl patch if it shall elect");
            }
            boolean isSo = before.getSpec().mode() == mode;
            return output.of(
                    session,
                    isSo ? before : session.mode(name, mode),
                    name + " is " + told + (isSo ? " (it was before)" : "") + System.lineSeparator());
        });
    }

    @Command(
            name = "transfer",
            description = "Asks for leadership to go to another pod, and waits for what becomes of it.",
            mixinStandardHelpOptions = true)
    int transfer(
            @Mixin Subject election,
            @Option(
                            names = "--to",
                            paramLabel = "POD",
                            defaultValue = "",
                            description = "The pod that shall lead; the next by the strategy unless given.")
                    String target,
            @Option(
                            names = "--timeout",
                            paramLabel = "SECONDS",
                            defaultValue = "60",
                            description = "After how many seconds it is given up.")
                    int seconds,
            @Mixin Output output) {
        return with(session -> {
            TransferRequest request = TransferRequest.send(session, election.name(), target, seconds);
            return Interruption.during(
                    () -> {
                        Optional<LeadershipTransfer> ended = request.outcome();
                        if (!output.isText()) {
                            // Also if it was refused: a script is told what became of it, and by the exit code that it
                            // was.
                            out.print(output.of(session, ended.orElse(request.asked()), ""));
                            out.flush();
                        }
                        String told = TransferReport.of(election.name(), request.name(), ended);
                        return output.isText() ? told : "";
                    },
                    () -> err.println("interrupted: LeadershipTransfer " + request.name() + ": " + request.withdraw()),
                    "");
        });
    }
}
