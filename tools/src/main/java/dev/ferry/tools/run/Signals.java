package dev.ferry.tools.run;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the signals that end a process, so that it ends in order and with status 0. The JVM by
 * itself would end with 128 and the signal's number.
 *
 * <p>The JDK's class for this is one that the compiler warns of whatever is done about it, so it is
 * called by reflection. Where it is not there, or the signal is somebody else's, nothing is taken.
 */
final class Signals implements AutoCloseable {

    private static final String SIGNAL = "sun.misc.Signal";
    private static final String HANDLER = "sun.misc.SignalHandler";
    private static final String[] NAMES = {"TERM", "INT", "HUP"};

    /** A handler to be put back. */
    private record Before(Object signal, Object handler) {}

    private final List<Before> before = new ArrayList<>();
    private final @Nullable Method handle;

    private Signals(@Nullable Method handle) {
        this.handle = handle;
    }

    /**
     * Takes them.
     *
     * @param taken is told the number, on a thread of its own
     */
    static Signals take(IntConsumer taken) {
        try {
            Class<?> signal = Class.forName(SIGNAL);
            Class<?> handler = Class.forName(HANDLER);
            Signals signals = new Signals(signal.getMethod("handle", signal, handler));
            Method number = signal.getMethod("getNumber");
            Object ours =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(),
                            new Class<?>[] {handler},
                            (proxy, method, arguments) -> {
                                String name = method.getName();
                                if (name.equals("handle")) {
                                    taken.accept((int) number.invoke(arguments[0]));
                                    return null;
                                }
                                return name.equals("equals")
                                        ? (Object) (proxy == arguments[0])
                                        : name.equals("hashCode")
                                                ? (Object) System.identityHashCode(proxy)
                                                : "ferry run";
                            });
            for (String name : NAMES) {
                signals.take(signal.getConstructor(String.class).newInstance(name), ours);
            }
            return signals;
        } catch (ReflectiveOperationException e) {
            return new Signals(null);
        }
    }

    private void take(Object signal, Object handler) {
        Object old = put(signal, handler);
        if (old != null) {
            before.add(new Before(signal, old));
        }
    }

    /** The handler before, or null if the JVM was told to leave the signal alone. */
    private @Nullable Object put(Object signal, Object handler) {
        try {
            return handle == null ? null : handle.invoke(null, signal, handler);
        } catch (IllegalAccessException | InvocationTargetException e) {
            return null;
        }
    }

    /** Puts back what was there before. */
    @Override
    public void close() {
        for (Before each : before) {
            put(each.signal(), each.handler());
        }
    }
}
