package org.postroom.dist;

import java.io.InputStream;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.auth.Accounts;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.part.DryRun;
import org.postroom.core.policy.LocalRight;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.queue.Watches;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.answer.Reloaded;
import org.postroom.dist.operation.Desk;
import org.postroom.dist.operation.DroppedMail;
import org.postroom.dist.operation.FaultRules;
import org.postroom.dist.operation.Prospect;
import org.postroom.dist.operation.RunningServer;
import org.postroom.dist.operation.Status;
import org.postroom.dist.submit.Submitted;
import org.postroom.dist.submit.Whom;

/** What operations act upon where a server runs. */
final class ServerDesk implements Desk, RunningServer {
  private final MailServer server;
  private final OsUser user;

  /** For the process that the server runs in. */
  ServerDesk(MailServer server) {
    this(server, OsUser.ofThisProcess().name());
  }

  /**
   * For somebody.
   *
   * @param user who asks
   */
  ServerDesk(MailServer server, String user) {
    this.server = server;
    this.user = new OsUser(user);
  }

  @Override
  public String user() {
    return user.name();
  }

  @Override
  public boolean isMaster() {
    return user.isMaster();
  }

  @Override
  public void permit(LocalRight right) {
    if (!isPermitted(right)) {
      throw new OperationRefused(
          OperationRefused.Kind.NOT_ALLOWED,
          "User "
              + user.name()
              + "("
              + user.id()
              + ") is not allowed to "
              + (right == LocalRight.VIEW_QUEUE ? "view" : "flush")
              + " the mail queue");
    }
  }

  @Override
  public boolean isPermitted(LocalRight right) {
    return isMaster() || server.running().submitting().permits(right, user);
  }

  @Override
  public Accounts accounts() {
    return server.running().accounts();
  }

  @Override
  public QueueStore queue() {
    return server.running().waiting();
  }

  @Override
  public MailStore mail() {
    return server.running().mail();
  }

  @Override
  public List<DroppedMail> maildrop(long from, int most) {
    return server.running().submitting().maildrop(from, most);
  }

  @Override
  public Clock clock() {
    return server.running().submitting().clock();
  }

  @Override
  public StagedContent staged(InputStream content) {
    return server.running().submitting().staged(content);
  }

  @Override
  public Optional<QueueId> requeue(QueuedMail mail) {
    return server.running().generations().requeue(mail);
  }

  @Override
  public void revive(Collection<String> destinations) {
    server.running().queue().revive(destinations);
  }

  @Override
  public boolean isLeftAlone(String destination) {
    return server.running().queue().isLeftAlone(destination);
  }

  @Override
  public boolean isFlushed(Domain domain) {
    return server.running().generations().isFlushed(domain);
  }

  @Override
  public RunningServer server() {
    return this;
  }

  @Override
  public Address address(String written) {
    return server.running().submitting().address(written);
  }

  @Override
  public Submitted submit(
      Envelope envelope, Optional<String> name, InputStream content, Consumer<QueueId> named) {
    if (!server.running().submitting().permits(LocalRight.SUBMIT, user)) {
      throw new OperationRefused(
          OperationRefused.Kind.NOT_ALLOWED,
          "user " + user.name() + " is not allowed to submit mail");
    }
    return server
        .running()
        .submitting()
        .submit(envelope, content, Whom.EVERYBODY, user, name, named);
  }

  @Override
  public boolean isTaken(String name) {
    return server.running().submitting().isTaken(user, name);
  }

  @Override
  public Watches watches() {
    return server.running().submitting().watches();
  }

  @Override
  public Reloaded reload() {
    return server.reload();
  }

  @Override
  public Status status() {
    return new Status(
        MailServer.VERSION,
        ProcessHandle.current().pid(),
        server.generation(),
        server.running().doors().listening());
  }

  @Override
  public DryRun explain(String service, DryRun.Asked asked) {
    return server
        .running()
        .explain(service, asked)
        .orElseThrow(
            () ->
                new OperationRefused(
                    OperationRefused.Kind.REQUEST, "no listener for mail: " + service));
  }

  @Override
  public List<String> hosts(String transport, String nextHop, Address recipient) {
    return server.running().generations().hosts(transport, nextHop, recipient);
  }

  @Override
  public Prospect prospect(Address recipient) {
    return server.running().submitting().prospect(recipient);
  }

  @Override
  public List<RecentDecisions.Entry> decisions(String id) {
    return server.running().decisions(id);
  }

  @Override
  public <S> S service(Class<S> kind) {
    return server
        .running()
        .service(kind)
        .orElseThrow(
            () ->
                new OperationRefused(
                    OperationRefused.Kind.REQUEST, "no part of this server does that"));
  }

  @Override
  public FaultRules faults() {
    return server
        .running()
        .faults()
        .orElseThrow(
            () ->
                new OperationRefused(
                    OperationRefused.Kind.NOT_ALLOWED,
                    "this server makes no faults: it is no fixture (postroom fixture)"));
  }
}
