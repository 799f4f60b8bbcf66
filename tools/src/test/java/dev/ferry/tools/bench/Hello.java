package dev.ferry.tools.bench;

/** What a JVM takes to say anything: the measure for how quickly a command starts. */
public final class Hello {

    private Hello() {}

    public static void main(String[] args) {
        System.out.println("hello");
    }
}
