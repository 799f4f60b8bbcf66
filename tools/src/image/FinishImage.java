import static java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import static java.lang.classfile.ClassFile.JAVA_17_VERSION;
import static java.lang.classfile.ClassFile.JAVA_6_VERSION;
import static java.lang.classfile.ClassFile.StackMapsOption.GENERATE_STACK_MAPS;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The last step of making the image: run by the build as a source file, on the JDK it builds with.
 *
 * <pre>
 *  ferry     the launcher, executable
 *  lib/*.jar classes older than Java 6 raised, see {@link #raise}; no signatures, see {@link #unsign}
 *  lib/id    one line that differs whenever a jar, the launcher or the training does; archives of
 *            loaded classes go by it
 * </pre>
 */
final class FinishImage {

    private static final int ID_DIGITS = 16;

    private FinishImage() {}

    /**
     * @param args the image's directory, the launcher
     */
    public static void main(String[] args) throws Exception {
        Path image = Path.of(args[0]);
        Path lib = image.resolve("lib");
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(lib, "*.jar")) {
            found.forEach(jars::add);
        }
        Collections.sort(jars);
        for (Path jar : jars) {
            if (isSigned(jar)) {
                unsign(jar);
            }
            if (hasOldClass(jar)) {
                raise(jar);
            }
        }
        Path launcher = image.resolve("ferry");
        Files.copy(Path.of(args[1]), launcher, StandardCopyOption.REPLACE_EXISTING);
        // An archive also depends on the JVM's options and on what was run to make it.
        List<Path> parts = new ArrayList<>(jars);
        parts.add(launcher);
        parts.add(lib.resolve("training/commands"));
        Files.writeString(lib.resolve("id"), id(parts) + "\n");
        if (!launcher.toFile().setExecutable(true, false)) {
            throw new IOException(launcher + " cannot be made executable");
        }
    }

    private static String id(List<Path> files) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Path file : files) {
            digest.update(file.getFileName().toString().getBytes());
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, ID_DIGITS);
    }

    private static boolean isSigned(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return Collections.list(zip.entries()).stream().anyMatch(FinishImage::isSignature);
        }
    }

    private static boolean isSignature(ZipEntry entry) {
        return entry.getName().matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)");
    }

    /**
     * Takes away a jar's signature. The JVM
     * would check it at every start that needs a class of the jar, against a digest of each of its
     * files: for Bouncy Castle that is 300 ms. And it leaves classes of signed jars out of its
     * archive. Only a provider of the JCA might need its signature, and ours are the JDK's own.
     */
    private static void unsign(Path jar) throws IOException {
        ByteArrayOutputStream unsigned = new ByteArrayOutputStream();
        try (ZipFile in = new ZipFile(jar.toFile());
                ZipOutputStream out = new ZipOutputStream(unsigned)) {
            for (ZipEntry entry : Collections.list(in.entries())) {
                if (isSignature(entry)) {
                    continue;
                }
                byte[] bytes = read(in, entry);
                if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
                    Manifest manifest = new Manifest(new ByteArrayInputStream(bytes));
                    manifest.getEntries().clear();
                    ByteArrayOutputStream mainOnly = new ByteArrayOutputStream();
                    manifest.write(mainOnly);
                    bytes = mainOnly.toByteArray();
                }
                ZipEntry same = new ZipEntry(entry.getName());
                same.setTime(entry.getTime());
                out.putNextEntry(same);
                out.write(bytes);
                out.closeEntry();
            }
        }
        Files.write(jar, unsigned.toByteArray());
    }

    private static boolean hasOldClass(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (isClass(entry) && isOld(read(zip, entry))) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Rewrites classes from before Java 6 as Java 17's, with the stack maps these need. The JVM
     * leaves such old classes out of its archive and checks them by a slow method on every start;
     * for the command line parser that is 80 ms of 200.
     */
    private static void raise(Path jar) throws IOException {
        ByteArrayOutputStream raised = new ByteArrayOutputStream();
        try (JarFile in = new JarFile(jar.toFile());
                ZipOutputStream out = new ZipOutputStream(raised)) {
            ClassFile classFile =
                    ClassFile.of(
                            GENERATE_STACK_MAPS,
                            ClassHierarchyResolverOption.of(
                                    ClassHierarchyResolver.ofResourceParsing(type -> find(in, type))
                                            .orElse(ClassHierarchyResolver.defaultResolver())));
            for (ZipEntry entry : Collections.list(in.entries())) {
                byte[] bytes = read(in, entry);
                if (isClass(entry) && isOld(bytes)) {
                    bytes = raise(classFile, bytes);
                }
                ZipEntry same = new ZipEntry(entry.getName());
                same.setTime(entry.getTime());
                out.putNextEntry(same);
                out.write(bytes);
                out.closeEntry();
            }
        }
        Files.write(jar, raised.toByteArray());
    }

    private static byte[] raise(ClassFile classFile, byte[] bytes) {
        ClassModel old = classFile.parse(bytes);
        return classFile.transformClass(
                old,
                (builder, element) -> {
                    switch (element) {
                        case ClassFileVersion version -> builder.withVersion(JAVA_17_VERSION, 0);
                        case MethodModel method ->
                                builder.transformMethod(
                                        method,
                                        MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL));
                        default -> builder.with(element);
                    }
                });
    }

    private static InputStream find(ZipFile zip, ClassDesc type) {
        String descriptor = type.descriptorString();
        ZipEntry entry = zip.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
        try {
            return entry == null ? null : zip.getInputStream(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isClass(ZipEntry entry) {
        return entry.getName().endsWith(".class");
    }

    /** The major version is the u16 at offset 6. */
    private static boolean isOld(byte[] classFile) {
        return ((classFile[6] & 0xff) << 8 | classFile[7] & 0xff) < JAVA_6_VERSION;
    }

    private static byte[] read(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }
}
