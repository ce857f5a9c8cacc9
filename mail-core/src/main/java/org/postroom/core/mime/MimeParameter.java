package org.postroom.core.mime;

/**
 * One parameter of Content-Type or Content-Disposition, as written. Pieces of RFC 2231 are joined;
 * a name ending in {@code *} has its value still in percent form.
 */
public record MimeParameter(Octets name, Octets value) {}
