# What ./ferry does in a source tree only: build, test, bench, demo. Read by ferry itself.

build_log=$home/target/ferry-build.log

# What a build needs; sets java_home.
find_build_tools() {
    find_java javac
    command -v mvn >/dev/null ||
        fail 5 "Maven's command mvn is not on PATH: install it, for example the package maven"
}

# Runs Maven under the JDK found, at the top of the tree.
maven() {
    # The options keep the JVM from remarks about Maven's own libraries.
    (
        cd "$home" &&
            JAVA_HOME=$java_home \
                MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
                exec mvn -B -ntp "$@" </dev/null
    )
}

# One build at a time; the lock ends with this process, however that ends.
lock() { # flock's options
    mkdir -p "$home/target" || exit 5
    exec 9>>"$home/target/ferry-build.lock"
    command -v flock >/dev/null || return 0
    flock "$@" 9
}

# Whether a file that goes into the build, or a directory that lost one, is newer than it.
outdated() {
    [ ! -f "$app/lib/id" ] && return
    [ -n "$(
        find "$home/pom.xml" "$home/ferry" "$home"/*/pom.xml "$home"/*/src \
            -newer "$app/lib/id" -print 2>/dev/null | sed 1q
    )" ]
}

build_if_outdated() {
    if [ -f "$app/lib/id" ]; then
        # Somebody else is at it, or this is not our tree: the build there is will do.
        [ -w "$home/tools" ] && lock -n || return 0
        if ! outdated; then
            touch "$app/lib/id"
            exec 9>&-
            return
        fi
        build "sources changed"
    else
        lock -n || {
            printf 'ferry: waiting for another build in %s\n' "$home" >&2
            lock
        }
        [ -f "$app/lib/id" ] || build "first use"
    fi
    exec 9>&-
}

# Quiet: one line, unless it fails. The lock is held.
build() { # reason, Maven's arguments
    find_build_tools
    printf 'ferry: building (%s)\n' "$1" >&2
    shift
    touch "$home/target/ferry-build.start"
    if ! maven package -pl tools -am -Dmaven.test.skip=true -Dspotless.check.skip=true "$@" >"$build_log" 2>&1; then
        if grep -q '^\[ERROR\]' "$build_log"; then
            # With -Werror the reason is a warning. What follows the help links is about Maven itself.
            sed -n -e '/\.java:[0-9]*: error:/p' -e '/-> \[Help/q' -e '/^\[ERROR\]/p' -e '/^\[WARNING\].*\.java:/p' "$build_log"
        else
            tail -n 20 "$build_log"
        fi >&2
        fail 5 "the build failed; all it said is in $build_log"
    fi
    publish
}

# Makes Maven's result the one that ./ferry starts. It is copied, so that no build, failed or in
# progress, takes the jars away from under a running command.
publish() {
    find_java java
    rm -rf "$app.new" "$app.old"
    cp -Rp "$home/tools/target/image" "$app.new" || exit 5
    touch -r "$home/target/ferry-build.start" "$app.new/lib/id"
    if [ -d "$app" ]; then
        cmp -s "$app/lib/id" "$app.new/lib/id" && [ -d "$app/cache" ] && cp -Rp "$app/cache" "$app.new/"
        mv "$app" "$app.old"
    fi
    mv "$app.new" "$app" || exit 5
    rm -rf "$app.old"
    find_archive
}

ferry_build() {
    distribution=
    if [ "${1:-}" = --dist ]; then
        distribution=yes
        shift
    fi
    lock
    build "on request" "$@"
    [ -z "$distribution" ] || distribute
}

# One archive that runs without Maven, below tools/target. Its name is the result.
distribute() {
    version=$("$app/ferry" --version) || fail 5 "the build does not start"
    version=${version#ferry }
    name=ferry-$version
    tree=$home/tools/target/$name
    rm -rf "$tree"
    cp -Rp "$app" "$tree" && rm -rf "$tree/cache" || exit 5
    completion bash "$tree/share/bash-completion/completions" ferry
    completion zsh "$tree/share/zsh/site-functions" _ferry
    completion fish "$tree/share/fish/vendor_completions.d" ferry.fish
    man_pages
    # The same commit gives the same archive.
    time=$(git -C "$home" log -1 --format=%ct 2>/dev/null) || time=$(date +%s)
    tar -C "$home/tools/target" --sort=name --mtime="@$time" --owner=0 --group=0 --numeric-owner \
        --mode=go=rX,u+rw,a-s -cf - "$name" | gzip -9n >"$tree.tar.gz" || exit 5
    rm -rf "$tree"
    printf '%s\n' "$tree.tar.gz"
}

completion() { # shell, directory, file
    if script=$("$app/ferry" completion "$1" 2>/dev/null); then
        mkdir -p "$2" && printf '%s\n' "$script" >"$2/$3"
    fi
}

# A manual page for the verb or group of verbs that these words lead to, and for all in the group.
man_pages() { # words
    page=ferry
    for word; do
        page=$page-$word
    done
    man_page "$page" "$@" --help
    for verb in $("$app/ferry" "$@" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\)  .*/\1/p'); do
        man_pages "$@" "$verb"
    done
}

# What the command says about itself, as a manual page.
man_page() { # page, ferry's arguments
    page=$1
    shift
    mkdir -p "$tree/share/man/man1" || exit 5
    {
        printf '.TH %s 1 "" "ferry %s"\n.SH NAME\n' "$(printf '%s' "$page" | tr '[:lower:]' '[:upper:]')" "$version"
        printf '%s \\- reads and checks QEMU migration streams\n.SH DESCRIPTION\n.nf\n' "$page"
        "$app/ferry" "$@" | sed -e 's/\\/\\e/g' -e "s/^[.']/\\\\\&&/"
    } >"$tree/share/man/man1/$page.1"
}

# Every test; with --full also those tagged "full". Further arguments are Maven's.
ferry_test() {
    groups=
    if [ "${1:-}" = --full ]; then
        groups=-Dferry.test.excludedGroups=
        shift
    fi
    lock
    find_build_tools
    touch "$home/target/ferry-build.start"
    # What the tests say and what goes wrong; not what every plugin does.
    maven verify $groups \
        -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
        -Dorg.slf4j.simpleLogger.log.org.apache.maven.plugin.surefire=info \
        -Dorg.slf4j.simpleLogger.log.org.apache.maven.plugin.failsafe=info \
        "$@" || exit 1
    [ ! -f "$home/tools/target/image/lib/id" ] || publish
}

# Whole commands beside their peers, then every JMH benchmark. "commands ...", "convert ...", "sev
# ...", "guests ...", "kvm ..." and "jmh ..." are one of them, with its own arguments; a main class of ours goes by
# its full name.
ferry_bench() {
    # What is timed must be what is here.
    build_if_outdated
    lock
    find_build_tools
    printf 'ferry: building the benchmarks\n' >&2
    maven -q process-test-classes -Pbench -DskipTests -Dspotless.check.skip=true >&2 || exit 5
    exec 9>&-
    read -r class_path <"$home/tools/target/bench.classpath"
    for module in migration-stream sev vmm tools; do
        class_path=$home/$module/target/test-classes:$class_path
    done
    class_path=$home/tools/target/classes:$class_path
    case ${1:-} in
    '')
        bench_main dev.ferry.tools.bench.WholeCommands
        bench_main dev.ferry.tools.bench.Conversions
        ! command -v openssl >/dev/null || bench_main dev.ferry.tools.bench.SevPackets
        ! command -v qemu-system-x86_64 >/dev/null ||
            bench_main dev.ferry.vmm.bench.SpeedAgainstTcg
        [ ! -w /dev/kvm ] || ! command -v cc >/dev/null ||
            bench_main dev.ferry.vmm.cpu.kvm.KvmExitRates
        bench_main org.openjdk.jmh.Main
        ;;
    commands)
        shift
        bench_main dev.ferry.tools.bench.WholeCommands "$@"
        ;;
    convert)
        shift
        bench_main dev.ferry.tools.bench.Conversions "$@"
        ;;
    sev)
        shift
        command -v openssl >/dev/null ||
            fail 5 "openssl is not on PATH: install it, for example the package openssl"
        bench_main dev.ferry.tools.bench.SevPackets "$@"
        ;;
    guests)
        shift
        command -v qemu-system-x86_64 >/dev/null ||
            fail 5 "qemu-system-x86_64 is not on PATH: install it, for example the package qemu-system-x86"
        bench_main dev.ferry.vmm.bench.SpeedAgainstTcg "$@"
        ;;
    kvm)
        shift
        [ -w /dev/kvm ] || fail 5 "/dev/kvm is not there, or not for us"
        command -v cc >/dev/null ||
            fail 5 "cc is not on PATH: install a C compiler, for example the package gcc"
        bench_main dev.ferry.vmm.cpu.kvm.KvmExitRates "$@"
        ;;
    jmh)
        shift
        bench_main org.openjdk.jmh.Main "$@"
        ;;
    dev.ferry.*) bench_main "$@" ;;
    *) fail 2 "bench: expected nothing, \"commands\", \"convert\", \"sev\", \"guests\", \"kvm\", \"jmh\" or a class of ours, found \"$1\"" ;;
    esac
}

bench_main() { # main class, arguments
    "$java_home/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -Dferry.launcher="$home/ferry" -Dferry.options="$(printf '%s' "$jvm_options" | tr '\n' ' ')" \
        -cp "$class_path" "$@" || exit 5
}

ferry_demo() {
    [ -f "$app/lib/id" ] && ! outdated || {
        lock
        build "for the demo"
        exec 9>&-
    }
    "$home/ferry" inspect "$home/testdata/fixtures/qemu/precopy-dirty-q10.mig.xz" || exit
    printf '%s\n' "" "That is one captured migration. The live one, between two VMs, comes with the migration engine."
}
