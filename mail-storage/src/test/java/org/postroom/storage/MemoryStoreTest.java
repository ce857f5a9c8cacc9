package org.postroom.storage;

class MemoryStoreTest extends StoreBehaviour {
  @Override
  Storage place() {
    return Storage.inMemory();
  }
}
