package org.postroom.core.testing;

import org.postroom.core.memo.MemoStore;

class MemoryMemoStoreTest extends MemoStoreContract {
  @Override
  protected MemoStore memos() {
    return new MemoryMemoStore();
  }
}
