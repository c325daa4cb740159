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

createRoot(document.getElementById('playground')).render(
  createElement(
    GraphiQL,
    { fetcher, defaultTabs: tabs, defaultEditorToolsVisibility: 'variables', shouldPersistHeaders: true },
    createElement(GraphiQL.Logo, null, 'Parlance'),
  ),
);
