package org.postroom.core.flow;

import static org.postroom.core.config.Bounds.atLeast;

import java.util.List;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** Addresses that stand for others. */
public final class AliasParams {
  private static final ParamSet.Builder SET = ParamSet.named("aliases");

  public static final Param<List<String>> ALIAS_MAPS =
      SET.list(
          "alias_maps",
          "",
          """
          Tables of aliases(5): names in mydestination and the addresses that they stand for. While
          one cannot be read, mail for these names is refused for now.\
          """);

  public static final Param<List<String>> ALIAS_DATABASE =
      SET.list(
          "alias_database",
          "",
          "Files that are in the format of aliases(5) wherever they are named.");

  public static final Param<String> DEFAULT_DATABASE_TYPE =
      SET.text("default_database_type", "hash", "The type of a table that is a path alone.");

  public static final Param<Integer> EXPANSION_LIMIT =
      SET.integer(
          "virtual_alias_expansion_limit",
          "1000",
          atLeast("1"),
          "So many addresses may one recipient come to.");

  public static final Param<List<String>> PROPAGATE_EXTENSIONS =
      SET.list(
          "propagate_unmatched_extensions",
          "canonical, virtual",
          """
          Where user+extension is looked up as user and the extension goes on to the result: of
          virtual and alias.\
          """);

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private AliasParams() {}
}
