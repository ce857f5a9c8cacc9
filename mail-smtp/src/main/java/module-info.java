/** See the package {@code org.postroom.smtp}. */
module org.postroom.smtp {
  requires org.postroom.core;
  requires static org.jspecify;
}
