package org.postroom.shaded.org.h2.mvstore.type;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.postroom.shaded.org.h2.mvstore.DataUtils;
import org.postroom.shaded.org.h2.mvstore.WriteBuffer;

/**
 * The types that a file of H2 has, which stand there by the names of their classes. In this archive
 * the classes have other names; in the file they keep H2's, so that a data folder is the same for
 * an application and for the server, and for H2's own tools. Takes the place of H2's class.
 *
 * @param <D> what a factory of types is given
 */
public final class MetaType<D> extends BasicDataType<DataType<?>> {
  private static final String OURS = "org.postroom.shaded.";

  /** An object on the heap, as H2 counts. */
  private static final int MEMORY = 24;

  private final D database;
  private final Thread.UncaughtExceptionHandler failures;

  /** What serves for more than one map, by the name in the file. */
  private final Map<String, Object> shared = new ConcurrentHashMap<>();

  /** As H2 makes it; both may be null. */
  public MetaType(D database, Thread.UncaughtExceptionHandler failures) {
    this.database = database;
    this.failures = failures;
  }

  @Override
  public int compare(DataType<?> a, DataType<?> b) {
    throw new UnsupportedOperationException(); // these are values of a map, which nobody orders
  }

  @Override
  public int getMemory(DataType<?> type) {
    return MEMORY;
  }

  @Override
  @SuppressWarnings("unchecked") // one database, one kind of factories
  public void write(WriteBuffer to, DataType<?> type) {
    StatefulDataType<D> stateful = type instanceof StatefulDataType ? (StatefulDataType<D>) type : null;
    Object written = stateful == null || stateful.getFactory() == null ? type : stateful.getFactory();
    String name = written.getClass().getName();
    String inTheFile = name.startsWith(OURS) ? name.substring(OURS.length()) : name;
    to.putVarInt(inTheFile.length()).putStringData(inTheFile, inTheFile.length());
    if (stateful != null) {
      stateful.save(to, this);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // one database, one kind of factories
  public DataType<?> read(ByteBuffer from) {
    String inTheFile = DataUtils.readString(from, DataUtils.readVarInt(from));
    Object found = shared.get(inTheFile);
    if (found == null) {
      found = make(inTheFile);
    }
    return found instanceof StatefulDataType.Factory
        ? ((StatefulDataType.Factory<D>) found).create(from, this, database)
        : (DataType<?>) found;
  }

  private Object make(String inTheFile) {
    try {
      Class<?> type = Class.forName(inTheFile.startsWith("org.h2.") ? OURS + inTheFile : inTheFile);
      Object only = only(type);
      Object made = only == null ? type.getDeclaredConstructor().newInstance() : only;
      if (only != null || made instanceof StatefulDataType.Factory) {
        shared.put(inTheFile, made);
      }
      return made;
    } catch (ReflectiveOperationException | RuntimeException e) {
      if (failures != null) {
        failures.uncaughtException(Thread.currentThread(), e);
      }
      throw new IllegalStateException("a type in the file of the database: " + inTheFile, e);
    }
  }

  /** The one instance, where there is one. */
  private static Object only(Class<?> type) {
    try {
      return type.getDeclaredField("INSTANCE").get(null);
    } catch (ReflectiveOperationException | NullPointerException e) {
      return null;
    }
  }

  @Override
  public DataType<?>[] createStorage(int size) {
    return new DataType<?>[size];
  }
}
