package dev.ferry.tools.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.tools.ExitCode;
import dev.ferry.vmm.boot.DiskGeometry;
import dev.ferry.vmm.chardev.ChardevSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchReaderTest {

    @TempDir Path directory;

    private static LaunchConfig read(String... words) {
        return new LaunchReader().read(words);
    }

    private static LaunchException refused(String... words) {
        return assertThrows(
                LaunchException.class, () -> read(words), () -> List.of(words).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    -bogus                            | -bogus: invalid option
                    --bogus                           | --bogus: invalid option
                    -m                                | -m: requires an argument
                    -m 1Q                             | -m 1Q: Parameter 'size' expects a non-negative number below 2^63; optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta- and exabytes, respectively
                    -m 1,foo=2                        | -m 1,foo=2: Invalid parameter 'foo'
                    -name x,foo=on                    | -name x,foo=on: Invalid parameter 'foo'
                    -uuid 1234                        | -uuid 1234: failed to parse UUID string: wrong format
                    -smp 0                            | -smp 0: Parameter 'cpus' expects a number from 1 to 4096, found '0'
                    -drive file=/none/x,if=none,id=d  | -drive file=/none/x,if=none,id=d: Could not open '/none/x': No such file or directory
                    -drive if=none,id=d               | -drive if=none,id=d: A block device must be specified for "file"
                    -device ide-hd,drive=d            | -device ide-hd,drive=d: Property 'ide-hd.drive' can't find value 'd'
                    -device foo                       | -device foo: 'foo' is not a valid device model name
                    -device isa-serial,chardev=c      | -device isa-serial,chardev=c: Property 'isa-serial.chardev' can't find value 'c'
                    -serial chardev:c                 | -serial chardev:c: chardev "c" not found
                    -serial what                      | -serial what: 'what' is not a valid char driver name
                    -chardev null                     | -chardev null: Parameter 'id' is missing
                    -chardev what,id=c                | -chardev what,id=c: 'what' is not a valid char driver name
                    -chardev file,id=c                | -chardev file,id=c: Parameter 'path' is missing
                    -chardev file,id=c,path=x,foo=y   | -chardev file,id=c,path=x,foo=y: Invalid parameter 'foo'
                    -chardev file,id=c,path=x,append=maybe | -chardev file,id=c,path=x,append=maybe: Parameter 'append' expects 'on' or 'off'
                    -chardev ringbuf,id=c,size=3      | -chardev ringbuf,id=c,size=3: size of ringbuf chardev must be power of two
                    -chardev socket,id=c,host=h,port=x | -chardev socket,id=c,host=h,port=x: invalid port: 'x'
                    -serial stdio -serial stdio       | -serial stdio: cannot use stdio by multiple character devices
                    -object foo,id=o                  | -object foo,id=o: invalid object type: foo
                    -object memory-backend-ram,size=1 | -object memory-backend-ram,size=1: Parameter 'id' is missing
                    -object memory-backend-ram,id=m   | -object memory-backend-ram,id=m: Parameter 'size' is missing
                    -machine pc,memory-backend=m -S   | -machine pc,memory-backend=m: Memory backend 'm' not found
                    -global x                         | -global x: expected DRIVER.PROPERTY=VALUE
                    -incoming foo                     | -incoming foo: unknown migration protocol: foo
                    -action reboot=never              | -action reboot=never: Parameter 'reboot' does not accept value 'never'
                    --channel x                       | options of an input, but no --from IN
                    --from x -incoming file:y         | --from and -incoming exclude each other
                    --from x --page-size 5             | --page-size: expected a power of two from 256 to 65536, found '5'
                    -nodefaults                       | there is no guest: name one with -bios, -kernel, -drive, -incoming or --from
                    """)
    void wrongUsageIsSaidInQemusWords(String line, String message) {
        LaunchException e = refused(line.strip().split(" +", -1));
        assertEquals(message.strip(), e.getMessage());
        assertEquals(ExitCode.USAGE, e.code());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    -incoming tcp:h:1        | -incoming tcp:h:1: only file: is supported
                    -qmp stdio               | -qmp stdio: not supported here
                    -daemonize               | -daemonize: not supported here
                    -chardev socket,id=c,path=p,telnet=on | -chardev socket,id=c,path=p,telnet=on: telnet=on is not supported
                    """)
    void whatIsNotThereIsSaidToBeSo(String line, String message) {
        LaunchException e = refused(line.strip().split(" +", -1));
        assertEquals(message.strip(), e.getMessage());
        assertEquals(ExitCode.UNSUPPORTED, e.code());
    }

    @Test
    void machinesMerge() {
        LaunchConfig config =
                read("-machine", "pc,usb=off,", "--machine", "accel=kvm:tcg", "-M", "q35", "-S");
        assertEquals("q35", config.machine);
        assertEquals("off", config.machineProperties.get("usb"));
        assertEquals(
                "kvm tcg",
                config.accels.stream()
                        .map(LaunchConfig.Accel::name)
                        .collect(Collectors.joining(" ")));
    }

    @Test
    void acceleratorsStayInOrder() {
        LaunchConfig config = read("-accel", "kvm,dirty-ring-size=4096", "-accel", "tcg", "-S");
        assertEquals("kvm", config.accels.getFirst().name());
        assertEquals("4096", config.accels.getFirst().properties().get("dirty-ring-size"));
        assertEquals("tcg", config.accels.getLast().name());
    }

    @Test
    void memoryIsMebibytesUnlessSaidOtherwise() {
        assertEquals(150L << 20, read("-m", "150", "-S").ram);
        assertEquals(512L << 10, read("-m", "size=512K,slots=2,maxmem=1G", "-S").ram);
        assertEquals(LaunchConfig.DEFAULT_RAM, read("-S").ram);
    }

    @Test
    void memoryBackendGivesTheSize() {
        LaunchConfig config =
                read(
                        "-object",
                        "memory-backend-ram,id=m,size=64M,share=on",
                        "-machine",
                        "memory-backend=m",
                        "-S");
        assertEquals(64L << 20, config.ram);
        assertTrue(Objects.requireNonNull(config.memory.get("m")).share());
    }

    @Test
    void memoryOfAnotherSizeThanItsBackendIsRefused() {
        assertEquals(
                "Size specified by -m option must match size of explicitly specified"
                        + " 'memory-backend' property",
                refused(
                                "-m",
                                "1G",
                                "-object",
                                "memory-backend-ram,id=m,size=64M",
                                "-machine",
                                "memory-backend=m",
                                "-S")
                        .getMessage());
    }

    @Test
    void nodesAddUp() {
        LaunchConfig config =
                read(
                        "-object",
                        "memory-backend-ram,id=a,size=1M",
                        "-object",
                        "memory-backend-ram,id=b,size=2M",
                        "-numa",
                        "node,memdev=a",
                        "-numa",
                        "node,memdev=b",
                        "-S");
        assertEquals(3L << 20, config.ram);
        assertEquals(List.of("a", "b"), config.numaMemory);
    }

    @Test
    void cpusAreTheProductOfTheTopologyUnlessGiven() {
        assertEquals(4, read("-smp", "4", "-S").cpus);
        assertEquals(8, read("-smp", "sockets=2,cores=2,threads=2", "-S").cpus);
        assertEquals(2, read("-smp", "2,maxcpus=4", "-S").cpus);
    }

    @Test
    void cpuModelHasFeatures() {
        LaunchConfig config = read("-cpu", "qemu64,+sse4.1,-nx,lm=on", "-S");
        assertEquals(List.of("qemu64", "+sse4.1", "-nx", "lm=on"), config.cpu);
    }

    @Test
    void disksComeFromDrivesAndDevices() throws IOException {
        String image = Files.write(directory.resolve("disk,1"), new byte[512]).toString();
        String quoted = image.replace(",", ",,");
        LaunchConfig config =
                read(
                        "-drive",
                        "if=none,id=d0,file=" + quoted + ",format=raw,readonly=on",
                        "-device",
                        "ide-hd,drive=d0,cyls=10,heads=2,secs=9",
                        image);
        assertEquals(2, config.disks.size());
        assertEquals(Path.of(image), config.disks.getFirst().drive().file());
        assertFalse(
                config.disks.getFirst().drive().readOnly(), "the first is the one without -device");
        assertEquals(new DiskGeometry(10, 2, 9), config.disks.getLast().geometry());
        assertTrue(config.disks.getLast().drive().readOnly());
    }

    @Test
    void oneDriveHasOneDevice() throws IOException {
        String image = Files.write(directory.resolve("disk"), new byte[512]).toString();
        assertEquals(
                "-device ide-hd,drive=d: Drive 'd' is already in use by another block device",
                refused(
                                "-drive",
                                "if=none,id=d,file=" + image,
                                "-device",
                                "ide-hd,drive=d",
                                "-device",
                                "ide-hd,drive=d")
                        .getMessage());
    }

    @Test
    void otherFormatsThanRawAreNotSupported() throws IOException {
        String image = Files.write(directory.resolve("disk"), new byte[512]).toString();
        LaunchException e = refused("-drive", "file=" + image + ",format=qcow2");
        assertEquals(ExitCode.UNSUPPORTED, e.code());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    null                        | Null[]
                    vc                          | Null[]
                    stdio                       | Stdio[signals=true]
                    mon:stdio                   | Stdio[signals=false]
                    file:a,b                    | ToFile[path=a,b, append=false]
                    pipe:p                      | Pipe[path=p]
                    pty                         | Pty[]
                    unix:/tmp/s,server,nowait   | Socket[address=/tmp/s, server=true, await=false, reconnectMillis=0]
                    unix:/tmp/s,server=on       | Socket[address=/tmp/s, server=true, await=true, reconnectMillis=0]
                    tcp:127.0.0.1:80,reconnect=2 | Socket[address=/127.0.0.1:80, server=false, await=false, reconnectMillis=2000]
                    tcp:[::1]:80                | Socket[address=/[0:0:0:0:0:0:0:1]:80, server=false, await=false, reconnectMillis=0]
                    """)
    void serialHasShortForms(String value, String spec) {
        LaunchConfig config = read("-serial", value, "-S");
        assertEquals(1, config.serials.size());
        assertEquals(spec, spec(config, "serial0").toString());
    }

    private static ChardevSpec spec(LaunchConfig config, String id) {
        return Objects.requireNonNull(config.chardevs.get(id)).spec();
    }

    @Test
    void serialPortsTakeTheirPlaces() {
        LaunchConfig config =
                read(
                        "-serial",
                        "none",
                        "-serial",
                        "chardev:c",
                        "-chardev",
                        "file,id=c,path=x,append=on",
                        "-device",
                        "isa-serial,chardev=d,index=3",
                        "-chardev",
                        "null,id=d",
                        "-S");
        List<String> ports = new ArrayList<>();
        config.serials.forEach(port -> ports.add(port.index() + ":" + port.chardev()));
        assertEquals(List.of("0:null", "1:c", "3:d"), ports);
        assertEquals(new ChardevSpec.ToFile(Path.of("x"), true), spec(config, "c"));
    }

    @Test
    void chardevHasOneUser() {
        assertEquals(
                "-serial chardev:c: chardev \"c\" is already in use",
                refused("-chardev", "null,id=c", "-serial", "chardev:c", "-serial", "chardev:c")
                        .getMessage());
    }

    @Test
    void socketsHaveAddresses() {
        LaunchConfig config =
                read(
                        "-chardev",
                        "socket,id=a,path=/tmp/x,server=on,wait=off",
                        "-chardev",
                        "socket,id=b,host=127.0.0.1,port=5,reconnect-ms=70",
                        "-S");
        ChardevSpec.Socket a = assertInstanceOf(ChardevSpec.Socket.class, spec(config, "a"));
        assertEquals(UnixDomainSocketAddress.of("/tmp/x"), a.address());
        ChardevSpec.Socket b = assertInstanceOf(ChardevSpec.Socket.class, spec(config, "b"));
        assertEquals(new InetSocketAddress(InetAddress.getLoopbackAddress(), 5), b.address());
        assertEquals(70, b.reconnectMillis());
    }

    @Test
    void firstSerialPortIsASinkUnlessThereAreNoDefaults() {
        assertEquals(new ChardevSpec.Null(), spec(read("-S"), "serial0"));
        assertEquals(List.of(), read("-nodefaults", "-S").serials);
        assertEquals(new ChardevSpec.Stdio(false), spec(read("-nographic", "-S"), "serial0"));
    }

    @Test
    void whatIsAcceptedWithoutEffectIsAccepted() {
        LaunchConfig config =
                read(
                        "-no-user-config",
                        "-display",
                        "none",
                        "-vga",
                        "none",
                        "-net",
                        "none",
                        "-L",
                        "/x",
                        "-rtc",
                        "base=utc",
                        "-boot",
                        "c",
                        "-monitor",
                        "none",
                        "-trace",
                        "x",
                        "-d",
                        "int",
                        "-D",
                        "log",
                        "-audio",
                        "none",
                        "-S",
                        "-global",
                        "migration.x-events=on",
                        "-object",
                        "iothread,id=t");
        assertEquals(
                List.of(
                        "-global migration.x-events=on: ignored",
                        "-object iothread,id=t: of no effect here"),
                config.notes);
    }

    @Test
    void everythingOfAnInputIsTaken() {
        LaunchConfig config =
                read(
                        "--from",
                        "a",
                        "--channel",
                        "b",
                        "--channel",
                        "c",
                        "--reverse",
                        "d",
                        "--snapshot",
                        "s",
                        "--page-size",
                        "4096",
                        "--layouts",
                        "l",
                        "--sev-key",
                        "k");
        assertEquals(
                "InputFiles[main=a, channels=[b, c], reverse=[d], snapshot=s, pageSize=4096,"
                        + " layouts=l, dialect=null, sevKey=k]",
                String.valueOf(config.from));
    }

    @Test
    void helpAndVersionEndTheReading() {
        LaunchReader help = new LaunchReader();
        help.read(new String[] {"-name", "-h", "-help", "-bogus"});
        assertEquals(LaunchReader.Request.HELP, help.request());
        LaunchReader version = new LaunchReader();
        version.read(new String[] {"--version"});
        assertEquals(LaunchReader.Request.VERSION, version.request());
    }
}
