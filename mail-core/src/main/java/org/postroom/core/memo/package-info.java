/** Small things that parts remember beyond a restart: the {@code MemoStore} seam. */
package org.postroom.core.memo;
