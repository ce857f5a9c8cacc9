package org.postroom.dist.assembly;

import java.util.Optional;
import java.util.function.Function;
import org.postroom.dist.operation.Operation;
import org.postroom.dist.operation.SubmitOperation;

/** A server of this machine that commands ask to do something. */
public interface AskedServer {

  /**
   * Has the server that runs take a mail, as whoever runs this process: by the socket for everybody
   * where the configuration names one, else as {@link #ask} does. Where none runs, or it cannot
   * take the mail now, the mail is left for it in {@code maildrop_directory}, if its content can be
   * read again ({@link java.io.InputStream#markSupported}).
   *
   * @throws org.postroom.dist.answer.OperationRefused with what is wrong
   */
  SubmitOperation.Handed handIn(SubmitOperation.Mail mail);

  /**
   * Has the server that runs on the described store do something; where none runs, it is done on
   * the store itself, if that is enough.
   *
   * @throws org.postroom.dist.answer.OperationRefused with what is wrong
   * @throws org.postroom.storage.StorageFault when no server runs and the store cannot be opened
   */
  <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question);

  /**
   * The same for as long as an answer leads to another question: page after page, where answers are
   * pages.
   *
   * @param next what is asked behind an answer; empty to end
   */
  <Q extends Record, A extends Record> void ask(
      Operation<Q, A> operation, Q question, Function<A, Optional<Q>> next);

  /**
   * The same for what everybody on this machine may ask for, as whoever runs this process: by the
   * socket for everybody, where the configuration names one.
   *
   * @throws org.postroom.dist.answer.OperationRefused with what is wrong
   */
  <Q extends Record, A extends Record> void askAsAnybody(
      Operation<Q, A> operation, Q question, Function<A, Optional<Q>> next);

  /**
   * For one question after the other. Where no server runs, the first one finds out whether the
   * configuration can be obeyed.
   *
   * @throws org.postroom.core.report.BadConfiguration with all faults of the configuration
   */
  Client client();

  /**
   * Asks one thing after the other: the server that runs on the described store, or, where none
   * runs, the store itself, which is opened once and stays open until this is closed.
   */
  interface Client extends AutoCloseable {

    /** Has it do something; fails as {@link AskedServer#ask(Operation, Record)} does. */
    <Q extends Record, A extends Record> A ask(Operation<Q, A> operation, Q question);

    @Override
    void close();
  }
}
