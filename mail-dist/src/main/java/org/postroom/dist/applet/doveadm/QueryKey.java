package org.postroom.dist.applet.doveadm;

import java.util.List;

/** A key of a {@link Query}. */
sealed interface QueryKey {

  /** What it is for IMAP's SEARCH within a mailbox. */
  String program(String mailbox);

  /** Whether there may be something of it in a mailbox. */
  boolean isIn(String mailbox);

  /** Whether each of its branches says which mailboxes are meant. */
  boolean saysWhere();

  /** Whether each of its branches says anything else. */
  boolean saysWhat();

  /** Mailboxes that are asked for by their names, and not by masks. */
  default List<String> named() {
    return List.of();
  }

  /** What IMAP has too. */
  record Words(String text) implements QueryKey {
    @Override
    public String program(String mailbox) {
      return text;
    }

    @Override
    public boolean isIn(String mailbox) {
      return true;
    }

    @Override
    public boolean saysWhere() {
      return false;
    }

    @Override
    public boolean saysWhat() {
      return true;
    }
  }

  /** Which mailbox. */
  record In(String name) implements QueryKey {
    @Override
    public String program(String mailbox) {
      return isIn(mailbox) ? "ALL" : "NOT ALL";
    }

    @Override
    public boolean isIn(String mailbox) {
      return Mask.ofMailboxes(name).fits(mailbox);
    }

    @Override
    public boolean saysWhere() {
      return true;
    }

    @Override
    public boolean saysWhat() {
      return false;
    }

    @Override
    public List<String> named() {
      return Mask.isOneOfMailboxes(name) ? List.of() : List.of(name);
    }
  }

  /** Not that. */
  record Not(QueryKey key) implements QueryKey {
    @Override
    public String program(String mailbox) {
      return "NOT " + key.program(mailbox);
    }

    @Override
    public boolean isIn(String mailbox) {
      return !(key instanceof In) || !key.isIn(mailbox);
    }

    /** What is not in a mailbox and something else may be in any other. */
    @Override
    public boolean saysWhere() {
      return key instanceof In;
    }

    @Override
    public boolean saysWhat() {
      return key.saysWhat();
    }
  }

  /** All of them. */
  record And(List<QueryKey> keys) implements QueryKey {
    public And {
      keys = List.copyOf(keys);
    }

    @Override
    public String program(String mailbox) {
      return "(" + String.join(" ", keys.stream().map(key -> key.program(mailbox)).toList()) + ")";
    }

    @Override
    public boolean isIn(String mailbox) {
      return keys.stream().allMatch(key -> key.isIn(mailbox));
    }

    @Override
    public boolean saysWhere() {
      return keys.stream().anyMatch(QueryKey::saysWhere);
    }

    @Override
    public boolean saysWhat() {
      return keys.stream().anyMatch(QueryKey::saysWhat);
    }

    @Override
    public List<String> named() {
      return keys.stream().flatMap(key -> key.named().stream()).toList();
    }
  }

  /** One of them at least. */
  record Or(List<QueryKey> keys) implements QueryKey {
    public Or {
      keys = List.copyOf(keys);
    }

    @Override
    public String program(String mailbox) {
      List<String> programs = keys.stream().map(key -> key.program(mailbox)).toList();
      // As many may be joined as there are, in however deep a search: IMAP's OR has two.
      return programs.stream()
          .map(program -> "NOT " + program)
          .reduce((all, program) -> all + " " + program)
          .map(all -> "NOT (" + all + ")")
          .orElseThrow();
    }

    @Override
    public boolean isIn(String mailbox) {
      return keys.stream().anyMatch(key -> key.isIn(mailbox));
    }

    @Override
    public boolean saysWhere() {
      return keys.stream().allMatch(QueryKey::saysWhere);
    }

    @Override
    public boolean saysWhat() {
      return keys.stream().allMatch(QueryKey::saysWhat);
    }

    @Override
    public List<String> named() {
      return keys.stream().flatMap(key -> key.named().stream()).toList();
    }
  }
}
