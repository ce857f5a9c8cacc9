package org.postroom.dist.applet.postmap;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import org.postroom.core.table.Tables;

/** A table as the command line names it. */
record TableName(String type, String name) {
  /** Of which Postfix makes an index, and of which the text counts here. */
  private static final Set<String> INDEXED = Set.of("hash", "btree", "lmdb", "dbm", "cdb");

  private static final String PROXY = "proxy";

  /**
   * Reads {@code type:name}.
   *
   * @param usualType of a path alone
   * @throws Fatal for a type that there is not
   */
  static TableName parse(String text, String usualType) {
    int colon = text.indexOf(':');
    String type = colon < 0 ? usualType : text.substring(0, colon);
    String name = text.substring(colon + 1);
    if (type.equals(PROXY) && name.indexOf(':') > 0) {
      return parse(name, usualType);
    }
    if (!Tables.types().contains(type)) {
      throw new Fatal("unsupported dictionary type: " + type);
    }
    return new TableName(type, name);
  }

  /** Whether its text has keys and values. */
  boolean hasEntries() {
    return isIndexed() || type.equals("texthash");
  }

  boolean isIndexed() {
    return INDEXED.contains(type);
  }

  Path path() {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw new Fatal("open " + name + ": No such file or directory");
    }
  }

  @Override
  public String toString() {
    return type + ":" + name;
  }
}
