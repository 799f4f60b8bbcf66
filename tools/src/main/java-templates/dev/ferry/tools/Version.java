package dev.ferry.tools;

/** This build's version, from the POM. */
public final class Version {

    public static final String NUMBER = "${project.version}";

    private Version() {}
}
