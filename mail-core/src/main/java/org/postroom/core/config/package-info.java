/** {@code Param}, {@code ParamSet}, {@code Settings}: declaring, reading, validating, listing. */
package org.postroom.core.config;
