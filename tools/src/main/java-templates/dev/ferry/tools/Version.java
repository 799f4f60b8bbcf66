package dev.ferry.tools;

/** This build's version, from the POM. */
final class Version {

    static final String NUMBER = "${project.version}";

    private Version() {}
}
