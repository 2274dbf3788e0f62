/**
 * The version of this program: the bundler puts package.json's in; run from source it says so.
 */
declare const SPREADLB_VERSION: string | undefined;

export const VERSION = typeof SPREADLB_VERSION === "string" ? SPREADLB_VERSION : "0.0.0-source";
