package org.postroom.dist.clients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.postroom.core.door.Door;
import org.postroom.dist.MailServer;
import org.postroom.dist.Programs;
import org.postroom.dist.Role;

/**
 * What a person tells a client once: where the server is, whom to believe, and who he is.
 *
 * @param authority the file of the authority that has signed the server's certificate
 * @param folder a folder of the client's own, empty at first
 */
record Access(MailServer server, Path authority, String login, String password, Path folder) {
  /** The name that the server has a certificate for. */
  static final String HOST = "localhost";

  String imaps() {
    return port(Role.IMAPS);
  }

  String submissions() {
    return port(Role.SUBMISSIONS);
  }

  private String port(Door door) {
    return Integer.toString(server.address(door).getPort());
  }

  /** The login as a part of a URL. */
  String loginInUrls() {
    return login.replace("@", "%40");
  }

  /** A mail to the account itself, for clients that are given all of it. */
  String mail(String subject, String text) {
    return "From: " + login + "\r\nTo: " + login + "\r\nSubject: " + subject + "\r\n\r\n" + text;
  }

  /** Runs a program to its good end; gives its output. */
  String run(String input, String... command) throws IOException, InterruptedException {
    byte[] output = Programs.run(folder, input.getBytes(StandardCharsets.ISO_8859_1), command);
    return new String(output, StandardCharsets.ISO_8859_1);
  }

  /** Writes a file that nobody else may read, as clients want it of a file with passwords. */
  Path write(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
