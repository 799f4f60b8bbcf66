package dev.ferry.tools.convert;

import dev.ferry.stream.container.Container;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.tools.output.OutputFiles;

/**
 * One conversion under way.
 *
 * @param vm what is converted
 * @param container what it was found in
 * @param input the main file's name
 * @param out where it goes
 * @param report takes what the user should know about the output
 */
record Conversion(SavedVm vm, Container container, String input, OutputFiles out, Report report) {}
