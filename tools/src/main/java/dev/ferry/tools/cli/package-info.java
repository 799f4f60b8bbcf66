/**
 * The frame of the command line: finding the verb, parsing its options, help, completion, exit
 * codes and messages. Each verb lives in a package of its own and is a {@link
 * dev.ferry.tools.cli.Verb}.
 */
@NullMarked
package dev.ferry.tools.cli;

import org.jspecify.annotations.NullMarked;
