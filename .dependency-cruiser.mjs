/** Holds the layers: see docs/reference/layers.md. */
const no = (name, from, to, comment) => ({ name, severity: 'error', from, to, ...(comment && { comment }) });

const port = '^src/platform/(clock|ids|[^/]+/port\\.ts$)';
// Pure helpers that live beside a port and are no adapter.
const pureHelper = '^src/platform/(keys/(seal|erasure)\\.ts|eventStore/(port|errors)\\.ts)$';

export default {
  forbidden: [
    no('no-cycles', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    no('no-orphans-in-node-modules', {}, { couldNotResolve: true }, 'every import must resolve'),
    no(
      'domain-is-pure',
      { path: '^src/domain/', pathNot: '/handle[^/]*\\.ts$|/imports/' },
      { path: '^src/(platform|projections|api|workers|main)/', pathNot: [port, pureHelper] },
      'only handlers reach ports and queries',
    ),
    no('domain-knows-no-edge', { path: '^src/domain/' }, { path: '^src/(api|workers|main)/' }),
    no(
      'features-meet-at-index',
      { path: '^src/domain/([^/]+)/' },
      {
        path: '^src/domain/[^/]+/',
        pathNot: ['^src/domain/$1/', '^src/domain/shared/', '^src/domain/[^/]+/index\\.ts$'],
      },
    ),
    no(
      'projections-never-decide',
      { path: '^src/projections/' },
      { path: '^src/domain/.*/(decide|handle)[^/]*\\.ts$' },
    ),
    no('projections-know-no-edge', { path: '^src/projections/' }, { path: '^src/(api|workers|main)/' }),
    no('api-knows-no-workers', { path: '^src/api/' }, { path: '^src/(workers|main)/' }),
    no('platform-is-below', { path: '^src/platform/' }, { path: '^src/(domain|projections|api|workers|main)/' }),
    no('product-needs-no-tests', { path: '^src/' }, { path: '^(test|bench|scripts)/' }),
    no(
      'no-dev-dependencies-in-the-product',
      { path: '^src/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    builtInModules: { add: [] },
  },
};
