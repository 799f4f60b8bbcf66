package dev.ferry.testdata.junit;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.AnnotationBasedArgumentsProvider;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** Serves the captures that pass the filters of a {@link FixtureSource}. */
final class FixtureArgumentsProvider extends AnnotationBasedArgumentsProvider<FixtureSource> {

    @Override
    protected Stream<? extends Arguments> provideArguments(
            ParameterDeclarations parameters, ExtensionContext context, FixtureSource source) {
        List<Fixture> chosen = Fixtures.where(new FixtureFilter(source)::passes);
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("no fixture passes " + source);
        }
        return chosen.stream().map(fixture -> Arguments.argumentSet(fixture.name(), fixture));
    }
}
