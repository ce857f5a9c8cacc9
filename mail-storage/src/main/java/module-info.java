/** See the package {@code org.postroom.storage}. */
module org.postroom.storage {
  requires org.postroom.core;
  requires static org.jspecify;
  requires com.h2database;
}
