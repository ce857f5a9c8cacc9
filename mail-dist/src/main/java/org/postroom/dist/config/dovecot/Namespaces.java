package org.postroom.dist.config.dovecot;

import java.util.Set;
import org.postroom.dist.config.dovecot.DovecotConf.Block;
import org.postroom.dist.config.dovecot.DovecotConf.Setting;

/** Namespaces: there is one, with all that is somebody's, and / between the levels. */
final class Namespaces {
  private static final Set<String> SHOWN = Set.of("hidden", "list", "subscriptions");
  private static final Set<String> PLACES = Set.of("location", "mail_path", "mail_driver", "order");

  /** Those that every account has, each with its use. */
  private static final Set<String> USUAL = Set.of("Archive", "Drafts", "Junk", "Sent", "Trash");

  private final Findings findings;

  Namespaces(Findings findings) {
    this.findings = findings;
  }

  void read(Block block) {
    String type = block.text("type");
    if (!type.isEmpty() && !type.equals("private")) {
      findings.differs(
          block.place(),
          block.title(),
          "of type " + type + " is not there: everybody sees what is his own");
      return;
    }
    for (Setting setting : block.settings()) {
      String name = block.title() + ": " + setting.name();
      switch (setting.name()) {
        case "inbox", "type" -> {}
        case "separator" -> {
          if (!setting.text().equals("/") && !setting.text().isEmpty()) {
            findings.differs(
                setting.place(),
                name,
                "is / here; clients that keep names with "
                    + setting.text()
                    + " in them have to look anew");
          }
        }
        case "prefix" -> {
          if (!setting.text().isEmpty()) {
            findings.differs(
                setting.place(), name, "is empty here; clients see no " + setting.text());
          }
        }
        default -> {
          if (PLACES.contains(setting.name())) {
            if (!setting.text().isEmpty()) {
              findings.noEffect(setting.place(), name, "mail is kept in the store");
            }
          } else if (SHOWN.contains(setting.name())) {
            findings.noEffect(setting.place(), name, "there is one namespace, and all see theirs");
          } else {
            findings.differs(setting.place(), name, "is not acted upon");
          }
        }
      }
    }
    block.blocks("mailbox").forEach(box -> mailbox(box, block.title() + ": " + box.title() + ": "));
    block.blocks().stream()
        .filter(one -> !one.type().equals("mailbox"))
        .forEach(
            one -> findings.differs(one.place(), block.title() + ": " + one.title(), "is unknown"));
  }

  private void mailbox(Block box, String before) {
    for (Setting setting : box.settings()) {
      String name = before + setting.name();
      boolean isOff = setting.text().isEmpty() || setting.text().equals("no");
      switch (setting.name()) {
        case "special_use" -> {
          if (!isUsual(box.name(), setting.text()) && !isOff) {
            findings.noEffect(
                setting.place(),
                name,
                "clients give mailboxes their uses with CREATE; Archive, Drafts, Junk, Sent and Trash"
                    + " are there");
          }
        }
        case "auto" -> {
          if (!isOff && !USUAL.contains(box.name())) {
            findings.differs(
                setting.place(), name, "is not acted upon: clients make the mailboxes they need");
          }
        }
        default -> {
          if (!isOff) {
            findings.differs(setting.place(), name, "is not acted upon");
          }
        }
      }
    }
  }

  private static boolean isUsual(String mailbox, String use) {
    return USUAL.contains(mailbox) && use.equals("\\" + mailbox);
  }
}
