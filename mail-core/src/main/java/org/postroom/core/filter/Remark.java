package org.postroom.core.filter;

/**
 * A line in the log about what a filter has found, in the words of the compatible systems.
 *
 * @param action what was done: {@code reject}, {@code hold}, {@code warning} …
 * @param about what was found: {@code header Subject: you have won}
 * @param text what the administrator wants to read of it; may be empty
 */
public record Remark(String action, String about, String text) {}
