package dev.ferry.migrate.misplaced;

import io.netty.misplaced.Buffer;

/** What the dependency rules must refuse. */
final class EngineOnNetty {

    final Buffer buffer = new Buffer();
}
