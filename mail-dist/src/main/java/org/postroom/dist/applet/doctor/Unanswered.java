package org.postroom.dist.applet.doctor;

/** The DNS has not answered; the message says why. Another time it may. */
final class Unanswered extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unanswered(String reason) {
    super(reason);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
