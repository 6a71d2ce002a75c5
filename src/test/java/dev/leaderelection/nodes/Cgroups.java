package dev.leaderelection.nodes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The control groups below which the nodes' containers are, in every hierarchy of the machine. */
final class Cgroups {

    private static final Path MOUNTS = Path.of("/sys/fs/cgroup");

    /** What a hierarchy that places processes on processors wants of a group before it takes any. */
    private static final List<String> PLACES = List.of("cpuset.cpus", "cpuset.mems");

    private Cgroups() {}

    /** Makes a group in each hierarchy. */
    static void make(String path) throws IOException {
        for (Path hierarchy : hierarchies()) {
            Path group = hierarchy;
            for (Path part : Path.of(path)) {
                Path parent = group;
                group = Files.createDirectories(parent.resolve(part));
                for (String place : PLACES) {
                    if (Files.exists(group.resolve(place))) {
                        Files.writeString(group.resolve(place), Files.readString(parent.resolve(place)));
                    }
                }
            }
        }
    }

    static List<Path> hierarchies() throws IOException {
        try (Stream<Path> folders = Files.list(MOUNTS)) {
            return folders.filter(folder -> !Files.isSymbolicLink(folder))
                    .filter(folder -> Files.exists(folder.resolve("cgroup.procs")))
                    .sorted()
                    .toList();
        }
    }
}
