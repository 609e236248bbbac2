export const ENGINE_SETTINGS: readonly string[];
