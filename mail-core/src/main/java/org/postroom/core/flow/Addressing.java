package org.postroom.core.flow;

import org.postroom.core.config.Settings;
import org.postroom.core.policy.OwnAddresses;
import org.postroom.core.policy.Policy;
import org.postroom.core.rewrite.Rewriting;
import org.postroom.core.table.Tables;

/**
 * What settings say of whom mail is from and for.
 *
 * @param rewriting which addresses are written anew
 * @param aliases which stand for others
 * @param copies who gets a copy
 */
public record Addressing(Rewriting rewriting, Aliases aliases, Copies copies) {

  /**
   * By settings.
   *
   * @throws org.postroom.core.config.BadConfiguration for what cannot be obeyed
   */
  public static Addressing of(Settings settings, Policy policy, OwnAddresses own, Tables tables) {
    return new Addressing(
        Rewriting.of(settings, policy, own, tables),
        Aliases.of(settings, policy, tables),
        Copies.of(settings, policy, tables));
  }
}
