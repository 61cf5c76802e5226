/** Holdfast as a library: servers in one's own process. */
export type { Clock } from './base/clock.ts';
export type { LogFields, Logger } from './base/log.ts';
export type { Random } from './base/random.ts';
export { ConfigError, type Problem } from './config/problem.ts';
export { loadConfig } from './config/load.ts';
export type { Config, ConfigInput } from './config/schema.ts';
export { defineModule, type HostContext, type Module } from './core/module.ts';
export {
  createServer,
  openServer,
  type CloseOptions,
  type HoldfastServer,
  type ServerDependencies,
  type ServerEvents,
} from './server.ts';
export { createMemoryStore } from './storage/memory.ts';
export { openSqliteStore } from './storage/sqlite/sqlite-store.ts';
export { StoreError, type Store } from './storage/store.ts';
export { Element, xml } from './xml/index.ts';
export { Jid } from './xmpp/jid.ts';
export { StanzaError } from './xmpp/stanza-error.ts';
export { Stanza } from './xmpp/stanza.ts';
