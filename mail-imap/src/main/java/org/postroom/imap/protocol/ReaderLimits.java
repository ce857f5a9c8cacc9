package org.postroom.imap.protocol;

/**
 * What a client may make us hold while a command is read.
 *
 * @param line octets of a command, its string literals included
 * @param string octets of one string or literal
 * @param depth of parentheses
 * @param skip octets of a command's literals that nobody wants: the client sends them anyway
 */
public record ReaderLimits(int line, int string, int depth, long skip) {}
