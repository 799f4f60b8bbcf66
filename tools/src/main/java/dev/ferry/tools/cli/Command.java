package dev.ferry.tools.cli;

import picocli.CommandLine.Model.CommandSpec;

/** What a word of the command line stands for: a verb, or a group of them. */
public sealed interface Command permits Verb, ForeignVerb, VerbGroup {

    /** Options, parameters and help. */
    CommandSpec spec();
}
