package dev.leaderelection.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tokens, keys and kubeconfigs of one control plane, made anew for each. */
final class Credentials {

    private final Path folder;
    private final Map<Identity, String> tokens = new LinkedHashMap<>();

    Credentials(Path folder, List<Identity> identities) throws IOException {
        this.folder = Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        SecureRandom random = new SecureRandom();
        for (Identity identity : identities) {
            byte[] token = new byte[16];
            random.nextBytes(token);
            tokens.put(identity, HexFormat.of().formatHex(token));
        }
        Files.writeString(tokenFile(), tokenLines());
        writeServiceAccountKeys();
    }

    /** For {@code kube-apiserver --token-auth-file}. */
    Path tokenFile() {
        return folder.resolve("tokens.csv");
    }

    Path serviceAccountPrivateKey() {
        return folder.resolve("service-account.key");
    }

    Path serviceAccountPublicKey() {
        return folder.resolve("service-account.pub");
    }

    /** Where the API server puts its self-signed certificate. */
    Path certificateFolder() {
        return folder.resolve("tls");
    }

    /** The API server's certificate together with the authority that signed it. */
    Path authority() {
        return certificateFolder().resolve("apiserver.crt");
    }

    String token(Identity identity) {
        String token = tokens.get(identity);
        if (token == null) {
            throw new IllegalArgumentException(
                    identity.user() + " is not known: name it when the control plane is built");
        }
        return token;
    }

    Path kubeconfigFile(Identity identity) {
        token(identity);
        return folder.resolve(identity.user().replaceAll("[^A-Za-z0-9-]", "_") + ".kubeconfig");
    }

    /** Possible once the API server has made its certificate. */
    void writeKubeconfigs(String url) throws IOException {
        for (Identity identity : tokens.keySet()) {
            writeKubeconfig(identity, url);
        }
    }

    private void writeKubeconfig(Identity identity, String url) throws IOException {
        String authority = Base64.getEncoder().encodeToString(Files.readAllBytes(authority()));
        Files.writeString(kubeconfigFile(identity), """
                apiVersion: v1
                kind: Config
                clusters:
                - name: test
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                users:
                - name: "%s"
                  user:
                    token: %s
                contexts:
                - name: test
                  context:
                    cluster: test
                    user: "%3$s"
                current-context: test
                """.formatted(url, authority, identity.user(), token(identity)));
    }

    private String tokenLines() {
        return tokens.entrySet().stream()
                .map(entry -> "%s,%s,%2$s,\"%s\"%n"
                        .formatted(
                                entry.getValue(),
                                entry.getKey().user(),
                                String.join(",", entry.getKey().groups())))
                .collect(Collectors.joining());
    }

    private void writeServiceAccountKeys() throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            KeyPair pair = generator.generateKeyPair();
            Files.writeString(
                    serviceAccountPrivateKey(),
                    pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            Files.writeString(
                    serviceAccountPublicKey(),
                    pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has elliptic curves", e);
        }
    }

    private static String pem(String type, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
    }
}
