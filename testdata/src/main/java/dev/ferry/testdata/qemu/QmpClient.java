package dev.ferry.testdata.qemu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with QEMU's monitor in its JSON protocol (QEMU docs/interop/qmp-spec.rst). One
 * command at a time; safe for use by several threads. Events are kept until somebody asks for them.
 */
public final class QmpClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel channel;
    private final Supplier<String> circumstances;
    private final ReentrantLock commands = new ReentrantLock();

    /** Guards what the reading thread hands over: answers, events and the end. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition news = lock.newCondition();
    private final List<JsonNode> events = new ArrayList<>();
    private @Nullable JsonNode answer;
    private boolean greeted;
    private boolean ended;
    private int lastId;

    private QmpClient(SocketChannel channel, Supplier<String> circumstances) {
        this.channel = channel;
        this.circumstances = circumstances;
    }

    /**
     * Negotiates on a connected socket, which the client then owns.
     *
     * @param circumstances what to add to a message when QEMU does not answer
     */
    static QmpClient open(SocketChannel channel, Supplier<String> circumstances)
            throws IOException {
        QmpClient client = new QmpClient(channel, circumstances);
        Thread.ofVirtual().name("qmp").start(client::readAll);
        client.awaitGreeting();
        client.execute("qmp_capabilities");
        return client;
    }

    /**
     * What a command without arguments returned.
     *
     * @throws QmpException if QEMU answers with an error
     * @throws IOException if it does not answer
     */
    public JsonNode execute(String command) throws IOException {
        return execute(command, Map.of());
    }

    /**
     * What a command returned.
     *
     * @param arguments by name; values as Jackson turns them into JSON
     * @throws QmpException if QEMU answers with an error
     * @throws IOException if it does not answer
     */
    public JsonNode execute(String command, Map<String, ?> arguments) throws IOException {
        commands.lock();
        try {
            int id = ++lastId;
            ObjectNode request = JSON.createObjectNode();
            request.put("execute", command);
            if (!arguments.isEmpty()) {
                request.set("arguments", JSON.valueToTree(arguments));
            }
            request.put("id", id);
            send(command, request);
            JsonNode reply = awaitAnswer(command, id);
            JsonNode error = reply.get("error");
            if (error != null) {
                throw new QmpException(
                        command, error.path("class").asText(), error.path("desc").asText());
            }
            return reply.required("return");
        } finally {
            commands.unlock();
        }
    }

    /** What a command of the human monitor printed, with plain line ends. */
    public String human(String commandLine) throws IOException {
        return execute("human-monitor-command", Map.of("command-line", commandLine))
                .asText()
                .replace("\r\n", "\n");
    }

    /**
     * Waits for the next event of that name; one that has come already counts. The event is taken:
     * the next wait is for a later one.
     *
     * @return the event with its {@code timestamp} and, if it has any, {@code data}
     */
    public JsonNode awaitEvent(String name) throws IOException {
        return awaitEvent(name, event -> true);
    }

    /** Waits for the next event of that name which the condition accepts, and takes it. */
    public JsonNode awaitEvent(String name, Predicate<JsonNode> condition) throws IOException {
        Deadline deadline = Deadline.start();
        lock.lock();
        try {
            while (true) {
                JsonNode event = take(name, condition);
                if (event != null) {
                    return event;
                }
                awaitNews(deadline, "event " + name);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a migration has reached one of these states. Needs the capability {@code events},
     * which {@link MigrationSettings} switches on.
     */
    public String awaitMigration(String... states) throws IOException {
        List<String> wanted = List.of(states);
        return awaitEvent("MIGRATION", event -> wanted.contains(state(event)))
                .at("/data/status")
                .asText();
    }

    /** Ends the conversation; QEMU itself goes on. */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static String state(JsonNode event) {
        return event.at("/data/status").asText();
    }

    private @Nullable JsonNode take(String name, Predicate<JsonNode> condition) {
        for (Iterator<JsonNode> all = events.iterator(); all.hasNext(); ) {
            JsonNode event = all.next();
            if (event.required("event").asText().equals(name) && condition.test(event)) {
                all.remove();
                return event;
            }
        }
        return null;
    }

    private void send(String command, ObjectNode request) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(JSON.writeValueAsString(request) + "\n");
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new QemuGoneException(command + ": QEMU is gone" + circumstances.get(), e);
        }
    }

    private void awaitGreeting() throws IOException {
        Deadline deadline = Deadline.start();
        lock.lock();
        try {
            while (!greeted) {
                awaitNews(deadline, "greeting");
            }
        } finally {
            lock.unlock();
        }
    }

    private JsonNode awaitAnswer(String command, int id) throws IOException {
        Deadline deadline = Deadline.start();
        lock.lock();
        try {
            while (true) {
                JsonNode reply = answer;
                answer = null;
                // An answer to a command that was given up is of no use to anybody.
                if (reply != null && reply.path("id").asInt() == id) {
                    return reply;
                }
                awaitNews(deadline, "answer to " + command);
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitNews(Deadline deadline, String what) throws IOException {
        if (ended) {
            throw new QemuGoneException(what + ": QEMU is gone" + circumstances.get(), null);
        }
        if (!deadline.await(news)) {
            throw new IOException(
                    what
                            + ": none in "
                            + Deadline.PATIENCE.toSeconds()
                            + " s; unclaimed events "
                            + events
                            + circumstances.get());
        }
    }

    private void readAll() {
        // Not closed here: that would close the channel under a writer that has yet to notice.
        BufferedReader lines =
                new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                accept(JSON.readTree(line));
            }
        } catch (IOException e) {
            // Closed by us, or reset because QEMU ended: either way there is no more to come.
        } finally {
            lock.lock();
            try {
                ended = true;
                news.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void accept(JsonNode message) {
        lock.lock();
        try {
            if (message.has("event")) {
                events.add(message);
            } else if (message.has("QMP")) {
                greeted = true;
            } else {
                answer = message;
            }
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
