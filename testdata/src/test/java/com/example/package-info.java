/** What a project that uses the kit would write; the README shows it. */
@NullMarked
package com.example;

import org.jspecify.annotations.NullMarked;
