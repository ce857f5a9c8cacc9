package org.postroom.core.mime;

/** The message inside a message/rfc822 or message/global part. */
public record EmbeddedMessage(MessageEnvelope envelope, MimePart root) {}
