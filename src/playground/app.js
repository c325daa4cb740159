import 'graphiql/style.css';
import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { fetcher } from './fetcher.js';
import { tabs } from './tabs.js';

const worker = (name) => new Worker(new URL(`./${name}.worker.js`, import.meta.url), { type: 'module' });
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => worker(label === 'json' || label === 'graphql' ? label : 'editor'),
};

/** The tab to begin with. GraphiQL fills its editors from these alone, and would leave variables and headers empty. */
function activeTab() {
  try {
    const { tabs: stored, activeTabIndex } = JSON.parse(sessionStorage.getItem('graphiql:tabState'));
    return stored[activeTabIndex] ?? tabs[0];
  } catch {
    return tabs[0];
  }
}

const { query, variables, headers } = activeTab();
createRoot(document.getElementById('playground')).render(
  createElement(
    GraphiQL,
    {
      fetcher,
      defaultTabs: tabs,
      initialQuery: query ?? '',
      initialVariables: variables ?? '',
      initialHeaders: headers ?? '',
      defaultEditorToolsVisibility: 'variables',
      shouldPersistHeaders: true,
      // Of this browser tab: two of them, as two people, must not change each other's editors.
      storage: sessionStorage,
    },
    createElement(GraphiQL.Logo, null, 'Parlance'),
  ),
);
