package org.postroom.smtp.client.https;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import org.postroom.core.address.Domain;

/**
 * What a server of the web is asked.
 *
 * @param host whose certificate it must show
 * @param path with the slash that it begins with
 * @param type of the body
 * @param body empty for GET; else it is POST
 * @param longest octets of an answer's body
 * @param limit for all of it: look-up, connection, question and answer
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HttpQuestion(
    Domain host, int port, String path, String type, byte[] body, int longest, Duration limit) {

  public HttpQuestion {
    if (!path.startsWith("/") || !path.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new IllegalArgumentException("no path: " + path);
    }
  }

  /** What is there. */
  public static HttpQuestion get(Domain host, int port, String path, int longest, Duration limit) {
    return new HttpQuestion(host, port, path, "", new byte[0], longest, limit);
  }

  /** All but the body: no compression, and no other question by this connection. */
  byte[] head() {
    boolean post = body.length > 0;
    String name = host.name() + (port == 443 ? "" : ":" + port);
    return ((post ? "POST " : "GET ")
            + path
            + " HTTP/1.1\r\nHost: "
            + name
            + "\r\nUser-Agent: Postroom\r\nAccept: */*\r\nConnection: close\r\n"
            + (post ? "Content-Type: " + type + "\r\nContent-Length: " + body.length + "\r\n" : "")
            + "\r\n")
        .getBytes(US_ASCII);
  }
}
