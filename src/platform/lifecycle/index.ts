export { runMain, stopOnSignals } from './signals.js';
export { createLifecycle, type Lifecycle } from './stack.js';
export { StartError } from './startError.js';
