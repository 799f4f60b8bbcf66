package dev.ferry.stream.vmstate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ferry.stream.Limits;
import dev.ferry.stream.Place;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage anywhere ends in a StreamException or in values that encode to the very bytes read. */
class DeviceStateFuzzTest {

    private static final int ROUNDS = 400;

    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    private static DeviceSections stream(String name) throws IOException {
        return DeviceSections.find(name, Fixtures.named(name).main().readAllBytes()).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"devices-virtio-q10", "s390x-q10", "isapc-q7", "ppc64-pseries-q10"})
    void damagedBodiesAreRefusedOrDecodedFaithfully(String name) throws IOException {
        DeviceSections stream = stream(name);
        for (int seed = 0; seed < ROUNDS; seed++) {
            RandomGenerator random = random(seed);
            DeviceSections.Section section =
                    stream.sections().get(random.nextInt(stream.sections().size()));
            byte[] body = stream.body(section);
            damage(body, random);
            if (random.nextInt(4) == 0) {
                body = Arrays.copyOf(body, random.nextInt(body.length + 1));
            }
            VmStateLayout layout =
                    stream.description()
                            .device(section.state().name(), section.state().instance())
                            .orElseThrow()
                            .layout();
            WireInput in = new WireInput(new MemorySource(name, body));
            try {
                DeviceState state =
                        VmStateDecoder.decode(in, layout, "fuzzed", 0, 1, Limits.DEFAULT);
                assertArrayEquals(
                        Arrays.copyOf(body, (int) state.length()),
                        VmStateEncoder.encode(state.root()),
                        name + " seed " + seed);
            } catch (StreamException expected) {
                // refused, with its place
            } catch (RuntimeException | StackOverflowError e) {
                fail(name + " seed " + seed, e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"devices-virtio-q10", "s390x-q10", "isapc-q7", "ppc64-pseries-q10"})
    void damagedStreamsWithoutADescriptionEndInAResult(String name) throws IOException {
        DeviceSections stream = stream(name);
        Limits small = Limits.DEFAULT.withDeviceBytes(1 << 16);
        for (int seed = 0; seed < ROUNDS / 4; seed++) {
            RandomGenerator random = random(seed);
            DeviceSections.Section section =
                    stream.sections().get(random.nextInt(stream.sections().size()));
            int start = section.bodyOffset();
            byte[] rest = Arrays.copyOfRange(stream.stream(), start, stream.stream().length);
            byte[] body = Arrays.copyOf(rest, (int) section.state().length());
            damage(body, random);
            System.arraycopy(body, 0, rest, 0, body.length);
            WireInput in = new WireInput(new MemorySource(name, rest));
            CatalogueDecoder decoder =
                    new CatalogueDecoder(LayoutCatalogue.builtIn(), StreamClues.NONE, small);
            try {
                CatalogueResult result =
                        decoder.decode(
                                in,
                                section.id(),
                                section.state().name(),
                                section.state().instance(),
                                section.state().version(),
                                random.nextBoolean() ? Footers.PRESENT : Footers.UNKNOWN);
                if (result instanceof CatalogueResult.Decoded decoded) {
                    assertArrayEquals(
                            Arrays.copyOf(rest, (int) decoded.state().length()),
                            VmStateEncoder.encode(decoded.state().root()),
                            name + " seed " + seed);
                }
            } catch (RuntimeException | StackOverflowError e) {
                fail(name + " seed " + seed, e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none-q10", "s390x-q10"})
    void damagedDescriptionsAreRefusedOrParsed(String name) throws IOException {
        byte[] json = stream(name).json();
        for (int seed = 0; seed < ROUNDS; seed++) {
            RandomGenerator random = random(seed);
            byte[] damaged = json.clone();
            damage(damaged, random);
            try {
                VmDescription.parse(damaged, new Place(name, 0, "")).toJson();
            } catch (StreamException expected) {
                // refused, with its place
            } catch (RuntimeException | StackOverflowError e) {
                fail(name + " seed " + seed, e);
            }
        }
    }

    private static void damage(byte[] bytes, RandomGenerator random) {
        for (int n = 1 + random.nextInt(4); n > 0 && bytes.length > 0; n--) {
            int at = random.nextInt(bytes.length);
            bytes[at] =
                    (byte)
                            (random.nextBoolean()
                                    ? random.nextInt(256)
                                    : bytes[at] ^ (1 << random.nextInt(8)));
        }
    }
}
