/**
 * {@code Param}, {@code ParamSet}, {@code Settings}: declaring, reading, validating, listing.
 *
 * <p>A module declares its parameters once, in a {@link org.postroom.core.config.ParamSet}; a
 * {@link org.postroom.core.config.MainCf} is what an administrator wrote; {@link
 * org.postroom.core.config.Settings} is the checked, immutable result that the rest reads.
 */
package org.postroom.core.config;
