import tseslint from 'typescript-eslint';

const clock = { object: 'Date', property: 'now', message: 'Take the Clock port.' };
const random = { object: 'Math', property: 'random', message: 'Take the Ids port, or node:crypto for secrets.' };
const env = { object: 'process', property: 'env', message: 'Read settings through src/platform/config.' };
const uuid = [
  { object: 'crypto', property: 'randomUUID', message: 'Take the Ids port.' },
  {
    selector: "ImportSpecifier[imported.name='randomUUID']",
    message: 'Take the Ids port.',
  },
];

export default tseslint.config(
  { ignores: ['dist/**', 'data/**', 'results/**', 'node_modules/**', 'coverage/**'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-constant-binary-expression': 'error',
      'no-unreachable-loop': ['error', { ignore: ['ForOfStatement'] }],
      'prefer-const': 'error',
      'no-var': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-properties': ['error', clock, random, env, uuid[0]],
      'no-restricted-syntax': ['error', uuid[1]],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Ports are plain objects of functions; nothing uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      // Recurses without end on some generic types.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A port is asynchronous even where one adapter has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // Indexing is checked by noUncheckedIndexedAccess; an assertion says what the line above has established.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // type-graphql describes types by decorated classes.
    files: ['src/api/**/*.ts'],
    rules: { '@typescript-eslint/no-extraneous-class': 'off' },
  },
  { files: ['src/platform/clock/**'], rules: { 'no-restricted-properties': ['error', random, env] } },
  // Entry points read the environment once and print to the terminal.
  {
    files: ['src/main/**', 'scripts/**', 'bench/**', 'clients/**'],
    rules: { 'no-console': 'off', 'no-restricted-properties': 'off', 'no-restricted-syntax': 'off' },
  },
  // Tests make inputs of their own, and drive the server with its real environment.
  {
    files: ['test/**'],
    rules: {
      'no-console': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
);
