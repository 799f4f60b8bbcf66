package dev.ferry.testdata.junit;

import dev.ferry.testdata.CaptureKind;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * Runs a {@code @ParameterizedTest} once for each capture, which is the test's only indexed
 * argument and gives the invocation its display name.
 *
 * <pre>{@code
 * @ParameterizedTest
 * @FixtureSource(target = "x86_64", exclude = "libvirt-*")
 * void everyBlockIsRead(Fixture fixture) { ... }
 * }</pre>
 *
 * <p>A filter that is left out lets everything pass; a filter with several values passes what
 * matches one of them; a capture must pass every filter. If none does, the test fails: a misspelt
 * filter must not look like success.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.ANNOTATION_TYPE, ElementType.METHOD})
@ArgumentsSource(FixtureArgumentsProvider.class)
@SuppressWarnings("exports") // JUnit is the user's to require; it reaches the provider itself.
public @interface FixtureSource {

    /** Globs of names, such as {@code "multifd-*"}. */
    String[] name() default {};

    /** Globs of names that are left out. */
    String[] exclude() default {};

    /** Architectures, such as {@code "x86_64"}. */
    String[] target() default {};

    /** QEMU versions or their first components: {@code "7.2"} passes 7.2.22, but not 7.20. */
    String[] version() default {};

    /** Where the bytes were put. */
    CaptureKind[] kind() default {};

    /** Migration capabilities of which at least one was on, such as {@code "multifd"}. */
    String[] capability() default {};
}
