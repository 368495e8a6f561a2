/** Wrong usage or configuration, in one line for the operator. */
export class ConfigError extends Error {}
