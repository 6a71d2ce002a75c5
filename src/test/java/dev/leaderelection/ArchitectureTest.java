package dev.leaderelection;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The directions between the packages, and what no class may do. */
class ArchitectureTest {

    private static final String API = "dev.leaderelection.api..";
    private static final String ELECTION = "dev.leaderelection.election..";
    private static final String DETECTION = "dev.leaderelection.detection..";
    private static final String KUBERNETES = "dev.leaderelection.kubernetes..";
    private static final String RECONCILER = "dev.leaderelection.reconciler..";
    private static final String RUNTIME = "dev.leaderelection.runtime..";
    private static final String CLI = "dev.leaderelection.cli..";
    private static final String JSPECIFY = "org.jspecify.annotations..";

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.leaderelection");

    @Test
    void electionKnowsOnlyJava() {
        classes()
                .that()
                .resideInAPackage(ELECTION)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", ELECTION, JSPECIFY)
                .check(MAIN);
    }

    @Test
    void apiKnowsNoOtherPackageOfOurs() {
        noClasses()
                .that()
                .resideInAPackage(API)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ELECTION, DETECTION, KUBERNETES, RECONCILER, RUNTIME, CLI)
                .check(MAIN);
    }

    @Test
    void detectionKnowsTheElectionAndTheNetwork() {
        classes()
                .that()
                .resideInAPackage(DETECTION)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", ELECTION, DETECTION, JSPECIFY, "io.vertx.core..", "org.slf4j..")
                .check(MAIN);
    }

    @Test
    void kubernetesKnowsTheApiTheElectionAndTheClient() {
        classes()
                .that()
                .resideInAPackage(KUBERNETES)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        API,
                        ELECTION,
                        KUBERNETES,
                        JSPECIFY,
                        "io.fabric8..",
                        "com.fasterxml.jackson..",
                        "org.slf4j..")
                .check(MAIN);
    }

    @Test
    void reconcilerNeverTalksToTheClient() {
        // The default of an annotation of the framework names the store's type; nobody calls it.
        DescribedPredicate<JavaClass> client = resideInAPackage("io.fabric8.kubernetes.client..")
                .and(not(HasName.Predicates.name("io.fabric8.kubernetes.client.informers.cache.ItemStore")));
        noClasses()
                .that()
                .resideInAPackage(RECONCILER)
                .should()
                .dependOnClassesThat(client)
                .check(MAIN);
    }

    @Test
    void nothingUsesTheRuntime() {
        noClasses()
                .that()
                .resideOutsideOfPackage(RUNTIME)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(RUNTIME)
                .check(MAIN);
    }

    @Test
    void nothingUsesThePlugin() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CLI)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(CLI)
                .check(MAIN);
    }

    @Test
    void thePluginKnowsWhatObjectsSayAndNothingOfTheOperator() {
        DescribedPredicate<JavaClass> readers = resideInAPackage(KUBERNETES)
                .and(DescribedPredicate.describe(
                        "what reads objects",
                        type -> type.getSimpleName().endsWith("Reader")
                                || Set.of("Election", "RoutingLabel").contains(type.getSimpleName())));
        classes()
                .that()
                .resideInAPackage(CLI)
                .should()
                .onlyDependOnClassesThat(readers.or(resideInAnyPackage(
                        "java..",
                        API,
                        ELECTION,
                        CLI,
                        JSPECIFY,
                        "io.fabric8.kubernetes..",
                        "picocli..",
                        // What the client throws when it reads a kubeconfig.
                        "org.snakeyaml.engine.v2.exceptions..")))
                .check(MAIN);
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("dev.leaderelection.(*)..").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void onlyTheRuntimeSleepsExitsOrReadsTheMachinesClockAndDice() {
        noClasses()
                .that()
                .resideOutsideOfPackage(RUNTIME)
                .and()
                .doNotHaveSimpleName("KubectlElection")
                .should()
                .callMethodWhere(ambient())
                .check(MAIN);
    }

    private static DescribedPredicate<JavaMethodCall> ambient() {
        Set<String> forbidden = Set.of(
                "java.lang.Thread.sleep",
                "java.lang.Math.random",
                "java.lang.System.exit",
                "java.lang.System.currentTimeMillis",
                "java.lang.System.nanoTime",
                "java.time.Instant.now",
                "java.time.InstantSource.system",
                "java.time.LocalDateTime.now",
                "java.time.OffsetDateTime.now",
                "java.time.ZonedDateTime.now",
                "java.time.Clock.systemUTC",
                "java.util.concurrent.ThreadLocalRandom.current");
        return DescribedPredicate.describe(
                "sleeps, exits, or reads a clock or a die of the machine",
                call -> forbidden.contains(
                        call.getTargetOwner().getName() + "." + call.getTarget().getName()));
    }

    @Test
    void nobodyUsesTheOldDate() {
        noClasses().should().dependOnClassesThat().belongToAnyOf(Date.class).check(MAIN);
    }

    @Test
    void onlyTheStoresAndTheRecorderSendRequestsToTheServer() {
        noClasses()
                .that()
                .haveSimpleNameNotStartingWith("ApiServer")
                .and()
                .haveSimpleNameNotStartingWith("EventRecorder")
                .and()
                .doNotHaveSimpleName("ReplicaLeaseStore")
                .and()
                .doNotHaveSimpleName("Request")
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "sends a request to the API server",
                        call -> call.getTargetOwner().getName().startsWith("dev.leaderelection.kubernetes.ApiServer")
                                && Set.of("send", "post", "put", "patch", "delete")
                                        .contains(call.getTarget().getName())))
                .check(MAIN);
    }

    @Test
    void nobodyButTheServerWrapperUsesTheClientsOwnCalls() {
        noClasses()
                .that()
                .resideInAnyPackage(KUBERNETES, RECONCILER)
                .and()
                .haveNameNotMatching(".*\\.(ApiServer|NodeLeases)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.fabric8.kubernetes.client.KubernetesClient")
                .check(MAIN);
    }

    @Test
    void classesAreFinalUnlessTheContainerMustProxyThem() {
        classes()
                .that(not(resideInAPackage(RUNTIME)))
                .and()
                .areNotInterfaces()
                .and()
                .areNotAnonymousClasses()
                .and()
                .doNotHaveSimpleName("package-info")
                .and()
                .areNotEnums()
                .and()
                .doNotHaveSimpleName("LeaderElectionReconciler")
                .and(not(generated()))
                .should()
                .haveModifier(JavaModifier.FINAL)
                .check(MAIN);
    }

    /** The framework's own code generation leaves a subclass or a proxy beside ours. */
    private static DescribedPredicate<JavaClass> generated() {
        return DescribedPredicate.describe(
                "generated", type -> type.getSimpleName().contains("_"));
    }

    @Test
    void timeIsAnInputOfTheElection() {
        noClasses()
                .that()
                .resideInAPackage(ELECTION)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.time.InstantSource")
                .orShould()
                .callMethod(Instant.class, "now")
                .check(MAIN);
    }
}
