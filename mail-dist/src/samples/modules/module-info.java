/** A shop that sends mail to itself. */
module shop {
  requires org.postroom;
}
