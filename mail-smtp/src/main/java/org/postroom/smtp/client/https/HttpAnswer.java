package org.postroom.smtp.client.https;

/**
 * What a server of the web has answered.
 *
 * @param status such as 200
 * @param type the media type in lower case, without its parameters; empty where none is given
 * @param body as it came
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HttpAnswer(int status, String type, byte[] body) {}
