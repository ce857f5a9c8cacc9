package org.postroom.core.config;

import java.util.List;

/** The parameters of configuration itself; part of every {@link Settings}. */
public final class ConfigParams {

  private static final ParamSet.Builder SET = ParamSet.named("config");

  /** Deviation: without it the newest level holds, not level 0: the safe defaults. */
  public static final Param<String> COMPATIBILITY_LEVEL =
      SET.value(
          "compatibility_level",
          "3.12",
          "a version such as 3.6",
          ConfigParams::level,
          level -> level,
          """
          The version of Postfix whose defaults the file was written for. Without it the newest
          and safest defaults hold.\
          """);

  public static final Param<String> STRESS =
      SET.text(
          "stress",
          "",
          """
          For values that depend on the load, such as ${stress?{1}:{20}}: empty, and yes in sessions
          that begin while clients that have not logged in hold most of what there is for them. To
          be set by hand only for trying out what it does.\
          """);

  public static final Param<List<String>> ACCEPT_UNSUPPORTED =
      SET.matchList(
          "accept_unsupported_parameters",
          "",
          """
          Names of parameters that may be set although they are not supported and ignoring them
          changes who may send, where mail goes or who may read it.\
          """);

  public static final Param<List<String>> UNSAFE_FILES =
      SET.list(
          "unsafe_files",
          "",
          """
          Paths of files with keys or passwords that may be as open to other users as they are. All
          others of that kind are refused where everybody can read them, or others than their owner
          can change them.\
          """);

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private ConfigParams() {}

  private static String level(String text) {
    if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,9}){0,3}")) {
      throw new BadValue("");
    }
    return text;
  }
}
