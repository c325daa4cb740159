/** A real engine that `npm run engines` can start here: one file beside this one, named in list.ts. */
export interface Engine {
  readonly name: string;
  /** Puts what it needs on this machine when it is missing. @throws StartError that says what to do by hand */
  install(site: Site): Promise<void>;
  /** Starts it on `site.port` of loopback, in the background; the process works on when we have ended. */
  start(site: Site): Promise<Launched>;
  /** Whether it serves now. Asked again and again until `startBoundMs`. */
  answers(site: Site): Promise<boolean>;
  readonly startBoundMs: number;
  /** What it takes for an order to stop. */
  readonly stopSignal: NodeJS.Signals;
}

/** What it is started with. */
export interface Site {
  /** Its own folder, which outlives it. */
  readonly folder: string;
  /** A free port of loopback. */
  readonly port: number;
  /** What was built once, outside the checkout: ENGINES_CACHE. */
  readonly cache: string;
  /** To the terminal: what takes long, and why. */
  readonly say: (line: string) => void;
}

export interface Launched {
  readonly pid: number;
  /** What programs need to use it. */
  readonly env: Readonly<Record<string, string>>;
}
