package org.postroom.core.mime;

/** Placeholder. */
public final class MessageEnvelope {}
