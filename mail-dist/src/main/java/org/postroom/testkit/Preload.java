package org.postroom.testkit;

import java.nio.file.Path;
import org.postroom.dist.MailServer;

/** Mail that lies in a mailbox when a test begins. */
record Preload(String account, String folder, Path source) {

  /** Puts it there. */
  void into(MailServer server) {
    int unused = server.mailboxes(account).importFrom(source, folder);
  }
}
