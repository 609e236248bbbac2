import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "src/*/validators/", "test/vectors/recorder/"] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname + "/.." },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/ban-ts-comment": [
        "error",
        { "ts-expect-error": "allow-with-description", minimumDescriptionLength: 10 },
      ],
      "@typescript-eslint/no-non-null-assertion": "error",
      // Type aliases of unions and interfaces of objects are both in use; each where it reads best.
      "@typescript-eslint/consistent-type-definitions": "off",
      "no-console": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportDefaultDeclaration",
          message: "Named exports alone: a name is the same everywhere.",
        },
      ],
    },
  },
  { files: ["src/cli/**", "test/bench/**"], rules: { "no-console": "off" } },
  {
    // Plain JavaScript is not part of the type-checked project, and settings files have to export a default.
    files: ["**/*.js", "**/*.mjs"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
    rules: { "no-restricted-syntax": "off", "no-console": "off" },
  },
  { files: ["test/vitest.config.ts"], rules: { "no-restricted-syntax": "off" } },
);
