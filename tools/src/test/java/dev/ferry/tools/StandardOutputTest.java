package dev.ferry.tools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class StandardOutputTest {

    @Test
    void textIsUtf8WhateverTheLocale() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream text = StandardOutput.text(new StandardOutput(bytes));
        text.print("\u2192");
        text.flush();
        assertArrayEquals(new byte[] {(byte) 0xe2, (byte) 0x86, (byte) 0x92}, bytes.toByteArray());
    }

    @Test
    void failedWriteEndsTheCommandThroughPrintStream() {
        PrintStream text =
                StandardOutput.text(new StandardOutput(failing("No space left on device")));
        text.print("x");
        StandardOutputError e = assertThrows(StandardOutputError.class, text::flush);
        assertEquals("standard output: No space left on device", e.getMessage());
        assertFalse(e.readerGone());
    }

    @Test
    void closedPipeIsKnownForWhatItIs() {
        StandardOutput out = new StandardOutput(failing("Broken pipe"));
        StandardOutputError e = assertThrows(StandardOutputError.class, () -> out.write(1));
        assertTrue(e.readerGone());
    }

    private static OutputStream failing(String message) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(message);
            }
        };
    }
}
