package dev.leaderelection.story;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** What listens at a pod's address on loopback, and answers a probe well, ill or never. */
final class ProbedPod implements AutoCloseable {

    private final ServerSocket server;
    private final String address;
    private volatile Answer answer = Answer.WELL;

    /** How it answers. */
    enum Answer {
        WELL,
        UNAVAILABLE,
        NEVER
    }

    /**
     * Listens at once.
     *
     * @param address of 127.0.0.0/8
     * @param port where; 0 for any that is free
     */
    ProbedPod(String address, int port) {
        this.address = address;
        try {
            server = new ServerSocket(port, 50, InetAddress.getByName(address));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen at " + address, e);
        }
        Thread thread = new Thread(this::serve, "pod at " + address);
        thread.setDaemon(true);
        thread.start();
    }

    String address() {
        return address;
    }

    int port() {
        return server.getLocalPort();
    }

    void answers(Answer now) {
        answer = now;
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                switch (answer) {
                    case WELL -> reply(socket, "200 OK");
                    case UNAVAILABLE -> reply(socket, "503 Service Unavailable");
                    case NEVER -> {
                        // It stays open, and the prober has to give up by itself.
                    }
                }
            } catch (IOException e) {
                // Closed, or the prober has hung up.
            }
        }
    }

    private static void reply(Socket socket, String status) throws IOException {
        try (socket) {
            socket.getInputStream().read();
            socket.getOutputStream()
                    .write(("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the listener at " + address, e);
        }
    }
}
