import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const features = ['sign-in', 'worklist', 'offer', 'case', 'viewer', 'opinion', 'signing', 'receipt'];

const tauri = {
  group: ['@tauri-apps/*'],
  message: 'Only src/bridge/tauri.ts talks to the shell.',
};

/** Forbids imports; the shell's door is always among them. */
const forbid = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: [tauri, ...patterns] }],
});

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/bridge/generated.ts'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    files: ['src/**'],
    rules: {
      ...forbid(),
      'no-undef': 'off',
      // Nothing that comes from a case may become markup.
      'svelte/no-at-html-tags': 'error',
      // Plain collections are those that nothing on the screen follows.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['src/design/**'],
    rules: forbid({
      group: ['**/bridge/**', '**/features/**', '**/shell/**', '**/i18n/**'],
      message: 'design/ imports nothing above it: words and data come in as properties.',
    }),
  },
  {
    files: ['src/i18n/**'],
    rules: forbid({ group: ['**/features/**', '**/shell/**'], message: 'i18n/ imports nothing above it.' }),
  },
  ...features.map((feature) => ({
    files: [`src/features/${feature}/**`],
    rules: forbid(
      { group: ['**/shell/**'], message: 'A feature knows nothing of the shell.' },
      {
        group: features.filter((other) => other !== feature).map((other) => `**/${other}/**`),
        message: 'A feature imports no other feature: the shell composes them.',
      },
    ),
  })),
  { files: ['src/bridge/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
);
