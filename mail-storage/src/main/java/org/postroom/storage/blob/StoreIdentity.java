package org.postroom.storage.blob;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What {@code store.id} in a data folder says.
 *
 * @param store the id that every segment and the database carry
 * @param schemaExpected whether the database has been given its schema; from then on an empty
 *     database is a fault, never a reason to create the schema again
 */
public record StoreIdentity(UUID store, boolean schemaExpected) {

  /** Reads the file's text; null when it is not one. */
  static @Nullable StoreIdentity parse(byte[] bytes) {
    String[] lines = new String(bytes, StandardCharsets.US_ASCII).split("\n", -1);
    if (lines.length < 3
        || !lines[0].equals("postroom data folder, format 1")
        || !lines[1].startsWith("store ")
        || !lines[2].startsWith("schema ")) {
      return null;
    }
    try {
      return new StoreIdentity(
          UUID.fromString(lines[1].substring(6)), lines[2].equals("schema created"));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  byte[] toBytes() {
    String text =
        "postroom data folder, format 1\nstore "
            + store
            + "\nschema "
            + (schemaExpected ? "created" : "none")
            + "\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
