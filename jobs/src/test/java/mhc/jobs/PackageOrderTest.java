package mhc.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;

/** The packages of all modules in the order of the data: each knows those before it alone. */
@AnalyzeClasses(
        packages = "mhc",
        importOptions = {ImportOption.DoNotIncludeTests.class, PackageOrderTest.NoTestJars.class})
class PackageOrderTest {
    /** What a module gives other modules' tests is a folder of test classes at first, and a jar once it is packed. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static final List<String> ORDER = List.of(
            "mhc.datasets",
            "mhc.datasets.curriculum",
            "mhc.eval",
            "mhc.eval.stats",
            "mhc.eval.score",
            "mhc.eval.paper",
            "mhc.eval.lmeval.latex",
            "mhc.eval.lmeval",
            "mhc.eval.protocol",
            "mhc.eval.curriculum",
            "mhc.eval.lmeval.parity",
            "mhc.model",
            "mhc.model.kernels",
            "mhc.model.decoder",
            "mhc.model.checkpoint",
            "mhc.model.inference",
            "mhc.model.engine",
            "mhc.model.train",
            "mhc.model.probe",
            "mhc.model.probe.pipeline",
            "mhc.reports",
            "mhc.jobs.config",
            "mhc.jobs.run",
            "mhc.jobs.plan",
            "mhc.jobs.executor",
            "mhc.jobs.driver",
            "mhc.jobs.ml",
            "mhc.jobs.bench",
            "mhc.jobs.train",
            "mhc.jobs.cli",
            "mhc.jobs");

    @ArchTest
    static final ArchRule packagesKnowEarlierOnes = classes()
            .should(new ArchCondition<>("know earlier packages alone") {
                @Override
                public void check(JavaClass origin, ConditionEvents events) {
                    int level = ORDER.indexOf(origin.getPackageName());
                    if (level < 0) {
                        events.add(SimpleConditionEvent.violated(
                                origin, origin.getName() + " is in a package without a level: give it one"));
                    }
                    for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                        String target = dependency
                                .getTargetClass()
                                .getBaseComponentType()
                                .getPackageName();
                        if (target.startsWith("mhc.") && ORDER.indexOf(target) > level) {
                            events.add(SimpleConditionEvent.violated(origin, dependency.getDescription()));
                        }
                    }
                }
            });

    /** Tokenizers come from DJL as well, as a library of their own, and so does the folder for unpacked libraries. */
    @ArchTest
    static final ArchRule engineIsBehindOnePackage = noClasses()
            .that()
            .resideOutsideOfPackages("mhc.model.engine", "mhc.model.train")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl", "ai.djl.engine..", "ai.djl.ndarray..", "ai.djl.pytorch..");
}
