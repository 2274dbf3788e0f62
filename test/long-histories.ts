/**
 * Random histories are as long as their tests say. Without this fast-check makes ten steps at most, whatever `maxLength` is.
 */
import fc from "fast-check";

fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });
