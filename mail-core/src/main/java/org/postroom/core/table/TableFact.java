package org.postroom.core.table;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.postroom.core.fact.Fact;

/** What the tables of a parameter say of something, as a fact that a decision may want. */
public final class TableFact implements Fact<Optional<TableList.Found>> {
  private final TableList tables;
  private final TableKeys keys;
  private final String name;

  /**
   * A question.
   *
   * @param keys the forms of {@code of} under which tables of this kind are asked
   * @param parameter which names the tables
   * @param of what is looked for, whole: equal ones are one question, if {@code keys} are of one
   *     kind
   */
  public TableFact(TableList tables, TableKeys keys, String parameter, String of) {
    this.tables = tables;
    this.keys = keys;
    this.name = parameter + " of " + of;
  }

  @Override
  public Optional<Optional<TableList.Found>> atOnce() {
    return tables.mayBlock() ? Optional.empty() : Optional.of(tables.find(keys));
  }

  @Override
  public CompletionStage<Optional<TableList.Found>> ask(Executor mayBlock) {
    return CompletableFuture.supplyAsync(() -> tables.find(keys), mayBlock);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TableFact fact
        && fact.tables.equals(tables)
        && fact.name.equals(name)
        && fact.keys.isOfKind(keys);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
