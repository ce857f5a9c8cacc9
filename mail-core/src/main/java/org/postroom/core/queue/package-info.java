/** Queue manager, retry schedule, concurrency per destination; {@code QueueStore} SPI. */
package org.postroom.core.queue;
